import type { Execution, FailureDetails, StepExecution } from "./execution-state.ts";

/** How a run of a step ended. */
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
      /** Whether another attempt could end otherwise. */
      retryable?: boolean;
    };

/** What an action is given to work with: its step, its inputs, and the ways to wait and to end. */
export interface ActionRun {
  execution: Execution;
  step: StepExecution;
  /** Resolved: no `{{ }}` is left. */
  inputs: Record<string, unknown>;
  now(): number;
  /** Step and execution show Waiting until the step ends. */
  wait(): void;
  /** Runs `job` after `ms`, unless the step has ended by then. */
  after(ms: number, job: () => void): void;
  /** Ends the step. Once: a second call does nothing. */
  finish(result: StepResult): void;
}

/** One kind of step. It begins the step's work and arranges for `finish`. */
export type Action = (run: ActionRun) => void;

/** A failure of a step's inputs, found before anything was done. */
export function toInvalidInput(message: string): StepResult {
  return { kind: "failure", status: "Failed", message, stage: "InputValidation", type: "Action" };
}
