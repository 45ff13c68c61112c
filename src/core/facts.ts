import type { ObservedExecution, ObservedStep } from "./execution.ts";
import type { Mask } from "./mask.ts";
import { MASK } from "./mask.ts";
import type { RouteSubject } from "./policy.ts";
import type { Parameter, RequestFacts } from "./request.ts";

/**
 * Returns the stored facts about a waiting step, masked. `defaults` are the runbook's parameter defaults, null if unknown.
 * aws:approve has the inputs Approvers, MinRequiredApprovals and Message. Source: AWS documentation, aws:approve.
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

/** Returns the facts that routes are matched against. `defaults`: those of the executed version; null if unknown. */
export function toRouteSubject(
  target: { name: string; account: string; region: string },
  execution: ObservedExecution,
  step: ObservedStep,
  defaults: Record<string, string[]> | null,
): RouteSubject {
  return {
    document: execution.documentName,
    target: target.name,
    account: target.account,
    region: target.region,
    step: step.name,
    startedBy: execution.executedBy ?? "",
    parameters: execution.parameters,
    defaults,
  };
}

function parameter(name: string, values: string[], mask: Mask, defaults: Record<string, string[]> | null): Parameter {
  const masked = mask.hides(name);
  const fallback = defaults?.[name];
  return {
    name,
    values: masked ? [MASK] : values.map(mask.text),
    masked,
    // Unknown for a masked value: "default" would reveal the value.
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

/** A list may hold any JSON where AWS documents strings. */
function asText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
