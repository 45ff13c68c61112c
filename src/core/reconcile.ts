import {
  APPROVE_ACTION,
  hasEnded,
  isWaitingForApproval,
  type ObservedExecution,
  type ObservedStep,
} from "./execution.ts";
import { type ApprovalRequest, closed, type Outcome, type OutcomeKind, type RequestPatch } from "./request.ts";

/** What a reading of an execution asks of the requests on record. */
export type Change =
  | { kind: "open"; step: ObservedStep; stepExecutionId: string; gate: number; gates: number }
  | { kind: "close"; request: ApprovalRequest; patch: RequestPatch; outcome: Outcome }
  /** Something that a message shows has changed: AWS's own count of approvals, or how the execution is. */
  | { kind: "progress"; request: ApprovalRequest; patch: RequestPatch }
  | { kind: "ended"; request: ApprovalRequest; patch: RequestPatch };

/** Compares what AWS says now with the requests of this execution. Pure: the same reading twice asks for nothing the second time. */
export function reconcile(
  observed: ObservedExecution,
  known: readonly ApprovalRequest[],
  now: number,
  maskText: (text: string) => string = (text) => text,
): Change[] {
  const changes: Change[] = [];
  const gates = observed.steps.filter((step) => step.action === APPROVE_ACTION);
  const gateNames = [...new Set(gates.map((step) => step.name))];

  for (const request of known) {
    const step = observed.steps.find((each) => each.stepExecutionId === request.stepExecutionId);
    const ended = endedPatch(observed, request, maskText);
    if (request.state !== "closed" && (step === undefined || !isWaitingForApproval(step))) {
      const outcome = outcomeOf(step, observed, request, maskText);
      changes.push({ kind: "close", request, outcome, patch: { ...closed(outcome, now), ...ended } });
    } else if (ended.executionEndedAt != null && request.executionEndedAt === null) {
      changes.push({ kind: "ended", request, patch: ended });
    } else {
      const patch = progressPatch(observed, request, step);
      if (Object.keys(patch).length > 0) changes.push({ kind: "progress", request, patch });
    }
  }

  for (const step of gates) {
    const id = step.stepExecutionId;
    if (!isWaitingForApproval(step) || id === null || known.some((request) => request.stepExecutionId === id)) continue;
    changes.push({
      kind: "open",
      step,
      stepExecutionId: id,
      gate: gateNames.indexOf(step.name) + 1,
      gates: gateNames.length,
    });
  }
  return changes;
}

/** The change that closes a request whose execution AWS no longer knows. */
export function vanished(request: ApprovalRequest, now: number): Change | null {
  if (request.executionEndedAt !== null) return null;
  const end: RequestPatch = { executionStatus: "Unknown", executionEndedAt: now };
  if (request.state === "closed") return { kind: "ended", request, patch: end };
  const outcome: Outcome = { kind: "gone", where: "aws", by: [], detail: null };
  return { kind: "close", request, outcome, patch: { ...closed(outcome, now), ...end } };
}

function endedPatch(
  observed: ObservedExecution,
  request: ApprovalRequest,
  maskText: (text: string) => string,
): RequestPatch {
  if (!hasEnded(observed.status))
    return request.executionStatus === observed.status ? {} : { executionStatus: observed.status };
  return {
    executionStatus: observed.status,
    executionEndedAt: observed.endedAt ?? observed.startedAt ?? request.openedAt,
    executionFailure: observed.failureMessage === null ? null : maskText(observed.failureMessage),
  };
}

function progressPatch(
  observed: ObservedExecution,
  request: ApprovalRequest,
  step: ObservedStep | undefined,
): RequestPatch {
  if (step === undefined || request.state !== "decided" || request.signal !== "taken") return {};
  const needed = request.facts.minRequiredApprovals;
  const have = approvalsIn(step);
  if (needed <= 1 || request.decision !== "approve") return {};
  const before = request.awsApprovals;
  if (before !== null && before[0] === have && before[1] === needed) return {};
  return { awsApprovals: [have, needed], executionStatus: observed.status };
}

function outcomeOf(
  step: ObservedStep | undefined,
  observed: ObservedExecution,
  request: ApprovalRequest,
  maskText: (text: string) => string,
): Outcome {
  const kind = outcomeKind(step, observed, request);
  const ours = isOurs(kind, step, request);
  return {
    kind,
    where: ours ? "slack" : "aws",
    by: ours || step === undefined ? [] : principalsIn(step),
    detail: step?.failureMessage == null || ours ? null : maskText(step.failureMessage),
  };
}

function outcomeKind(
  step: ObservedStep | undefined,
  observed: ObservedExecution,
  request: ApprovalRequest,
): OutcomeKind {
  if (step === undefined) return observed.status === "Cancelled" ? "cancelled" : "unknown";
  const approvalStatus = step.outputs.ApprovalStatus?.[0];
  if (step.status === "TimedOut") return "timed-out";
  if (step.status === "Cancelled" || step.status === "Cancelling") return "cancelled";
  if (approvalStatus === "Rejected") return "rejected";
  if (approvalStatus === "Approved" || step.status === "Success") return "approved";
  if (step.status === "Failed") return sentWith(request, "reject") ? "rejected" : "failed";
  return "unknown";
}

function sentWith(request: ApprovalRequest, verdict: ApprovalRequest["decision"]): boolean {
  return (
    request.decision === verdict &&
    (request.signal === "taken" || request.signal === "unsure" || request.signal === "sending")
  );
}

/**
 * Whether our own signal brought the outcome about. A signal that AWS took did. One whose reply was lost did unless the
 * step's decisions name comments and none of them carries our request's id.
 */
function isOurs(kind: OutcomeKind, step: ObservedStep | undefined, request: ApprovalRequest): boolean {
  const verdict = kind === "approved" ? "approve" : kind === "rejected" ? "reject" : null;
  if (verdict === null || !sentWith(request, verdict)) return false;
  if (request.signal === "taken") return true;
  const decisions = step?.outputs.ApproverDecisions ?? [];
  return decisions.length === 0 || decisions.some((text) => text.includes(request.id));
}

/**
 * How many approvals the step's ApproverDecisions hold. Their exact keys are not documented: each entry whose text says
 * "Approve" in any value counts once.
 */
export function approvalsIn(step: ObservedStep): number {
  return (step.outputs.ApproverDecisions ?? []).filter((text) => /:\s*"?Approved?\b/i.test(text)).length;
}

/** ARNs and names that the step's ApproverDecisions mention, each once, as far as they can be told. */
export function principalsIn(step: ObservedStep): string[] {
  const found = (step.outputs.ApproverDecisions ?? []).flatMap(
    (text) => text.match(/arn:aws[\w-]*:(?:iam|sts)::\d*:[\w+=,.@/-]+/g) ?? [],
  );
  return [...new Set(found)];
}
