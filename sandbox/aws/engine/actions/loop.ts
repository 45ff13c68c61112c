import { z } from "zod";
import { type Action, type ActionRun, type StepResult, toInvalidInput } from "../action.ts";
import { interpolate, type Lookup } from "../interpolate.ts";
import { type StepDefinition, stepSchema } from "../runbook.ts";
import { parseWholeNumber } from "../step-timing.ts";
import { evaluateCondition } from "./branch-conditions.ts";

export const MAX_ITERATIONS = 100;

export interface LoopDeps {
  /** Starts the first of `steps` in the current iteration of the loop. */
  startIteration: (run: ActionRun, steps: StepDefinition[]) => void;
  lookup: (run: ActionRun) => Lookup;
}

/**
 * aws:loop: runs its steps once for each of the Iterators, or until its LoopCondition is false after an iteration. Inside,
 * `{{ loop.CurrentIteration }}` counts from 1, and `{{ loop.CurrentIteratorValue }}` is the value. Source: "aws:loop" in the
 * Automation actions reference.
 */
export const loop =
  (deps: LoopDeps): Action =>
  (run) => {
    const problem = findInputProblem(run.inputs);
    if (problem !== undefined) return run.finish(toInvalidInput(problem));
    const values = listValues(run);
    if (values?.length === 0) return run.finish({ kind: "success" });
    startIteration(deps, run, 1);
  };

/** Continues a loop after an iteration: with the next iteration, or after the loop. */
export function continueLoop(deps: LoopDeps, run: ActionRun): void {
  const done = run.step.current?.iteration ?? 0;
  const again = hasNextIteration(deps, run, done);
  if (typeof again === "string") run.finish(toInvalidInput(again));
  else if (again) startIteration(deps, run, done + 1);
  else run.finish({ kind: "success" });
}

/** Returns whether another iteration follows, or a text about a condition that cannot be evaluated. */
function hasNextIteration(deps: LoopDeps, run: ActionRun, done: number): boolean | string {
  const values = listValues(run);
  if (values !== undefined) return done < values.length;
  const max = Math.min(parseWholeNumber(run.inputs.MaxIterations) ?? MAX_ITERATIONS, MAX_ITERATIONS);
  const again = evaluateCondition(interpolate(run.inputs.LoopCondition, deps.lookup(run)).value);
  return typeof again === "string" ? again : again && done < max;
}

/** Makes the result of a loop one of whose steps failed with onFailure Abort. */
export function toLoopFailure(name: string, result: StepResult & { kind: "failure" }): StepResult {
  return { ...result, message: `Step ${name} of the loop failed: ${result.message}`, retryable: false, aborts: true };
}

function startIteration(deps: LoopDeps, run: ActionRun, iteration: number): void {
  const values = listValues(run);
  run.step.current = { iteration, ...(values === undefined ? {} : { value: values[iteration - 1] }) };
  deps.startIteration(run, z.array(stepSchema).parse(run.inputs.Steps));
}

const listValues = ({ inputs }: ActionRun) => (Array.isArray(inputs.Iterators) ? inputs.Iterators : undefined);

function findInputProblem({ Iterators, MaxIterations }: Record<string, unknown>): string | undefined {
  if (Iterators !== undefined && !Array.isArray(Iterators)) {
    return `Iterators must be a list; got ${JSON.stringify(Iterators)}.`;
  }
  if (Array.isArray(Iterators) && Iterators.length > MAX_ITERATIONS) {
    return `Iterators can list at most ${MAX_ITERATIONS} values; got ${Iterators.length}.`;
  }
  if (MaxIterations !== undefined && parseWholeNumber(MaxIterations) === undefined) {
    return `MaxIterations must be a whole number of at least 1; got ${JSON.stringify(MaxIterations)}.`;
  }
  return undefined;
}
