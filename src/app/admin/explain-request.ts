import type { AuditRecord } from "../../core/audit-records.ts";
import type { NameRenderer } from "../../core/name-renderer.ts";
import { findRoute, type Route } from "../../core/policy.ts";
import { describeRecordedApprovers, describeRecordedPolicy } from "../../core/recorded-rule.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import { uncoveredSentence } from "../../core/uncovered.ts";
import type { DamagedRequest } from "../ports/request-search.ts";
import { type AskedTarget, askRequestTarget, askTargets, type UnreadExecution } from "./ask-targets.ts";
import { type ExplainedExecution, explainExecution } from "./explain-execution.ts";
import { type AbsentExecution, type AmbiguousExecution, findExecutions } from "./find-executions.ts";
import { type FoundRequests, findRequests } from "./find-requests.ts";
import { type AccessRefusal, findReader, toFailure } from "./inspect.ts";
import type { ExplainedRequest } from "./policy-explain.ts";
import type { ShowDeps } from "./show-request.ts";

export interface Explanation {
  executionId: string;
  /**
   * One part for each step: the lines of `countersign policy explain`, without hidden values. With `openedAt`: the lines are
   * about the request that opened at this time. With `stored`: the request has another route than the lines, since it opened.
   */
  parts: { step: string; openedAt?: number; stored?: string; lines: string[] }[];
  /** The number of further steps. */
  more: number;
  /** Why the parts are from the stored requests; null: they are from the execution as AWS has it now. */
  unread: UnreadExecution | null;
}

export type ExplainResult =
  | (Explained & Pick<FoundRequests, "damaged" | "unexamined">)
  /** The rows of all found requests are damaged. */
  | { kind: "damaged"; damaged: DamagedRequest[] }
  | AbsentExecution
  | AmbiguousExecution
  | AccessRefusal;

type Explained = { kind: "explained" } & Explanation;

export interface ExplainDeps extends ShowDeps {
  mask: readonly string[];
}

const MAX_STEPS = 10;

/** Explains which route an execution has and why, by the rule for reading: without a request only to admins. */
export const makeExplainRequest =
  (deps: ExplainDeps) =>
  async (userId: string, text: string, show: NameRenderer): Promise<ExplainResult> => {
    const access = await findReader(deps, userId);
    if (access.kind === "unknown") return access;
    const { reader, unread } = access;
    const { pasted, requests, matches, damaged, unexamined } = await findRequests(deps, reader, text);
    const executionIds = [...new Set(matches.map(({ executionId }) => executionId))];
    const [request] = requests;
    if (executionIds.length > 1) return { kind: "ambiguous", executionIds };
    if (request !== undefined) return { ...(await explainOwn(deps, request, requests, show)), damaged, unexamined };
    if (damaged.length > 0) return { kind: "damaged", damaged };
    if (!reader.admin) return toFailure(unread) ?? { kind: "refused", unexamined };
    const found = await findExecutions(deps, pasted);
    if (found.kind === "absent") return { ...found, unexamined };
    return found.kind === "found" ? explainLoose(deps, found, show) : found;
  };

/** Explains the execution of a request, or its stored requests if AWS does not return it. */
async function explainOwn(
  deps: ExplainDeps,
  request: ApprovalRequest,
  requests: readonly ApprovalRequest[],
  show: NameRenderer,
): Promise<Explained> {
  const { executionId } = request;
  const source = { automation: deps.automation(request), clock: deps.clock };
  const found = await askRequestTarget(request, source, (automation, abort) =>
    explainExecution(toPolicy(deps, request), automation, executionId, show, abort),
  );
  if (found.kind === "explained") return toExplained(executionId, found, { requests, routes: deps.routes, show });
  const parts = await Promise.all(
    requests.slice(0, MAX_STEPS).map(async (each) => ({
      step: each.facts.stepName,
      openedAt: each.openedAt,
      lines: explainStored(each, await deps.requests.history(each.id), show),
    })),
  );
  return { kind: "explained", executionId, parts, more: requests.length - parts.length, unread: found };
}

/** Describes the route that a request has had since it opened, and the rule of its newest record with one. */
function explainStored(
  { route, facts }: ApprovalRequest,
  records: readonly AuditRecord[],
  show: NameRenderer,
): string[] {
  const opened = records.find((record) => record.kind === "requested")?.detail;
  const rule = records.findLast((record) => record.kind === "decided")?.detail ?? opened;
  const matched =
    route === null ? uncoveredSentence(facts.uncovered, show) : `Route ${show.text(JSON.stringify(route))} matched.`;
  if (rule === undefined) return [matched];
  return [
    matched,
    ...(route === null ? [] : [`  Could decide: ${describeRecordedApprovers(rule, show)}`]),
    `  Configuration (SHA-256): ${describeRecordedPolicy(rule, opened?.policyHash, show)}`,
  ];
}

/** Explains an execution without a request. */
async function explainLoose(
  deps: ExplainDeps,
  { executionId, targets }: { executionId: string; targets: readonly AskedTarget[] },
  show: NameRenderer,
): Promise<ExplainResult> {
  const { answers, failed } = await askTargets({ targets, clock: deps.clock }, (automation, abort) =>
    explainExecution(toPolicy(deps), automation, executionId, show, abort),
  );
  const [found] = answers.flatMap(({ value }) => (value.kind === "explained" ? [value] : []));
  if (found === undefined) return { kind: "absent", failed, isCut: false };
  return { ...toExplained(executionId, found), damaged: [] };
}

const toPolicy = ({ routes, identities, mask, clock }: ExplainDeps, request?: ExplainedRequest) => ({
  ...{ routes, identities, request, clock },
  hidden: mask,
});

function toExplained(executionId: string, { gates, notes }: ExplainedExecution, opened?: OpenedRequests): Explained {
  const parts = gates.slice(0, MAX_STEPS).map((gate) => {
    const stored = opened === undefined ? null : describeStored(gate, opened);
    const lines = [...notes, ...gate.lines];
    return { step: gate.subject.step ?? "", ...(stored === null ? {} : { stored }), lines };
  });
  return { kind: "explained", executionId, parts, more: gates.length - parts.length, unread: null };
}

interface OpenedRequests {
  /** Newest first. */
  requests: readonly ApprovalRequest[];
  routes: readonly Route[];
  show: NameRenderer;
}

/** A request keeps its route: says so where the configuration now selects another one. Null where it selects the same. */
function describeStored(
  gate: ExplainedExecution["gates"][number],
  { requests, routes, show }: OpenedRequests,
): string | null {
  const request = requests.find(({ stepExecutionId }) => stepExecutionId === gate.stepExecutionId);
  if (request === undefined || request.route === gate.route) return null;
  const { route, facts } = request;
  const now = "A new execution would get:";
  if (route === null) return `This request has no route. ${uncoveredSentence(facts.uncovered, show)} ${now}`;
  const isGone = findRoute(routes, route) === null ? " The route is no longer in the configuration." : "";
  return `This request has route ${show.text(JSON.stringify(route))} since it opened.${isGone} ${now}`;
}
