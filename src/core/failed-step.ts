import { cut } from "./cut.ts";
import type { ObservedExecution, ObservedStep } from "./execution.ts";
import { MASK, type Mask } from "./mask.ts";

/** The step that made an execution fail or at which it ended early, masked. */
export interface FailedStep {
  name: string;
  /** Failed, TimedOut or Cancelled. */
  status: string;
  /** AWS's FailureMessage; null if there is none. */
  message: string | null;
  /** AWS's FailureDetails, one line for each entry: "Type: Action". */
  details: string[];
}

/** More characters of AWS's texts are not stored: no message shows them. */
const MAX_TEXT_LENGTH = 4000;
const MAX_DETAILS = 20;

const FAILED: ReadonlySet<string> = new Set(["Failed", "TimedOut", "Cancelled"]);

/**
 * Finds the step that failed last, without the steps that enclose it, which fail because of it. Null if none failed. A step
 * that failed before the runbook went on is not the reason for the end.
 */
export function findFailedStep(execution: ObservedExecution, mask: Mask): FailedStep | null {
  if (execution.status === "Success" || execution.status === "CompletedWithSuccess") return null;
  const failed = execution.steps.filter(({ status }) => FAILED.has(status));
  const enclosing = new Set(failed.map((step) => step.parentStepId));
  const [last] = failed
    .filter((step) => step.stepExecutionId === null || !enclosing.has(step.stepExecutionId))
    .sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0));
  return last === undefined ? null : toFailedStep(last, mask);
}

function toFailedStep({ name, status, failureMessage, failureDetails = {} }: ObservedStep, mask: Mask): FailedStep {
  const details = Object.entries(failureDetails).slice(0, MAX_DETAILS);
  return {
    name,
    status,
    message: failureMessage === null ? null : cut(mask.text(failureMessage), MAX_TEXT_LENGTH),
    details: details.map(([key, values]) => {
      const shown = mask.hides(key) ? MASK : values.map(mask.text).join(", ");
      return cut(`${mask.text(key)}: ${shown}`, MAX_TEXT_LENGTH);
    }),
  };
}
