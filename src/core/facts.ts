import type { ObservedExecution, ObservedStep } from "./execution.ts";
import type { Mask } from "./mask.ts";
import { MASK } from "./mask.ts";
import type { Parameter, RequestFacts } from "./request.ts";

/**
 * What is kept of a waiting step, masked. `defaults` are the runbook's own parameter defaults, null when unknown.
 * Inputs are those of aws:approve: Approvers, MinRequiredApprovals, Message. Source: AWS documentation, aws:approve.
 */
export function toRequestFacts(
  execution: ObservedExecution,
  step: ObservedStep,
  gate: { gate: number; gates: number },
  mask: Mask,
  defaults: Record<string, string[]> | null,
): RequestFacts {
  const message = step.inputs.Message;
  return {
    documentName: execution.documentName,
    documentVersion: execution.documentVersion,
    stepName: step.name,
    gate: gate.gate,
    gates: gate.gates,
    message: typeof message === "string" && message !== "" ? mask.text(message) : null,
    executedBy: execution.executedBy,
    executionStartedAt: execution.startedAt,
    waitingSince: step.startedAt,
    timeoutSeconds: step.timeoutSeconds,
    awsApprovers: texts(step.inputs.Approvers).map(mask.text),
    minRequiredApprovals: positive(step.inputs.MinRequiredApprovals),
    parameters: Object.entries(execution.parameters).map(([name, values]) => parameter(name, values, mask, defaults)),
    parentExecutionId: execution.parentExecutionId,
  };
}

function parameter(name: string, values: string[], mask: Mask, defaults: Record<string, string[]> | null): Parameter {
  const masked = mask.hides(name);
  const fallback = defaults?.[name];
  return {
    name,
    values: masked ? [MASK] : values.map(mask.text),
    masked,
    // Of a masked value it is not even said whether it is the default: that would tell what it is.
    isDefault:
      defaults === null || masked
        ? null
        : fallback !== undefined && JSON.stringify(fallback) === JSON.stringify(values),
  };
}

function texts(input: unknown): string[] {
  if (typeof input === "string") return [input];
  return Array.isArray(input) ? input.map(asText) : [];
}

function positive(input: unknown): number {
  const number = typeof input === "string" ? Number(input) : input;
  return typeof number === "number" && Number.isInteger(number) && number > 0 ? number : 1;
}

/** Whatever a list may hold where a text was expected: an object has no text of its own that could be relied on. */
function asText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
