import type { PostponedReminder } from "../app/deliver/remind.ts";
import type { Clock, Log } from "../app/ports/aws.ts";
import type { RequestStore } from "../app/ports/store.ts";
import type { ApprovalRequest } from "../core/request.ts";
import type { WakeUps } from "./wake-ups.ts";
import { startWorker, type Worker } from "./worker.ts";

const CONCURRENCY = 5;
const TICK_MS = 1_000;
const ERROR_BACKOFF_MS = 10_000;

/**
 * Stores the reminders that are due. A reminder that cannot be stored stays due: this process skips it until its time has
 * come, and another replica may try earlier.
 */
export function startReminderWorker(deps: {
  requests: Pick<RequestStore, "dueToRemind">;
  remind: (request: ApprovalRequest) => Promise<PostponedReminder | null>;
  wakeUps: WakeUps;
  clock: Clock;
  log: Log;
}): Worker {
  const { requests, remind, clock, log } = deps;
  /** Reminders to skip, by request. */
  const postponed = new Map<string, number>();
  return startWorker<ApprovalRequest>({
    ...deps,
    name: "reminders",
    topics: [],
    wakes: ["deliver", "notify"],
    everyMs: TICK_MS,
    concurrency: CONCURRENCY,
    async due({ limit }) {
      const now = clock.now();
      for (const [id, until] of postponed) if (until <= now) postponed.delete(id);
      const due = await requests.dueToRemind(now, limit + postponed.size);
      return due.filter(({ id }) => !postponed.has(id)).slice(0, limit);
    },
    keyOf: ({ id }) => id,
    async work(request) {
      const result = await remind(request);
      if (result !== null) {
        log.warn(
          {
            event: "reminder.postponed",
            requestId: request.id,
            executionId: request.executionId,
            error: result.error,
          },
          "cannot remind of an open request yet; trying again",
        );
        postponed.set(request.id, clock.now() + result.retryAfterMs);
      }
      return "done";
    },
    async backOff({ id }, until) {
      postponed.set(id, until);
    },
    backOffMs: ERROR_BACKOFF_MS,
    about: ({ id, executionId }) => ({ requestId: id, executionId }),
  });
}
