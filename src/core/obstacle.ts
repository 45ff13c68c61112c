import { type ListingFacts, requestListing } from "./listed-approver.ts";
import type { Route } from "./policy.ts";

/**
 * The reason why no click can decide a request in Slack:
 *
 *   no-route   no route covers it
 *   elsewhere  its route only informs (`decide: elsewhere`)
 *   unlisted   AWS would refuse the signal, because the step's Approvers do not include the signer
 */
export type Obstacle = "no-route" | "elsewhere" | "unlisted";

/**
 * Returns the obstacle that every surface shows instead of buttons; null if a click can decide the request. It stops
 * break-glass too.
 */
export function findObstacle(facts: ListingFacts, route: Route | null): Obstacle | null {
  if (route === null) return "no-route";
  if (route.decide === "elsewhere") return "elsewhere";
  return requestListing(facts) === "unlisted" ? "unlisted" : null;
}
