import type { Clock, Log } from "../app/ports/aws.ts";
import type { Topic, WakeUps } from "./wake-ups.ts";

export interface Loop {
  /** Asks for a round soon; one that runs already is followed by another. */
  wake(): void;
  /** Ends after the round that runs. */
  stop(): Promise<void>;
}

export interface LoopOptions {
  name: string;
  everyMs: number;
  /** Topics that wake the loop, besides its own `wake`. */
  topics: readonly Topic[];
  wakeUps: WakeUps;
  clock: Clock;
  log: Log;
}

/**
 * Runs `round` at once, then `everyMs` after each round's end, or as soon as it is woken. `before` delays a round. A round may return a number of
 * milliseconds to be followed sooner or later than that. A round that throws is logged and tried again after the pause:
 * the rows still say what is due.
 *
 * States of a loop:
 * - in a round: ends when the round returns or throws. A wake-up in the meantime causes another round at once.
 * - asleep: ends after the pause, or at once by a wake-up.
 * - delayed: ends with `before`. `woken` tells the round whether a wake-up came since the last round began.
 * - stopped: for good. The round that runs sees its `abort` and ends first; a delay ends first too.
 */
export function startLoop(
  options: LoopOptions & {
    /** Delays each round. Wake-ups during the delay cause no other round. Must not throw. */
    before?: () => Promise<void>;
    round: (abort: AbortSignal, woken: boolean) => Promise<number | undefined>;
  },
): Loop {
  const { name, everyMs, topics, wakeUps, before, round, clock, log } = options;
  const stopping = new AbortController();
  let woken = false;
  /** Ends a pause. A signal for both reasons, AbortSignal.any, would leave weak references behind after each pause of each loop. */
  let pause: AbortController | undefined;

  const wake = () => {
    woken = true;
    pause?.abort();
  };
  const unsubscribe = wakeUps.subscribe(topics, wake);

  const run = async () => {
    while (!stopping.signal.aborted) {
      await before?.();
      if (stopping.signal.aborted) return;
      const wasWoken = woken;
      woken = false;
      let wait = everyMs;
      try {
        wait = (await round(stopping.signal, wasWoken)) ?? everyMs;
      } catch (error) {
        if (!stopping.signal.aborted)
          log.error({ event: "round.failed", loop: name, err: error }, "unexpected failure of a round; trying again");
      }
      if (woken || stopping.signal.aborted) continue;
      pause = new AbortController();
      await clock.sleep(wait, pause.signal);
      pause = undefined;
    }
  };
  const ended = run();

  return {
    wake,
    async stop() {
      unsubscribe();
      stopping.abort();
      pause?.abort();
      await ended;
    },
  };
}
