import { toStrings } from "../engine/bind-parameters.ts";
import {
  type Execution,
  FINAL_STATUSES,
  findCurrentStep,
  type Status,
  type StepExecution,
  sortSteps,
} from "../engine/execution-state.ts";
import { toText } from "../engine/interpolate.ts";
import { isCritical, listValidNextSteps } from "../engine/next-step.ts";
import type { RateControl } from "../engine/rate-control.ts";
import { resolveDocumentOutputs } from "../engine/reference-values.ts";
import { isTrue } from "../engine/runbook.ts";

/** The number of steps that GetAutomationExecution shows before it truncates. AWS does not document the number. */
const MAX_STEPS_SHOWN = 100;

/**
 * Returns an execution in the form of GetAutomationExecution. Like AWS, all views omit members without a value (no
 * nulls) and give times as epoch seconds with fractions.
 */
export function executionView(execution: Execution, now: () => number, children: Execution[]): object {
  const steps = sortSteps(execution);
  return {
    ...commonView(execution, now),
    ...optional("ProgressCounters", execution.rateControl, (control) => toProgressCounters(children, control)),
    StepExecutions: steps.slice(0, MAX_STEPS_SHOWN).map(stepView),
    StepExecutionsTruncated: steps.length > MAX_STEPS_SHOWN,
    Parameters: mapValues(execution.parameters, toStrings),
    ...(Object.keys(execution.variables).length === 0 ? {} : { Variables: mapValues(execution.variables, toStrings) }),
  };
}

/** Returns an execution in the form of DescribeAutomationExecutions. */
export function metadataView(execution: Execution, now: () => number): object {
  return { ...commonView(execution, now), LogFile: "", AutomationType: "Local" };
}

function commonView(execution: Execution, now: () => number): object {
  const current = FINAL_STATUSES.has(execution.status) ? undefined : findCurrentStep(execution);
  return {
    AutomationExecutionId: execution.id,
    DocumentName: execution.document.name,
    DocumentVersion: execution.document.version,
    AutomationExecutionStatus: execution.status,
    ExecutionStartTime: toSeconds(execution.startTime),
    ...optional("ExecutionEndTime", execution.endTime, toSeconds),
    ExecutedBy: execution.executedBy,
    Outputs: resolveDocumentOutputs(execution, now),
    Mode: execution.mode,
    ...(execution.isChangeRequest ? { AutomationSubtype: "ChangeRequest" } : {}),
    ...optional("ParentAutomationExecutionId", execution.parent?.execution.id),
    ...optional("CurrentStepName", current?.definition.name),
    ...optional("CurrentAction", current?.definition.action),
    ...optional("FailureMessage", execution.failureMessage),
    ...rateControlView(execution),
  };
}

function rateControlView({ rateControl, target }: Execution): object {
  return {
    ...optional("Target", target),
    ...optional("TargetParameterName", rateControl?.parameterName),
    Targets: rateControl?.targets ?? [],
    ResolvedTargets: { ParameterValues: rateControl?.values ?? [], Truncated: false },
    ...optional("MaxConcurrency", rateControl?.maxConcurrency),
    ...optional("MaxErrors", rateControl?.maxErrors),
  };
}

/** Counts the targets of a rate-controlled execution by the status of their child executions. */
function toProgressCounters(children: Execution[], { values }: RateControl): object {
  const count = (status: Status) => children.filter((each) => each.status === status).length;
  return {
    TotalSteps: values.length,
    SuccessSteps: count("Success"),
    FailedSteps: count("Failed"),
    CancelledSteps: count("Cancelled"),
    TimedOutSteps: count("TimedOut"),
  };
}

/** Returns a step execution in the form of both operations that show steps. */
export function stepView(step: StepExecution): object {
  const { definition } = step;
  const [next, ...more] = listValidNextSteps(step.siblings, definition);
  return {
    StepName: definition.name,
    Action: definition.action,
    ...optional("TimeoutSeconds", parseNumber(definition.timeoutSeconds)),
    OnFailure: definition.onFailure ?? "Abort",
    MaxAttempts: step.maxAttempts,
    ...optional("ExecutionStartTime", step.startTime, toSeconds),
    ...optional("ExecutionEndTime", step.endTime, toSeconds),
    StepStatus: step.status,
    ...optional("ResponseCode", step.responseCode),
    Inputs: step.inputs,
    Outputs: mapValues(step.outputs, toStrings),
    ...optional("Response", step.response),
    ...optional("FailureMessage", step.failureMessage),
    ...optional("FailureDetails", step.failureDetails),
    StepExecutionId: step.id,
    OverriddenParameters: {},
    IsEnd: isTrue(definition.isEnd) || next === undefined,
    ...(next !== undefined && more.length === 0 ? { NextStep: next } : {}),
    IsCritical: isCritical(definition),
    ValidNextSteps: next === undefined ? [] : [next, ...more],
    ...optional("ParentStepDetails", step.loop, toParentStepDetails),
  };
}

function toParentStepDetails({ step, iteration, value }: NonNullable<StepExecution["loop"]>): object {
  return {
    StepExecutionId: step.id,
    StepName: step.definition.name,
    Action: step.definition.action,
    Iteration: iteration,
    ...optional("IteratorValue", value, toText),
  };
}

/** Returns TimeoutSeconds if it is a number in the runbook; a `{{ reference }}` in it is not resolved. */
function parseNumber(value: number | string | undefined): number | undefined {
  const number = Number(value);
  return value === undefined || Number.isNaN(number) ? undefined : number;
}

const toSeconds = (ms: number) => ms / 1000;

function optional<T>(name: string, value: T | undefined, map: (value: T) => unknown = (same) => same): object {
  return value === undefined ? {} : { [name]: map(value) };
}

function mapValues<T>(record: Record<string, unknown>, map: (value: unknown) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
