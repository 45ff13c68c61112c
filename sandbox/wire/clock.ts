/**
 * The clock that both stand-ins share: the machine's clock plus an offset. A person or a test increases the offset, so
 * that a week passes in a moment. Moving the clock forward runs each due timer at exactly its own time, in order,
 * including timers that other due timers schedule.
 */
export interface SandboxClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Runs `job` once at `time` (epoch milliseconds), or soon if `time` has passed. Returns a function that cancels it.
   */
  at(time: number, job: () => void): () => void;
  /** Moves the clock forward by `ms` (0 or more) and runs every due timer in order. */
  advance(ms: number): void;
  /** Drops every timer and keeps the offset. */
  clear(): void;
  /** Drops every timer and lets the process exit. */
  close(): void;
}

interface Timer {
  time: number;
  order: number;
  job: () => void;
}

/** The longest delay that setTimeout accepts, in milliseconds. */
const MAX_DELAY_MS = 2_147_483_647;

export function makeSandboxClock(machineNow: () => number = Date.now): SandboxClock {
  let offset = 0;
  let steppedTime: number | undefined; // the current time while due timers run; otherwise undefined
  let timers: Timer[] = [];
  let order = 0;
  let handle: NodeJS.Timeout | undefined;

  const now = () => steppedTime ?? machineNow() + offset;

  /** Finds the index of a timer, or the index for inserting it. Binary search: a test may set tens of thousands. */
  const findIndex = (time: number, rank: number) => {
    let [low, high] = [0, timers.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = timers[middle] as Timer;
      if (other.time < time || (other.time === time && other.order < rank)) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  const arm = () => {
    clearTimeout(handle);
    const next = timers[0];
    if (next === undefined) return;
    handle = setTimeout(() => runUntil(now()), Math.min(Math.max(0, next.time - now()), MAX_DELAY_MS));
    handle.unref();
  };

  const runUntil = (end: number) => {
    try {
      while (timers[0] !== undefined && timers[0].time <= end) {
        const timer = timers.shift() as Timer;
        steppedTime = Math.max(timer.time, steppedTime ?? timer.time);
        timer.job();
      }
    } finally {
      steppedTime = undefined; // also after a job that throws: the clock must keep running for the other timers
      arm();
    }
  };

  return {
    now,
    at(time, job) {
      const timer = { time, order: order++, job };
      timers.splice(findIndex(time, timer.order), 0, timer);
      if (steppedTime === undefined) arm();
      return () => {
        const index = findIndex(time, timer.order);
        if (timers[index] === timer) timers.splice(index, 1);
      };
    },
    advance(ms) {
      if (!(ms >= 0)) throw new RangeError(`The clock only moves forward: expected 0 or more milliseconds, got ${ms}.`);
      const end = now() + ms;
      offset += ms;
      runUntil(end);
    },
    clear() {
      timers = [];
    },
    close() {
      timers = [];
      clearTimeout(handle);
    },
  };
}
