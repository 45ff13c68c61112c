import { executionView } from "./execution-views.ts";
import { findExecution, listChildren } from "./find-execution.ts";
import type { SsmOperation } from "./ssm-operation.ts";
import { withDecisionsAs, withReadLag } from "./undocumented-reads.ts";

export const getAutomationExecution: SsmOperation<{ AutomationExecutionId: string }> = (deps, caller, input) => {
  const execution = findExecution(deps, caller, input.AutomationExecutionId);
  const read = () => {
    const children = listChildren(deps.resources.at(caller), execution);
    return executionView(execution, deps.timers.now, children) as Record<string, unknown>;
  };
  const shown = withReadLag(deps, execution, read);
  const steps = shown.StepExecutions as Record<string, unknown>[];
  const { approverDecisions } = deps.assumptions.values;
  const StepExecutions = steps.map((step) => withDecisionsAs(approverDecisions, step));
  return { AutomationExecution: { ...shown, StepExecutions } };
};
