import { listNames } from "../../core/name-renderer.ts";
import { type Route, TEXT_CONDITIONS } from "../../core/policy.ts";
import { namedConditions } from "../../core/route-conditions.ts";
import { fitting } from "./budget.ts";
import { code } from "./text.ts";

const MAX_CONDITIONS = 8;
const MAX_GLOBS = 5;
/** One condition always fits. */
const MAX_LENGTH = 700;

/** Says why a route applies: the conditions that the request meets, in at most 900 characters. In mrkdwn. */
export function routeReason({ name, match }: Route): string {
  const describe = (key: string, globs: readonly string[]) =>
    `${key} matches ${listNames(
      globs.map((glob) => code(glob, 80)),
      "or",
      MAX_GLOBS,
    )}`;
  const conditions = [
    ...TEXT_CONDITIONS.flatMap((key) => (match[key] === undefined ? [] : [describe(key, [match[key]])])),
    ...namedConditions(match).map((each) =>
      describe(`${each.kind === "tags" ? "tag" : "parameter"} ${code(each.name, 60)}`, each.globs),
    ),
  ];
  const why =
    conditions.length === 0
      ? "it matches everything that no earlier route covers"
      : listNames(conditions, "and", fitting(conditions, MAX_LENGTH, MAX_CONDITIONS).length);
  return `*Route:* ${code(name, 80)}, because ${why}`;
}

/** Says that a request keeps the route that it got under another configuration. In mrkdwn. */
export function keptRoute({ name }: Route): string {
  return `*Route:* ${code(name, 80)}. The request keeps the route that it got when it opened. The configuration has changed, so Countersign no longer knows the old conditions. ${code("/approvals policy ID", 40)} shows the route that a new execution would get.`;
}
