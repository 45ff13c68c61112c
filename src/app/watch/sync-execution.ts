import { backoffMs } from "../../core/backoff.ts";
import { ANNOUNCED, hasEnded, NOT_WAITING, type ObservedExecution } from "../../core/execution.ts";
import { findFailedStep } from "../../core/failed-step.ts";
import { makeMask } from "../../core/mask.ts";
import { type Change, closeNotFound, reconcile } from "../../core/reconcile.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import { type SignalAttempt, sendingSince } from "../../core/signal-attempt.ts";
import { inTurns } from "../../core/slices.ts";
import { CONTRADICTION_REPORT_MS, contradictsRows } from "../../core/stale-reads.ts";
import type { Automation, Clock, Log } from "../ports/aws.ts";
import type { WatchedExecution } from "../ports/execution-store.ts";
import type { DamagedRequest } from "../ports/request-search.ts";
import type { GuardedStore } from "../ports/store.ts";
import { type ReportChange, reportChanges } from "./announced-changes.ts";
import type { makeApplyChanges } from "./apply-changes.ts";
import type { IgnoredPauses } from "./ignored-pauses.ts";
import { toRequestSigner } from "./open-request.ts";
import { reportWithoutId } from "./report-without-id.ts";
import { FOLLOW_BASE_MS, scheduleNextRead } from "./schedule-next-read.ts";

/** How long a signal may be in flight. After that, the end of its step is attributed by what the step shows. */
const SENDING_MS = 30_000;
/** How long an execution is not read while the route of a request depends on the runbook's defaults. */
const POSTPONED_MS = 5_000;
/** How long a parent execution is read again before the execution is evaluated without it. */
const PARENTS_TIMEOUT_MS = 2 * 60_000;
/** The first and the longest wait after a failed read. */
const FAILED_BASE_MS = 2_000;
const FAILED_CAP_MS = 5 * 60_000;
/** How long every read must say "not found" until that is believed, and the time between these reads. */
const NOT_FOUND_FOR_MS = 3 * 60_000;
const NOT_FOUND_REREAD_MS = 15_000;
/** Failed reads of an announced execution until it is left to the polls. */
const MAX_ANNOUNCED_FAILURES = 6;

export interface SyncExecutionDeps {
  requests: GuardedStore["requests"];
  executions: GuardedStore["executions"];
  apply: ReturnType<typeof makeApplyChanges>;
  mask: readonly string[];
  /** The hash of the configuration. */
  policyHash: string;
  /** `elapsed` of the clock when this process started. */
  startedElapsed: number;
  /** Whether a route covers paused steps. */
  withPauses: boolean;
  ignored: IgnoredPauses;
  /** Returns the attempts with their times on the clock as it is now: it may have been set since they were stored. */
  correctTimes: (attempts: readonly SignalAttempt[]) => SignalAttempt[];
  clock: Clock;
  random: () => number;
  log: Log;
  /** Counts a read that is reported, because reads have contradicted a newer observation for a minute. */
  countStale: () => void;
  /** Called for each change that a read showed, with the event that announced it, if any. */
  reportChange: ReportChange;
}

/**
 * Makes the use case that reads one watched execution and stores the changes of its requests. It schedules the next read:
 *
 *   followed   its outcome is expected soon (a decision is on its way, or it left the list): within seconds
 *   quiet      it waits for people: minutes, or as soon as the list shows a change
 *   announced  an event says that it may wait, and no read shows it yet: within seconds, a few times
 *   not found  AWS does not know it: every few seconds, until that is believed
 *   forgotten  it ended, or has nothing that waits: no more reads
 */
