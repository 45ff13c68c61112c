import { capitalize, findRouteTerms } from "../../core/action-terms.ts";
import { describeApprovers, NO_APPROVERS } from "../../core/approvers.ts";
import { counted } from "../../core/counted.ts";
import { APPROVE_ACTION, PAUSE_ACTION, type Parents } from "../../core/execution.ts";
import { toRequesterFacts } from "../../core/facts.ts";
import { listNames, type NameRenderer } from "../../core/name-renderer.ts";
import type { Route, RouteSubject } from "../../core/policy.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import { findRequester, type Identities, initialOwners, type RequesterFacts } from "../../core/requester.ts";
import { explainRequesterRule } from "../../core/requester-rule.ts";
import { type TestedCondition, testConditions } from "../../core/route-conditions.ts";
import { type RouteTrial, selectRoute, tryRoutes } from "../../core/select-route.ts";
import { type Uncovered, uncoveredFix, uncoveredSentence } from "../../core/uncovered.ts";
import type { DeclaredParameters, FailedSince } from "../ports/aws.ts";

/** What the texts of an explanation need apart from the facts that routes are matched against. */
interface ExplainOptions {
  /** The runbook of the execution; null for a request that is only described, whose other facts are unknown. */
  declared?: DeclaredParameters | FailedSince | null;
  /** The read of the tags; null if there was none. */
  tagged?: { kind: "read" } | FailedSince | null;
  show?: NameRenderer;
  /** The facts that the lines show, with hidden values masked; the route is still selected by the facts themselves. */
  shown?: RouteSubject | undefined;
  /** The executions that started the execution; absent if there are none. */
  parents?: Parents | undefined;
}

/**
 * Explains which route applies, who may decide and why, as lines of text. `route`: the name of the route that applies for
 * certain; null if none does. Without a request, Slack has yet to return the owners of addresses.
 */
