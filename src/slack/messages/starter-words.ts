import type { Route } from "../../core/policy.ts";
import { isKnown, type Starter } from "../../core/starter.ts";
import { mentionUser, series } from "./people.ts";
import { code } from "./text.ts";

/** What the rule on self-approval means for this request, or null where the route has none. In mrkdwn. */
export function starterWords(route: Route, starter: Starter | undefined): string | null {
  if (route.selfApproval || starter === undefined) return null;
  if (isKnown(starter)) {
    const who =
      starter.userIds.length > 0 ? series(starter.userIds.map(mentionUser), 5) : code(starter.email ?? "", 120);
    return `${who} started it and may not approve it.`;
  }
  return route.whenRequesterUnknown === "allow"
    ? "Who started it cannot be matched to anybody in Slack, so nobody is kept from approving it on that account."
    : "Who started it cannot be matched to anybody in Slack, and this route then takes *no approval*. It can be rejected; an admin can list who it is under `identities`.";
}
