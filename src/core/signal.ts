import { countApprovals, countOurs, countPossible, showsBotSignal, showsSignal } from "./approver-decisions.ts";
import {
  APPROVE_ACTION,
  findEnclosingIds,
  hasEnded,
  isUnderWay,
  isWaitingAs,
  type ObservedExecution,
  type ObservedStep,
} from "./execution.ts";
import { type ApprovalRequest, gateAction } from "./request.ts";
import {
  findSigningPrincipals,
  isUncertain,
  latestAttempt,
  type SignalAttempt,
  uncertainUntil,
  wasSent,
} from "./signal-attempt.ts";
import { countNeeded, type Signer } from "./signers.ts";
import { contradictsList, contradictsRows, type ListedState } from "./stale-reads.ts";
import { matchTurns, type StepTurns } from "./step-turns.ts";

/**
 * The maximum age of a read when the signal leaves, counted from before AWS was asked. AWS may have answered early and the
 * answer come late; in between the gate may have been decided elsewhere and the next one have begun to wait.
 */
export const MAX_READ_AGE_MS = 3_000;

export type SignalMove =
  /** The request's own step waits alone, and no earlier attempt can take effect: send now. */
  | { kind: "send"; shownBefore: number }
  /** The step is no longer waiting, or the request is not to be signaled: bring the request up to date. */
  | { kind: "reconcile"; isOver: boolean }
  /** The read contradicts a newer observation: one in the rows of the requests, or the list of waiting executions. */
  | { kind: "stale"; source: "rows" | "list"; why: string }
  /** The read shows the signer's uncertain attempt: AWS accepted it. */
  | { kind: "confirmed"; attempt: SignalAttempt }
  /** An earlier attempt may still take effect. */
  | { kind: "wait"; until: number }
  /** The read may be older than a signal that AWS accepted. */
  | { kind: "catch-up"; until: number }
  /** A signal could reach another step than the one that was decided. */
  | { kind: "unsafe"; why: string };

/** A decided request and its signer. */
export interface SignalContext {
  request: ApprovalRequest;
  signer: Signer;
  /** The ARN of the role or user that would sign, if it is known. */
  principal?: string | null;
  /** Every attempt of the request. */
  attempts: readonly SignalAttempt[];
  /** Every request of the execution, this one included. */
  known?: readonly ApprovalRequest[];
  /** The attempts of the other requests: one that is still under way could reach this request's step, or the next one. */
  elsewhere?: readonly SignalAttempt[];
  /** What the list of waiting executions showed last; null if it is not known. */
  listed?: ListedState | null;
}

const NO_START = "AWS does not report when the step started, so it cannot be told from another turn of the same step";

/** Decides by a fresh read whether the signer may signal the request's decision. Pure; the last gate before AWS. */
export function nextSignalMove(
  { request, signer, principal = null, attempts, known = [request], elsewhere = [], listed = null }: SignalContext,
  observed: ObservedExecution,
  now: number,
): SignalMove {
  const earlier = contradictsRows(observed, known);
  if (earlier !== null) return { kind: "stale", source: "rows", why: earlier };
  const list = contradictsList(observed, request, known, listed);
  if (list !== null) return { kind: "stale", source: "list", why: list };
  const turns = matchTurns(observed.steps, known);
  const step = turns.findStep(request);
  const reconcile = (isOver: boolean): SignalMove => ({ kind: "reconcile", isOver });
  if (request.state !== "decided" || request.decision === null || request.signal === "accepted")
    return reconcile(false);
  if (hasEnded(observed.status) || turns.isReplaced(request)) return reconcile(true);
  if (step === undefined || !isWaitingAs(step, gateAction(request.facts)))
    return reconcile(step !== undefined && !isUnderWay(step));
  const { waitingSince } = request.facts;
  if (step.startedAt === null) return { kind: "unsafe", why: NO_START };
  if (waitingSince === null) return reconcile(false);
  // An enclosing step waits because this one does, and no signal can reach it.
  const enclosing = findEnclosingIds(observed.steps, step);
  const others = observed.steps.filter(
    (each) => each !== step && each.status === "Waiting" && !enclosing.has(each.stepExecutionId ?? ""),
  );
  if (others.length > 0) {
    const names = others.map((each) => `${each.name} (${each.action === APPROVE_ACTION ? "approval" : each.action})`);
    return { kind: "unsafe", why: `another step of the same execution waits too: ${names.join(", ")}` };
  }
  const latest = latestAttempt(attempts, signer.id);
  // A rejection that took effect has ended the step.
  if (isUncertain(latest) && request.decision === "approve" && isShown(step, latest))
    return { kind: "confirmed", attempt: latest };
  const certainAt = uncertainUntil([...attempts, ...elsewhere]);
  if (certainAt > now) return { kind: "wait", until: certainAt };
  const caughtUpAt = Math.max(
    readCatchesUpAt(step, attempts, request),
    readCatchesUpWithOthersAt({ request, known, elsewhere }, turns),
  );
  return caughtUpAt > now
    ? { kind: "catch-up", until: caughtUpAt }
    : { kind: "send", shownBefore: countPossible(step, { session: signer.session, principal }) };
}

/** The name of the bot's session is unknown. */
function isShown(step: ObservedStep, { session, ...sent }: SignalAttempt): boolean {
  return session === null ? showsBotSignal(step, sent) : showsSignal(step, { ...sent, session });
}

/**
 * Returns when a read is no longer older than the signals that AWS accepted; 0 when it shows them. A read that does not
 * show an accepted signal may be older than that signal, and one that shows as many approvals as AWS needs may be about to
 * show the step's end: in both cases the step may be over already, and a further signal would reach the next one.
 */
function readCatchesUpAt(step: ObservedStep, attempts: readonly SignalAttempt[], request: ApprovalRequest): number {
  const isComplete = countApprovals(step) >= countNeeded(request);
  const missing = attempts.filter((each) => each.state === "accepted" && (isComplete || !isShown(step, each)));
  return Math.max(0, ...missing.map((each) => each.uncertainUntil));
}

/**
 * Returns when a read is no longer older than the accepted signals of other requests of the same execution; 0 when it shows each
 * of them at its own step. One that is not there has decided another step, maybe this one, and the read may be older.
 */
function readCatchesUpWithOthersAt(
  { request, known, elsewhere }: Required<Pick<SignalContext, "request" | "known" | "elsewhere">>,
  turns: StepTurns,
): number {
  const accepted = elsewhere.filter(({ state }) => state === "accepted");
  const missing = accepted.filter(({ requestId }) => {
    const other = known.find(({ id }) => id === requestId);
    // Neither Resume nor a stop can decide an approval, and no approval a pause.
    if (other === undefined || gateAction(other.facts) !== gateAction(request.facts)) return false;
    const own = elsewhere.filter((each) => each.requestId === requestId && wasSent(each));
    return countOurs(turns.findStep(other), requestId, findSigningPrincipals(own)) < own.length;
  });
  return Math.max(0, ...missing.map((each) => each.uncertainUntil));
}
