import { listNames } from "../../core/name-renderer.ts";
import type { Route } from "../../core/policy.ts";
import { isKnown, type Requester } from "../../core/requester.ts";
import { mentionUser } from "./mentions.ts";
import { code } from "./text.ts";

/** Says in a few words who may not decide, or null where self-approval is allowed. In mrkdwn. */
export function requesterExclusion(route: Route, requester: Requester): string | null {
  if (route.selfApproval) return null;
  const strict = route.whenRequesterUnknown !== "allow";
  if (isKnown(requester)) {
    const caveat =
      requester.userIds.length === 0 && strict ? "; *no approval counts* if this address is unknown in Slack" : "";
    return `not ${names(requester)}, who started it${caveat}`;
  }
  return strict
    ? "*no approval counts*, because the requester is unknown in Slack"
    : "requester unknown in Slack, so the self-approval rule cannot be applied";
}

/** Explains what the self-approval rule means for this request. In mrkdwn. */
export function selfApprovalRule(route: Route, requester: Requester): string {
  if (route.selfApproval) return "the requester may approve.";
  const strict = route.whenRequesterUnknown !== "allow";
  if (requester.userIds.length > 0) return `${names(requester)} started it and may not approve it.`;
  if (isKnown(requester)) {
    // Each click looks the address up again: its owner may change while the request waits.
    const otherwise = strict ? "*no approval* counts" : "the rule cannot be applied";
    return `${names(requester)} started it and may not approve it. If nobody in Slack has this address, ${otherwise}.`;
  }
  return strict
    ? "the requester is unknown in Slack, so *no approval* counts. The request can be rejected. An admin can list the requester under `identities`."
    : "the requester is unknown in Slack, so the rule cannot be applied.";
}

function names({ userIds, email }: Requester): string {
  return userIds.length > 0 ? listNames(userIds.map(mentionUser), "or", 5) : code(email ?? "", 120);
}
