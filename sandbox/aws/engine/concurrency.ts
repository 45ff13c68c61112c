import type { Assumptions } from "../assumptions.ts";
import { type Execution, FINAL_STATUSES } from "./execution-state.ts";

/** How often a queued execution asks for room. */
export const QUEUE_CHECK_MS = 1_000;

/** Makes the limit of executions that run or wait at the same time in one account and Region. */
export function makeConcurrency(assumptions: Pick<Assumptions, "values">) {
  const begun = new Set<Execution>();
  return {
    /** Counts the execution as running, or returns false: it stays Pending. */
    admits(execution: Execution): boolean {
      for (const each of begun) if (FINAL_STATUSES.has(each.status)) begun.delete(each);
      const { account, region } = execution.location;
      const others = [...begun].filter(({ location }) => location.account === account && location.region === region);
      const most = assumptions.values.concurrentExecutions;
      if (most !== null && others.length >= most) return false;
      begun.add(execution);
      return true;
    },
  };
}
