import { makeSandboxClock, type SandboxClock } from "../../sandbox/wire/clock.ts";
import type { Clock } from "../../src/app/ports/aws.ts";
import { systemClock } from "../../src/ops/clock.ts";

/** The values that processes share so that their fast clocks agree. */
export interface TimeBase {
  /** Fast milliseconds per real millisecond. */
  scale: number;
  /** The time at which the fast clock equals the real clock, in epoch milliseconds. */
  base: number;
  /** The sum of all time jumps since `base`, in milliseconds. */
  offset: number;
}

export interface FastTime {
  now(): number;
  /** Returns the values that another process needs for the same time. */
  shared(): TimeBase;
  /** Continues from the current time at another speed. */
  setScale(scale: number): void;
  /** Converts fast to real milliseconds. */
  toMachineMs(ms: number): number;
  readonly offset: number;
  moveTo(offset: number): void;
  /** Freezes `now()` until `unfreeze`; after that, `now()` includes the frozen period. */
  freeze(): void;
  unfreeze(): void;
}

/** Makes a time that runs faster than real time and can jump forward. */
export function makeFastTime(given: TimeBase): FastTime {
  let { scale, base, offset } = given;
  let frozenAt: number | null = null;
  const now = () => frozenAt ?? base + Math.round((Date.now() - base) * scale) + offset;
  return {
    now,
    shared: () => ({ scale, base, offset }),
    setScale(other) {
      const current = now();
      [scale, base] = [other, Date.now()];
      offset = current - base;
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

/** Real milliseconds between two checks of the timers of the stand-ins. */
const TIMER_CHECK_MS = 3;

/**
 * Makes the clock of the stand-ins on fast time. Its own timers count real milliseconds and would fire too late, so an
 * interval fires the timers that are due.
 */
export function makeFastSandboxClock(time: FastTime): SandboxClock {
  const clock = makeSandboxClock(time.now);
  const interval = setInterval(() => clock.advance(0), TIMER_CHECK_MS);
  interval.unref();
  return {
    ...clock,
    close() {
      clearInterval(interval);
      clock.close();
    },
  };
}

/** Makes the bot's clock on fast time. Call `onTimeMoved` after each time jump: it wakes every sleeper that is due. */
export function makeFastClock(time: FastTime): Clock & { onTimeMoved(): void } {
  const sleepers = new Set<() => void>();
  return {
    now: time.now,
    // Time passes on both clocks of the bot: a jump is no clock that was set.
    elapsed: time.now,
    turn: systemClock.turn,
    sleep: (ms, abort) =>
      new Promise((resolve) => {
        if (abort?.aborted) return resolve();
        const until = time.now() + ms;
        let timer: NodeJS.Timeout | undefined;
        const done = () => {
          clearTimeout(timer);
          sleepers.delete(check);
          abort?.removeEventListener("abort", done);
          resolve();
        };
        const check = () => {
          clearTimeout(timer);
          const left = until - time.now();
          if (left <= 0) done();
          else timer = setTimeout(check, Math.max(1, time.toMachineMs(left)));
        };
        sleepers.add(check);
        abort?.addEventListener("abort", done, { once: true });
        check();
      }),
    onTimeMoved() {
      for (const check of [...sleepers]) check();
    },
  };
}