export const makeSyncExecution =
  (deps: SyncExecutionDeps) =>
  async (automation: Automation, watched: WatchedExecution, abort: AbortSignal): Promise<void> => {
    const { executions, clock } = deps;
    const damaged: DamagedRequest[] = [];
    const note = (row: DamagedRequest) => damaged.push(row);
    const known = await deps.requests.ofExecution(automation.target, watched.executionId, note);
    const [readAt, readElapsed] = [clock.now(), clock.elapsed()];
    const reading = await automation.read(watched.executionId, abort);
    if (abort.aborted) return;
    switch (reading.kind) {
      case "failed": {
        const failures = watched.unchangedReads + 1;
        const wait = backoffMs(failures, FAILED_BASE_MS, FAILED_CAP_MS, deps.random());
        deps.log.warn(
          {
            event: "execution.read-failed",
            executionId: watched.executionId,
            target: watched.target,
            code: reading.code,
            error: reading.message,
          },
          "cannot read an execution",
        );
        if (
          watched.fingerprint === ANNOUNCED &&
          known.length + damaged.length === 0 &&
          failures >= MAX_ANNOUNCED_FAILURES
        )
          return executions.forget(watched.target, watched.executionId, watched.nextReadAt);
        return executions.recordRead(watched, clock.now() + wait, failures);
      }
      case "not-found":
        return closeNotFoundRequests(deps, automation, watched, { known, damaged }, abort);
      case "read": {
        const execution = await automation.withParents(reading.execution, abort);
        if (abort.aborted) return;
        return awaitsParents(deps, execution)
          ? executions.recordRead(watched, clock.now() + POSTPONED_MS, watched.unchangedReads)
          : applyReading(deps, automation, { ...watched, readAt, readElapsed }, execution, abort);
      }
      default:
        throw new Error(`unexpected reading ${reading satisfies never}`);
    }
  };

/**
 * Tells whether an execution waits for a read of its parents, which AWS may return in a moment: they have its requester, and
 * secrets that its texts may contain.
 */
function awaitsParents({ clock, log }: SyncExecutionDeps, { executionId, parents }: ObservedExecution): boolean {
  const unread = parents?.unread ?? null;
  if (unread === null) return false;
  const { code, message: error, retry, since } = unread;
  log.warn({ event: "execution.parent-unread", executionId, code, error, retry }, "cannot read a parent execution");
  return retry && clock.now() - since < PARENTS_TIMEOUT_MS;
}

/**
 * Closes the requests of an execution that AWS does not know. AWS may say so by mistake, so one reply closes nothing: the
 * execution must have left the list, and every read for some minutes must have said the same.
 */
async function closeNotFoundRequests(
  deps: SyncExecutionDeps,
  automation: Automation,
  watched: WatchedExecution,
  { known, damaged }: { known: readonly ApprovalRequest[]; damaged: readonly DamagedRequest[] },
  abort: AbortSignal,
): Promise<void> {
  const { executions, clock } = deps;
  const now = clock.now();
  const notFoundSince = watched.notFoundSince ?? now;
  const isBelieved = now - notFoundSince >= NOT_FOUND_FOR_MS;
  if (known.length + damaged.length === 0)
    return executions.forget(watched.target, watched.executionId, watched.nextReadAt);
  if (watched.fingerprint !== NOT_WAITING || !isBelieved)
    return executions.recordNotFound(watched, now + NOT_FOUND_REREAD_MS, notFoundSince);
  const changes = known.map((request) => closeNotFound(request, now)).filter((change) => change !== null);
  const applied = await deps.apply(automation, null, makeMask([], { parameters: {} }), changes, abort);
  if (applied === "stored" && damaged.length > 0)
    await executions.recordNotFound(watched, now + FAILED_CAP_MS, notFoundSince);
  else if (applied === "stored") await executions.forget(watched.target, watched.executionId, watched.nextReadAt);
  else await executions.recordNotFound(watched, now + FOLLOW_BASE_MS, notFoundSince);
}

