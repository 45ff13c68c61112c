import { applySignal } from "../engine/signals.ts";
import type { SsmOperation } from "./context.ts";
import { findExecution } from "./find-execution.ts";

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
