import { isMatch, type PartialSubject, type Route, testConditions } from "./policy.ts";

/** The result of matching one route against a request. Routes are tried in their order. */
export interface RouteTrial {
  route: Route;
  /** `depends`: the route matches if the unknown facts meet its conditions. */
  verdict: "matches" | "depends" | "fails";
  /** The conditions that do not hold or, for `depends`, those over unknown facts. */
  conditions: string[];
}

/** Tries the routes in order, up to the first one that matches for certain. */
export function explainRoutes(routes: readonly Route[], subject: PartialSubject): RouteTrial[] {
  const trials: RouteTrial[] = [];
  for (const route of routes) {
    const trial = tryRoute(route, subject);
    trials.push(trial);
    if (trial.verdict === "matches") break;
  }
  return trials;
}

function tryRoute(route: Route, subject: PartialSubject): RouteTrial {
  const unmet = testConditions(route.match, subject);
  if (isMatch(unmet)) return { route, verdict: "matches", conditions: [] };
  if (unmet.failed.length > 0) return { route, verdict: "fails", conditions: unmet.failed };
  return { route, verdict: "depends", conditions: unmet.unknown };
}
