import { selectSigner } from "../../core/refused-signer.ts";
import { type ApprovalRequest, type DecidedRequest, isDecided } from "../../core/request.ts";
import { MAX_READ_AGE_MS, nextSignalMove, type SignalMove } from "../../core/signal.ts";
import {
  beginAttempt,
  isUncertain,
  latestAttempt,
  resolveAttempt,
  type SignalAttempt,
  type SignalResult,
  startSending,
} from "../../core/signal-attempt.ts";
import { toSignalOrder } from "../../core/signal-order.ts";
import { listSigners } from "../../core/signers.ts";
import type { Automation, Clock } from "../ports/aws.ts";
import type { AliveUntil, Lease, LeaseStore } from "../ports/coordination.ts";
import type { ExecutionStore } from "../ports/execution-store.ts";
import type { DamagedRequest } from "../ports/request-search.ts";
import { type AttemptTimes, makeAttemptTimes } from "./attempt-times.ts";
import {
  type AskedAt,
  type EarlyReads,
  isRecent,
  observeLease,
  type ReadUnderLease,
  readAge,
  SIGNAL_LEASE_MS,
  type SignaledRequest,
} from "./early-reads.ts";
import { followMove } from "./follow-move.ts";
import {
  type PendingSignal,
  type RecordDeps,
  recordAttempt,
  recordDeferred,
  recordDone,
  recordNotReady,
  recordUnrecorded,
} from "./record-attempt.ts";

/** No signal leaves when less than this remains of the lease. */
const LEASE_MARGIN_MS = 30_000;
/** When a lease that another process owns is asked for again. */
const LEASE_RETRY_MS = 1_000;

const TOO_LATE =
  "the read of the step, the lease of the execution or this process's heartbeat was too old when the signal was about to leave";

/** A request whose signal is due. */
export type DueSignal = SignaledRequest & Pick<ApprovalRequest, "version">;

export interface SendSignalDeps extends Omit<RecordDeps, "attemptTimes"> {
  executions: ExecutionStore;
  leases: LeaseStore;
  /** This process, for leases. */
  owner: string;
  /** Reads that began before the decision; without them, each signal has a read of its own. */
  early?: Pick<EarlyReads, "take">;
  /** Shared with the reads of executions; without it, signals have one of their own. */
  attemptTimes?: AttemptTimes;
  aliveUntil: AliveUntil;
  /** Counts a read that has contradicted the list of waiting executions for a minute. */
  countStale: () => void;
  /** Names the Slack workspace in the payload. */
  workspace: string;
}

/**
 * Sends a decision to AWS, or finds out what became of an earlier attempt. An approval or a rejection names no step: a signal
 * that is late or repeated would decide the next gate of the runbook. A late Resume would resume the next turn of its step,
 * and a late stop would end an execution that went on. So a signal leaves only under the execution's lease,
 * after a read that shows the request's own step waiting alone, with its attempt on record, one at a time per execution.
 * The lease is observed before the read, and acquired in the transaction that stores the attempt.
 *
 *   due        the first attempt, or the next signer's, or another one after an attempt without effect
 *                -> sending, when the attempt is on record
 *   sending    -> accepted, or due for the next signer, when AWS accepted it
 *              -> due, when it had no effect
 *              -> ambiguous, when the reply was lost; a crash leaves it in `sending`, which is handled in the same way
 *   ambiguous  -> accepted, or due for the next signer, when a read shows it
 *              -> sending, when it can no longer take effect and the step still waits
 *   accepted   AWS has what it needs. A read closes the request, as it does from any state when the step ended.
 *
 * core/signal-attempt.ts has the states of each attempt.
 */
export const makeSendSignal = (deps: SendSignalDeps) => {
  const { attemptTimes = makeAttemptTimes(deps.clock) } = deps;
  return async (automation: Automation, due: DueSignal, abort: AbortSignal): Promise<void> => {
    const begun = deps.clock.elapsed();
    const early = (await deps.early?.take(due)) ?? null;
    const since = early?.askedElapsed ?? begun;
    const lease = early?.lease ?? (await observeLease(deps, due));
    // Postponed, so that requests that only wait for a lease do not fill every batch of due ones.
    if (lease === null) return deps.requests.postponeSignal(due.id, due.version, deps.clock.now() + LEASE_RETRY_MS);
    const log = deps.log.child({ requestId: due.id, executionId: due.executionId });
    try {
      await signalOnce({ ...deps, log, attemptTimes }, automation, due, { lease, early, since }, abort);
    } finally {
      await deps.leases.release(lease.name, lease.owner);
    }
  };
};

const NOT_SENT = { kind: "not-sent", code: "TooLate", message: TOO_LATE } as const;

type Deps = SendSignalDeps & { attemptTimes: AttemptTimes };

