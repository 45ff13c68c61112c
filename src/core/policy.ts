import { globMatches } from "./glob.ts";

/** People that the configuration names: Slack user IDs and user group IDs. */
export interface People {
  users: string[];
  groups: string[];
}

/** People who may decide: users, members of groups and, only with `channel`, the members of the route's channels. */
export interface Approvers extends People {
  channel?: "members" | undefined;
}

/** Conditions that must all hold; an absent condition always holds. Texts are globs (see glob.ts). */
export interface RouteMatch {
  document?: string | undefined;
  target?: string | undefined;
  account?: string | undefined;
  region?: string | undefined;
  step?: string | undefined;
  startedBy?: string | undefined;
  /** Map from a parameter's name to globs: one of them must match one of the parameter's values. */
  parameters?: Record<string, string[]> | undefined;
}

export interface Route {
  name: string;
  match: RouteMatch;
  channels: string[];
  /** Whether each approver also gets a direct message. */
  dm: boolean;
  approvers: Approvers;
  /** People who are mentioned in the message and cannot decide. */
  notify: People;
  /** Number of distinct people who must approve. One rejection rejects. */
  quorum: number;
  /** Whether the requester, who started the execution, may approve it. */
  selfApproval: boolean;
  /** Without self-approval: whether approvals count if the requester is unknown. */
  whenRequesterUnknown: "allow" | "deny";
  /** When the bot asks for a reason: never, for a rejection, or for both verdicts. */
  reason: "none" | "reject" | "always";
  /** How an approver confirms: with a button, or by typing the runbook's name. */
  confirm: "button" | "typed";
}

/** The facts that routes are matched against. Parameters are not masked here, so this is never stored. */
export interface RouteSubject {
  document: string;
  target: string;
  account: string;
  region: string;
  step: string;
  startedBy: string;
  parameters: Record<string, string[]>;
}

/** The known facts about a request; a text that is left out is unknown. */
export type PartialSubject = Partial<Omit<RouteSubject, "parameters">> &
  Pick<RouteSubject, "parameters"> & {
    /** Whether more parameters than these may exist: a runbook's defaults need not be written out. */
    moreParameters?: boolean;
  };

/** The conditions over one text each. */
export const TEXT_CONDITIONS = ["document", "target", "account", "region", "step", "startedBy"] as const;

/** Returns the first route that matches; null: no route matches, so the request cannot be decided in Slack. */
export function matchRoute(routes: readonly Route[], subject: RouteSubject): Route | null {
  return routes.find((route) => isMatch(testConditions(route.match, subject))) ?? null;
}

/**
 * Returns the route of a request, which is stored by name, or null: the configuration no longer has this route, or the
 * request matched none.
 */
export function findRoute(routes: readonly Route[], name: string | null | undefined): Route | null {
  return routes.find((route) => route.name === name) ?? null;
}

/** The conditions that do not hold, each by its key (`document`, `parameters.Environment`). */
export interface UnmetConditions {
  failed: string[];
  /** Conditions over facts that are unknown. */
  unknown: string[];
}

/** Returns whether every condition holds for certain. */
export const isMatch = ({ failed, unknown }: UnmetConditions): boolean => failed.length + unknown.length === 0;

/** Tests every condition of a route against the facts about a request. */
export function testConditions(match: RouteMatch, subject: PartialSubject): UnmetConditions {
  const unmet: UnmetConditions = { failed: [], unknown: [] };
  for (const key of TEXT_CONDITIONS) {
    const [glob, text] = [match[key], subject[key]];
    if (glob === undefined) continue;
    if (text === undefined) unmet.unknown.push(key);
    else if (!globMatches(glob, text)) unmet.failed.push(key);
  }
  for (const [name, globs] of Object.entries(match.parameters ?? {})) {
    const values = findParameter(subject, name);
    if (values?.some((value) => globs.some((glob) => globMatches(glob, value)))) continue;
    const list = values === null && subject.moreParameters === true ? unmet.unknown : unmet.failed;
    list.push(`parameters.${name}`);
  }
  return unmet;
}

/** Returns a parameter's values; null: not given. A runbook may use a name that every JavaScript object has. */
function findParameter({ parameters }: PartialSubject, name: string): readonly string[] | null {
  return Object.hasOwn(parameters, name) ? (parameters[name] ?? []) : null;
}