export function explain(
  policy: { routes: readonly Route[]; identities: Identities; request?: ExplainedRequest | undefined },
  subject: RouteSubject,
  { declared = null, tagged = null, show = makeIdRenderer(new Map()), shown = subject, parents }: ExplainOptions = {},
): { route: string | null; lines: string[] } {
  const lines = tryRoutes(policy.routes, subject).map((trial) => describeTrial(trial, shown, show));
  if (declared?.kind === "read") lines.push(...unrestrictedParameters(policy.routes, subject, declared, show));
  const selection = selectRoute(policy.routes, subject);
  if (selection.kind === "uncovered")
    return {
      route: null,
      lines: [...lines, ...describeUncovered(selection.uncovered, subject, { declared, tagged, show })],
    };
  return {
    route: selection.route.name,
    lines: [...lines, ...describeRoute(selection.route, findRequesterFacts(subject, parents), policy, show)],
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
  if (uncovered.reason === "unknown" && declared === null)
    return ["Add the missing options, for example --step or --parameter, for a definite answer."];
  const read = uncovered.condition.startsWith("tags.") ? tagged : declared;
  const error = read?.kind === "failed" ? { error: read.code } : {};
  return [`${uncoveredSentence({ ...uncovered, ...error }, show)} ${effect}`, `Fix: ${uncoveredFix(uncovered, show)}`];
}

/** Warns about each parameter that may decide the route and for which the runbook accepts any value. */
function unrestrictedParameters(
  routes: readonly Route[],
  subject: RouteSubject,
  { allowedValues }: DeclaredParameters,
  show: NameRenderer,
): string[] {
  const possible = routes.filter(({ match: { parameters: _, ...texts } }) =>
    testConditions(texts, subject).every(({ result }) => result !== "fails"),
  );
  const names = new Set(possible.flatMap(({ match }) => Object.keys(match.parameters ?? {})));
  return [...names]
    .filter((name) => !Object.hasOwn(allowedValues, name))
    .map(
      (name) =>
        `Warning: parameter ${show.text(name)} decides the route, and the runbook declares no allowedValues for it: a requester can write any value.`,
    );
}

function describeTrial({ route, verdict, conditions }: RouteTrial, subject: RouteSubject, show: NameRenderer): string {
  const name = show.text(JSON.stringify(route.name));
  switch (verdict) {
    case "matches":
      return `Route ${name} matches.`;
    case "depends":
      return `Route ${name} might match: it depends on ${conditions.map((each) => describeCondition(each, show)).join(", ")}.`;
    case "fails":
      return `Route ${name} does not match: ${conditions.map(({ key }) => describeUnmet(key, route, subject, show)).join("; ")}.`;
    default:
      throw new Error(`no text for ${verdict satisfies never}`);
  }
}

function describeCondition({ key, result }: TestedCondition, show: NameRenderer): string {
  const note = conditionNote(result, show);
  return `${show.text(key)}${note === null ? "" : ` (${note})`}`;
}

function conditionNote(result: TestedCondition["result"], show: NameRenderer): string | null {
  switch (result) {
    case "unknown":
      return "not given";
    case "values":
      return "only some of its values match";
    case "spelling":
      return "case or white space decides";
    case "empty":
      return "an empty list";
    case "reference":
      return `contains ${show.text("{{ }}")}`;
    case "owner":
      return "the runbook's account is unknown";
    case "holds":
    case "fails":
      return null;
    default:
      throw new Error(`no text for ${result satisfies never}`);
  }
}

/** Describes a condition that does not hold: `parameters.Environment is "test", not "prod" or "prod-*"`. */
function describeUnmet(key: string, { match }: Route, subject: RouteSubject, show: NameRenderer): string {
  const quoted = (texts: readonly string[], word: "and" | "or") =>
    listNames(
      texts.map((text) => show.text(JSON.stringify(text))),
      word,
      MAX_VALUES,
    );
  if (key === "action") {
    const { action = APPROVE_ACTION } = subject;
    return `action is ${quoted([action], "and")}, not ${quoted([match.action ?? APPROVE_ACTION], "or")}`;
  }
  const [, kind, name = ""] = /^(parameters|tags)\.(.*)$/s.exec(key) ?? [];
  const [globs, values] =
    kind === "parameters"
      ? [own(match.parameters, name), own(subject.parameters, name)]
      : kind === "tags"
        ? [own(match.tags, name), own(subject.tags ?? undefined, name)]
        : [own(match, key), own(subject, key)];
  if (globs.length === 0) return show.text(key);
  const is = values.length === 0 ? "has no value" : `is ${quoted(values, "and")}`;
  return `${show.text(key)} ${is}, not ${quoted(globs, "or")}`;
}

/** Returns the text or the texts of a key; empty if there is none. */
function own(record: object | undefined, key: string): string[] {
  const found: unknown = record !== undefined && Object.hasOwn(record, key) ? record[key as keyof typeof record] : [];
  return [found].flat().filter((each) => typeof each === "string");
}

/** More values of one condition are not listed. */
const MAX_VALUES = 10;

const asIs = (text: string) => text;

/** Shows IDs as the configuration has them, each after its name in Slack if the map has one. */
export function makeIdRenderer(names: ReadonlyMap<string, string>): NameRenderer {
  const show = (id: string) => (names.has(id) ? `${names.get(id)} (${id})` : id);
  const link = (url: string, label: string) => `${label} (${url})`;
  return {
    user: show,
    group: (id) => `members of ${show(id)}`,
    channel: show,
    text: asIs,
    word: asIs,
    link,
    strong: asIs,
  };
}

/** What the explanation of an execution takes from its request. */
export type ExplainedRequest = Pick<ApprovalRequest, "addressOwners" | "listedAccounts" | "state">;

type IdentityContext = Omit<Parameters<typeof explain>[0], "routes">;

/** Returns the facts that identify the requester; null if they are not given. */
const findRequesterFacts = ({ startedBy }: RouteSubject, parents: Parents | undefined): RequesterFacts | null =>
  startedBy === undefined ? null : toRequesterFacts(startedBy === "" ? null : startedBy, parents);

function describeRoute(
  route: Route,
  facts: RequesterFacts | null,
  policy: IdentityContext,
  show: NameRenderer,
): string[] {
  const posted = `  Posted in ${route.channels.map(show.channel).join(", ")}${route.dm ? ", and to each approver as a direct message" : ""}.`;
  if (route.decide === "elsewhere") return [posted, "  For information only: people decide it in AWS, not in Slack."];
  const approvers = describeApprovers(route, show) ?? NO_APPROVERS;
  return [
    posted,
    `  May decide: ${approvers}. ${needed(route)}`,
    `  ${describeForm(route)}`,
    `  ${describeSelfApproval(route, facts, policy, show)}`,
  ];
}

/** Says what people must write or confirm. */
function describeForm(route: Route): string {
  const { approve, reject } = findRouteTerms(route).noun;
  const reasons = {
    none: "No reason is needed.",
    reject: `A ${reject} needs a reason.`,
    always: "Each decision needs a reason.",
  } as const;
  const subject = capitalize(`${approve === "approval" ? "an" : "a"} ${approve}`);
  const confirmations = {
    button: `${subject} takes one click.`,
    dialog: `${subject} is confirmed in a dialog.`,
    typed: `${subject} is confirmed by typing the name of the runbook.`,
  } as const;
  return `${reasons[route.reason]} ${confirmations[route.confirm]}`;
}

function needed(route: Route): string {
  const { noun, approvals, verb } = findRouteTerms(route);
  const counts = counted(route.quorum, `${noun.approve} is`, `${approvals} are`);
  return `${counts} needed; one ${noun.reject} ${verb.reject}s.`;
}

function describeSelfApproval(
  route: Route,
  facts: RequesterFacts | null,
  { identities, request }: IdentityContext,
  show: NameRenderer,
): string {
  if (facts === null)
    return `The requester may${route.selfApproval ? "" : " not"} ${findRouteTerms(route).verb.approve}.`;
  const { addressOwners, listedAccounts } = request ?? { addressOwners: initialOwners(facts), listedAccounts: {} };
  const requester = findRequester({ facts, addressOwners, listedAccounts }, identities);
  const isOpen = request === undefined || request.state === "open";
  const principal = (arn: string | null) => (arn === null ? "an unnamed principal" : show.text(arn));
  const above = (facts.parents ?? []).map((each) => `, a child of one by ${principal(each.executedBy)}`);
  return `Started by ${principal(facts.executedBy)}${above.join("")}. ${explainRequesterRule(route, requester, show, isOpen)}`;
}
