import type { WatchedExecution } from "../app/ports/execution-store.ts";
import type { GuardedStore } from "../app/ports/store.ts";
import type { makeSyncExecution } from "../app/watch/sync-execution.ts";
import type { PollPace } from "./poll-pace.ts";
import { ERROR_BACKOFF_MS, TARGET_LOOK_MS, type TargetDeps, targetLease } from "./target.ts";
import { REQUEST_CHANGED } from "./wake-ups.ts";
import { startWorker, type Worker } from "./worker.ts";

/** Executions of one target that are read at a time. */
const CONCURRENCY = 4;

export interface ReadDeps {
  /** Makes the use case over stores that write under the target's lease. */
  sync: (stores: GuardedStore, pace: PollPace) => ReturnType<typeof makeSyncExecution>;
  pace: PollPace;
}

/** Reads the target's executions that are due, under the target's lease, and brings their requests up to date. */
export function startReads(deps: TargetDeps & ReadDeps): Worker {
  const { connection, store, lease, sync, pace, wakeUps, clock, log } = deps;
  const { key } = connection;
  return startWorker<WatchedExecution>({
    name: `read ${key}`,
    topics: [`read ${key}`, `lease ${targetLease(key)}`],
    wakes: [...REQUEST_CHANGED, `signal ${key}`],
    wakeUps,
    everyMs: TARGET_LOOK_MS,
    concurrency: CONCURRENCY,
    async due({ limit }) {
      if (connection.automation() === undefined || lease() === null) return [];
      return store.executions.due(key, clock.now(), limit);
    },
    keyOf: ({ executionId }) => executionId,
    async work(execution, abort) {
      const own = lease();
      const automation = connection.automation();
      if (automation !== undefined && own !== null)
        await sync(store.guardedBy(own), pace)(automation, execution, abort);
      return "done";
    },
    async backOff(execution, until) {
      const own = lease();
      if (own === null) return;
      await store.guardedBy(own).executions.recordRead(execution, until, execution.unchangedReads);
    },
    backOffMs: ERROR_BACKOFF_MS,
    about: ({ executionId }) => ({ executionId }),
    clock,
    log,
  });
}
