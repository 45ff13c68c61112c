import { approvalStatus, countApprovals, findDeciders, whoDecided } from "./approver-decisions.ts";
import {
  APPROVE_ACTION,
  GATE_ACTIONS,
  type GateAction,
  hasEnded,
  isUnderWay,
  isWaitingAs,
  type ObservedExecution,
  type ObservedStep,
  opensRequests,
} from "./execution.ts";
import type { FailedStep } from "./failed-step.ts";
import { toOutcome } from "./outcome.ts";
import { needsAnotherTry } from "./refused-signer.ts";
import {
  type ApprovalRequest,
  closed,
  gateAction,
  type Outcome,
  type RequestPatch,
  type RequestSigner,
} from "./request.ts";
import { countAccepted, findSigningPrincipals, type SignalAttempt, wasSent } from "./signal-attempt.ts";
import { MAX_CLOCK_DIFFERENCE_MS, matchTurns, type StepTurns } from "./step-turns.ts";
import { type VerificationResult, verifySignals } from "./verify-signals.ts";

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
  | { kind: "verified"; request: ApprovalRequest; patch: RequestPatch; verified: VerificationResult };

export interface ReconcileContext {
  now: number;
  /** When the read began, for what it does not show yet; default: now. */
  readAt?: number;
  /** Every attempt to signal one of the known requests. */
  attempts?: readonly SignalAttempt[];
  /** Hides secrets in AWS's messages. */
  maskText?: (text: string) => string;
  /** The principal that signs now, if known. */
  signer?: RequestSigner | null;
  /** The hash of the configuration. */
  policyHash?: string | null;
  /** When this process started, by the clock as it is now. */
  startedAt?: number;
  /** The step that made the execution fail, masked; null if none did. */
  failedStep?: FailedStep | null;
  /** Whether paused steps open requests; without it only aws:approve does. */
  withPauses?: boolean;
}

/** How a turn ended that AWS no longer shows. */
const UNKNOWN: Outcome = { kind: "unknown", where: "aws", by: [], detail: null };

/** Compares a read of an execution with its stored requests. Pure: the same read a second time yields no changes. */
export function reconcile(
  observed: ObservedExecution,
  known: readonly ApprovalRequest[],
  context: ReconcileContext,
): Change[] {
  const { attempts = [], withPauses = false, readAt = context.now } = context;
  const turns = matchTurns(observed.steps, known);
  const changes = known.flatMap((request) => findChange(observed, request, turns, context) ?? []);
  if (opensRequests(observed)) {
    const actions = withPauses ? GATE_ACTIONS : ([APPROVE_ACTION] as const);
    for (const action of actions) changes.push(...findOpenings(observed.steps, known, turns, action));
  }
  const changed = new Set(changes.flatMap((change) => (change.kind === "open" ? [] : change.request.id)));
  for (const verified of verifySignals(observed, known, { attempts, now: readAt })) {
    const { request, result, reached } = verified;
    // A request changes once per read; the next read verifies this one.
    if (changed.has(request.id)) continue;
    const patch = { verification: result, reachedStep: reached, ...findDisproved(verified, observed, turns, context) };
    changes.push({ kind: "verified", request, verified, patch });
  }
  return changes;
}

/**
 * Returns the corrected end of a request that closed as decided in Slack: its accepted signal was all that spoke for that, and it
 * decided another step. AWS still shows how the step ended, unless a later turn has replaced it.
 */
function findDisproved(
  { request, result, decidedBy }: VerificationResult,
  observed: ObservedExecution,
  turns: StepTurns,
  { attempts = [], maskText = (text) => text }: ReconcileContext,
): Pick<RequestPatch, "outcome"> {
  if (result !== "misdirected" || request.outcome?.where !== "slack") return {};
  const isReplaced = turns.isReplaced(request);
  if (isReplaced) return { outcome: UNKNOWN };
  const step = turns.findStep(request);
  const signedAs = findSigningPrincipals(attempts.filter(({ requestId }) => requestId === request.id));
  // Of several signals, one can have decided the step and another one the next step.
  if (whoDecided(step, request.id, signedAs) === "us") return {};
  const notOurs = { isAccepted: false, wasSent: false };
  const shown = toOutcome({ step, observed, request, ...notOurs, isReplaced, maskText, signedAs });
  return { outcome: { ...(step === undefined ? request.outcome : shown), where: "aws", by: decidedBy } };
}

