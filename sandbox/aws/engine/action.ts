import type { Execution, FailureDetails, StepExecution } from "./execution-state.ts";

/** The result of one run of a step. */
export type StepResult =
  | { kind: "success"; outputs?: Record<string, unknown>; response?: string; nextStep?: string }
  | {
      kind: "failure";
      status: "Failed" | "TimedOut" | "Cancelled";
      message: string;
      stage?: string;
      type?: string;
      details?: FailureDetails["Details"];
      outputs?: Record<string, unknown>;
      response?: string;
      /** Whether another attempt could succeed. */
      retryable?: boolean;
      /** Ends the execution whatever the step's onFailure is: a step inside the loop failed with onFailure Abort. */
      aborts?: boolean;
    };

/** The run of a step: passed to its action, which uses it to wait and to finish. */
export interface ActionRun {
  execution: Execution;
  step: StepExecution;
  /** The inputs with their references resolved. */
  inputs: Record<string, unknown>;
  now(): number;
  /** Sets the step and the execution to Waiting until the step ends. */
  wait(): void;
  /** Runs `job` after `ms`, unless the step ends first. */
  after(ms: number, job: () => void): void;
  /** Ends the step. A second call does nothing. */
  finish(result: StepResult): void;
}

/** Implements one kind of step: starts the step's work, and calls `finish` then or later. */
export type Action = (run: ActionRun) => void;

/** Makes the result of a step with invalid inputs, which fails before it does any work. */
export function toInvalidInput(message: string): StepResult {
  return { kind: "failure", status: "Failed", message, stage: "InputValidation", type: "Action" };
}
