import type { Assumptions } from "../assumptions.ts";
import { type Execution, FINAL_STATUSES, type Status, type StepExecution } from "./execution-state.ts";

/** A new status of an execution or, if `step` is set, of a step. */
export interface StatusChange {
  execution: Execution;
  step?: StepExecution;
  status: Status;
}

/** Makes the only functions that change a status. Each reports every change to `onStatus`. */
export function makeStatuses(deps: { assumptions: Assumptions; onStatus: (change: StatusChange) => void }) {
  const { assumptions, onStatus } = deps;

  const setStepStatus = (execution: Execution, step: StepExecution, status: Status) => {
    if (step.status === status) return;
    step.status = status;
    onStatus({ execution, step, status });
  };

  const setStatus = (execution: Execution, status: Status) => {
    if (execution.status === status) return;
    execution.status = status;
    onStatus({ execution, status });
    if (
      execution.parent !== undefined &&
      assumptions.values.parentOfWaitingChild === "Waiting" &&
      !FINAL_STATUSES.has(status)
    ) {
      const shown = status === "Waiting" ? "Waiting" : "InProgress";
      const { step } = execution.parent;
      if (step !== undefined) setStepStatus(execution.parent.execution, step, shown);
      setStatus(execution.parent.execution, shown);
    }
  };

  /** Shows on the loops around a step that it waits, if the assumption says so. */
  const setLoopStatus = (execution: Execution, step: StepExecution, status: "Waiting" | "InProgress") => {
    if (assumptions.values.loopOfWaitingStep !== "Waiting") return;
    for (let loop = step.loop?.step; loop !== undefined; loop = loop.loop?.step) setStepStatus(execution, loop, status);
  };

  return { setStatus, setStepStatus, setLoopStatus };
}
