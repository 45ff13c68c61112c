/** Who is meant by a line of the configuration: Slack user ids and user group ids. */
export interface People {
  users: string[];
  groups: string[];
}

/** Conditions that must all hold; an absent one always holds. Texts are globs: `*` any run of characters, `?` one. */
export interface RouteMatch {
  document?: string | undefined;
  target?: string | undefined;
  account?: string | undefined;
  region?: string | undefined;
  step?: string | undefined;
  startedBy?: string | undefined;
  /** Parameter name to the globs of which one must match one of its values. */
  parameters?: Record<string, string[]> | undefined;
}

export interface Route {
  name: string;
  match: RouteMatch;
  channels: string[];
  approvers: People;
  /** How many distinct people must approve. One rejection rejects. */
  quorum: number;
  /** When a reason is asked for: never, when rejecting, or for both verdicts. */
  reason: "none" | "reject" | "always";
}

/** What routes look at. Parameters are not masked here, so this is never stored. */
export interface RouteSubject {
  document: string;
  target: string;
  account: string;
  region: string;
  step: string;
  startedBy: string;
  parameters: Record<string, string[]>;
}

/** The first route that matches, or null: then nobody can decide. */
export function routeFor(routes: readonly Route[], subject: RouteSubject): Route | null {
  return routes.find((route) => matches(route.match, subject)) ?? null;
}

function matches(match: RouteMatch, subject: RouteSubject): boolean {
  const texts = ["document", "target", "account", "region", "step", "startedBy"] as const;
  if (!texts.every((key) => match[key] === undefined || globMatches(match[key], subject[key]))) return false;
  return Object.entries(match.parameters ?? {}).every(([name, globs]) =>
    parameterOf(subject, name).some((value) => globs.some((glob) => globMatches(glob, value))),
  );
}

/** A parameter's values. Its name is the runbook's own choice, so it may be that of a member which every object has. */
function parameterOf({ parameters }: RouteSubject, name: string): readonly string[] {
  return Object.hasOwn(parameters, name) ? (parameters[name] ?? []) : [];
}

/**
 * Whether the whole text matches the glob, case-sensitively. Walks both with one point to go back to, so that a hostile
 * text cannot make it slow, as it could a regular expression.
 */
export function globMatches(glob: string, text: string): boolean {
  let g = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    if (glob[g] === "*") {
      star = g++;
      mark = t;
    } else if (g < glob.length && (glob[g] === "?" || glob[g] === text[t])) {
      g++;
      t++;
    } else if (star >= 0) {
      g = star + 1;
      t = ++mark;
    } else return false;
  }
  while (glob[g] === "*") g++;
  return g === glob.length;
}
