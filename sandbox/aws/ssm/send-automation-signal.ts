import { applySignal } from "../engine/apply-signal.ts";
import { findExecution } from "./find-execution.ts";
import type { SsmOperation } from "./ssm-operation.ts";

interface Input {
  AutomationExecutionId: string;
  SignalType: string;
  Payload?: Record<string, string[]>;
}

/** Answers `{}`. It has no idempotency token: sent twice, it acts twice. */
export const sendAutomationSignal: SsmOperation<Input> = (deps, caller, input) => {
  const execution = findExecution(deps, caller, input.AutomationExecutionId);
  const { principal } = caller;
  applySignal(deps, execution, { type: input.SignalType, payload: input.Payload ?? {}, principal });
  return {};
};
