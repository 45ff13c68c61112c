/** The fields of the AWS stand-in's `/_control/` responses that the page uses. */

export interface ParameterDefinition {
  type: string;
  description?: string;
  default?: unknown;
  allowedValues?: unknown[];
}

export interface Runbook {
  name: string;
  version: string;
  format: "YAML" | "JSON";
  content: string;
  description?: string;
  parameters: Record<string, ParameterDefinition>;
  steps: { name: string; action: string }[];
}

export interface Signal {
  at: number;
  type: string;
  payload: Record<string, string[]>;
  principal: string;
  sourceIdentity?: string;
  stepExecutionId?: string;
}

export interface Step {
  StepName: string;
  Action: string;
  StepStatus: string;
  StepExecutionId: string;
  FailureMessage?: string;
  Inputs?: Record<string, unknown>;
}

export interface Execution {
  AutomationExecutionId: string;
  DocumentName: string;
  AutomationExecutionStatus: string;
  /** Seconds since the epoch. */
  ExecutionStartTime: number;
  ExecutionEndTime?: number;
  ExecutedBy: string;
  FailureMessage?: string;
  Parameters: Record<string, string[]>;
  StepExecutions: Step[];
  /** AWS returns only the first 100 steps. */
  StepExecutionsTruncated?: boolean;
  /** The execution that started this one as a step. */
  ParentAutomationExecutionId?: string;
  tags: { Key: string; Value: string }[];
  signals: Signal[];
  /** Not part of the API: whether a step was simulated. */
  steps: { id: string; simulated: boolean }[];
}

export interface BusEvent {
  id: string;
  "detail-type": string;
  source: string;
  time: string;
  detail: Record<string, unknown>;
}

export interface AwsState {
  runbooks: Runbook[];
  executions: Execution[];
}
