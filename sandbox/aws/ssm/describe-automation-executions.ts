import { type Execution, FINAL_STATUSES, findCurrentStep } from "../engine/execution-state.ts";
import { findShape, ssmModel } from "../model/service-model.ts";
import { metadataView } from "./execution-views.ts";
import { applyFilters, type Criterion, type Filter, isAfter, isBefore, isFilterTime } from "./filters.ts";
import { type PageRequest, paginate } from "./paginate.ts";
import type { SsmOperation } from "./ssm-operation.ts";

interface Input extends PageRequest {
  Filters?: Filter[];
}

const STATUSES = findShape(ssmModel, "AutomationExecutionStatus").enum ?? [];

/** A criterion for every key of the model. All executions are local and have no resource group or OpsItem. */
export const executionCriteria: Record<string, { holds: Criterion<Execution>; accepts?: (value: string) => boolean }> =
  {
    DocumentNamePrefix: { holds: (execution, value) => execution.document.name.startsWith(value) },
    ExecutionStatus: {
      holds: (execution, value) => execution.status === value,
      accepts: (value) => STATUSES.includes(value),
    },
    ExecutionId: { holds: (execution, value) => execution.id === value },
    ParentExecutionId: { holds: (execution, value) => execution.parent?.execution.id === value },
    CurrentAction: {
      holds: (execution, value) =>
        !FINAL_STATUSES.has(execution.status) && findCurrentStep(execution)?.definition.action === value,
    },
    StartTimeBefore: { holds: (execution, value) => isBefore(execution.startTime, value), accepts: isFilterTime },
    StartTimeAfter: { holds: (execution, value) => isAfter(execution.startTime, value), accepts: isFilterTime },
    AutomationType: {
      holds: (_, value) => value === "Local",
      accepts: (value) => ["CrossAccount", "Local"].includes(value),
    },
    TagKey: { holds: (execution, value) => execution.tags.some((tag) => tag.Key === value) },
    TargetResourceGroup: { holds: () => false },
    AutomationSubtype: {
      holds: (execution, value) => value === "ChangeRequest" && execution.isChangeRequest,
      accepts: (value) => ["ChangeRequest", "AccessRequest"].includes(value),
    },
    OpsItemId: { holds: () => false },
  };

/** Lists executions, newest first. An unknown ExecutionId results in an empty list, not in an error. */
export const describeAutomationExecutions: SsmOperation<Input> = (deps, caller, input) => {
  const all = [...deps.resources.at(caller).executions.values()].toReversed();
  const selectsChildren = input.Filters?.some(({ Key }) => Key === "ParentExecutionId" || Key === "ExecutionId");
  const listed =
    selectsChildren || deps.assumptions.values.childrenListed ? all : all.filter((each) => each.parent === undefined);
  const { items, NextToken } = paginate(applyFilters(listed, input.Filters, executionCriteria), input, {
    scope: [caller.account, caller.region, "executions", input.Filters],
    secret: deps.tokenSecret,
    keyOf: (execution) => execution.id,
    fullLastPage: deps.assumptions.values.fullLastPage,
  });
  return {
    AutomationExecutionMetadataList: items.map((execution) => metadataView(execution, deps.timers.now)),
    ...(NextToken === undefined ? {} : { NextToken }),
  };
};