async function signalOnce(
  deps: Deps,
  automation: Automation,
  due: DueSignal,
  { lease, early, since }: { lease: Lease; early: ReadUnderLease | null; since: number },
  abort: AbortSignal,
): Promise<void> {
  const { requests, executions, clock } = deps;
  // Guard. The signer is made ready before the read, so that nothing slow comes between the read and the signal.
  const { known, damaged } = await readKnown(deps, automation, due);
  const request = known.find(({ id }) => id === due.id);
  if (request === undefined || !isDecided(request) || request.signal === "accepted") return;
  const votes = await requests.votes(request.id);
  const signals = deps.attemptTimes.correct(await requests.signalsOfExecution(automation.target, request.executionId));
  const { attempts = [], elsewhere = [] } = Object.groupBy(signals, (each) => classifyAttempt(request, each));
  if (!(await requests.isDecisionRecorded(request.id))) return recordUnrecorded(deps, request, attempts, lease);
  const listed = await executions.find(automation.target.key, request.executionId);
  const under = { principal: automation.target.signsAs ?? null, policyHash: deps.policyHash };
  const signers = listSigners(automation.signers, request, votes);
  const next = selectSigner(request, signers, attempts, under);
  if (next.kind === "done") return recordDone(deps, request, attempts, lease);
  const pending: PendingSignal = { ...next, request, signers, attempts, lease };
  const ready = await automation.ready(pending.signer, abort);
  if (abort.aborted) return;
  // An uncertain attempt is looked for even if its signer cannot act any more.
  if (ready.kind === "failed" && !isUncertain(latestAttempt(attempts, pending.signer.id)))
    return recordNotReady(deps, pending, ready);

  // Read and decide. A read that began before the decision only allows the signal: everything else takes a new one.
  // What must be certain or caught up by now must have been so when AWS was asked.
  const moveBy = (reading: Found, askedAt: number) =>
    reading.kind === "not-found"
      ? RECONCILE
      : nextSignalMove({ ...pending, ...under, known, elsewhere, listed }, reading.execution, askedAt);
  const isEnough = early !== null && isRecent(early, clock) && moveBy(early.reading, early.askedAt).kind === "send";
  const asked = isEnough ? early : await readNow(automation, request, clock, abort);
  if (abort.aborted) return;
  if (asked.reading.kind === "failed")
    return recordDeferred(deps, pending, `AWS could not be asked (${asked.reading.code}: ${asked.reading.message})`);
  const [now, move] = [clock.now(), moveBy(asked.reading, asked.askedAt)];
  if (listed?.staleSince != null && move.kind !== "stale") await executions.clearStale(listed);
  if (move.kind !== "send") return followMove(deps, automation, pending, move);
  if (ready.kind === "failed") return recordNotReady(deps, pending, ready);
  // Only the damaged request may show that the read is old, or that this step is over.
  if (damaged !== null) return recordDeferred(deps, pending, damagedError(damaged));
  const leftMs = makeTimeLeft(deps, { lease, since }, asked);
  if (leftMs() < 0) return recordDeferred(deps, pending, `Not sent: ${TOO_LATE}`);

  // Record the attempt, only while the lease is still owned: after a pause another process may have acted since.
  const sending = startSending(beginAttempt(attempts, request.id, pending.signer, now), move.shownBefore, under);
  const sent = await recordAttempt(deps, pending, sending);
  if (sent === null) return;

  // Send. This is the second of three clock checks; the adapter makes the third when the signed request is about to leave.
  const order = toSignalOrder(request, votes, deps.workspace);
  const send = (left: number) => automation.signal(pending.signer, request.executionId, order, clock.now() + left);
  const result = leftMs() < 0 ? NOT_SENT : await send(leftMs());
  const resolved = resolveAttempt(sending, result, clock.now());
  deps.attemptTimes.remember(resolved);
  await recordResult(deps, sent, resolved, result);
  await executions.wake(automation.target.key, request.executionId, clock.now());
}

const damagedError = ({ id }: DamagedRequest) =>
  `Not sent: the row of another request of this execution (${id}) in the database is damaged. Restore it from a backup, or decide the step in the AWS console`;

/** Returns the requests of the execution, and one of those whose rows are damaged. */
async function readKnown({ requests }: SendSignalDeps, { target }: Automation, { executionId }: DueSignal) {
  let damaged: DamagedRequest | null = null;
  const known = await requests.ofExecution(target, executionId, (row) => {
    damaged = row;
  });
  return { known, damaged: damaged as DamagedRequest | null };
}

const classifyAttempt = ({ id }: DecidedRequest, { requestId }: SignalAttempt) =>
  requestId === id ? "attempts" : "elsewhere";

/**
 * Makes the function that returns the milliseconds in which the signal may still leave; negative if it may not. The lease was
 * observed after `since`: it ends when either clock says so, since the one may have been set back.
 */
function makeTimeLeft(
  deps: SendSignalDeps,
  { lease, since }: { lease: Lease; since: number },
  asked: AskedAt,
): () => number {
  const alive = deps.aliveUntil(since);
  const notAfter = Math.min(lease.until - LEASE_MARGIN_MS, asked.askedAt + MAX_READ_AGE_MS, alive);
  const elapsedUntil = since + SIGNAL_LEASE_MS - LEASE_MARGIN_MS;
  return () => Math.min(notAfter - asked.askedAt - readAge(asked, deps.clock), elapsedUntil - deps.clock.elapsed());
}

async function readNow({ read }: Automation, { executionId }: DecidedRequest, clock: Clock, abort: AbortSignal) {
  const asked = { askedAt: clock.now(), askedElapsed: clock.elapsed() };
  return { ...asked, reading: await read(executionId, abort, "signal") };
}

/** Records the result. The lookup of the requester may have changed the request meanwhile; the lease still guards the write. */
async function recordResult(deps: Deps, sent: PendingSignal, resolved: SignalAttempt, result: SignalResult) {
  if ((await recordAttempt(deps, sent, resolved, result)) !== null) return;
  const current = await deps.requests.byId(sent.request.id);
  if (current !== null && isDecided(current))
    await recordAttempt(deps, { ...sent, request: current }, resolved, result);
}

/** The result of a read that did not fail. */
type Found = Exclude<Awaited<ReturnType<Automation["read"]>>, { kind: "failed" }>;

const RECONCILE: SignalMove = { kind: "reconcile", isOver: false };
