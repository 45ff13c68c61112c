import { z } from "zod";
import { isCondition } from "../actions/branch-conditions.ts";
import { MAX_ITERATIONS } from "../actions/loop.ts";
import { isMap } from "../parameter-constraints.ts";
import { type StepDefinition, stepSchema } from "../runbook.ts";

/**
 * Lists the problems of an aws:loop: those of its inputs and, through `checkInner`, those of its inner steps. Source:
 * "aws:loop" in the Automation actions reference.
 */
export function checkLoop(step: StepDefinition, checkInner: (steps: StepDefinition[]) => string[]): string[] {
  const { Iterators, LoopCondition, MaxIterations, Steps } = step.inputs ?? {};
  const problems: string[] = [];
  if ((Iterators === undefined) === (LoopCondition === undefined)) {
    problems.push("aws:loop needs either Iterators or LoopCondition.");
  }
  if (LoopCondition !== undefined && !isCondition(LoopCondition))
    problems.push("its LoopCondition is not a condition.");
  if (typeof MaxIterations === "number" && !(MaxIterations >= 1 && MaxIterations <= MAX_ITERATIONS)) {
    problems.push(`MaxIterations must be from 1 to ${MAX_ITERATIONS}; got ${MaxIterations}.`);
  }
  if (step.onCancel !== undefined) problems.push("aws:loop does not support onCancel.");
  const inner = z.array(stepSchema).min(1).safeParse(Steps);
  if (!inner.success) problems.push(`its Steps are invalid: ${z.prettifyError(inner.error)}`);
  const innerProblems = inner.success ? checkInner(inner.data) : [];
  return [...problems.map((problem) => `Step ${step.name}: ${problem}`), ...innerProblems];
}

/** Lists the names of all steps inside a loop, at any depth. Returns an empty list for another action. */
export function listInnerSteps(step: StepDefinition): string[] {
  if (step.action !== "aws:loop") return [];
  const inner = z.array(stepSchema).safeParse(step.inputs?.Steps);
  if (inner.success) return inner.data.flatMap((each) => [each.name, ...listInnerSteps(each)]);
  const steps = Array.isArray(step.inputs?.Steps) ? step.inputs.Steps : [];
  return steps.filter(isMap).map(({ name }) => String(name));
}
