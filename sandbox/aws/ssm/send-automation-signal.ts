import { applySignal } from "../engine/apply-signal.ts";
import { findExecution } from "./find-execution.ts";
import type { SsmOperation } from "./ssm-operation.ts";

interface Input {
  AutomationExecutionId: string;
  SignalType: string;
  Payload?: Record<string, string[]>;
}

/** Applies a signal and returns `{}`. The operation has no idempotency token: a repeated signal is applied twice. */
export const sendAutomationSignal: SsmOperation<Input> = (deps, caller, input) => {
  const execution = findExecution(deps, caller, input.AutomationExecutionId);
  const { principal } = caller;
  applySignal(deps, execution, { type: input.SignalType, payload: input.Payload ?? {}, principal });
  return {};
};
