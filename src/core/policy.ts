import { APPROVE_ACTION, type GateAction, PAUSE_ACTION } from "./execution.ts";
import type { QuietHours } from "./quiet-hours.ts";

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
  /** The action of the step, compared as it is. Default: aws:approve, so no other route covers pauses. */
  action?: GateAction | undefined;
  document?: string | undefined;
  target?: string | undefined;
  account?: string | undefined;
  region?: string | undefined;
  step?: string | undefined;
  startedBy?: string | undefined;
  /** Map from a parameter's name to globs: one of them must match every value of the parameter. */
  parameters?: Record<string, string[]> | undefined;
  /** Map from a tag's key to globs: one of them must match the tag's value. A missing tag matches none. */
  tags?: Record<string, string[]> | undefined;
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
  /** Without self-approval: whether approvals count if the requester is unknown; see findRequesterRule. */
  whenRequesterUnknown: "allow" | "deny" | "deny-people";
  /** When the bot asks for a reason: never, for a rejection, or for both verdicts. */
  reason: "none" | "reject" | "always";
  /** How an approver confirms an approval: with the click alone, in Slack's dialog, or by typing the runbook's name. */
  confirm: "button" | "dialog" | "typed";
  /** Whether people decide in Slack, or only see the request there. Default: `slack`. */
  decide?: "slack" | "elsewhere" | undefined;
  /** Globs over outputs of earlier steps, such as `plan.Summary`, that the message shows. */
  show?: string[] | undefined;
  /** A warning at the top of each message of this route. */
  warning?: string | undefined;
  /** Whether the channel also shows the reply that reports the end of the execution. */
  broadcast?: boolean | undefined;
  /** Whether the requester is mentioned in the thread and gets direct messages. Default: true. */
  tellRequester?: boolean | undefined;
  /** When reminders of an open request come, in milliseconds: see reminders.ts. */
  remind?: { after?: number | undefined; every?: number | undefined; lastCall?: number | undefined } | undefined;
  /** Where an open request is posted too after this many milliseconds, and the IDs of people and groups to mention. */
  escalate?: { after: number; channels: string[]; mention: string[] } | undefined;
  /** Hours without reminders. */
  quiet?: QuietHours | undefined;
}

/** The conditions over one text each. */
export const TEXT_CONDITIONS = ["document", "target", "account", "region", "step", "startedBy"] as const;

/**
 * The facts that routes are matched against; a text that is left out is unknown. Parameters are not masked here, so this is
 * never stored.
 */
export type RouteSubject = Partial<Record<(typeof TEXT_CONDITIONS)[number], string>> & {
  /** The action of the step. Default: aws:approve. */
  action?: GateAction;
  /** The values that the execution names. */
  parameters: Record<string, string[]>;
  /** The defaults of the executed version of the runbook; null if they are unknown. */
  defaults: Readonly<Record<string, string[]>> | null;
  /** The tags of the execution; null or absent if they are unknown. */
  tags?: Readonly<Record<string, string>> | null | undefined;
};

/** Tells whether a route covers steps of the action. */
export function coversAction({ action = APPROVE_ACTION }: RouteMatch, asked: GateAction = APPROVE_ACTION): boolean {
  return action === asked;
}

/** Tells whether a route covers pauses. Without one, paused steps are ignored. */
export function coversPauses(routes: readonly Route[]): boolean {
  return routes.some(({ match }) => coversAction(match, PAUSE_ACTION));
}

/** Tells whether a route depends on tags, which are read only then. */
export function usesTags(routes: readonly Route[]): boolean {
  return routes.some(({ match }) => Object.keys(match.tags ?? {}).length > 0);
}

/**
 * Returns the route of a request, which is stored by name, or null: the configuration no longer has this route, or no route
 * applied to the request.
 */
export function findRoute(routes: readonly Route[], name: string | null | undefined): Route | null {
  return routes.find((route) => route.name === name) ?? null;
}

/** Tells whether a channel gets the request only when it is escalated. */
export function isEscalationChannel(route: Route | null, channelId: string): boolean {
  return route?.escalate?.channels.includes(channelId) === true && !route.channels.includes(channelId);
}

/** Sorts IDs of people and user groups. */
export function toPeople(ids: readonly string[]): People {
  return { users: ids.filter((id) => !id.startsWith("S")), groups: ids.filter((id) => id.startsWith("S")) };
}

/** Tells whether the requester learns the end of an execution whose requests have these routes: one of them is enough. */
export function tellsRequester(routes: readonly Pick<Route, "tellRequester">[]): boolean {
  return routes.some((route) => route.tellRequester !== false);
}
