import type { ObservedStep } from "../../core/execution.ts";

/** Paused steps that are remembered. */
const MAX_REMEMBERED = 10_000;
/** A step that has waited for less is evaluated at each read: the tags of its execution can come after its start. */
const MIN_WAITED_MS = 60_000;
/** After this time, the step is evaluated once more. */
const IGNORED_MS = 60 * 60_000;

/** Returns the key of one turn of a step: AWS may give the next turn of a loop the same id. */
export const toTurnKey = (executionId: string, { stepExecutionId, startedAt }: ObservedStep): string =>
  [executionId, stepExecutionId, startedAt].join(" ");

/** The paused steps that no route covers. */
export interface IgnoredPauses {
  /** Records that no route covers the step now. */
  add(executionId: string, step: ObservedStep, now: number): void;
  /** Says whether the step is not evaluated now. */
  has(executionId: string, step: ObservedStep, now: number): boolean;
  /** Says whether no route covered the step at an earlier read: it is no new change. */
  wasEvaluated(executionId: string, step: ObservedStep): boolean;
}

/**
 * Makes the memory of the paused steps that no route covers: their executions are read again every few minutes, and their
 * tags once an hour. After a restart, or in another replica, such a step is evaluated once more.
 */
export function makeIgnoredPauses(): IgnoredPauses {
  const ignoredAt = new Map<string, number>();
  return {
    add(executionId, step, now) {
      const key = toTurnKey(executionId, step);
      const hasWaited = now - (step.startedAt ?? 0) > MIN_WAITED_MS;
      ignoredAt.delete(key);
      ignoredAt.set(key, hasWaited ? now : Number.NEGATIVE_INFINITY);
      const [oldest] = ignoredAt.keys();
      if (ignoredAt.size > MAX_REMEMBERED && oldest !== undefined) ignoredAt.delete(oldest);
    },
    // A time in the future is from before the clock was set back.
    has(executionId, step, now) {
      const age = now - (ignoredAt.get(toTurnKey(executionId, step)) ?? Number.NEGATIVE_INFINITY);
      return age >= 0 && age < IGNORED_MS;
    },
    wasEvaluated: (executionId, step) => ignoredAt.has(toTurnKey(executionId, step)),
  };
}
