/**
 * Timers of one session of a stand-in, on a clock that others share. A session begins at startup or at a reset and ends
 * at the next reset. The clock keeps running then; jobs of the ended session no longer run.
 */
export interface SessionTimers {
  now(): number;
  /**
   * Runs `job` once at `time` (epoch milliseconds). If the session ends first, `onSessionEnd` runs instead, so that no
   * caller waits forever. Returns a function that cancels both.
   */
  at(time: number, job: () => void, onSessionEnd?: () => void): () => void;
  /** Runs `job` after `ms` of sandbox time. Returns a function that cancels it. */
  after(ms: number, job: () => void): () => void;
  /** Ends this session; the next one begins at once. */
  endSession(): void;
}

export function makeSessionTimers(clock: {
  now(): number;
  at(time: number, job: () => void): () => void;
}): SessionTimers {
  const pending = new Set<() => void>();
  const at: SessionTimers["at"] = (time, job, onSessionEnd) => {
    const drop = () => {
      cancel();
      onSessionEnd?.();
    };
    const stop = clock.at(time, () => {
      pending.delete(drop);
      job();
    });
    const cancel = () => {
      pending.delete(drop);
      stop();
    };
    pending.add(drop);
    return cancel;
  };
  return {
    now: clock.now,
    at,
    after: (ms, job) => at(clock.now() + ms, job),
    endSession() {
      for (const drop of [...pending]) drop();
    },
  };
}

/** Waits `ms` of sandbox time. Resolves to true, or to false as soon as the session ends. */
export function pause(timers: Pick<SessionTimers, "now" | "at">, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    timers.at(
      timers.now() + ms,
      () => resolve(true),
      () => resolve(false),
    );
  });
}
