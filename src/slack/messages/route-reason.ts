import { listNames } from "../../core/name-renderer.ts";
import type { Route } from "../../core/policy.ts";
import { code } from "./text.ts";

const MAX_CONDITIONS = 8;
const MAX_GLOBS = 5;

/** Says why a route applies: the conditions that the request meets. In mrkdwn. */
export function routeReason({ name, match }: Route): string {
  const { parameters = {}, ...texts } = match;
  const conditions = [
    ...Object.entries(texts).map(([key, glob]) => [key, [glob].flat()] as const),
    ...Object.entries(parameters).map(([key, globs]) => [`parameter ${code(key, 60)}`, globs] as const),
  ].map(
    ([key, globs]) =>
      `${key} matches ${listNames(
        globs.map((glob) => code(String(glob), 80)),
        "or",
        MAX_GLOBS,
      )}`,
  );
  const why =
    conditions.length === 0
      ? "it matches everything that no earlier route covers"
      : listNames(conditions, "and", MAX_CONDITIONS);
  return `*Route:* ${code(name, 80)}, because ${why}`;
}
