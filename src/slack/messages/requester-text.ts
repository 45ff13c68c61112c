import type { Route } from "../../core/policy.ts";
import { isKnown, type Requester } from "../../core/requester.ts";
import { mentionUser, series } from "./mentions.ts";
import { code } from "./text.ts";

/** What the rule on self-approval means for this request, or null where the route has none. In mrkdwn. */
export function requesterText(route: Route, requester: Requester): string | null {
  if (route.selfApproval) return null;
  if (requester.userIds.length > 0)
    return `${series(requester.userIds.map(mentionUser), 5)} started it and may not approve it.`;
  if (isKnown(requester)) {
    // Whose address it is is looked up at the click; a message that waits for days cannot know.
    const otherwise =
      route.whenRequesterUnknown === "allow" ? "nobody is kept from approving it" : "this route takes *no approval*";
    return `${code(requester.email ?? "", 120)} started it and may not approve it. If nobody in Slack has that address, ${otherwise}.`;
  }
  return route.whenRequesterUnknown === "allow"
    ? "Who started it cannot be matched to anybody in Slack, so nobody is kept from approving it on that account."
    : "Who started it cannot be matched to anybody in Slack, and this route then takes *no approval*. It can be rejected; an admin can list who it is under `identities`.";
}
