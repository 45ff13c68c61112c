import { findRouteTerms } from "../../core/action-terms.ts";
import { describeApprovers, NO_APPROVERS } from "../../core/approvers.ts";
import { counted } from "../../core/counted.ts";
import { APPROVE_ACTION, type ObservedExecution, PAUSE_ACTION, type Parents } from "../../core/execution.ts";
import { toRouteSubject, toStarters } from "../../core/facts.ts";
import { listNames, type NameRenderer } from "../../core/name-renderer.ts";
import type { Route, RouteSubject } from "../../core/policy.ts";
import {
  type AddressOwners,
  findRequester,
  type Identities,
  initialOwners,
  type Starters,
} from "../../core/requester.ts";
import { explainRequesterRule } from "../../core/requester-rule.ts";
import { type TestedCondition, testConditions } from "../../core/route-conditions.ts";
import { type RouteTrial, selectRoute, tryRoutes } from "../../core/select-route.ts";
import { type Uncovered, uncoveredFix, uncoveredSentence } from "../../core/uncovered.ts";
import type { DeclaredParameters, FailedSince, Target } from "../ports/aws.ts";

/**
 * Returns the facts to match routes against: of each waiting step that people decide or, if none is waiting, of each one.
 * `withPauses`: also of paused steps, which are ignored unless a route covers pauses.
 */
export function toSubjects(
  target: Target,
  execution: ObservedExecution,
  declared: DeclaredParameters | FailedSince,
  { tags = null, withPauses = false }: { tags?: Record<string, string> | null; withPauses?: boolean } = {},
): RouteSubject[] {
  const gates = execution.steps.filter(
    ({ action }) => action === APPROVE_ACTION || (withPauses && action === PAUSE_ACTION),
  );
  const waiting = gates.filter((step) => step.status === "Waiting");
  const defaults = declared.kind === "read" ? declared.defaults : null;
  return (waiting.length > 0 ? waiting : gates).map((step) => toRouteSubject(target, execution, step, defaults, tags));
}

/** What the texts of an explanation need apart from the facts that routes are matched against. */
interface ExplainOptions {
  /** The runbook of the execution; null for a request that is only described, whose other facts are unknown. */
  declared?: DeclaredParameters | FailedSince | null;
  /** The read of the tags; null if there was none. */
  tagged?: { kind: "read" } | FailedSince | null;
  show?: NameRenderer;
  /** The facts without hidden values. */
  shown?: RouteSubject | undefined;
  /** The executions that started the execution; absent if there are none. */
  parents?: Parents | undefined;
}

/**
 * Explains which route applies, who may decide and why, as lines of text. `found`: a route applies for certain. `owners`: those
 * of the request; without a request, Slack has yet to return them.
 */
export function explain(
  policy: { routes: readonly Route[]; identities: Identities; owners?: AddressOwners | undefined },
  subject: RouteSubject,
  { declared = null, tagged = null, show = makeIdRenderer(new Map()), shown = subject, parents }: ExplainOptions = {},
): { found: boolean; lines: string[] } {
  const lines = tryRoutes(policy.routes, subject).map((trial) => describeTrial(trial, shown));
  if (declared?.kind === "read") lines.push(...unrestrictedParameters(policy.routes, subject, declared));
  const selection = selectRoute(policy.routes, subject);
  if (selection.kind === "uncovered")
    return {
      found: false,
      lines: [...lines, ...describeUncovered(selection.uncovered, subject, { declared, tagged, show })],
    };
  return {
    found: true,
    lines: [...lines, ...describeRoute(selection.route, toStarted(subject, parents), policy, show)],
  };
}

function describeUncovered(
  uncovered: Uncovered,
  { action }: RouteSubject,
  { declared, tagged, show }: Required<Pick<ExplainOptions, "declared" | "tagged" | "show">>,
): string[] {
  const effect = "This request cannot be decided in Slack, and the admins are notified.";
  if (uncovered.reason === "no-match" && action === PAUSE_ACTION) return ["No route matches. This pause is ignored."];
  if (uncovered.reason === "no-match") return [`No route matches. ${effect}`];
  if (uncovered.reason === "unknown" && declared === null) return ["The result depends on facts that were not given."];
  const read = uncovered.condition.startsWith("tags.") ? tagged : declared;
  const error = read?.kind === "failed" ? { error: read.code } : {};
  return [`${uncoveredSentence({ ...uncovered, ...error }, show)} ${effect}`, `Fix: ${uncoveredFix(uncovered, show)}`];
}

/** Warns about each parameter that may decide the route and for which the runbook accepts any value. */
function unrestrictedParameters(
  routes: readonly Route[],
  subject: RouteSubject,
  { allowedValues }: DeclaredParameters,
): string[] {
  const possible = routes.filter(({ match: { parameters: _, ...texts } }) =>
    testConditions(texts, subject).every(({ result }) => result !== "fails"),
  );
  const names = new Set(possible.flatMap(({ match }) => Object.keys(match.parameters ?? {})));
  return [...names]
    .filter((name) => !Object.hasOwn(allowedValues, name))
    .map(
      (name) =>
        `Warning: parameter ${name} decides the route, and the runbook declares no allowedValues for it: a requester can write any value.`,
    );
}

