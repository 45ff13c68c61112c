import {
  approvalStatus,
  countApprovals,
  findComments,
  findDeciders,
  mayBeDecidedBy,
  type SigningPrincipals,
  whoDecided,
} from "./approver-decisions.ts";
import {
  APPROVE_ACTION,
  hasEnded,
  isUnderWay,
  isWaitingForApproval,
  type ObservedExecution,
  type ObservedStep,
} from "./execution.ts";
import type { FailedStep } from "./failed-step.ts";
import {
  type ApprovalRequest,
  closed,
  type Outcome,
  type OutcomeKind,
  type RequestPatch,
  type RequestSigner,
  type Verdict,
} from "./request.ts";
import { countAccepted, findSigningPrincipals, type SignalAttempt } from "./signal-attempt.ts";
import { MAX_CLOCK_DIFFERENCE_MS, matchTurns } from "./step-turns.ts";
import { type Verified, verifySignals } from "./verify-signals.ts";

const MAX_COMMENT_LENGTH = 1000;

/** A change of the stored requests that follows from a read of their execution. */
export type Change =
  | {
      kind: "open";
      step: ObservedStep;
      stepExecutionId: string;
      stepTurn: number;
      gate: number;
      gates: number;
      visit: number;
    }
  | { kind: "close"; request: ApprovalRequest; patch: RequestPatch; outcome: Outcome }
  /** A fact that messages show has changed: AWS's own count of approvals, or the execution's status. */
  | { kind: "progress"; request: ApprovalRequest; patch: RequestPatch }
  | { kind: "ended"; request: ApprovalRequest; patch: RequestPatch }
  /** The signal was verified: see verify-signals.ts. */
  | { kind: "verified"; request: ApprovalRequest; patch: RequestPatch; verified: Verified };

export interface ReconcileContext {
  now: number;
  /** Every attempt to signal one of the known requests. */
  attempts?: readonly SignalAttempt[];
  /** Hides secrets in AWS's messages. */
  maskText?: (text: string) => string;
  /** The principal that signs now, if known. */
  signer?: RequestSigner | null;
  /** The step that made the execution fail, masked; null if none did. */
  failedStep?: FailedStep | null;
}

/** How a turn ended that AWS no longer shows. */
const UNKNOWN: Outcome = { kind: "unknown", where: "aws", by: [], detail: null };

/** Compares a read of an execution with its stored requests. Pure: the same read a second time yields no changes. */
export function reconcile(
  observed: ObservedExecution,
  known: readonly ApprovalRequest[],
  { now, attempts = [], maskText = (text) => text, signer = null, failedStep = null }: ReconcileContext,
): Change[] {
  const changes: Change[] = [];
  const gates = observed.steps.filter((step) => step.action === APPROVE_ACTION);
  const turns = matchTurns(observed.steps, known);
  const gateNames = [...new Set(gates.map((step) => step.name))];

  for (const request of known) {
    const own = attempts.filter((each) => each.requestId === request.id);
    const isAccepted = request.signal === "accepted" || countAccepted(own) > 0;
    const step = turns.stepOf(request);
    const isReplaced = turns.isReplaced(request);
    const ended = endedPatch(observed, request, { maskText, failedStep });
    if (request.state !== "closed" && (isReplaced || isOver(observed, step))) {
      const outcome = toOutcome({
        step,
        observed,
        request,
        isAccepted,
        isReplaced,
        maskText,
        signedAs: findSigningPrincipals(own),
      });
      changes.push({ kind: "close", request, outcome, patch: { ...closed(outcome, now), ...ended } });
    } else if (ended.executionEndedAt != null && request.executionEndedAt === null) {
      changes.push({ kind: "ended", request, patch: ended });
    } else {
      const progress = isAccepted ? progressPatch(observed, request, step) : {};
      const patch = { ...progress, ...factsPatch(request, step, signer, now) };
      if (Object.keys(patch).length > 0) changes.push({ kind: "progress", request, patch });
    }
  }

  for (const step of gates) {
    const id = step.stepExecutionId;
    if (!isWaitingForApproval(step) || id === null || hasEnded(observed.status)) continue;
    if (turns.requestOf(step) !== undefined || !turns.isNew(step)) continue;
    changes.push({
      kind: "open",
      step,
      stepExecutionId: id,
      stepTurn: 1 + Math.max(0, ...known.filter((each) => each.stepExecutionId === id).map((each) => each.stepTurn)),
      gate: gateNames.indexOf(step.name) + 1,
      gates: gateNames.length,
      visit:
        1 +
        known.filter((each) => each.facts.stepName === step.name).length +
        changes.filter((change) => change.kind === "open" && change.step.name === step.name).length,
    });
  }
  const changed = new Set(changes.flatMap((change) => (change.kind === "open" ? [] : change.request.id)));
  for (const verified of verifySignals(observed, known, { attempts, now })) {
    const { request, result, reached } = verified;
    // A request changes once per read; the next read verifies this one.
    if (changed.has(request.id)) continue;
    // The accepted signal was all that spoke for this end: it decided another turn.
    const disproved =
      result === "misdirected" && request.outcome?.where === "slack" && turns.isReplaced(request)
        ? { outcome: UNKNOWN }
        : {};
    const patch = { verification: result, reachedStep: reached, ...disproved };
    changes.push({ kind: "verified", request, verified, patch });
  }
  return changes;
}

