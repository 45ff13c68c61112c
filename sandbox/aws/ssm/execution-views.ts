import { toWire } from "../engine/bind-parameters.ts";
import { currentStep, ENDED, type Execution, type StepExecution, stepsInOrder } from "../engine/execution-state.ts";
import { isCritical, validNextSteps } from "../engine/next-step.ts";
import { documentOutputs } from "../engine/reference-values.ts";
import { isTrue } from "../engine/runbook.ts";

/**
 * Executions and steps as the API shows them. What has no value yet is left out, not null; times are epoch seconds with
 * fractions.
 */
const MAX_STEPS_SHOWN = 100; // how many GetAutomationExecution gives before it truncates is not documented

export function executionView(execution: Execution, now: () => number): object {
  const steps = stepsInOrder(execution);
  return {
    ...commonView(execution, now),
    StepExecutions: steps.slice(0, MAX_STEPS_SHOWN).map((step) => stepView(execution, step)),
    StepExecutionsTruncated: steps.length > MAX_STEPS_SHOWN,
    Parameters: mapValues(execution.parameters, toWire),
    ...(Object.keys(execution.variables).length === 0 ? {} : { Variables: mapValues(execution.variables, toWire) }),
  };
}

export function metadataView(execution: Execution, now: () => number): object {
  return { ...commonView(execution, now), LogFile: "", AutomationType: "Local" };
}

function commonView(execution: Execution, now: () => number): object {
  const current = ENDED.has(execution.status) ? undefined : currentStep(execution);
  return {
    AutomationExecutionId: execution.id,
    DocumentName: execution.document.name,
    DocumentVersion: execution.document.version,
    AutomationExecutionStatus: execution.status,
    ExecutionStartTime: seconds(execution.startTime),
    ...optional("ExecutionEndTime", execution.endTime, seconds),
    ExecutedBy: execution.executedBy,
    Outputs: documentOutputs(execution, now),
    Mode: execution.mode,
    ...optional("ParentAutomationExecutionId", execution.parent?.execution.id),
    ...optional("CurrentStepName", current?.definition.name),
    ...optional("CurrentAction", current?.definition.action),
    ...optional("FailureMessage", execution.failureMessage),
    Targets: [],
    ResolvedTargets: { ParameterValues: [], Truncated: false },
  };
}

export function stepView(execution: Execution, step: StepExecution): object {
  const { definition } = step;
  const [next, ...more] = validNextSteps(execution.runbook, definition);
  return {
    StepName: definition.name,
    Action: definition.action,
    ...optional("TimeoutSeconds", plainNumber(definition.timeoutSeconds)),
    OnFailure: definition.onFailure ?? "Abort",
    MaxAttempts: step.maxAttempts,
    ...optional("ExecutionStartTime", step.startTime, seconds),
    ...optional("ExecutionEndTime", step.endTime, seconds),
    StepStatus: step.status,
    ...optional("ResponseCode", step.responseCode),
    Inputs: step.inputs,
    Outputs: mapValues(step.outputs, toWire),
    ...optional("Response", step.response),
    ...optional("FailureMessage", step.failureMessage),
    ...optional("FailureDetails", step.failureDetails),
    StepExecutionId: step.id,
    OverriddenParameters: {},
    IsEnd: isTrue(definition.isEnd) || next === undefined,
    ...(next !== undefined && more.length === 0 ? { NextStep: next } : {}),
    IsCritical: isCritical(definition),
    ValidNextSteps: next === undefined ? [] : [next, ...more],
  };
}

/** TimeoutSeconds when the runbook writes it as a number; `{{ }}` in it is not shown resolved. */
function plainNumber(written: number | string | undefined): number | undefined {
  const number = Number(written);
  return written === undefined || Number.isNaN(number) ? undefined : number;
}

const seconds = (ms: number) => ms / 1000;

function optional<T>(name: string, value: T | undefined, map: (value: T) => unknown = (same) => same): object {
  return value === undefined ? {} : { [name]: map(value) };
}

function mapValues<T>(record: Record<string, unknown>, map: (value: unknown) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
