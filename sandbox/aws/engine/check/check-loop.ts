import { z } from "zod";
import { isCondition } from "../actions/branch-conditions.ts";
import { isMap } from "../parameter-constraints.ts";
import { type StepDefinition, stepSchema } from "../runbook.ts";

const MAX_ITERATIONS = 100;

/**
 * What is wrong with an aws:loop, which the sandbox checks and does not run: its own inputs, and the steps within, by
 * `checkInner`. Source: "aws:loop" in the Automation actions reference.
 */
export function checkLoop(step: StepDefinition, checkInner: (steps: StepDefinition[]) => string[]): string[] {
  const { Iterators, LoopCondition, MaxIterations, Steps } = step.inputs ?? {};
  const problems: string[] = [];
  if ((Iterators === undefined) === (LoopCondition === undefined)) {
    problems.push("aws:loop needs either Iterators or LoopCondition.");
  }
  if (LoopCondition !== undefined && !isCondition(LoopCondition)) problems.push("its LoopCondition is no condition.");
  if (typeof MaxIterations === "number" && !(MaxIterations >= 1 && MaxIterations <= MAX_ITERATIONS)) {
    problems.push(`MaxIterations can be ${MAX_ITERATIONS} at most; got ${MaxIterations}.`);
  }
  if (step.onCancel !== undefined) problems.push("aws:loop takes no onCancel.");
  const inner = z.array(stepSchema).min(1).safeParse(Steps);
  if (!inner.success) problems.push(`its Steps are not steps: ${z.prettifyError(inner.error)}`);
  const within = inner.success ? checkInner(inner.data) : [];
  return [...problems.map((problem) => `Step ${step.name}: ${problem}`), ...within];
}

/** The names of all steps within a loop, at any depth; none for another action. */
export function listInnerSteps(step: StepDefinition): string[] {
  if (step.action !== "aws:loop") return [];
  const inner = z.array(stepSchema).safeParse(step.inputs?.Steps);
  if (inner.success) return inner.data.flatMap((each) => [each.name, ...listInnerSteps(each)]);
  const steps = Array.isArray(step.inputs?.Steps) ? step.inputs.Steps : [];
  return steps.filter(isMap).map(({ name }) => String(name));
}