/**
 * Tells whether no decision of the step is possible any more. A closed request never opens again, so a read that shows the
 * step between two states, or a running execution without its steps, does not close it.
 */
function isOver(observed: ObservedExecution, step: ObservedStep | undefined): boolean {
  if (hasEnded(observed.status)) return true;
  return step !== undefined && !isWaitingForApproval(step) && (approvalStatus(step) !== null || !isUnderWay(step));
}

/** Returns the change that closes a request whose execution AWS no longer knows; null if it is already recorded. */
export function closeNotFound(request: ApprovalRequest, now: number): Change | null {
  if (request.executionEndedAt !== null) return null;
  const isUnverified = request.verification === "due";
  const end: RequestPatch = {
    executionStatus: "Unknown",
    executionEndedAt: now,
    ...(isUnverified ? { verification: "not-visible" as const } : {}),
  };
  if (request.state === "closed") return { kind: "ended", request, patch: end };
  const outcome: Outcome = { kind: "not-found", where: "aws", by: [], detail: null };
  return { kind: "close", request, outcome, patch: { ...closed(outcome, now), ...end } };
}

function endedPatch(
  observed: ObservedExecution,
  request: ApprovalRequest,
  { maskText, failedStep }: { maskText: (text: string) => string; failedStep: FailedStep | null },
): RequestPatch {
  if (!hasEnded(observed.status))
    return request.executionStatus === observed.status ? {} : { executionStatus: observed.status };
  return {
    executionStatus: observed.status,
    executionEndedAt: observed.endedAt ?? observed.startedAt ?? request.openedAt,
    executionFailure: observed.failureMessage === null ? null : maskText(observed.failureMessage),
    failedStep,
  };
}

function progressPatch(
  observed: ObservedExecution,
  request: ApprovalRequest,
  step: ObservedStep | undefined,
): RequestPatch {
  if (step === undefined || request.state !== "decided") return {};
  const needed = request.facts.minRequiredApprovals;
  const have = countApprovals(step);
  if (needed <= 1 || request.decision !== "approve") return {};
  const before = request.awsApprovals;
  const by = findDeciders(step);
  const isTold = before !== null && before[0] === have && before[1] === needed;
  if (isTold && by.join() === request.awsDecidedBy.join()) return {};
  return { awsApprovals: [have, needed], awsDecidedBy: by, executionStatus: observed.status };
}

/**
 * Adds the start of the step that AWS did not report when the request opened, and the signer if it has changed. AWS may
 * accept a decision from the new one at once.
 */
