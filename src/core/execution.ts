/**
 * An Automation execution as read from AWS. The adapter decodes the encoded values of AWS. Nothing is masked yet. Times are
 * epoch milliseconds.
 * Source: AWS Systems Manager API, AutomationExecution and StepExecution.
 */
export interface ObservedExecution {
  executionId: string;
  documentName: string;
  documentVersion: string | null;
  /** AutomationExecutionStatus; a string, because AWS may add values. */
  status: string;
  startedAt: number | null;
  endedAt: number | null;
  /** The ARN of the principal that started the execution. */
  executedBy: string | null;
  parameters: Record<string, string[]>;
  failureMessage: string | null;
  /** Present if people start each step of the execution by hand: Mode Interactive. */
  isInteractive?: true;
  parentExecutionId: string | null;
  /** The executions that started this one; absent if none did, or if they were not read. */
  parents?: Parents;
  /** Absent if the execution is no run of a rate-controlled automation. */
  rateControl?: RateControl;
  /** The parameter that rate control sets for each target; present only for the execution that starts the others. */
  targetParameter?: string;
  /** The runbook's variables and outputs. */
  variables: Record<string, string[]>;
  outputs: Record<string, string[]>;
  steps: ObservedStep[];
}

/** The executions that started another one, as far as they could be read. */
export interface Parents {
  /** The nearest first. */
  executions: ObservedExecution[];
  /** Why the next one could not be read; null if the last one is the first execution. `since`: the first of the failures. */
  unread: { code: string; message: string; retry: boolean; since: number } | null;
}

/** The target of one run of a rate-controlled automation, and the parameter that holds it. Source: SSM API, Target. */
export interface RateControl {
  target: string;
  parameter: string | null;
}

export interface ObservedStep {
  /** Null for a step that has not started: AWS then returns no id. */
  stepExecutionId: string | null;
  /** The id of the enclosing step, such as an aws:loop; null if there is none. Source: SSM API, ParentStepDetails. */
  parentStepId: string | null;
  /** The iteration of the enclosing aws:loop, from 1, and its value, if there is one. Source: SSM API, ParentStepDetails. */
  round?: { iteration: number; value: string | null };
  name: string;
  action: string;
  status: string;
  startedAt: number | null;
  endedAt: number | null;
  timeoutSeconds: number | null;
  onFailure: string | null;
  /** Values decoded from JSON; the raw text of a value that is not JSON. */
  inputs: Record<string, unknown>;
  outputs: Record<string, string[]>;
  failureMessage: string | null;
  /** FailureDetails: its stage, its type and its further entries; absent if AWS returns none. */
  failureDetails?: Record<string, string[]>;
}

/** An item of the list of executions. It is enough to see whether the execution has changed since the last read. */
export interface ListedExecution {
  executionId: string;
  status: string;
  currentStepName: string | null;
  currentAction: string | null;
}

/** An item of the list of executions, for people. */
export interface ExecutionSummary {
  executionId: string;
  documentName: string;
  status: string;
  startedAt: number | null;
  endedAt: number | null;
  executedBy: string | null;
  currentStepName: string | null;
}

export const APPROVE_ACTION = "aws:approve";
/** Waits for the signal Resume with the name of the step. Source: AWS documentation, aws:pause. */
export const PAUSE_ACTION = "aws:pause";

/** The actions that wait for people. */
export const GATE_ACTIONS = [APPROVE_ACTION, PAUSE_ACTION] as const;
export type GateAction = (typeof GATE_ACTIONS)[number];

/** Seconds after which aws:approve and aws:pause time out when their runbook says nothing: seven days. Source: AWS documentation. */
export const DEFAULT_APPROVE_TIMEOUT_SECONDS = 604_800;

/** The final statuses of an execution. */
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

/** Returns the ids of the steps that enclose the step, directly or through other steps of the same execution. */
export function findEnclosingIds(steps: readonly ObservedStep[], step: ObservedStep): ReadonlySet<string> {
  const found = new Set<string>();
  for (let id = step.parentStepId; id !== null && !found.has(id); ) {
    found.add(id);
    const parent = steps.find((each) => each.stepExecutionId === id);
    id = parent?.parentStepId ?? null;
  }
  return found;
}

export function hasEnded(status: string): boolean {
  return ENDED.has(status);
}

/**
 * Tells whether waiting steps of the execution open requests. People start each step of an Interactive execution by hand, and
 * a change request that waits for its approval is approved in Change Manager.
 */
export function opensRequests({ status, isInteractive }: ObservedExecution): boolean {
  return !hasEnded(status) && isInteractive !== true && status !== "PendingApproval";
}

/** Tells whether the step has not begun, or runs without waiting. */
export function isUnderWay(step: ObservedStep): boolean {
  return step.status === "Pending" || step.status === "InProgress";
}

export function isWaitingForApproval(step: ObservedStep): boolean {
  return isWaitingAs(step, APPROVE_ACTION);
}

/** Tells whether the step waits, and with this action. */
export function isWaitingAs(step: ObservedStep, action: GateAction): boolean {
  return step.action === action && step.status === "Waiting";
}

/** The fingerprint of a watched execution that is no longer in the list of waiting executions. */
export const NOT_WAITING = "not waiting";

/** The fingerprint of a watched execution that an event announced, and that neither a list nor a read has shown waiting. */
export const ANNOUNCED = "announced";

/** Returns a text that is equal for two list items of an execution if the list shows no change between them. */
export function fingerprint(listed: ListedExecution): string {
  return JSON.stringify([listed.status, listed.currentStepName, listed.currentAction]);
}

/**
 * Returns what the list shows of an execution that a read shows waiting at one step, and since when that step waits; null if
 * no step or more than one waits. A step that encloses the waiting one does not count.
 */
export function toListed({
  executionId,
  status,
  steps,
}: ObservedExecution): (ListedExecution & { since: number }) | null {
  const waiting = steps.filter((step) => step.status === "Waiting");
  const enclosing = new Set(waiting.flatMap((step) => [...findEnclosingIds(steps, step)]));
  const [step, ...more] = waiting.filter(({ stepExecutionId: id }) => id === null || !enclosing.has(id));
  if (status !== "Waiting" || step?.startedAt == null || more.length > 0) return null;
  return { executionId, status, currentStepName: step.name, currentAction: step.action, since: step.startedAt };
}

/** Returns the part of a list item that its fingerprint holds; null for a text that is none. */
export function parseFingerprint(text: string): { status: string; currentStepName: string | null } | null {
  try {
    const [status, currentStepName] = JSON.parse(text);
    return typeof status === "string" ? { status, currentStepName } : null;
  } catch {
    return null;
  }
}

/** Finds the gates that wait and have no id: no request can be opened for them, because no signal could be checked. */
export function findWaitingWithoutId(observed: ObservedExecution): ObservedStep[] {
  if (!opensRequests(observed)) return [];
  return observed.steps.filter((step) => isWaitingForApproval(step) && step.stepExecutionId === null);
}
