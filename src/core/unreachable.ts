import { type Route, type RouteMatch, TEXT_CONDITIONS } from "./policy.ts";

/** A route that can never be the first to match, because an earlier one matches whatever it matches. */
export interface Unreachable {
  route: string;
  because: string;
}

/** Routes that are never reached. Errs on the side of silence: what is named is surely not reached. */
export function unreachableRoutes(routes: readonly Route[]): Unreachable[] {
  return routes.flatMap((route, index) => {
    const earlier = routes.slice(0, index).find((each) => covers(each.match, route.match));
    return earlier === undefined ? [] : [{ route: route.name, because: earlier.name }];
  });
}

/** Whether everything that `inner` matches is matched by `outer` too. */
function covers(outer: RouteMatch, inner: RouteMatch): boolean {
  const texts = TEXT_CONDITIONS.every((key) => {
    const [wide, narrow] = [outer[key], inner[key]];
    return wide === undefined || (narrow !== undefined && globCovers(wide, narrow));
  });
  return (
    texts &&
    Object.entries(outer.parameters ?? {}).every(([name, wide]) => {
      const narrow = Object.hasOwn(inner.parameters ?? {}, name) ? inner.parameters?.[name] : undefined;
      return narrow?.every((each) => wide.some((glob) => globCovers(glob, each))) ?? false;
    })
  );
}

/**
 * Whether every text that `narrow` matches is matched by `wide`. `narrow` is read as a text in which its own `*` is met
 * only by a `*`, and its `?` only by a `?` or `*`.
 */
export function globCovers(wide: string, narrow: string): boolean {
  let w = 0;
  let n = 0;
  let star = -1;
  let mark = 0;
  while (n < narrow.length) {
    if (wide[w] === "*") {
      star = w++;
      mark = n;
    } else if (w < wide.length && narrow[n] !== "*" && (wide[w] === "?" || wide[w] === narrow[n])) {
      w++;
      n++;
    } else if (star >= 0) {
      w = star + 1;
      n = ++mark;
    } else return false;
  }
  while (wide[w] === "*") w++;
  return w === wide.length;
}
