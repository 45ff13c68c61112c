import { makeSandboxClock, type SandboxClock } from "../../sandbox/wire/clock.ts";
import type { Clock } from "../../src/app/ports/aws.ts";

/** What processes must agree on so that their fast clocks show the same. */
export interface TimeBase {
  /** How many milliseconds pass in one of the machine's. */
  scale: number;
  /** The machine's time at which both clocks show the same, in epoch milliseconds. */
  base: number;
  /** By how much time was moved forward since. */
  offset: number;
}

export interface FastTime {
  now(): number;
  /** What another process needs to show the same. */
  shared(): TimeBase;
  /** Goes on from the same moment at another pace. */
  setScale(scale: number): void;
  /** The machine's milliseconds in which `ms` pass. */
  toMachineMs(ms: number): number;
  readonly offset: number;
  moveTo(offset: number): void;
  /** Stands still until released; then it has moved on. */
  freeze(): void;
  unfreeze(): void;
}

/** Time that runs faster than the machine's and can be moved forward. */
export function makeFastTime(given: TimeBase): FastTime {
  let { scale, base, offset } = given;
  let frozenAt: number | null = null;
  const now = () => frozenAt ?? base + Math.round((Date.now() - base) * scale) + offset;
  return {
    now,
    shared: () => ({ scale, base, offset }),
    setScale(other) {
      const moment = now();
      [scale, base] = [other, Date.now()];
      offset = moment - base;
    },
    toMachineMs: (ms) => ms / scale,
    get offset() {
      return offset;
    },
    moveTo(other) {
      offset = other;
    },
    freeze() {
      frozenAt = now();
    },
    unfreeze() {
      frozenAt = null;
    },
  };
}

/** How often the stand-ins' timers are looked at, in the machine's milliseconds. */
const TIMER_CHECK_MS = 3;

/**
 * The stand-ins' clock on fast time. It sets its timers in the machine's milliseconds, which would come too late here: so
 * it is asked every few milliseconds what is due.
 */
export function makeFastSandboxClock(time: FastTime): SandboxClock {
  const clock = makeSandboxClock(time.now);
  const poking = setInterval(() => clock.advance(0), TIMER_CHECK_MS);
  poking.unref();
  return {
    ...clock,
    close() {
      clearInterval(poking);
      clock.close();
    },
  };
}

/** The bot's clock on fast time. `moved` is to be called after time was moved: who sleeps past its hour wakes. */
export function makeFastClock(time: FastTime): Clock & { moved(): void } {
  const sleepers = new Set<() => void>();
  return {
    now: time.now,
    sleep: (ms, abort) =>
      new Promise((resolve) => {
        if (abort?.aborted) return resolve();
        const until = time.now() + ms;
        let timer: NodeJS.Timeout | undefined;
        const done = () => {
          clearTimeout(timer);
          sleepers.delete(look);
          abort?.removeEventListener("abort", done);
          resolve();
        };
        const look = () => {
          clearTimeout(timer);
          const left = until - time.now();
          if (left <= 0) done();
          else timer = setTimeout(look, Math.max(1, time.toMachineMs(left)));
        };
        sleepers.add(look);
        abort?.addEventListener("abort", done, { once: true });
        look();
      }),
    moved() {
      for (const look of [...sleepers]) look();
    },
  };
}