function factsPatch(
  { state, signal, facts, openedAt }: ApprovalRequest,
  step: ObservedStep | undefined,
  signer: RequestSigner | null,
  now: number,
): RequestPatch {
  if (state === "closed") return {};
  const start = facts.waitingSince === null && step !== undefined ? firstStart(step, openedAt) : null;
  const isSame = signer === null || (facts.signer?.arn === signer.arn && facts.signer.kind === signer.kind);
  if (start === null && isSame) return {};
  return {
    facts: { ...facts, ...(start === null ? {} : { waitingSince: start }), ...(isSame ? {} : { signer }) },
    ...(!isSame && state === "decided" && signal === "due" ? { signalNextAt: now } : {}),
  };
}

/** Returns the start of a step if the request can be about this turn of it: a later turn starts after the request opened. */
function firstStart({ startedAt }: ObservedStep, openedAt: number): number | null {
  return startedAt !== null && startedAt <= openedAt + MAX_CLOCK_DIFFERENCE_MS ? startedAt : null;
}

/** Everything that the outcome of a request depends on. */
interface Ending {
  step: ObservedStep | undefined;
  observed: ObservedExecution;
  request: ApprovalRequest;
  /** AWS accepted a signal of the request: all that it needs, or the first of several. */
  isAccepted: boolean;
  /** The read shows a later turn of the step under the same id, so nothing shows how its own turn ended. */
  isReplaced: boolean;
  maskText: (text: string) => string;
  signedAs: SigningPrincipals;
}

function toOutcome(ending: Ending): Outcome {
  const { step, maskText } = ending;
  const kind = outcomeKind(ending);
  const ours = isOurs(kind, ending);
  const comments = ours || step === undefined ? [] : findComments(step);
  return {
    kind,
    where: ours ? "slack" : "aws",
    by: ours || step === undefined ? [] : findDeciders(step),
    detail: step?.failureMessage == null || ours ? null : maskText(step.failureMessage),
    ...(comments.length === 0 ? {} : { comment: maskText(comments.join(" · ")).slice(0, MAX_COMMENT_LENGTH) }),
  };
}

function outcomeKind(ending: Ending): OutcomeKind {
  const { step, observed, request, isReplaced, isAccepted } = ending;
  if (isReplaced) return !isAccepted ? "unknown" : request.decision === "reject" ? "rejected" : "approved";
  const decided = step === undefined ? null : approvalStatus(step);
  // A step that was still waiting or running when its execution ended has no final status.
  const unfinished = step === undefined || step.status === "Waiting" || isUnderWay(step);
  if (unfinished && decided !== null) return decided === "Approved" ? "approved" : "rejected";
  const status = unfinished ? observed.status : step.status;
  if (status === "TimedOut") return "timed-out";
  if (status === "Cancelled" || status === "Cancelling") return "cancelled";
  if (decided === "Rejected") return "rejected";
  if (decided === "Approved") return "approved";
  if (unfinished) return "unknown";
  if (status === "Success") return "approved";
  if (status === "Failed") return mayHaveSent(ending, "reject") ? "rejected" : "failed";
  return "unknown";
}

/** Tells whether our signal with this verdict reached AWS, or may have. */
function mayHaveSent({ request, isAccepted }: Ending, verdict: Verdict): boolean {
  const isUnclear = request.signal === "ambiguous" || request.signal === "sending";
  return request.decision === verdict && (isAccepted || isUnclear);
}

/** Tells whether our own signal caused the outcome. A signal that AWS accepted did, unless the decisions are all of others. */
function isOurs(kind: OutcomeKind, ending: Ending): boolean {
  const { step, request, isAccepted, signedAs } = ending;
  const verdict = kind === "approved" ? "approve" : kind === "rejected" ? "reject" : null;
  if (verdict === null || !mayHaveSent(ending, verdict)) return false;
  return isAccepted ? whoDecided(step, request.id, signedAs) !== "others" : mayBeDecidedBy(step, request.id, signedAs);
}
