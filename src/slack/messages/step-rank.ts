import { GATE_ACTIONS, type ObservedStep } from "../../core/execution.ts";

/** The marks of the steps that belong to shown requests, such as "this request", by step execution id. */
export type StepMarks = ReadonlyMap<string, string>;

export function findMark({ stepExecutionId }: ObservedStep, marks: StepMarks): string | null {
  return stepExecutionId === null ? null : (marks.get(stepExecutionId) ?? null);
}

/** The rank of the last steps that a list must not leave out. */
export const LAST_KEY_RANK = 3;

/** Ranks a step where not all fit: the gates of the shown requests, the current steps, other gates, failed steps, the others. */
export function rankStep(step: ObservedStep, marks: StepMarks): number {
  const { status, failureMessage } = step;
  if (findMark(step, marks) !== null) return 0;
  if (status === "InProgress" || status === "Waiting") return 1;
  if (isGate(step)) return 2;
  if (failureMessage !== null || status === "Failed" || status === "TimedOut") return LAST_KEY_RANK;
  return status === "Pending" ? 5 : 4;
}

/** Tells whether the step waits for people, before or after other steps. */
export const isGate = ({ action }: ObservedStep): boolean => GATE_ACTIONS.some((each) => each === action);
