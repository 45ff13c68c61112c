import type { Clock, Log } from "../app/ports/aws.ts";
import type { RequesterLookup, RequesterLookupStore } from "../app/ports/store.ts";
import type { makeRetryRequesterLookup } from "../app/watch/look-up-requester.ts";
import { REQUEST_CHANGED, type WakeUps } from "./wake-ups.ts";
import { startWorker, type Worker } from "./worker.ts";

const CONCURRENCY = 5;
const TICK_MS = 1_000;
const ERROR_BACKOFF_MS = 10_000;

/** Looks up who started executions, for requests whose requester has an email address. */
export function startRequesterWorker(deps: {
  requesterLookups: RequesterLookupStore;
  lookUp: ReturnType<typeof makeRetryRequesterLookup>;
  wakeUps: WakeUps;
  clock: Clock;
  log: Log;
}): Worker {
  const { requesterLookups, lookUp, clock } = deps;
  return startWorker<RequesterLookup>({
    ...deps,
    name: "requesters",
    topics: ["look-up-requester"],
    // Without its own topic: a lookup that stays due would run without a pause.
    wakes: REQUEST_CHANGED.filter((topic) => topic !== "look-up-requester"),
    everyMs: TICK_MS,
    concurrency: CONCURRENCY,
    due: ({ limit }) => requesterLookups.due(clock.now(), limit),
    keyOf: ({ requestId }) => requestId,
    async work(lookup) {
      await lookUp(lookup);
      return "done";
    },
    backOff: ({ requestId }, until) =>
      requesterLookups.recordFailed(requestId, "unexpected failure, see the log", until),
    backOffMs: ERROR_BACKOFF_MS,
    about: ({ requestId }) => ({ requestId }),
  });
}