/** Stores the changes that a read shows, and schedules the next read. */
async function applyReading(
  deps: SyncExecutionDeps,
  automation: Automation,
  { readAt, readElapsed, ...watched }: WatchedExecution & { readAt: number; readElapsed: number },
  execution: ObservedExecution,
  abort: AbortSignal,
): Promise<void> {
  const { executions, clock, log } = deps;
  const { target, executionId } = watched;
  const mask = makeMask(deps.mask, execution);
  // The requests as of now: a decision that was made during the read belongs to its evaluation.
  const damaged: DamagedRequest[] = [];
  const known = await deps.requests.ofExecution(automation.target, executionId, (row) => damaged.push(row));
  const attempts = deps.correctTimes(await deps.requests.signalsOfExecution(automation.target, executionId));
  if (known.some((request) => isSending(request, attempts, clock.now())))
    return executions.recordRead(watched, clock.now() + FOLLOW_BASE_MS, watched.unchangedReads);
  const contradiction = contradictsRows(execution, known);
  if (contradiction !== null && !(await isReported(deps, watched, contradiction)))
    return executions.recordRead(watched, clock.now() + FOLLOW_BASE_MS, watched.unchangedReads);
  // The signal path clears what it records itself.
  const isSignaling = known.some(
    ({ state, signal, signalNextAt }) => state === "decided" && signal !== "accepted" && signalNextAt !== null,
  );
  if (contradiction === null && watched.staleSince != null && !isSignaling) await executions.clearStale(watched);
  const signer = toRequestSigner(automation);
  const now = clock.now();
  // Earlier times by the clock as it is now: it may have been set since.
  const toTime = (elapsed: number) => now - (clock.elapsed() - elapsed);
  const [startedAt, askedAt] = [toTime(deps.startedElapsed), toTime(readElapsed)];
  const { policyHash, withPauses } = deps;
  const context = { now, readAt: askedAt, attempts, signer, policyHash, startedAt, withPauses };
  const found = mask.inSlices(() => {
    const failedStep = hasEnded(execution.status) ? findFailedStep(execution, mask) : null;
    return reconcile(execution, known, { ...context, maskText: mask.text, failedStep });
  });
  const changes = (await inTurns(found, clock.turn)).filter(
    (change) =>
      !dependsOnDamaged(change, damaged) && (change.kind !== "open" || !deps.ignored.has(executionId, change.step)),
  );
  const result = { status: execution.status, changes: changes.map(({ kind }) => kind) };
  log.debug({ event: "execution.read", target, executionId, ...result }, "execution read");
  await reportWithoutId(deps, automation.target, execution);
  const applied = await deps.apply(automation, execution, mask, changes, abort);
  if (applied !== "stored") {
    const wait = applied === "postponed" ? POSTPONED_MS : 0;
    return executions.recordRead(watched, clock.now() + wait, watched.unchangedReads);
  }
  const seen = { executionId, announcedAt: watched.announcedAt ?? null, seenAt: readAt };
  reportChanges(changes, execution, seen, deps.reportChange);
  await scheduleNextRead(deps, automation.target, { ...watched, readAt }, execution, changes.length > 0);
}

/** Tells whether a change may be wrong without the damaged requests: another turn of the same step, or whom a signal reached. */
function dependsOnDamaged(change: Change, damaged: readonly DamagedRequest[]): boolean {
  if (change.kind === "open") return damaged.some((row) => row.stepExecutionId === change.stepExecutionId);
  return change.kind === "verified" && damaged.length > 0;
}

/**
 * Tells whether reads have contradicted a newer observation for so long that it is reported. Until then such a read changes
 * nothing. Afterwards it is applied, so that a new gate is not hidden; it can close no request, because only an end closes one.
 */
async function isReported(
  { executions, clock, log, countStale }: SyncExecutionDeps,
  watched: WatchedExecution,
  error: string,
): Promise<boolean> {
  const { target, executionId } = watched;
  const since = await executions.recordStale(watched, clock.now());
  if (clock.now() - since < CONTRADICTION_REPORT_MS) return false;
  log.warn({ event: "execution.read-stale", target, executionId, error }, "a read contradicts an earlier one");
  countStale();
  return true;
}

/** Tells whether a signal is in flight: its result will show in a moment whether it decided the step. */
function isSending(request: ApprovalRequest, attempts: readonly SignalAttempt[], now: number): boolean {
  if (request.state !== "decided" || request.signal !== "sending") return false;
  const since = sendingSince(attempts.filter((each) => each.requestId === request.id));
  return now - (since ?? 0) < SENDING_MS;
}
