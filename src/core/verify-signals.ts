/**
 * The verification of a request's signal. An accepted signal is not proof: `SendAutomationSignal` names no step, so a signal
 * can decide another gate, or nothing.
 *
 *   none         nothing was sent
 *   due          a signal was sent, or may have been. Each read of the execution is compared with it
 *   no-effect    reported: AWS accepted the signal, and after a minute the step still waits without it. Still compared with
 *                each read, and ends as `confirmed` or `misdirected` if one shows it
 *   confirmed    final: our decision is among those of the step
 *   misdirected  final, and reported: our signal decided another step, or another principal decided the step although AWS
 *                accepted our signal
 *   not-visible  final: AWS does not show who decided the step. It never shows who resumed a pause
 */
import {
  countPossible,
  findAuthors,
  findDeciders,
  listsDecisions,
  showsSignal,
  whoDecided,
} from "./approver-decisions.ts";
import { APPROVE_ACTION, hasEnded, isWaitingAs, type ObservedExecution, type ObservedStep } from "./execution.ts";
import { type ApprovalRequest, gateAction, isPause, type ReachedStep, type Verification } from "./request.ts";
import { findSigningPrincipals, NO_REPLY_UNCERTAIN_MS, type SignalAttempt, wasSent } from "./signal-attempt.ts";
import { countNeeded } from "./signers.ts";
import { MAX_CLOCK_DIFFERENCE_MS, matchTurns, type StepTurns } from "./step-turns.ts";

/** How long after its acceptance a signal may remain without effect before that is reported. */
export const EFFECT_DUE_MS = 60_000;

/** A new result of the verification of one request. */
export interface VerificationResult {
  request: ApprovalRequest;
  result: Exclude<Verification, "none" | "due">;
  /** The step that our signal decided instead; null if it is not known. */
  reached: ReachedStep | null;
  /** The AWS principals in the decisions of the request's own step. */
  decidedBy: string[];
  /** The request's last attempt that was sent or may have been. */
  attempt: SignalAttempt;
}

/** Tells whether a read of the execution may still change the result. */
export function isUnverified({ verification, state }: ApprovalRequest): boolean {
  return verification === "due" || (verification === "no-effect" && state !== "closed");
}

/** Everything that a verification depends on. */
interface Context {
  observed: ObservedExecution;
  turns: StepTurns;
  /** By request, the attempts that reached AWS or may have. */
  sentOf: ReadonlyMap<string, readonly SignalAttempt[]>;
  /** Steps that an earlier result names as reached. */
  reported: ReadonlySet<string | null>;
  now: number;
}

/**
 * Compares a read of an execution with the signals that were sent for it. Pure; returns the results that are new. `now`: when
 * the read began. The process can pause after a read, which then shows nothing of what happened meanwhile.
 */
export function verifySignals(
  observed: ObservedExecution,
  known: readonly ApprovalRequest[],
  { attempts, now }: { attempts: readonly SignalAttempt[]; now: number },
): VerificationResult[] {
  const sent = attempts.filter(wasSent);
  const context: Context = {
    observed,
    turns: matchTurns(observed.steps, known),
    sentOf: Map.groupBy(sent, ({ requestId }) => requestId),
    reported: new Set(known.flatMap(({ reachedStep }) => reachedStep?.stepExecutionId ?? [])),
    now,
  };
  const open = known.filter((request) => request.verification === "due" || request.verification === "no-effect");
  // Neither Resume nor a stop can decide an approval.
  const byPrincipal = findUnexplained(
    context,
    open.filter(({ facts }) => !isPause(facts)),
  );
  return open.flatMap((request) => {
    const own = context.sentOf.get(request.id) ?? [];
    const attempt = own.at(-1);
    if (attempt === undefined) return [];
    const step = context.turns.findStep(request);
    const reached = isAccountedFor(context, request)
      ? undefined
      : (findReached(context, request) ?? byPrincipal.get(request.id));
    const result = reached !== undefined ? "misdirected" : verifyOwnStep(context, request, step, own);
    if (result === null) return [];
    // The report of a signal without effect asked for a decision in AWS: neither such a decision nor the same result is a
    // second report.
    if (request.verification === "no-effect" && result !== "confirmed" && reached === undefined) return [];
    const decidedBy = step === undefined ? [] : findDeciders(step);
    return [{ request, result, reached: reached === undefined ? null : toReached(reached), decidedBy, attempt }];
  });
}

const toReached = ({ stepExecutionId, name }: ObservedStep): ReachedStep => ({ stepExecutionId, stepName: name });

const signedAs = ({ sentOf }: Context, { id }: ApprovalRequest) => findSigningPrincipals(sentOf.get(id) ?? []);

const findGates = ({ observed }: Context) => observed.steps.filter(({ action }) => action === APPROVE_ACTION);

