import type { Clock, Log } from "../app/ports/aws.ts";

export interface InFlight<T> {
  /** Starts those that are not under way already, as far as there is room. */
  take(items: readonly T[]): void;
  /** How many to ask the rows for: what is under way may still look due, and one too many tells that there is more. */
  capacity(): number;
  /** Resolves when nothing is under way any more. */
  drained(): Promise<void>;
}

/**
 * Works on several rows side by side and takes the next as soon as one is done, so that one that is slow holds up none
 * behind it. One that fails is logged and rests; `onDone` tells whether it went well, and whether others found no room:
 * only then is it worth asking the rows again before the next tick.
 */
export function makeInFlight<T>(options: {
  most: number;
  keyOf: (item: T) => string;
  work: (item: T) => Promise<void>;
  /** Lets the row rest after something unforeseen: otherwise it would be due again at once, and hide all others. */
  rest: (item: T, until: number) => Promise<void>;
  restMs: number;
  onDone: (well: boolean, more: boolean) => void;
  what: string;
  clock: Clock;
  log: Log;
}): InFlight<T> {
  const { most, keyOf, work, rest, restMs, onDone, what, clock, log } = options;
  const underWay = new Map<string, Promise<void>>();
  let more = false;

  const run = async (item: T, key: string): Promise<void> => {
    let well = true;
    try {
      await work(item);
    } catch (error) {
      well = false;
      log.error(
        { event: "work.failed", worker: what, row: key, err: error },
        "unexpected failure of a row; trying again",
      );
      await rest(item, clock.now() + restMs).catch(() => undefined);
    }
    underWay.delete(key);
    onDone(well, more);
  };

  return {
    take(items) {
      more = false;
      for (const item of items) {
        const key = keyOf(item);
        if (underWay.has(key)) continue;
        more = underWay.size >= most;
        if (more) return;
        underWay.set(key, run(item, key));
      }
    },
    capacity: () => 2 * most + underWay.size,
    async drained() {
      await Promise.all(underWay.values());
    },
  };
}
