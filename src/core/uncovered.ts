import type { NameRenderer } from "./name-renderer.ts";
import type { Doubt } from "./route-conditions.ts";

/** The reason why no route applies to a request, so that it cannot be decided in Slack. Holds no values of parameters. */
export type Uncovered =
  | { reason: "no-match" }
  | {
      reason: Doubt;
      /** The condition that decides between the two routes: `parameters.Environment`, `tags.Team`. */
      condition: string;
      /** The first route that may apply. */
      route: string;
      /** The route that applies if the first one does not; null: none does. */
      otherRoute: string | null;
      /** Why AWS did not return the defaults of the runbook, or the tags. */
      error?: string;
    };

/** The reasons, as labels of a metric. */
export const UNCOVERED_REASONS: readonly Uncovered["reason"][] = Object.keys({
  "no-match": true,
  unknown: true,
  values: true,
  spelling: true,
  empty: true,
  reference: true,
  owner: true,
} satisfies Record<Uncovered["reason"], true>) as Uncovered["reason"][];

/** Says why no route applied to a request when it opened: one sentence. */
export function uncoveredSentence(uncovered: Uncovered | undefined, show: NameRenderer): string {
  if (uncovered === undefined || uncovered.reason === "no-match") return "No route applied when the request opened.";
  const { reason, route, otherRoute, condition, error } = uncovered;
  const other = otherRoute === null ? "no route" : `route ${show.text(otherRoute)}`;
  const [either, both] = [`route ${show.text(route)} or ${other}`, `route ${show.text(route)} and ${other}`];
  const isTag = condition.startsWith("tags.");
  const parameter = `${isTag ? "tag" : "parameter"} ${show.text(condition.replace(/^(parameters|tags)\./, ""))}`;
  switch (reason) {
    case "values":
      return `No route applies: the values of ${parameter} do not all select the same route (${either}).`;
    case "spelling":
      return `No route applies: case and white space in ${parameter} decide between ${both}.`;
    case "empty":
      return `No route applies: ${parameter} is an empty list, and its default decides between ${both}.`;
    case "reference":
      return `No route applies: ${parameter} contains ${show.text("{{ }}")}, which AWS replaces later. The ${isTag ? "tag" : "parameter"} decides between ${both}.`;
    case "unknown":
      if (isTag)
        return `No route applies: ${parameter} decides between ${both}, and AWS did not return the tags${error === undefined ? "" : ` (${show.text(error)})`}.`;
      return `No route applies: ${parameter} is left at its default. This default decides between ${both}, and AWS did not return the default${error === undefined ? "" : ` (${show.text(error)})`}.`;
    case "owner":
      return `No route applies: AWS names the runbook without its account. The account decides between ${both}.`;
    default:
      throw new Error(`no text for ${reason satisfies never}`);
  }
}

/** Says how to get such a request covered; null: a route must be added. */
export function uncoveredFix(uncovered: Uncovered | undefined, show: NameRenderer): string | null {
  const reason = uncovered?.reason ?? "no-match";
  const isTag = uncovered !== undefined && "condition" in uncovered && uncovered.condition.startsWith("tags.");
  switch (reason) {
    case "no-match":
      return null;
    case "values":
      return "Start one execution for each value, or change the policy so that one route matches all of these values.";
    case "spelling":
      return "Start the execution again with the value as the policy writes it, or add this spelling to the route.";
    case "empty":
      return "Start the execution again with a value for the parameter.";
    case "reference":
      return "Start the execution again with the value itself.";
    case "unknown":
      if (isTag)
        return `Allow the bot ${show.text("ssm:ListTagsForResource")} for executions, and start this one again.`;
      return `Allow the bot ${show.text("ssm:GetDocument")} for this runbook, or start the execution again with a value for the parameter.`;
    case "owner":
      return "Change the route's condition from the runbook's ARN to its name.";
    default:
      throw new Error(`no text for ${reason satisfies never}`);
  }
}
