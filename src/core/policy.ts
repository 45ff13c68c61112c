/** Who is meant by a line of the configuration: Slack user ids and user group ids. */
export interface People {
  users: string[];
  groups: string[];
}

/** Who may decide: people, members of groups and, only where written out, whoever is in one of the route's channels. */
export interface Approvers extends People {
  channel?: "members" | undefined;
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
  /** Whether each approver also gets the request as a direct message. */
  dm: boolean;
  approvers: Approvers;
  /** Mentioned in the message, without power to decide. */
  notify: People;
  /** How many distinct people must approve. One rejection rejects. */
  quorum: number;
  /** Whether who started the execution may approve it. */
  selfApproval: boolean;
  /** What holds without self-approval when it cannot be known who started the execution. */
  whenRequesterUnknown: "allow" | "deny";
  /** When a reason is asked for: never, when rejecting, or for both verdicts. */
  reason: "none" | "reject" | "always";
  /** What an approval asks for: a press of a button, or the runbook's name typed out. */
  confirm: "button" | "typed";
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

/** The conditions over one text each. */
export const TEXT_CONDITIONS = ["document", "target", "account", "region", "step", "startedBy"] as const;

/** Returns the first route that matches, or null: then nobody can decide. */
export function matchRoute(routes: readonly Route[], subject: RouteSubject): Route | null {
  return routes.find((route) => failedConditions(route.match, subject).length === 0) ?? null;
}

/**
 * Returns the route of a request, which is stored by name, or null: the configuration no longer has this route, or the
 * request matched none.
 */
export function findRoute(routes: readonly Route[], name: string | null | undefined): Route | null {
  return routes.find((route) => route.name === name) ?? null;
}

/** The conditions that do not hold, each by its key: `document`, `parameters.Environment`. */
export function failedConditions(match: RouteMatch, subject: RouteSubject): string[] {
  const texts = TEXT_CONDITIONS.filter((key) => match[key] !== undefined && !globMatches(match[key], subject[key]));
  const parameters = Object.entries(match.parameters ?? {})
    .filter(
      ([name, globs]) => !parameterOf(subject, name).some((value) => globs.some((glob) => globMatches(glob, value))),
    )
    .map(([name]) => `parameters.${name}`);
  return [...texts, ...parameters];
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
