import type { AutomationExecution, AutomationExecutionMetadata, StepExecution } from "@aws-sdk/client-ssm";
import type { ListedExecution, ObservedExecution, ObservedStep } from "../core/execution.ts";
import { MalformedAnswerError } from "./failures.ts";

/** A listed execution, or null where AWS left out what it always sends. */
export function decodeListed(item: AutomationExecutionMetadata): ListedExecution | null {
  if (item.AutomationExecutionId === undefined || item.AutomationExecutionStatus === undefined) return null;
  return {
    executionId: item.AutomationExecutionId,
    status: item.AutomationExecutionStatus,
    currentStepName: item.CurrentStepName ?? null,
    currentAction: item.CurrentAction ?? null,
  };
}

/** Throws MalformedAnswerError where the answer lacks what makes it an execution. */
export function decodeExecution(
  execution: AutomationExecution | undefined,
  steps: readonly StepExecution[],
): ObservedExecution {
  if (execution?.AutomationExecutionId === undefined || execution.AutomationExecutionStatus === undefined)
    throw new MalformedAnswerError("the execution has no id or no status");
  return {
    executionId: execution.AutomationExecutionId,
    documentName: execution.DocumentName ?? "(unnamed runbook)",
    documentVersion: execution.DocumentVersion ?? null,
    status: execution.AutomationExecutionStatus,
    startedAt: time(execution.ExecutionStartTime),
    endedAt: time(execution.ExecutionEndTime),
    executedBy: execution.ExecutedBy ?? null,
    parameters: execution.Parameters ?? {},
    failureMessage: execution.FailureMessage ?? null,
    parentExecutionId: execution.ParentAutomationExecutionId ?? null,
    steps: steps.map(decodeStep),
  };
}

function decodeStep(step: StepExecution): ObservedStep {
  return {
    stepExecutionId: step.StepExecutionId ?? null,
    name: step.StepName ?? "(unnamed step)",
    action: step.Action ?? "",
    status: step.StepStatus ?? "Pending",
    startedAt: time(step.ExecutionStartTime),
    endedAt: time(step.ExecutionEndTime),
    timeoutSeconds: step.TimeoutSeconds ?? null,
    onFailure: step.OnFailure ?? null,
    inputs: Object.fromEntries(Object.entries(step.Inputs ?? {}).map(([key, value]) => [key, decodeInput(value)])),
    outputs: step.Outputs ?? {},
    failureMessage: step.FailureMessage ?? null,
  };
}

/** AWS encodes each input as JSON, now and then not: then the raw text stands. */
export function decodeInput(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function time(date: Date | undefined): number | null {
  const at = date?.getTime();
  return at === undefined || Number.isNaN(at) ? null : at;
}
