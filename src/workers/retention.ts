import type { makeApplyRetention } from "../app/audit/apply-retention.ts";
import type { Clock, Log } from "../app/ports/aws.ts";
import type { RetentionStore } from "../app/ports/retention-store.ts";
import type { WakeUps } from "./wake-ups.ts";
import { startWorker, type Worker } from "./worker.ts";

const TICK_MS = 60_000;
const ERROR_BACKOFF_MS = 10 * 60_000;

/** Deletes old requests and their audit records, batch by batch. Its schedule is stored, for all replicas. */
export function startRetentionWorker(deps: {
  retention: RetentionStore;
  apply: ReturnType<typeof makeApplyRetention>;
  wakeUps: WakeUps;
  clock: Clock;
  log: Log;
}): Worker {
  const { retention, apply, clock } = deps;
  return startWorker<"retention">({
    ...deps,
    name: "retention",
    topics: [],
    everyMs: TICK_MS,
    concurrency: 1,
    due: async () => ((await retention.isDue(clock.now())) ? ["retention"] : []),
    keyOf: (name) => name,
    work: async () => ((await apply()) ? "look-again" : "done"),
    backOff: (_, until) => retention.schedule(until),
    backOffMs: ERROR_BACKOFF_MS,
  });
}
