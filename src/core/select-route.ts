import type { Route, RouteSubject } from "./policy.ts";
import {
  type Doubt,
  findFailingReadings,
  type NarrowedParameter,
  type TestedCondition,
  testConditions,
} from "./route-conditions.ts";
import type { Uncovered } from "./uncovered.ts";

/** The result of matching one route against a request. Routes are tried in their order. */
export interface RouteTrial {
  route: Route;
  /** `depends`: the route matches one reading of the request and not another. */
  verdict: "matches" | "depends" | "fails";
  /** The conditions that do not hold or, for `depends`, those that hold for one reading only. */
  conditions: TestedCondition[];
}

export type RouteSelection = { kind: "route"; route: Route } | { kind: "uncovered"; uncovered: Uncovered };

/** Tries the routes in order, up to the first one that matches every reading of the request. */
export function tryRoutes(routes: readonly Route[], subject: RouteSubject): RouteTrial[] {
  const trials: RouteTrial[] = [];
  for (const route of routes) {
    const trial = tryRoute(route, subject);
    trials.push(trial);
    if (trial.verdict === "matches") break;
  }
  return trials;
}

/**
 * Selects the route of a request: the first one that matches. A requester writes the parameters, so the result must be the
 * same for each value of a list, and for each value as written and without case and white space. Otherwise no route applies.
 *
 * This is the result of selecting a route for every combination of such readings, without trying them all: a route that
 * matches no reading changes nothing, and one that matches every reading ends the search. The first route between the two
 * gets the combinations that meet all of its conditions, and none of the others.
 */
export function selectRoute(routes: readonly Route[], subject: RouteSubject): RouteSelection {
  const trials = tryRoutes(routes, subject);
  const first = trials.find((trial) => trial.verdict !== "fails");
  if (first === undefined) return { kind: "uncovered", uncovered: { reason: "no-match" } };
  const [doubtful] = first.conditions;
  if (doubtful === undefined) return { kind: "route", route: first.route };
  const { key } = doubtful;
  const later = routes.slice(trials.indexOf(first) + 1);
  const narrowed = findFailingReadings(subject, first.route.match, key);
  const other = later.find((route) => tryRoute(route, subject, narrowed).verdict !== "fails");
  const names = { route: first.route.name, otherRoute: other?.name ?? null };
  return { kind: "uncovered", uncovered: { reason: doubtful.result as Doubt, condition: key, ...names } };
}

/**
 * Returns every condition that decides whether the first possible route applies, the reported one first. A read that settles
 * any of them can change the route.
 */
export function findDoubts(routes: readonly Route[], subject: RouteSubject): TestedCondition[] {
  return tryRoutes(routes, subject).find(({ verdict }) => verdict !== "fails")?.conditions ?? [];
}

function tryRoute(route: Route, subject: RouteSubject, narrowed: NarrowedParameter | null = null): RouteTrial {
  const unmet = testConditions(route.match, subject, narrowed).filter(({ result }) => result !== "holds");
  const failed = unmet.filter(({ result }) => result === "fails");
  if (unmet.length === 0) return { route, verdict: "matches", conditions: [] };
  return failed.length > 0
    ? { route, verdict: "fails", conditions: failed }
    : { route, verdict: "depends", conditions: unmet };
}
