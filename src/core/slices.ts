/** A computation that can be paused: it yields the cost of each part, in steps of the mask's search. */
export type Work<T> = Generator<number, T>;

/** Finishes work with one slice in each turn of the event loop. `turn` resolves in a later turn than all callers before it. */
export async function inTurns<T>(work: Work<T>, turn: () => Promise<void>): Promise<T> {
  for (;;) {
    await turn();
    const next = work.next();
    if (next.done === true) return next.value;
  }
}

/**
 * Finishes work in slices: between two of them, the event loop turns. Work that fits into one slice is finished
 * at once.
 */
export async function finishInTurns<T>(work: Work<T>, turn: () => Promise<void>): Promise<T> {
  let left = SLICE_STEPS;
  for (;;) {
    const next = work.next();
    if (next.done === true) return next.value;
    left -= next.value;
    if (left > 0) continue;
    await turn();
    left = SLICE_STEPS;
  }
}

/** The cost of one slice: about two milliseconds, and up to 20 in a process that has just started. */
export const SLICE_STEPS = 8_000;

/** Thrown in a task when its slice is over. */
const PAUSED = Symbol("the slice is over");

export type Slices = ReturnType<typeof makeSlices>;

/**
 * Divides work into slices, between which a process can do something else:
 *
 *   whole   outside of `run`: `finish` finishes any work at once
 *   slice   in a task of `run`: when the slice is used up, `finish` pauses the task. The task starts again in the next slice,
 *           does not repeat what has been finished, and continues the work that was left
 */
export function makeSlices() {
  let left = Number.POSITIVE_INFINITY;
  const finish = <T>(work: Work<T>): T => {
    for (;;) {
      if (left <= 0) throw PAUSED;
      const next = work.next();
      if (next.done === true) return next.value;
      left -= next.value;
    }
  };
  return {
    /** Finishes the work, or pauses the task: then the same work must be given again. */
    finish,
    /** Returns a function that finishes the work at its first call, and remembers the result. */
    once<T>(start: () => Work<T>): () => T {
      let work: Work<T> | null = null;
      let result: { value: T } | null = null;
      return () => {
        if (result !== null) return result.value;
        work ??= start();
        result = { value: finish(work) };
        return result.value;
      };
    },
    /** Adds the cost of something that is finished already. */
    spend(steps: number): void {
      left -= steps;
    },
    /** Runs a task in slices, and yields the cost of each one but the last. The task must be pure. */
    *run<T>(task: () => T): Work<T> {
      for (;;) {
        left = SLICE_STEPS;
        let spent = 0;
        try {
          return task();
        } catch (error) {
          if (error !== PAUSED) throw error;
          spent = SLICE_STEPS - left;
        } finally {
          left = Number.POSITIVE_INFINITY;
        }
        yield spent;
      }
    },
  };
}
