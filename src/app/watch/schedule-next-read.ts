import { backoffMs } from "../../core/backoff.ts";
import { ANNOUNCED, hasEnded, NOT_WAITING, type ObservedExecution } from "../../core/execution.ts";
import { isUnverified } from "../../core/verify-signals.ts";
import type { Clock, Log, Target } from "../ports/aws.ts";
import type { WatchedExecution } from "../ports/execution-store.ts";
import type { GuardedStore } from "../ports/store.ts";
import { findNewerState } from "./announced-changes.ts";

/** How long an execution is not read while the list shows no change. A read shows changes that the list does not. */
const SLOW_REREAD_MS = 5 * 60_000;
/** With many executions it is longer, so that these reads leave the target's quota and the processor to decisions. */
const MAX_SLOW_REREAD_MS = 30 * 60_000;
const SLOW_REREADS_PER_SECOND = 5;
/** The first and the longest wait between two reads of an execution whose outcome is expected soon. */
export const FOLLOW_BASE_MS = 1_000;
const FOLLOW_CAP_MS = 60_000;
/** Reads of an announced execution until one must show it waiting. */
const MAX_ANNOUNCED_READS = 4;

interface ScheduleDeps {
  requests: Pick<GuardedStore["requests"], "ofExecution">;
  executions: Pick<GuardedStore["executions"], "recordRead" | "forget" | "count">;
  clock: Clock;
  random: () => number;
  log: Log;
}

/** Schedules the next read after one whose changes are stored, or forgets the execution. */
export async function scheduleNextRead(
  deps: ScheduleDeps,
  from: Target,
  { readAt, ...watched }: WatchedExecution & { readAt: number },
  execution: ObservedExecution,
  hasChanged: boolean,
): Promise<void> {
  const { executions, clock, log } = deps;
  const { target, executionId } = watched;
  let isDamaged = false;
  const requests = await deps.requests.ofExecution(from, executionId, () => {
    isDamaged = true;
  });
  const allClosed = requests.every((request) => request.state === "closed");
  // A read changes a request once: one that shows its end has not yet verified a signal without effect.
  const isVerified = !requests.some(
    (request) => isUnverified(request) || (hasChanged && request.verification === "no-effect"),
  );
  const shown = findNewerState(watched, execution, readAt);
  const isAnnounced = shown === null && watched.fingerprint === ANNOUNCED && requests.length === 0;
  const hasLeftList = shown === null && watched.fingerprint === NOT_WAITING;
  const isNotWaiting = hasLeftList || (isAnnounced && watched.unchangedReads + 1 >= MAX_ANNOUNCED_READS);
  // A damaged request must close after its row is restored.
  if (
    !isDamaged &&
    allClosed &&
    isVerified &&
    (hasEnded(execution.status) || (isNotWaiting && requests.length === 0))
  ) {
    log.debug({ event: "execution.forgotten", target, executionId }, "execution no longer watched");
    return executions.forget(target, executionId, watched.nextReadAt);
  }
  const unchangedReads = hasChanged ? 0 : watched.unchangedReads + 1;
  // The runbook continues, and can wait at the same gate again before the next list call.
  const continues = allClosed && requests.length > 0 && !execution.steps.some((step) => step.status === "Waiting");
  const isFollowed =
    hasLeftList || isAnnounced || continues || !isVerified || requests.some((request) => request.state === "decided");
  const wait = isFollowed
    ? backoffMs(unchangedReads + 1, FOLLOW_BASE_MS, FOLLOW_CAP_MS, deps.random())
    : Math.round(slowRereadMs(await executions.count(target)) * (0.8 + deps.random() * 0.4));
  await executions.recordRead(watched, clock.now() + wait, unchangedReads, shown);
}

function slowRereadMs(watched: number): number {
  const paced = (watched / SLOW_REREADS_PER_SECOND) * 1000;
  return Math.min(Math.max(paced, SLOW_REREAD_MS), MAX_SLOW_REREAD_MS);
}