/** Returns what the read changes about one request: its end, the end of its execution, or its progress. */
function findChange(
  observed: ObservedExecution,
  request: ApprovalRequest,
  turns: ReturnType<typeof matchTurns>,
  context: ReconcileContext,
): Change | null {
  const { now, attempts = [], signer = null, policyHash = null, startedAt, failedStep = null } = context;
  const { maskText = (text: string) => text } = context;
  const own = attempts.filter((each) => each.requestId === request.id);
  const isAccepted = request.signal === "accepted" || countAccepted(own) > 0;
  const step = turns.findStep(request);
  const isReplaced = turns.isReplaced(request);
  const ended = endedPatch(observed, request, { maskText, failedStep });
  if (request.state !== "closed" && (isReplaced || isOver(observed, request, step))) {
    const signedAs = findSigningPrincipals(own);
    const sent = { isAccepted, wasSent: own.some(wasSent) };
    const outcome = toOutcome({ step, observed, request, ...sent, isReplaced, maskText, signedAs });
    return { kind: "close", request, outcome, patch: { ...closed(outcome, now), ...ended } };
  }
  if (ended.executionEndedAt != null && request.executionEndedAt === null)
    return { kind: "ended", request, patch: ended };
  const progress = isAccepted ? progressPatch(observed, request, step) : {};
  const isAgain = policyHash !== null && needsAnotherTry(request, own, policyHash, startedAt);
  const again = isAgain ? { signalNextAt: now } : {};
  const patch = { ...progress, ...again, ...factsPatch(request, step, signer, now) };
  return Object.keys(patch).length > 0 ? { kind: "progress", request, patch } : null;
}

/** Returns a change for each waiting step with the action that has no request yet. */
function findOpenings(
  steps: readonly ObservedStep[],
  known: readonly ApprovalRequest[],
  turns: ReturnType<typeof matchTurns>,
  action: GateAction,
): Change[] {
  const gates = steps.filter((step) => step.action === action);
  const names = [...new Set(gates.map((step) => step.name))];
  const visits = known.map(({ facts }) => facts.stepName);
  const openings: Change[] = [];
  for (const step of gates) {
    const id = step.stepExecutionId;
    if (!isWaitingAs(step, action) || id === null) continue;
    if (turns.findRequest(step) !== undefined || !turns.isNew(step)) continue;
    visits.push(step.name);
    openings.push({
      kind: "open",
      step,
      stepExecutionId: id,
      stepTurn: 1 + Math.max(0, ...known.filter((each) => each.stepExecutionId === id).map((each) => each.stepTurn)),
      gate: names.indexOf(step.name) + 1,
      gates: names.length,
      visit: visits.filter((name) => name === step.name).length,
    });
  }
  return openings;
}

/**
 * Tells whether no decision of the step is possible any more. A closed request never opens again, so a read that shows the
 * step between two states, or a running execution without its steps, does not close it.
 */
function isOver(observed: ObservedExecution, { facts }: ApprovalRequest, step: ObservedStep | undefined): boolean {
  if (hasEnded(observed.status)) return true;
  return (
    step !== undefined && !isWaitingAs(step, gateAction(facts)) && (approvalStatus(step) !== null || !isUnderWay(step))
  );
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
  // The record of a close, and its event, state the status only if it has changed.
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
  const by = findDeciders(step);
  if (request.awsApprovals?.[0] === have && by.join() === request.awsDecidedBy.join()) return {};
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
