import { FINAL_STATUSES, findCurrentStep } from "../engine/execution-state.ts";
import { AwsError } from "../protocol/aws-error.ts";
import { findExecution } from "./find-execution.ts";
import type { SsmOperation } from "./ssm-operation.ts";

interface Input {
  AutomationExecutionId: string;
  Type?: "Complete" | "Cancel";
}

/** Stops an execution. Cancel (the default) ends any active one, Complete an Interactive one between two steps. */
export const stopAutomationExecution: SsmOperation<Input> = (deps, caller, input) => {
  const execution = findExecution(deps, caller, input.AutomationExecutionId);
  const type = input.Type ?? "Cancel";
  const betweenSteps = execution.mode === "Interactive" && findCurrentStep(execution) === undefined;
  if (FINAL_STATUSES.has(execution.status) || (type === "Complete" && !betweenSteps)) {
    const text = `The specified update status operation isn't valid. ${type} is not possible in the status ${execution.status}.`;
    throw new AwsError("InvalidAutomationStatusUpdateException", text);
  }
  deps.engine.stop(execution, type);
  return {};
};
