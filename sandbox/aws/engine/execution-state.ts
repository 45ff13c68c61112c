import type { Principal } from "../identity/principal.ts";
import type { ParameterValues } from "./bind-parameters.ts";
import type { Runbook, StepDefinition } from "./runbook.ts";

/** One account in one Region: what an execution, a document and a bus belong to. */
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
  | "Failed";

/** The statuses of something that is over. */
export const FINAL_STATUSES: ReadonlySet<Status> = new Set(["Success", "TimedOut", "Cancelled", "Failed"]);

/** As the API has it: stages InputValidation, PreVerification, Invocation, PostVerification; types Action and so on. */
export interface FailureDetails {
  FailureStage: string;
  FailureType: string;
  Details: Record<string, string[]>;
}

/** One run of one step. A loop that comes back to a step makes another one with an id of its own. */
export interface StepExecution {
  readonly id: string;
  readonly definition: StepDefinition;
  status: Status;
  /** Rank by start; 0 while it has not begun. */
  order: number;
  startTime?: number;
  endTime?: number;
  /** Input name to JSON text, which is how the API shows inputs. */
  inputs: Record<string, string>;
  outputs: Record<string, unknown>;
  response?: string;
  responseCode?: string;
  failureMessage?: string;
  failureDetails?: FailureDetails;
  attempt: number;
  /** How often it is tried at most; known when it begins, since the runbook may leave it to a parameter. */
  maxAttempts: number;
  /** Who decided, of an aws:approve step. */
  decisions: Decision[];
  /** Whether an action that the sandbox only pretends to carry out. */
  simulated: boolean;
  /** Ends the timers that the step has set. */
  cancelTimers: (() => void)[];
}

export interface Decision {
  principal: Principal;
  decision: "Approve" | "Reject";
  comment?: string;
  at: number;
}

/** A SendAutomationSignal that was accepted, with whoever sent it. */
export interface ReceivedSignal {
  at: number;
  type: string;
  payload: Record<string, string[]>;
  principal: Principal;
  /** The step execution that it acted on. */
  stepExecutionId?: string;
}

export interface Execution {
  readonly id: string;
  readonly location: AccountRegion;
  readonly document: { name: string; version: string };
  readonly runbook: Runbook;
  readonly mode: "Auto" | "Interactive";
  readonly startTime: number;
  /** ARN of the principal that started it. */
  readonly executedBy: string;
  readonly parameters: ParameterValues;
  readonly tags: { Key: string; Value: string }[];
  readonly parent?: { execution: Execution; step: StepExecution };
  status: Status;
  endTime?: number;
  failureMessage?: string;
  variables: Record<string, unknown>;
  steps: StepExecution[];
  stepsBegun: number;
  signals: ReceivedSignal[];
  /** The first critical step that failed: the execution will not end in Success. */
  failure?: StepExecution;
  cancelRequested: boolean;
  cancelTimers: (() => void)[];
  /** Told once, when the execution is over. */
  onEnd?: () => void;
}

/** The step that is under way, if any. At most one is. */
export function findCurrentStep(execution: Execution): StepExecution | undefined {
  return execution.steps.find((step) => step.order > 0 && !FINAL_STATUSES.has(step.status));
}

/** Steps in the order in which they began, then those that have not, as the runbook lists them. */
export function sortSteps(execution: Execution): StepExecution[] {
  const begun = execution.steps.filter((step) => step.order > 0).toSorted((a, b) => a.order - b.order);
  return [...begun, ...execution.steps.filter((step) => step.order === 0)];
}
