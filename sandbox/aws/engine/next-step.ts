import type { StepResult } from "./action.ts";
import { findBranchTargets } from "./check/check-runbook.ts";
import { isTrue, type Runbook, type StepDefinition } from "./runbook.ts";

/** The next step of a runbook, and whether the step before fails the execution. */
export interface NextStep {
  /** Name of the next step. Absent: the runbook ends. */
  to?: string;
  fails: boolean;
}

/**
 * Finds the step after a step with this result. onFailure defaults to Abort. isCritical defaults to true, and to false
 * with onFailure Continue. isEnd ends the runbook after a success and after a failure. Source: "Properties shared by
 * all actions" in the Automation actions reference.
 */
export function findNextStep(runbook: Runbook, definition: StepDefinition, result: StepResult): NextStep {
  if (result.kind === "success") return { fails: false, ...findSuccessor(runbook, definition, result.nextStep) };
  const onFailure = definition.onFailure ?? "Abort";
  if (onFailure === "Abort") return { fails: true };
  const fails = isCritical(definition);
  if (onFailure.startsWith("step:")) return { fails, to: onFailure.slice("step:".length) };
  return { fails, ...findSuccessor(runbook, definition, undefined) };
}

export function isCritical(definition: StepDefinition): boolean {
  return definition.isCritical === undefined ? definition.onFailure !== "Continue" : isTrue(definition.isCritical);
}

function findSuccessor(runbook: Runbook, definition: StepDefinition, chosen: string | undefined): { to?: string } {
  if (chosen !== undefined) return { to: chosen };
  if (isTrue(definition.isEnd)) return {};
  const to = definition.nextStep ?? findStepBelow(runbook, definition);
  return to === undefined ? {} : { to };
}

function findStepBelow(runbook: Runbook, definition: StepDefinition): string | undefined {
  const index = runbook.mainSteps.findIndex((step) => step.name === definition.name);
  return runbook.mainSteps[index + 1]?.name;
}

/** Lists the possible steps after a success: the API's ValidNextSteps. */
export function listValidNextSteps(runbook: Runbook, definition: StepDefinition): string[] {
  if (definition.action === "aws:branch") {
    const targets = findBranchTargets(definition);
    if (definition.inputs?.Default !== undefined) return [...new Set(targets)];
    return [...new Set([...targets, ...Object.values(findSuccessor(runbook, definition, undefined))])];
  }
  return Object.values(findSuccessor(runbook, definition, undefined));
}
