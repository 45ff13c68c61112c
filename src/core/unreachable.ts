import { globCovers } from "./glob.ts";
import { coversAction, type Route, type RouteMatch, TEXT_CONDITIONS } from "./policy.ts";

/** A route that can never match first: an earlier route already matches everything it would match. */
export interface UnreachableRoute {
  /** Position of the unreachable route in the configuration. */
  index: number;
  route: string;
  /** Name of the earlier route. */
  earlier: string;
}

/** Finds unreachable routes. May miss one, but never reports a reachable route. */
export function unreachableRoutes(routes: readonly Route[]): UnreachableRoute[] {
  return routes.flatMap((route, index) => {
    const earlier = routes.slice(0, index).find((each) => covers(each.match, route.match));
    return earlier === undefined ? [] : [{ index, route: route.name, earlier: earlier.name }];
  });
}

/** Returns whether `outer` is certain to match everything that `inner` matches. */
export function covers(outer: RouteMatch, inner: RouteMatch): boolean {
  const texts = TEXT_CONDITIONS.every((key) => {
    const [wide, narrow] = [outer[key], inner[key]];
    return wide === undefined || (narrow !== undefined && globCovers(wide, narrow));
  });
  return (
    coversAction(outer, inner.action) &&
    texts &&
    coversNamed(outer.parameters, inner.parameters) &&
    coversNamed(outer.tags, inner.tags)
  );
}

function coversNamed(outer: RouteMatch["parameters"] = {}, inner: RouteMatch["parameters"] = {}): boolean {
  return Object.entries(outer).every(([name, wide]) => {
    const narrow = Object.hasOwn(inner, name) ? inner[name] : undefined;
    return narrow?.every((each) => wide.some((glob) => globCovers(glob, each))) ?? false;
  });
}
