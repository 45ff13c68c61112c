/**
 * An Automation execution as it was read from AWS, in our own words. The adapter fills it and decodes what AWS encodes;
 * nothing here is masked yet. Times are epoch milliseconds.
 * Source: AWS Systems Manager API, AutomationExecution and StepExecution.
 */
export interface ObservedExecution {
  executionId: string;
  documentName: string;
  documentVersion: string | null;
  /** AutomationExecutionStatus; kept as text because AWS may add values. */
  status: string;
  startedAt: number | null;
  endedAt: number | null;
  /** The ARN of who started it. */
  executedBy: string | null;
  parameters: Record<string, string[]>;
  failureMessage: string | null;
  parentExecutionId: string | null;
  steps: ObservedStep[];
}

export interface ObservedStep {
  /** Absent in what AWS returns for a step that has not begun. */
  stepExecutionId: string | null;
  name: string;
  action: string;
  status: string;
  startedAt: number | null;
  endedAt: number | null;
  timeoutSeconds: number | null;
  onFailure: string | null;
  /** Decoded from JSON where it was JSON, else the raw text. */
  inputs: Record<string, unknown>;
  outputs: Record<string, string[]>;
  failureMessage: string | null;
}

/** What the list of executions tells of one; enough to see whether it changed since it was last read. */
export interface ListedExecution {
  executionId: string;
  status: string;
  currentStepName: string | null;
  currentAction: string | null;
}

export const APPROVE_ACTION = "aws:approve";

/** Seconds after which aws:approve times out when its runbook says nothing: seven days. Source: AWS documentation, aws:approve. */
export const DEFAULT_APPROVE_TIMEOUT_SECONDS = 604_800;

/** The statuses after which AWS changes nothing more. */
const ENDED: ReadonlySet<string> = new Set([
  "Success",
  "TimedOut",
  "Cancelled",
  "Failed",
  "Rejected",
  "CompletedWithSuccess",
  "CompletedWithFailure",
  "Exited",
]);

export function hasEnded(status: string): boolean {
  return ENDED.has(status);
}

export function isWaitingForApproval(step: ObservedStep): boolean {
  return step.action === APPROVE_ACTION && step.status === "Waiting";
}

/** Equal for two listings of an execution between which the list shows no change. */
export function fingerprint(listed: ListedExecution): string {
  return JSON.stringify([listed.status, listed.currentStepName, listed.currentAction]);
}
