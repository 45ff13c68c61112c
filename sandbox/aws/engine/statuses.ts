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
  const waitingChildren = new WeakMap<Execution, Set<Execution>>();

  const setStepStatus = (execution: Execution, step: StepExecution, status: Status) => {
    if (step.status === status) return;
    step.status = status;
    onStatus({ execution, step, status });
  };

  const setStatus = (execution: Execution, status: Status) => {
    if (execution.status === status) return;
    execution.status = status;
    onStatus({ execution, status });
    if (assumptions.values.parentOfWaitingChild === "Waiting") showWaiting(execution);
  };

  /**
   * Shows the parent of a child as Waiting while any of its children waits. The end of a child that a step started ends that
   * step too, so nothing is shown for it.
   */
  const showWaiting = (child: Execution) => {
    if (child.parent === undefined) return;
    const { execution: parent, step } = child.parent;
    const waiting = waitingChildren.get(parent) ?? new Set();
    waitingChildren.set(parent, waiting);
    if (child.status === "Waiting") waiting.add(child);
    else waiting.delete(child);
    if (FINAL_STATUSES.has(parent.status) || (FINAL_STATUSES.has(child.status) && step !== undefined)) return;
    const shown = waiting.size > 0 ? "Waiting" : "InProgress";
    if (step !== undefined) setStepStatus(parent, step, shown);
    setStatus(parent, shown);
  };

  /** Shows on the loops around a step that it waits, if the assumption says so. */
  const setLoopStatus = (execution: Execution, step: StepExecution, status: "Waiting" | "InProgress") => {
    if (assumptions.values.loopOfWaitingStep !== "Waiting") return;
    for (let loop = step.loop?.step; loop !== undefined; loop = loop.loop?.step) setStepStatus(execution, loop, status);
  };

  return { setStatus, setStepStatus, setLoopStatus };
}