/** Finds another step with a decision that carries the request's id. */
function findReached(context: Context, request: ApprovalRequest): ObservedStep | undefined {
  const own = context.turns.findStep(request);
  return findGates(context).find(
    (step) => step !== own && findAuthors(step, request.id, signedAs(context, request)).includes("this-request"),
  );
}

/**
 * Finds the steps that our principal decided without the id of a request, and without a signal for the step itself. The
 * cause is the newest request whose first signal is older than the decision.
 */
function findUnexplained(context: Context, open: readonly ApprovalRequest[]): Map<string, ObservedStep> {
  const found = new Map<string, ObservedStep>();
  const firstAt = ({ id }: ApprovalRequest) => context.sentOf.get(id)?.[0]?.at ?? Number.POSITIVE_INFINITY;
  const newestFirst = open.filter(({ id }) => context.sentOf.has(id)).toSorted((a, b) => firstAt(b) - firstAt(a));
  for (const step of findGates(context)) {
    const owner = context.turns.findRequest(step);
    if (context.reported.has(step.stepExecutionId) || (owner !== undefined && context.sentOf.has(owner.id))) continue;
    const endedAt = step.endedAt ?? Number.POSITIVE_INFINITY;
    const possible = newestFirst.filter(
      (request) =>
        firstAt(request) <= endedAt + MAX_CLOCK_DIFFERENCE_MS &&
        // Both times are AWS's: a signal leaves only after its own step has begun to wait.
        endedAt > (request.facts.waitingSince ?? Number.NEGATIVE_INFINITY) &&
        findAuthors(step, owner?.id ?? NO_REQUEST, signedAs(context, request)).includes("our-principal") &&
        !isAccountedFor(context, request),
    );
    const cause = possible.find((request) => firstAt(request) <= endedAt) ?? possible.at(-1);
    if (cause !== undefined) found.set(cause.id, step);
  }
  return found;
}

/** Tells whether the decisions of the request's own step show its only signal, which then decided no other step. */
function isAccountedFor(context: Context, request: ApprovalRequest): boolean {
  const step = context.turns.findStep(request);
  if (step === undefined || context.sentOf.get(request.id)?.length !== 1) return false;
  return findAuthors(step, request.id, signedAs(context, request)).includes("this-request");
}

/** No text contains it. */
const NO_REQUEST = "\0";

/** Verifies a signal by the request's own step. Returns null while a later read may show more. */
function verifyOwnStep(
  { observed, now }: Context,
  request: ApprovalRequest,
  step: ObservedStep | undefined,
  sent: readonly SignalAttempt[],
): VerificationResult["result"] | null {
  const accepted = sent.filter(({ state }) => state === "accepted");
  const hasEndedAll = hasEnded(observed.status);
  const isFinal = hasEndedAll || sent.every((each) => verifiedUntil(each) <= now);
  const isOverdue = accepted.every(({ at, uncertainUntil }) => now >= Math.max(at + EFFECT_DUE_MS, uncertainUntil));
  const who = whoDecided(step, request.id, findSigningPrincipals(sent));
  const isWaiting = step !== undefined && isWaitingAs(step, gateAction(request.facts)) && !hasEndedAll;
  if (isWaiting) {
    // The step waits correctly only while AWS accepted fewer signals than it needs.
    const isVisible = accepted.length >= countNeeded(request) || listsDecisions(step);
    if (isOverdue && isVisible && !accepted.every((each) => isShown(step, each, who))) return "no-effect";
    // Without an accepted signal, another attempt follows.
    if (accepted.length === 0) return null;
  }
  if (who === "us") return isFinal || isComplete(step, sent, who) ? "confirmed" : null;
  if (who === "others" && accepted.length > 0) return isOverdue || hasEndedAll ? "misdirected" : null;
  // AWS shows nothing more about a pause that is over.
  const showsAll = isPause(request.facts) && !isWaiting && accepted.length === sent.length;
  return isFinal || showsAll ? "not-visible" : null;
}

/** Returns until when reads are compared with a signal. */
const verifiedUntil = ({ state, at, uncertainUntil }: SignalAttempt) =>
  state === "accepted" ? at + NO_REPLY_UNCERTAIN_MS : uncertainUntil;

/** Tells whether the step shows every signal that was sent, so that none can reach another step any more. */
function isComplete(step: ObservedStep | undefined, sent: readonly SignalAttempt[], who: "us"): boolean {
  if (sent.length === 1 || step === undefined) return sent.length === 1;
  const signers = new Set(sent.map(({ signerId }) => signerId));
  return signers.size === sent.length && sent.every((each) => each.state === "accepted" && isShown(step, each, who));
}

function isShown(step: ObservedStep, sent: SignalAttempt, who: ReturnType<typeof whoDecided>) {
  const { session, principal, shownBefore } = sent;
  if (session !== null) return showsSignal(step, { session, principal, shownBefore });
  return who === "us" || (who === "unknown" && countPossible(step, sent) > shownBefore);
}
