import { type StepExecution, sortSteps } from "../engine/execution-state.ts";
import { toText } from "../engine/interpolate.ts";
import { findShape, ssmModel } from "../model/service-model.ts";
import { stepView } from "./execution-views.ts";
import { applyFilters, type Criterion, type Filter, isAfter, isBefore, isFilterTime } from "./filters.ts";
import { findExecution } from "./find-execution.ts";
import { type PageRequest, paginate } from "./paginate.ts";
import type { SsmOperation } from "./ssm-operation.ts";
import { withDecisionsAs } from "./undocumented-reads.ts";

interface Input extends PageRequest {
  AutomationExecutionId: string;
  Filters?: Filter[];
  ReverseOrder?: boolean;
}

const STATUSES = findShape(ssmModel, "AutomationExecutionStatus").enum ?? [];

/** A criterion for every key of the model. */
export const stepCriteria: Record<string, { holds: Criterion<StepExecution>; accepts?: (value: string) => boolean }> = {
  StartTimeBefore: {
    holds: (step, value) => isBefore(step.startTime, value),
    accepts: isFilterTime,
  },
  StartTimeAfter: {
    holds: (step, value) => isAfter(step.startTime, value),
    accepts: isFilterTime,
  },
  StepExecutionStatus: {
    holds: (step, value) => step.status === value,
    accepts: (value) => STATUSES.includes(value),
  },
  StepExecutionId: { holds: (step, value) => step.id === value },
  StepName: { holds: (step, value) => step.definition.name === value },
  Action: { holds: (step, value) => step.definition.action === value },
  ParentStepExecutionId: { holds: (step, value) => step.loop?.step.id === value },
  ParentStepIteration: { holds: (step, value) => String(step.loop?.iteration) === value },
  ParentStepIteratorValue: {
    holds: (step, value) => step.loop?.value !== undefined && toText(step.loop.value) === value,
  },
};

/** Lists the steps of an execution in order of their start, or in reverse with ReverseOrder. */
export const describeAutomationStepExecutions: SsmOperation<Input> = (deps, caller, input) => {
  const execution = findExecution(deps, caller, input.AutomationExecutionId);
  const steps = sortSteps(execution);
  const ordered = input.ReverseOrder ? steps.toReversed() : steps;
  const { items, NextToken } = paginate(applyFilters(ordered, input.Filters, stepCriteria), input, {
    scope: [execution.id, input.ReverseOrder === true, "steps", input.Filters],
    secret: deps.tokenSecret,
    keyOf: (step) => step.id,
    fullLastPage: deps.assumptions.values.fullLastPage,
  });
  return {
    StepExecutions: items.map((step) => withDecisionsAs(deps.assumptions.values.approverDecisions, stepView(step))),
    ...(NextToken === undefined ? {} : { NextToken }),
  };
};
