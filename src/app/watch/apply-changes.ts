import { type AuditEntry, requestContext } from "../../core/audit.ts";
import { outcomeText } from "../../core/denial.ts";
import type { ObservedExecution } from "../../core/execution.ts";
import { toRequestFacts } from "../../core/facts.ts";
import type { Mask } from "../../core/mask.ts";
import { matchRoute, type Route } from "../../core/policy.ts";
import type { Change } from "../../core/reconcile.ts";
import type { ApprovalRequest, Outcome } from "../../core/request.ts";
import type { Automation, Clock, Log } from "../ports/aws.ts";
import type { GuardedStore } from "../ports/store.ts";

/**
 * Writes the changes that a reading asks for, each with its audit record. Returns false when somebody else was first
 * with one of them: then the execution is to be read again.
 */
export const makeApplyChanges =
  (deps: {
    requests: GuardedStore["requests"];
    routes: readonly Route[];
    clock: Clock;
    newId: () => string;
    log: Log;
  }) =>
  async (
    automation: Automation,
    execution: ObservedExecution | null,
    mask: Mask,
    changes: readonly Change[],
    abort: AbortSignal,
  ): Promise<boolean> => {
    let undisturbed = true;
    for (const change of changes) {
      if (change.kind !== "open") undisturbed = (await write(deps, change)) && undisturbed;
      else if (execution !== null) await open(deps, automation, execution, mask, change, abort);
    }
    return undisturbed;
  };

async function open(
  deps: Parameters<typeof makeApplyChanges>[0],
  automation: Automation,
  execution: ObservedExecution,
  mask: Mask,
  change: Change & { kind: "open" },
  abort: AbortSignal,
): Promise<void> {
  const { target } = automation;
  const now = deps.clock.now();
  const defaults = await automation.defaults(execution.documentName, execution.documentVersion, abort);
  const route = matchRoute(deps.routes, {
    document: execution.documentName,
    target: target.name,
    account: target.account,
    region: target.region,
    step: change.step.name,
    startedBy: execution.executedBy ?? "",
    parameters: execution.parameters,
  });
  const request: ApprovalRequest = {
    id: deps.newId(),
    target: target.key,
    account: target.account,
    region: target.region,
    executionId: execution.executionId,
    stepExecutionId: change.stepExecutionId,
    facts: toRequestFacts(execution, change.step, change, mask, defaults),
    route: route?.name ?? null,
    version: 1,
    state: "open",
    openedAt: now,
    decision: null,
    decidedAt: null,
    signal: "none",
    signalAttempts: 0,
    signalAt: null,
    signalUncertainUntil: null,
    signalNextAt: null,
    signalError: null,
    signalsAccepted: 0,
    awsApprovals: null,
    awsDecidedBy: [],
    outcome: null,
    closedAt: null,
    executionStatus: execution.status,
    executionEndedAt: null,
    executionFailure: null,
  };
  const entry: AuditEntry = {
    requestId: request.id,
    kind: "requested",
    at: now,
    actor: execution.executedBy ?? "unknown",
    detail: requestContext(request),
  };
  const lookup = route === null ? "no-route" : route.dm ? "direct-messages" : null;
  const outcome = await deps.requests.open({
    request,
    channels: route?.channels ?? [],
    audit: entry,
    ...(lookup === null ? {} : { recipientLookup: lookup }),
  });
  if (outcome !== "opened") return;
  const fields = { requestId: request.id, ...requestContext(request) };
  if (route === null)
    deps.log.warn(
      { event: "request.unrouted", ...fields },
      "request opened without a route: it cannot be decided in Slack",
    );
  else deps.log.info({ event: "request.opened", ...fields }, "request opened");
}

async function write(
  deps: Parameters<typeof makeApplyChanges>[0],
  change: Exclude<Change, { kind: "open" }>,
): Promise<boolean> {
  const { request, patch } = change;
  const actor = change.kind === "close" ? await decidedBy(deps, request, change.outcome) : "countersign";
  const entry = toEntry(change, deps.clock.now(), actor);
  const answers = change.kind === "close" ? await lateText(deps, request, change.outcome) : [];
  return deps.requests.advance({
    requestId: request.id,
    expectedVersion: request.version,
    patch,
    audit: [entry],
    replies: answers,
  });
}

function toEntry(change: Exclude<Change, { kind: "open" }>, at: number, actor: string): AuditEntry {
  const { request, patch } = change;
  const { executionStatus, awsApprovals } = patch;
  const common = { requestId: request.id, at, actor };
  const detail = { ...requestContext(request), ...(executionStatus === undefined ? {} : { executionStatus }) };
  switch (change.kind) {
    case "close":
      return { ...common, kind: "closed", detail: { ...detail, outcome: change.outcome } };
    case "progress":
      return { ...common, kind: "progress", detail: { ...detail, ...(awsApprovals == null ? {} : { awsApprovals }) } };
    case "ended":
      return { ...common, kind: "ended", detail: { executionStatus: request.executionStatus, ...detail } };
    default:
      throw new Error(`no record for ${change satisfies never}`);
  }
}

async function decidedBy(
  deps: Parameters<typeof makeApplyChanges>[0],
  request: ApprovalRequest,
  outcome: Outcome,
): Promise<string> {
  if (outcome.where === "aws") return outcome.by.join(", ") || "unknown";
  const votes = await deps.requests.votes(request.id);
  return votes
    .filter((vote) => vote.verdict === request.decision)
    .map((vote) => vote.userId)
    .join(", ");
}

/** Those whose votes counted here but came to nothing in AWS are told so. */
async function lateText(
  deps: Parameters<typeof makeApplyChanges>[0],
  request: ApprovalRequest,
  outcome: Outcome,
): Promise<{ userId: string; text: string }[]> {
  if (outcome.where === "slack") return [];
  const votes = await deps.requests.votes(request.id);
  return votes.map((vote) => ({
    userId: vote.userId,
    text: `Your ${vote.verdict === "approve" ? "approval" : "rejection"} of ${request.facts.documentName} (step ${request.facts.stepName}) was recorded but did not decide it: the step was ${outcomeText(outcome.kind)} in AWS. The message has the details.`,
  }));
}
