import type { Principal } from "../identity/principal.ts";
import type { ParameterValues } from "./bind-parameters.ts";
import type { RateControl } from "./rate-control.ts";
import type { Runbook, StepDefinition } from "./runbook.ts";

/** One account in one Region: the owner of executions, documents and buses. */
export interface AccountRegion {
  account: string;
  region: string;
}

export type Status =
  | "Pending"
  | "InProgress"
  | "Waiting"
  | "Success"
  | "TimedOut"
  | "Cancelling"
  | "Cancelled"
  | "Failed"
  | "PendingApproval";

/** The statuses of an execution or a step that has ended. */
export const FINAL_STATUSES: ReadonlySet<Status> = new Set(["Success", "TimedOut", "Cancelled", "Failed"]);

/**
 * FailureDetails of the API. Stages: InputValidation, PreVerification, Invocation, PostVerification. Types: Action etc.
 */
export interface FailureDetails {
  FailureStage: string;
  FailureType: string;
  Details: Record<string, string[]>;
}

/** One execution of a step. If a runbook loops back to a step, that is a new step execution with a new id. */
export interface StepExecution {
  readonly id: string;
  readonly definition: StepDefinition;
  /** The steps among which this step names its next step: the steps of the runbook, or the steps inside its loop. */
  readonly siblings: StepDefinition[];
  /** The iteration of an aws:loop that this step belongs to. */
  readonly loop?: { step: StepExecution; iteration: number; value?: unknown };
  status: Status;
  /** Rank by start, from 1; 0 before the step starts. */
  order: number;
  startTime?: number;
  endTime?: number;
  /** Maps an input name to JSON text, the form in which the API shows inputs. */
  inputs: Record<string, string>;
  outputs: Record<string, unknown>;
  response?: string;
  responseCode?: string;
  failureMessage?: string;
  failureDetails?: FailureDetails;
  attempt: number;
  /** The maximum number of attempts. Final when the step starts, because a parameter can set it. */
  maxAttempts: number;
  /** The decisions so far of an aws:approve step. */
  decisions: Decision[];
  /** The iteration that an active aws:loop is in, from 1, and its value. */
  current?: { iteration: number; value?: unknown };
  /** Whether the sandbox simulated the action. */
  simulated: boolean;
  /** Functions that cancel the step's timers. */
  cancelTimers: (() => void)[];
}

export interface Decision {
  principal: Principal;
  decision: "Approve" | "Reject";
  comment?: string;
  at: number;
}

/** An accepted SendAutomationSignal with its sender. */
export interface ReceivedSignal {
  at: number;
  type: string;
  payload: Record<string, string[]>;
  principal: Principal;
  /** The step execution that the signal affected, and its start: with `stepIds: reused`, turns of a step share the id. */
  stepExecutionId?: string;
  stepStartedAt?: number;
}

export interface Execution {
  readonly id: string;
  readonly location: AccountRegion;
  readonly document: { name: string; version: string };
  readonly runbook: Runbook;
  readonly mode: "Auto" | "Interactive";
  /** A change request waits for its approval, and runs no step. */
  readonly isChangeRequest: boolean;
  readonly startTime: number;
  /** ARN of the principal that started the execution. */
  readonly executedBy: string;
  readonly parameters: ParameterValues;
  readonly tags: { Key: string; Value: string }[];
  /** The execution that started this one, and its step; a rate-controlled execution has no step. */
  readonly parent?: { execution: Execution; step?: StepExecution };
  /** The children that a rate-controlled execution runs instead of steps. */
  readonly rateControl?: RateControl;
  /** The target of a child of a rate-controlled execution. */
  readonly target?: string;
  status: Status;
  endTime?: number;
  failureMessage?: string;
  variables: Record<string, unknown>;
  steps: StepExecution[];
  /** With `stepIds: reused`, the step executions that a later turn of their step replaced. */
  replacedSteps: StepExecution[];
  stepsBegun: number;
  signals: ReceivedSignal[];
  /** The first critical step that failed. Its status becomes the final status of the execution. */
  failure?: StepExecution;
  cancelRequested: boolean;
  cancelTimers: (() => void)[];
  /** Called once, when the execution ends. */
  onEnd?: () => void;
}

/** Lists the active steps, the innermost first: one step and the loops around it. */
export function listActiveSteps(execution: Execution): StepExecution[] {
  const active = execution.steps.filter((step) => step.order > 0 && !FINAL_STATUSES.has(step.status));
  return active.toSorted((a, b) => b.order - a.order);
}

/** Finds the active step, if any: the innermost one. */
export function findCurrentStep(execution: Execution): StepExecution | undefined {
  return listActiveSteps(execution)[0];
}

/** Lists the steps in order of their start, followed by the steps that have not started, in the runbook's order. */
export function sortSteps(execution: Execution): StepExecution[] {
  const begun = execution.steps.filter((step) => step.order > 0).toSorted((a, b) => a.order - b.order);
  return [...begun, ...execution.steps.filter((step) => step.order === 0)];
}

/** Returns whether a step runs inside a loop, at any depth. */
export function isInside(step: StepExecution, loop: StepExecution): boolean {
  return step.loop !== undefined && (step.loop.step === loop || isInside(step.loop.step, loop));
}
