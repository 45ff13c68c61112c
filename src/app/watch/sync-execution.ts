import { backoffMs } from "../../core/backoff.ts";
import { hasEnded, type ObservedExecution } from "../../core/execution.ts";
import { makeMask } from "../../core/mask.ts";
import { closeNotFound, reconcile } from "../../core/reconcile.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import type { Automation, Clock, Log } from "../ports/aws.ts";
import type { GuardedStore, WatchedExecution } from "../ports/store.ts";
import type { makeApplyChanges } from "./apply-changes.ts";
import { NOT_WAITING } from "./poll-target.ts";

/** How long a waiting execution goes unread while the list shows no change: what the list cannot tell is seen then. */
const SLOW_REREAD_MS = 5 * 60_000;
/** An execution whose outcome somebody is waiting for is read at once, then ever more rarely. */
const FOLLOW_BASE_MS = 1_000;
const FOLLOW_CAP_MS = 60_000;
/** How long a signal may be on its way before its end is judged by what the step shows. */
const SENDING_MS = 30_000;
/** After a failed read. */
const FAILED_BASE_MS = 2_000;
const FAILED_CAP_MS = 5 * 60_000;

/** How long AWS must have known nothing of an execution before that is believed, and how often it is asked. */
const NOT_FOUND_FOR_MS = 3 * 60_000;
const NOT_FOUND_REREAD_MS = 15_000;

export interface SyncExecutionDeps {
  requests: GuardedStore["requests"];
  executions: GuardedStore["executions"];
  apply: ReturnType<typeof makeApplyChanges>;
  mask: readonly string[];
  clock: Clock;
  random: () => number;
  log: Log;
}

/** Reads one watched execution, brings its requests up to date, and says when it is to be read next. */
export const makeSyncExecution =
  (deps: SyncExecutionDeps) =>
  async (automation: Automation, watched: WatchedExecution, abort: AbortSignal): Promise<void> => {
    const { executions, clock } = deps;
    const known = await deps.requests.ofExecution(automation.target, watched.executionId);
    const reading = await automation.read(watched.executionId, abort);
    if (abort.aborted) return;
    switch (reading.kind) {
      case "failed": {
        const tries = watched.unchangedReads + 1;
        const wait = backoffMs(tries, FAILED_BASE_MS, FAILED_CAP_MS, deps.random());
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
        return executions.recordRead(watched, clock.now() + wait, tries);
      }
      case "not-found":
        return closeNotFoundRequests(deps, automation, watched, known, abort);
      case "read":
        return settle(deps, automation, watched, reading.execution, abort);
      default:
        throw new Error(`unexpected reading ${reading satisfies never}`);
    }
  };

/**
 * AWS knows no such execution, or says so by mistake: one answer alone closes nothing. Not while the list shows the
 * execution, and only when every reading of some minutes has said the same.
 */
async function closeNotFoundRequests(
  deps: SyncExecutionDeps,
  automation: Automation,
  watched: WatchedExecution,
  known: readonly ApprovalRequest[],
  abort: AbortSignal,
): Promise<void> {
  const { executions, clock } = deps;
  const now = clock.now();
  const notFoundSince = watched.notFoundSince ?? now;
  const believed = now - notFoundSince >= NOT_FOUND_FOR_MS;
  if (known.length === 0) return executions.forget(watched.target, watched.executionId);
  if (watched.fingerprint !== NOT_WAITING || !believed)
    return executions.recordNotFound(watched, now + NOT_FOUND_REREAD_MS, notFoundSince);
  const changes = known.map((request) => closeNotFound(request, now)).filter((change) => change !== null);
  const settled = await deps.apply(automation, null, makeMask([], {}), changes, abort);
  if (settled) await executions.forget(watched.target, watched.executionId);
  else await executions.recordNotFound(watched, now + FOLLOW_BASE_MS, notFoundSince);
}

async function settle(
  deps: SyncExecutionDeps,
  automation: Automation,
  watched: WatchedExecution,
  execution: ObservedExecution,
  abort: AbortSignal,
): Promise<void> {
  const { executions, clock } = deps;
  const mask = makeMask(deps.mask, execution.parameters);
  // Read again: what was decided while AWS was asked must not be judged by what was known before.
  const known = await deps.requests.ofExecution(automation.target, watched.executionId);
  if (known.some((request) => isSending(request, clock.now())))
    return executions.recordRead(watched, clock.now() + FOLLOW_BASE_MS, watched.unchangedReads);
  const changes = reconcile(execution, known, clock.now(), mask.text, automation.target.signsAs ?? null);
  const undisturbed = await deps.apply(automation, execution, mask, changes, abort);
  if (!undisturbed) return executions.recordRead(watched, clock.now(), watched.unchangedReads);

  const requests = await deps.requests.ofExecution(automation.target, watched.executionId);
  const over = requests.every((request) => request.state === "closed");
  const left = watched.fingerprint === NOT_WAITING;
  if (over && (hasEnded(execution.status) || (left && requests.length === 0)))
    return executions.forget(watched.target, watched.executionId);

  const quiet = changes.length > 0 ? 0 : watched.unchangedReads + 1;
  // The runbook goes on, and may be back at the same gate before the next list is read.
  const goesOn = over && requests.length > 0 && !execution.steps.some((step) => step.status === "Waiting");
  const followed = left || goesOn || requests.some((request) => request.state === "decided");
  const wait = followed ? backoffMs(quiet + 1, FOLLOW_BASE_MS, FOLLOW_CAP_MS, deps.random()) : slow(deps.random());
  await executions.recordRead(watched, clock.now() + wait, quiet);
}

/** Whether a signal is on its way right now: whose doing the outcome is will be known in a moment. */
function isSending(request: ApprovalRequest, now: number): boolean {
  return request.state === "decided" && request.signal === "sending" && now - (request.signalAt ?? 0) < SENDING_MS;
}

function slow(random: number): number {
  return Math.round(SLOW_REREAD_MS * (0.8 + random * 0.4));
}
