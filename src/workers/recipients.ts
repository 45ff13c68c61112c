import type { makeErrand } from "../app/deliver/resolve-recipients.ts";
import type { Clock, Log } from "../app/ports/aws.ts";
import type { Errand, NoticeStore } from "../app/ports/store.ts";
import { makeInFlight } from "./in-flight.ts";
import { type Loop, startLoop } from "./loop.ts";

/** Errands worked on at a time: one for hundreds of people takes minutes, and holds up no other. */
const AT_A_TIME = 5;
const TICK_MS = 1_000;
/** After something unforeseen, the errand rests this long. */
const BROKEN_MS = 10_000;

/** Finds for whom something is meant. */
export function startErrandLoop(options: {
  notices: NoticeStore;
  errand: ReturnType<typeof makeErrand>;
  clock: Clock;
  log: Log;
  /** New places for messages are on record. */
  onPlaces: () => void;
}): Loop {
  const { notices, errand, clock, log, onPlaces } = options;
  const underWay = makeInFlight<Errand>({
    most: AT_A_TIME,
    keyOf: ({ requestId, kind }) => `${kind} ${requestId}`,
    work: errand,
    rest: (each, until) => notices.errandFailed(each, "unexpected failure, see the log", until),
    restMs: BROKEN_MS,
    onDone(well, more) {
      onPlaces();
      if (well && more) loop.wake();
    },
    what: "an errand",
    clock,
    log,
  });
  const loop = startLoop({
    name: "errands",
    everyMs: TICK_MS,
    clock,
    log,
    round: async () => {
      underWay.take(await notices.errands(clock.now(), underWay.wanted()));
      return undefined;
    },
  });
  return {
    wake: loop.wake,
    async stop() {
      await loop.stop();
      await underWay.settled();
    },
  };
}
