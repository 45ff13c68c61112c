/**
 * The sandbox's one clock. It runs with the machine's, plus an offset that a person or a test moves forward, so that a
 * week passes in a moment. Timers are kept in order of their time; moving the clock runs each at exactly its own time,
 * also those that earlier ones schedule on the way.
 */
export interface SandboxClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `job` once at `time` (epoch milliseconds); a time already past runs it soon. Returns its cancellation. */
  at(time: number, job: () => void): () => void;
  /** Moves the clock forward by `ms` (0 or more) and runs all that became due, in order. */
  advance(ms: number): void;
  /** Forgets every timer; the offset stays. */
  clear(): void;
  /** Forgets every timer and releases the process. */
  close(): void;
}

interface Timer {
  time: number;
  order: number;
  job: () => void;
}

/** The longest delay that setTimeout takes, in milliseconds. */
const MAX_DELAY_MS = 2_147_483_647;

export function makeSandboxClock(machineNow: () => number = Date.now): SandboxClock {
  let offset = 0;
  let steppedTime: number | undefined; // the time shown while `advance` walks over due timers
  let timers: Timer[] = [];
  let order = 0;
  let handle: NodeJS.Timeout | undefined;

  const now = () => steppedTime ?? machineNow() + offset;

  /** Where a timer of that time and order is, or belongs: by halving, since a test may set tens of thousands. */
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
      steppedTime = undefined; // also after a job that threw: the clock must not stand still for the others
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
        const place = findIndex(time, timer.order);
        if (timers[place] === timer) timers.splice(place, 1);
      };
    },
    advance(ms) {
      if (!(ms >= 0)) throw new RangeError(`The clock moves forward only, by milliseconds; got ${ms}.`);
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
