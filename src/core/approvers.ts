import { capNames, listNames, type NameRenderer } from "./name-renderer.ts";
import type { Route } from "./policy.ts";

/** Stands for the approvers on surfaces that list them, where a route names none. */
export const NO_APPROVERS = "none (the route names no approvers)";

/** More of a route's channels are not named one by one. */
const MAX_CHANNELS = 3;

/**
 * Describes who may decide on a route: "@Jane, @DBA or members of #prod". Null when the list is empty. Leaves out the
 * people in `except`, such as those who have approved already, and the groups in `goneGroups`, which do not exist or are
 * disabled. Channels are named: the message may appear in another channel or in a direct message.
 */
export function describeApprovers(
  { approvers, channels }: Pick<Route, "approvers" | "channels">,
  show: NameRenderer,
  { except = [], goneGroups = [] }: { except?: readonly string[]; goneGroups?: readonly string[] } = {},
): string | null {
  const people = capNames([
    ...approvers.users.filter((id) => !except.includes(id)).map(show.user),
    ...approvers.groups.filter((id) => !goneGroups.includes(id)).map(show.group),
  ]);
  if (approvers.channel !== "members") return listNames(people, "or", Number.POSITIVE_INFINITY) || null;
  const members = `members of ${listNames(channels.map(show.channel), "and", MAX_CHANNELS)}`;
  return listNames([...people, members], "or", Number.POSITIVE_INFINITY);
}
