import type { ObservedExecution } from "./execution.ts";
import { MASK, type Mask } from "./mask.ts";
import { maskRateControl } from "./run-context.ts";

/** Hides secrets everywhere in an execution, including its steps and its parents. */
export function maskExecution(execution: ObservedExecution, mask: Mask): ObservedExecution {
  const text = (original: string | null) => (original === null ? null : mask.text(original));
  const record = <T>(original: Record<string, T>) => mask.value("", original) as Record<string, T>;
  const lists = (original: Record<string, string[]>) =>
    Object.fromEntries(
      Object.entries(original).map(([key, values]) => [
        mask.text(key),
        mask.hides(key) ? [MASK] : values.map(mask.text),
      ]),
    );
  const { rateControl, parents } = execution;
  const failureMessage = text(execution.failureMessage);
  return {
    ...execution,
    failureMessage,
    ...(rateControl === undefined ? {} : { rateControl: maskRateControl(rateControl, mask) }),
    steps: execution.steps.map((step) => ({
      ...step,
      inputs: record(step.inputs),
      outputs: lists(step.outputs),
      failureMessage: text(step.failureMessage),
      ...(step.round === undefined ? {} : { round: { ...step.round, value: text(step.round.value) } }),
      ...(step.failureDetails === undefined ? {} : { failureDetails: lists(step.failureDetails) }),
    })),
    outputs: lists(execution.outputs),
    variables: lists(execution.variables),
    parameters: lists(execution.parameters),
    ...(parents === undefined
      ? {}
      : { parents: { ...parents, executions: parents.executions.map((parent) => maskExecution(parent, mask)) } }),
  };
}
