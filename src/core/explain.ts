import { failedConditions, globMatches, type Route, type RouteSubject, TEXT_CONDITIONS } from "./policy.ts";

/** What is known of a request; a text that is left out is not known. */
export type PartialSubject = Partial<Omit<RouteSubject, "parameters">> &
  Pick<RouteSubject, "parameters"> & {
    /** Whether there may be more parameters than these: a runbook's defaults need not be written out. */
    moreParameters?: boolean;
  };

/** How one route stands to a request, in the order in which routes are tried. */
export interface RouteTrial {
  route: Route;
  /** `depends`: it would match if what is not known were right. */
  verdict: "matches" | "depends" | "fails";
  /** The conditions that do not hold, or those over what is not known. */
  conditions: string[];
}

/** Tries the routes one by one until one surely matches. */
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
  const { match } = route;
  const openTexts = TEXT_CONDITIONS.filter((key) => match[key] !== undefined && subject[key] === undefined);
  const known = TEXT_CONDITIONS.filter((key) => subject[key] !== undefined);
  const texts = known.filter((key) => match[key] !== undefined && !globMatches(match[key], subject[key] ?? ""));
  const whole = { document: "", target: "", account: "", region: "", step: "", startedBy: "", ...subject };
  const parameters = failedConditions({ parameters: match.parameters }, whole);
  const isOpen = (key: string) => subject.moreParameters === true && !isGiven(subject, key);
  const failed = [...texts, ...parameters.filter((key) => !isOpen(key))];
  if (failed.length > 0) return { route, verdict: "fails", conditions: failed };
  const open = [...openTexts, ...parameters.filter(isOpen)];
  return open.length > 0
    ? { route, verdict: "depends", conditions: open }
    : { route, verdict: "matches", conditions: [] };
}

/** `key` is that of a condition: `parameters.Environment`. */
function isGiven({ parameters }: PartialSubject, key: string): boolean {
  return Object.hasOwn(parameters, key.slice("parameters.".length));
}
