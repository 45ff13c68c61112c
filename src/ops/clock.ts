import type { Clock } from "../app/ports/aws.ts";

let lastTurn = Promise.resolve();

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  turn() {
    lastTurn = lastTurn.then(() => new Promise((resolve) => setImmediate(resolve)));
    return lastTurn;
  },
  sleep: (ms, abort) =>
    new Promise((resolve) => {
      if (abort?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        abort?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(0, ms)); // Node warns about a negative time
      abort?.addEventListener("abort", done, { once: true });
    }),
};
