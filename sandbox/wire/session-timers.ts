/**
 * Time within one life of the workspace, which lasts from its beginning, or a reset, to the next reset. The clock itself
 * goes on, since others share it; what was to happen in a life that is over does not happen any more.
 */
export interface Life {
  now(): number;
  /**
   * Runs `job` once at `time` (epoch milliseconds), unless the life ends before: then `ended` is called instead, so that
   * nobody waits for ever. Returns the cancellation of both.
   */
  at(time: number, job: () => void, ended?: () => void): () => void;
  /** Ends this life; the next one begins at once. */
  end(): void;
}

export function makeLife(clock: Pick<Life, "now"> & { at(time: number, job: () => void): () => void }): Life {
  const pending = new Set<() => void>();
  return {
    now: clock.now,
    at(time, job, ended) {
      const over = () => {
        cancel();
        ended?.();
      };
      const stop = clock.at(time, () => {
        pending.delete(over);
        job();
      });
      const cancel = () => {
        pending.delete(over);
        stop();
      };
      pending.add(over);
      return cancel;
    },
    end() {
      for (const over of [...pending]) over();
    },
  };
}

/** Resolves after `ms` of the sandbox's time: true, or at once false when the life ended before. */
export function pause(life: Pick<Life, "now" | "at">, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    life.at(
      life.now() + ms,
      () => resolve(true),
      () => resolve(false),
    );
  });
}
