import { countApprovals, showsSignal } from "../../core/approver-decisions.ts";
import type { ObservedExecution } from "../../core/execution.ts";
import type { ApprovalRequest, RequestPatch } from "../../core/request.ts";
import { ERROR_REPLY_UNCERTAIN_MS, NO_REPLY_UNCERTAIN_MS } from "../../core/signal.ts";
import { isUncertain, nextSigner, type PersonSignal, sessionNameFor, waitsForReading } from "../../core/signers.ts";
import type { Automation, PersonSigning, SignalResult, Signer } from "../ports/aws.ts";
import type { RequestStore } from "../ports/store.ts";

/** The turn of one deciding person, where each signals as themselves. */
export interface OwnTurn {
  signing: PersonSigning;
  signer: Signer;
  /** When AWS takes it, nobody's comes after it. */
  last: boolean;
  /** What is on record of this person's own signal; null before the first attempt. */
  earlier: PersonSignal | null;
  /** Of everybody who signalled. */
  all: readonly PersonSignal[];
}

/** Whose signal is due: nobody in particular (null) where the bot signals for all, `done` when each has signalled. */
export async function ownTurn(
  requests: RequestStore,
  automation: Automation,
  request: ApprovalRequest,
): Promise<OwnTurn | "done" | null> {
  const signing = automation.asPerson;
  if (signing === undefined) return null;
  const all = await requests.signals(request.id);
  const votes = await requests.votes(request.id);
  const turn = nextSigner(request, votes, all);
  if (turn.kind === "done") return "done";
  const { userId } = turn.signer;
  const signer = { userId, session: sessionNameFor(turn.signer, votes) };
  return { signing, signer, last: turn.last, earlier: all.find((each) => each.userId === userId) ?? null, all };
}

/** What a reading says about this person's turn, beyond what it says about the step. */
export function ownMove(
  turn: OwnTurn,
  request: ApprovalRequest,
  observed: ObservedExecution,
  now: number,
): { kind: "go" } | { kind: "shown"; signal: PersonSignal } | { kind: "wait"; until: number } {
  const step = observed.steps.find((each) => each.stepExecutionId === request.stepExecutionId);
  if (step === undefined) return { kind: "go" };
  if (isUncertain(turn.earlier ?? undefined) && turn.earlier !== null && showsSignal(step, turn.earlier))
    return { kind: "shown", signal: { ...turn.earlier, state: "accepted", error: null } };
  const until = waitsForReading(step, turn.all, request, now);
  return until > 0 ? { kind: "wait", until } : { kind: "go" };
}

/** The record of an attempt that is about to be made. */
export function attemptOf(
  turn: OwnTurn,
  request: ApprovalRequest,
  observed: ObservedExecution,
  now: number,
): PersonSignal {
  const step = observed.steps.find((each) => each.stepExecutionId === request.stepExecutionId);
  return {
    requestId: request.id,
    userId: turn.signer.userId,
    session: turn.signer.session,
    state: "sending",
    attempts: (turn.earlier?.attempts ?? 0) + 1,
    at: now,
    uncertainUntil: now + NO_REPLY_UNCERTAIN_MS,
    shownBefore: step === undefined ? 0 : countApprovals(step),
    error: null,
  };
}

/** The record of a turn at which the person could not act: nothing left, and others come before them now. */
export function passedOver(turn: OwnTurn, request: ApprovalRequest, error: string, now: number): PersonSignal {
  const { earlier, signer } = turn;
  const none = { requestId: request.id, ...signer, attempts: 0, shownBefore: 0 };
  return { ...(earlier ?? none), state: "refused", at: now, uncertainUntil: now, error };
}

/** What became of the attempt. */
export function settled(signal: PersonSignal, result: SignalResult, now: number): PersonSignal {
  switch (result.kind) {
    case "accepted":
      return { ...signal, state: "accepted", error: null };
    case "refused":
    case "not-sent":
      return { ...signal, state: "refused", error: `${result.code}: ${result.message}` };
    case "ambiguous": {
      const settlesAt = now + (result.answered ? ERROR_REPLY_UNCERTAIN_MS : NO_REPLY_UNCERTAIN_MS);
      return { ...signal, state: "ambiguous", uncertainUntil: settlesAt, error: `${result.code}: ${result.message}` };
    }
    default:
      throw new Error(`unexpected result ${result satisfies never}`);
  }
}

/** What a signal that AWS took means for the request: the next person's turn, or the end of ours. */
export function takenPatch(turn: OwnTurn | null, request: ApprovalRequest, now: number): RequestPatch {
  if (turn === null) return { signal: "accepted", signalNextAt: null, signalError: null };
  const signalsAccepted = request.signalsAccepted + 1;
  if (turn.last) return { signal: "accepted", signalNextAt: null, signalError: null, signalsAccepted: signalsAccepted };
  return {
    signal: "due",
    signalNextAt: now,
    signalUncertainUntil: null,
    signalError: null,
    signalsAccepted: signalsAccepted,
  };
}
