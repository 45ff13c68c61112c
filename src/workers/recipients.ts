import type { makeResolveRecipients } from "../app/deliver/resolve-recipients.ts";
import type { Clock, Log } from "../app/ports/aws.ts";
import type { NoticeStore, RecipientLookup } from "../app/ports/delivery-store.ts";
import { makeInFlight } from "./in-flight.ts";
import { type Loop, startLoop } from "./loop.ts";

/** Lookups worked on at a time: one for hundreds of people takes minutes, and holds up no other. */
const CONCURRENCY = 5;
const TICK_MS = 1_000;
/** After something unforeseen, the lookup rests this long. */
const ERROR_BACKOFF_MS = 10_000;

/** Finds for whom something is meant. */
export function startRecipientWorker(options: {
  notices: NoticeStore;
  lookup: ReturnType<typeof makeResolveRecipients>;
  clock: Clock;
  log: Log;
  /** New places for messages are on record. */
  onPlaces: () => void;
}): Loop {
  const { notices, lookup, clock, log, onPlaces } = options;
  const underWay = makeInFlight<RecipientLookup>({
    most: CONCURRENCY,
    keyOf: ({ requestId, kind }) => `${kind} ${requestId}`,
    work: lookup,
    rest: (each, until) => notices.lookupFailed(each, "unexpected failure, see the log", until),
    restMs: ERROR_BACKOFF_MS,
    onDone(well, more) {
      onPlaces();
      if (well && more) loop.wake();
    },
    what: "an lookup",
    clock,
    log,
  });
  const loop = startLoop({
    name: "lookups",
    everyMs: TICK_MS,
    clock,
    log,
    round: async () => {
      underWay.take(await notices.dueLookups(clock.now(), underWay.capacity()));
      return undefined;
    },
  });
  return {
    wake: loop.wake,
    async stop() {
      await loop.stop();
      await underWay.drained();
    },
  };
}
