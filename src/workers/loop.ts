import type { Clock, Log } from "../app/ports/aws.ts";

export interface Loop {
  /** Asks for a round soon; one that runs already is followed by another. */
  wake(): void;
  /** Ends after the round that runs. */
  stop(): Promise<void>;
}

/**
 * Runs `round` at once, then `everyMs` after each round's end, or as soon as it is woken. A round may return a number of
 * milliseconds to be followed sooner or later than that. A round that throws is logged and tried again: the rows still
 * ask.
 */
export function startLoop(options: {
  name: string;
  everyMs: number;
  round: (abort: AbortSignal) => Promise<number | undefined>;
  clock: Clock;
  log: Log;
}): Loop {
  const { name, everyMs, round, clock, log } = options;
  const ending = new AbortController();
  let woken = false;
  let rest: AbortController | undefined;

  const run = async () => {
    while (!ending.signal.aborted) {
      woken = false;
      let wait = everyMs;
      try {
        wait = (await round(ending.signal)) ?? everyMs;
      } catch (error) {
        if (!ending.signal.aborted)
          log.error({ event: "round.failed", loop: name, err: error }, "unexpected failure of a round; trying again");
      }
      if (woken || ending.signal.aborted) continue;
      rest = new AbortController();
      await clock.sleep(wait, AbortSignal.any([rest.signal, ending.signal]));
      rest = undefined;
    }
  };
  const ended = run();

  return {
    wake() {
      woken = true;
      rest?.abort();
    },
    async stop() {
      ending.abort();
      await ended;
    },
  };
}
