import type { StepResult } from "./action.ts";
import type { StepExecution } from "./execution-state.ts";

/** The start of the FailureMessage by stage, as recorded in public bug reports. */
const STAGE_TEXTS: Record<string, string> = {
  InputValidation: "Step fails when it is validating and resolving the step inputs.",
  PreVerification: "Step fails when it is performing pre-verification.",
  Invocation: "Step fails when it is Execute/Cancelling action.",
  PostVerification: "Step fails when it is Poll action status for completion.",
};
const TROUBLESHOOTING = "Please refer to Automation Service Troubleshooting Guide for more diagnosis details.";

/** Records a step's result in the form of the API. */
export function recordResult(step: StepExecution, result: StepResult, now: number): void {
  step.endTime = now;
  step.outputs = result.outputs ?? step.outputs;
  if (result.response !== undefined) step.response = result.response;
  if (result.kind === "success") {
    step.responseCode = "0";
    return;
  }
  const { stage = "Invocation", type = "Action", message } = result;
  step.responseCode = "1";
  step.response ??= message;
  step.failureMessage = `${STAGE_TEXTS[stage] ?? ""} ${message} ${TROUBLESHOOTING}`;
  step.failureDetails = { FailureStage: stage, FailureType: type, Details: result.details ?? {} };
}
