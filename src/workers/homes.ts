import type { makeRefreshHome } from "../app/admin/refresh-home.ts";
import type { Clock, Log } from "../app/ports/aws.ts";
import type { HomeRow, HomeStore } from "../app/ports/home-store.ts";
import type { WakeUps } from "./wake-ups.ts";
import { startWorker, type Worker } from "./worker.ts";

const CONCURRENCY = 3;
const TICK_MS = 1_000;
const ERROR_BACKOFF_MS = 60_000;
/** A person who opened App Home longer ago sees its changes when they open it again. */
const RECENT_MS = 3_600_000;

/** Publishes App Home for people who open it, and again when a request changes. */
export function startHomeWorker(deps: {
  homes: HomeStore;
  refresh: ReturnType<typeof makeRefreshHome>;
  wakeUps: WakeUps;
  clock: Clock;
  log: Log;
}): Worker {
  const { homes, refresh, clock } = deps;
  return startWorker<HomeRow & { headSeq: number }>({
    ...deps,
    name: "homes",
    topics: ["home"],
    everyMs: TICK_MS,
    concurrency: CONCURRENCY,
    due: ({ limit }) => homes.due(clock.now(), clock.now() - RECENT_MS, limit),
    keyOf: ({ userId }) => userId,
    async work(row) {
      await refresh(row);
      return "done";
    },
    backOff: async (row, until) => homes.recordFailed(row, "unexpected failure, see the log", until),
    backOffMs: ERROR_BACKOFF_MS,
  });
}
