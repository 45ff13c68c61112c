import type { SsmOperation } from "./context.ts";
import { findExecution } from "./find-execution.ts";
import { executionView } from "./views.ts";

export const getAutomationExecution: SsmOperation<{ AutomationExecutionId: string }> = (deps, caller, input) => {
  const execution = findExecution(deps, caller, input.AutomationExecutionId);
  return { AutomationExecution: executionView(execution, deps.timers.now) };
};