function describeTrial({ route, verdict, conditions }: RouteTrial, subject: RouteSubject): string {
  const name = JSON.stringify(route.name);
  switch (verdict) {
    case "matches":
      return `Route ${name} matches.`;
    case "depends":
      return `Route ${name} might match: it depends on ${conditions.map(describeCondition).join(", ")}.`;
    case "fails":
      return `Route ${name} does not match: ${conditions.map(({ key }) => describeUnmet(key, route, subject)).join("; ")}.`;
    default:
      throw new Error(`no text for ${verdict satisfies never}`);
  }
}

function describeCondition({ key, result }: TestedCondition): string {
  switch (result) {
    case "unknown":
      return `${key} (not given)`;
    case "values":
      return `${key} (only some of its values match)`;
    case "spelling":
      return `${key} (case or white space decides)`;
    case "empty":
      return `${key} (an empty list)`;
    case "reference":
      return `${key} (contains {{ }})`;
    case "owner":
      return `${key} (the runbook's account is unknown)`;
    case "holds":
    case "fails":
      return key;
    default:
      throw new Error(`no text for ${result satisfies never}`);
  }
}

/** Describes a condition that does not hold: `parameters.Environment is "test", not "prod" or "prod-*"`. */
function describeUnmet(key: string, { match }: Route, subject: RouteSubject): string {
  if (key === "action") {
    const { action = APPROVE_ACTION } = subject;
    return `action is ${JSON.stringify(action)}, not ${JSON.stringify(match.action ?? APPROVE_ACTION)}`;
  }
  const [, kind, name = ""] = /^(parameters|tags)\.(.*)$/s.exec(key) ?? [];
  const [globs, values] =
    kind === "parameters"
      ? [own(match.parameters, name), own(subject.parameters, name)]
      : kind === "tags"
        ? [own(match.tags, name), own(subject.tags ?? undefined, name)]
        : [own(match, key), own(subject, key)];
  if (globs.length === 0) return key;
  const is = values.length === 0 ? "has no value" : `is ${quoted(values, "and")}`;
  return `${key} ${is}, not ${quoted(globs, "or")}`;
}

/** Returns the text or the texts of a key; empty if there is none. */
function own(record: object | undefined, key: string): string[] {
  const found: unknown = record !== undefined && Object.hasOwn(record, key) ? record[key as keyof typeof record] : [];
  return [found].flat().filter((each) => typeof each === "string");
}

const quoted = (texts: readonly string[], word: "and" | "or") =>
  listNames(
    texts.map((text) => JSON.stringify(text)),
    word,
    MAX_VALUES,
  );

/** More values of one condition are not listed. */
const MAX_VALUES = 10;

const asIs = (text: string) => text;

/** Shows IDs as the configuration has them, each after its name in Slack if the map has one. */
export function makeIdRenderer(names: ReadonlyMap<string, string>): NameRenderer {
  const show = (id: string) => (names.has(id) ? `${names.get(id)} (${id})` : id);
  return { user: show, group: (id) => `members of ${show(id)}`, channel: show, text: asIs, word: asIs, strong: asIs };
}

type Owned = Omit<Parameters<typeof explain>[0], "routes">;

/** Returns who started the execution; null if that is not given. */
const toStarted = ({ startedBy }: RouteSubject, parents: Parents | undefined): Starters | null =>
  startedBy === undefined ? null : toStarters(startedBy === "" ? null : startedBy, parents);

function describeRoute(route: Route, starters: Starters | null, policy: Owned, show: NameRenderer): string[] {
  const approvers = describeApprovers(route, show) ?? NO_APPROVERS;
  return [
    `  Posted in ${route.channels.map(show.channel).join(", ")}${route.dm ? ", and to each approver as a direct message" : ""}.`,
    `  May decide: ${approvers}. ${needed(route)}`,
    `  Reason: ${route.reason}. Confirmation: ${route.confirm}.`,
    `  ${describeSelfApproval(route, starters, policy, show)}`,
  ];
}

function needed(route: Route): string {
  const { noun, approvals, verb } = findRouteTerms(route);
  const counts = counted(route.quorum, `${noun.approve} is`, `${approvals} are`);
  return `${counts} needed; one ${noun.reject} ${verb.reject}s.`;
}

function describeSelfApproval(
  route: Route,
  starters: Starters | null,
  { identities, owners }: Owned,
  show: NameRenderer,
): string {
  if (starters === null)
    return `The requester may${route.selfApproval ? "" : " not"} ${findRouteTerms(route).verb.approve}.`;
  const requester = findRequester({ facts: starters, addressOwners: owners ?? initialOwners(starters) }, identities);
  const above = (starters.parents ?? []).map(
    (each) => `, a child of one by ${each.executedBy ?? "an unnamed principal"}`,
  );
  return `Started by ${starters.executedBy ?? "an unnamed principal"}${above.join("")}. ${explainRequesterRule(route, requester, show)}`;
}
