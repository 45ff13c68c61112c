import type { makeResolveRecipients } from "../app/deliver/resolve-recipients.ts";
import type { Clock, Log } from "../app/ports/aws.ts";
import type { RecipientLookup, RecipientLookupStore } from "../app/ports/delivery-store.ts";
import type { WakeUps } from "./wake-ups.ts";
import { startWorker, type Worker } from "./worker.ts";

/** Lookups in progress at a time: a lookup of hundreds of people takes minutes, and delays no other. */
const CONCURRENCY = 5;
const TICK_MS = 1_000;
const ERROR_BACKOFF_MS = 10_000;

/** Looks up the recipients of messages and notices. */
export function startRecipientWorker(deps: {
  recipientLookups: RecipientLookupStore;
  resolve: ReturnType<typeof makeResolveRecipients>;
  wakeUps: WakeUps;
  clock: Clock;
  log: Log;
}): Worker {
  const { recipientLookups, resolve, clock } = deps;
  return startWorker<RecipientLookup>({
    ...deps,
    name: "recipients",
    topics: ["resolve-recipients"],
    wakes: ["deliver", "notify"],
    everyMs: TICK_MS,
    concurrency: CONCURRENCY,
    due: ({ limit }) => recipientLookups.due(clock.now(), limit),
    keyOf: ({ requestId, kind, subject }) => `${kind} ${requestId} ${subject}`,
    async work(lookup) {
      await resolve(lookup);
      return "done";
    },
    backOff: (lookup, until) => recipientLookups.recordFailed(lookup, "unexpected failure, see the log", until),
    backOffMs: ERROR_BACKOFF_MS,
    about: ({ requestId }) => ({ requestId }),
  });
}
