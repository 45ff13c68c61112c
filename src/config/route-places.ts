import { globMatches } from "../core/glob.ts";
import { findNearest } from "../core/nearest.ts";
import type { Route } from "../core/policy.ts";
import { quote } from "./problem.ts";
import { findTargetAccount, type TargetRegion } from "./targets.ts";

const PLACES = [
  ["region", "Region", ({ region }: TargetRegion) => region],
  ["account", "account", findTargetAccount],
] as const;

/** Other places of a long list are counted. */
const MAX_LISTED = 10;

/**
 * Refuses a route for a Region or an account that none of its targets has: each request would go to a later, often laxer
 * route. The account of the bot's own credentials is not known here, so a target with it may have any account.
 */
export function findPlaceFaults(routes: readonly Route[], targets: readonly TargetRegion[]) {
  return routes.flatMap(({ match }, index) => {
    let left = targets.filter(({ name }) => match.target === undefined || globMatches(match.target, name));
    for (const [key, noun, read] of PLACES) {
      const wanted = match[key];
      const places = [...new Set(left.map(read))];
      const known = places.filter((place) => place !== null);
      if (wanted === undefined || known.length === 0 || known.length < places.length) continue;
      const owner = describeOwner(match.target, left);
      left = left.filter((each) => globMatches(wanted, read(each) ?? ""));
      if (left.length > 0) continue;
      const nearest = findNearest(wanted, known);
      const hint = nearest === null ? `Known there: ${list(known)}.` : `Did you mean ${nearest}?`;
      return [
        {
          path: ["routes", index, "match", key],
          what: `No ${noun} of ${owner} matches ${quote(wanted)}.`,
          fix: `${hint} Correct the condition, or add the ${noun} to a target.`,
        },
      ];
    }
    return [];
  });
}

function describeOwner(wanted: string | undefined, targets: readonly TargetRegion[]): string {
  const names = new Set(targets.map(({ name }) => name));
  if (names.size === 1) return `target ${[...names][0]}`;
  return wanted === undefined ? "the targets" : `the targets that match ${quote(wanted)}`;
}

function list(places: readonly string[]): string {
  const more = places.length - MAX_LISTED;
  return `${places.slice(0, MAX_LISTED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
