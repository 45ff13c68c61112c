/** Time as the engine needs it. */
export interface EngineClock {
  now(): number;
  at(time: number, job: () => void): () => void;
}

/** Timers on a clock that others use too: `clear` forgets only those set through here. */
export interface Timers {
  now(): number;
  /** Runs `job` after `ms` of the sandbox's time; returns the cancellation. */
  after(ms: number, job: () => void): () => void;
  clear(): void;
}

export function makeTimers(clock: EngineClock): Timers {
  const pending = new Set<() => void>();
  return {
    now: clock.now,
    after(ms, job) {
      const cancel = () => {
        pending.delete(cancel);
        stop();
      };
      const stop = clock.at(clock.now() + ms, () => {
        pending.delete(cancel);
        job();
      });
      pending.add(cancel);
      return cancel;
    },
    clear() {
      for (const cancel of [...pending]) cancel();
    },
  };
}
