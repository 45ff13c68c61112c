import { executionView } from "./execution-views.ts";
import { findExecution, listChildren } from "./find-execution.ts";
import type { SsmOperation } from "./ssm-operation.ts";

export const getAutomationExecution: SsmOperation<{ AutomationExecutionId: string }> = (deps, caller, input) => {
  const execution = findExecution(deps, caller, input.AutomationExecutionId);
  return {
    AutomationExecution: executionView(execution, deps.timers.now, listChildren(deps.resources.at(caller), execution)),
  };
};
