import { findObstacle } from "./obstacle.ts";
import type { Route } from "./policy.ts";
import type { Reader } from "./read-access.ts";
import { isRequester, type Requester } from "./requester.ts";
import type { WaitingRequest } from "./waiting-request.ts";

/** Tells whether a request waits for the vote of this person: an approver who has not voted and may approve. */
export function isWaitingFor(
  { person, routes }: Reader,
  { request, route, requester }: { request: WaitingRequest; route: Route | null; requester: Requester },
  hasVoted: boolean,
): boolean {
  if (request.state !== "open" || route === null || hasVoted || person.accountStatus !== "member") return false;
  if (!routes.has(route.name) || findObstacle(request.facts, route) !== null) return false;
  return route.selfApproval || isRequester(person, requester) !== "yes";
}
