import type { ObservedStep } from "../../core/execution.ts";

/** Paused steps that are remembered. */
const MAX_REMEMBERED = 10_000;

/** Returns the key of one turn of a step: AWS may give the next turn of a loop the same id. */
export const toTurnKey = (executionId: string, { stepExecutionId, startedAt }: ObservedStep): string =>
  [executionId, stepExecutionId, startedAt].join(" ");

/** The paused steps that no route covers. */
export interface IgnoredPauses {
  add(executionId: string, step: ObservedStep): void;
  has(executionId: string, step: ObservedStep): boolean;
}

/**
 * Makes the memory of the paused steps that no route covers: their executions are read again every few minutes, and their
 * tags are not, as for a request that is open. After a restart, or in another replica, such a step is evaluated once more.
 */
export function makeIgnoredPauses(): IgnoredPauses {
  const steps = new Set<string>();
  return {
    add(executionId, step) {
      steps.add(toTurnKey(executionId, step));
      const [oldest] = steps;
      if (steps.size > MAX_REMEMBERED && oldest !== undefined) steps.delete(oldest);
    },
    has: (executionId, step) => steps.has(toTurnKey(executionId, step)),
  };
}
