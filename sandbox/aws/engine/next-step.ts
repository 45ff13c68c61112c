import type { StepResult } from "./action.ts";
import { findBranchTargets } from "./check/check-runbook.ts";
import { isTrue, type StepDefinition } from "./runbook.ts";

/** The next step among `siblings` (the steps of a runbook or of a loop), and whether the step before fails the execution. */
export interface NextStep {
  /** Name of the next step. Absent: the runbook or the iteration ends. */
  to?: string;
  fails: boolean;
}

/**
 * Finds the step after a step with this result. onFailure defaults to Abort. isCritical defaults to true, and to false
 * with onFailure Continue. isEnd ends the runbook after a success and after a failure. Source: "Properties shared by
 * all actions" in the Automation actions reference.
 */
export function findNextStep(siblings: StepDefinition[], definition: StepDefinition, result: StepResult): NextStep {
  if (result.kind === "success") return { fails: false, ...findSuccessor(siblings, definition, result.nextStep) };
  const onFailure = definition.onFailure ?? "Abort";
  if (onFailure === "Abort" || result.aborts) return { fails: true };
  const fails = isCritical(definition);
  if (onFailure.startsWith("step:")) return { fails, to: onFailure.slice("step:".length) };
  return { fails, ...findSuccessor(siblings, definition, undefined) };
}

export function isCritical(definition: StepDefinition): boolean {
  return definition.isCritical === undefined ? definition.onFailure !== "Continue" : isTrue(definition.isCritical);
}

function findSuccessor(
  siblings: StepDefinition[],
  definition: StepDefinition,
  chosen: string | undefined,
): { to?: string } {
  if (chosen !== undefined) return { to: chosen };
  if (isTrue(definition.isEnd)) return {};
  const to = definition.nextStep ?? findStepBelow(siblings, definition);
  return to === undefined ? {} : { to };
}

function findStepBelow(siblings: StepDefinition[], definition: StepDefinition): string | undefined {
  const index = siblings.findIndex((step) => step.name === definition.name);
  return siblings[index + 1]?.name;
}

/** Lists the possible steps after a success: the API's ValidNextSteps. */
export function listValidNextSteps(siblings: StepDefinition[], definition: StepDefinition): string[] {
  if (definition.action === "aws:branch") {
    const targets = findBranchTargets(definition);
    if (definition.inputs?.Default !== undefined) return [...new Set(targets)];
    return [...new Set([...targets, ...Object.values(findSuccessor(siblings, definition, undefined))])];
  }
  return Object.values(findSuccessor(siblings, definition, undefined));
}

/** Lists the steps that can still run after this one, whatever the results are. */
export function listReachableSteps(siblings: StepDefinition[], definition: StepDefinition): Set<string> {
  const reached = new Set<string>();
  const open = [definition];
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    const onFailure = step.onFailure?.startsWith("step:") ? [step.onFailure.slice("step:".length)] : [];
    for (const name of [...listValidNextSteps(siblings, step), ...onFailure]) {
      const next = siblings.find((each) => each.name === name);
      if (next === undefined || reached.has(name)) continue;
      reached.add(name);
      open.push(next);
    }
  }
  return reached;
}
