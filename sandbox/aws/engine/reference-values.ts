import type { AssumptionValues } from "../assumptions.ts";
import type { ActionRun } from "./action.ts";
import { toStrings } from "./bind-parameters.ts";
import { listInnerSteps } from "./check/check-loop.ts";
import type { Execution } from "./execution-state.ts";
import type { Lookup } from "./interpolate.ts";
import { listReachableSteps } from "./next-step.ts";
import { resolveSystemVariable } from "./system-variables.ts";

/**
 * Makes a lookup for the references in an execution: parameters, `step.Output`, `variable:NAME`, and the system
 * variables of the "Automation system variables" reference.
 */
export function makeLookup(execution: Execution, now: () => number): Lookup {
  return (reference) => {
    if (reference.startsWith("variable:"))
      return readOwnProperty(execution.variables, reference.slice("variable:".length));
    if (/^(global|automation):/.test(reference)) return resolveSystemVariable(execution, reference, now());
    const [head = "", ...path] = reference.split(".");
    if (path.length === 0) return readOwnProperty(execution.parameters, head);
    return findStepOutput(execution, head, path);
  };
}

/**
 * Makes the lookup for the inputs of a step. Unlike `makeLookup`, it has a value for an output of a step that was skipped: an
 * earlier one that has not run, or a later one that can no longer run. In a branch, this value is the unresolved reference, which
 * matches no comparison.
 */
export function makeStepLookup(
  { execution, step }: Pick<ActionRun, "execution" | "step">,
  now: () => number,
  skippedOutput: AssumptionValues["skippedOutput"],
): Lookup {
  const lookup = makeLookup(execution, now);
  const { definition } = step;
  const { mainSteps } = execution.runbook;
  const names = mainSteps.flatMap((each) => [each.name, ...listInnerSteps(each)]);
  const position = names.indexOf(definition.name);
  const reachable = mainSteps.includes(definition) ? listReachableSteps(mainSteps, definition) : new Set(names);
  const canRun = (name: string) => names.indexOf(name) >= position && (name === definition.name || reachable.has(name));
  return (reference) => {
    const value = lookup(reference);
    const [name = ""] = reference.split(".");
    const hasRun = execution.steps.some((each) => each.definition.name === name && each.order > 0);
    if (value !== undefined || hasRun || !names.includes(name) || canRun(name)) return value;
    return skippedOutput === "empty" && definition.action !== "aws:branch" ? "" : `{{ ${reference} }}`;
  };
}

/** Finds an output of the latest run of a step. For a simulated step, an unknown output is a placeholder text. */
function findStepOutput(execution: Execution, name: string, path: string[]): unknown {
  const loop = execution.steps.findLast((each) => each.definition.name === name && each.current !== undefined);
  if (loop?.current !== undefined && path[0] === "CurrentIteration") return loop.current.iteration;
  if (loop?.current !== undefined && path[0] === "CurrentIteratorValue") {
    return path.slice(1).reduce(readOwnProperty, loop.current.value);
  }
  const step = execution.steps.findLast((each) => each.definition.name === name && each.endTime !== undefined);
  if (step === undefined) return undefined;
  const outputName = path.join(".");
  if (Object.hasOwn(step.outputs, outputName)) return step.outputs[outputName];
  let value: unknown = step.outputs;
  for (const key of path) value = readOwnProperty(value, key);
  if (value === undefined && step.simulated && step.status === "Success") return `simulated-${name}.${outputName}`;
  return value;
}

/** Returns an own property of a value, and never an inherited one. */
function readOwnProperty(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

/** AWS's text for a document output whose step has not succeeded. */
const NO_OUTPUT_YET = "No output available yet because the step is not successfully executed";

/** Returns the execution's Outputs: one entry for each of the document's `outputs`, in any status of its step. */
export function resolveDocumentOutputs(execution: Execution, now: () => number): Record<string, string[]> {
  const lookup = makeLookup(execution, now);
  return Object.fromEntries(
    execution.runbook.outputs.map((name) => {
      const value = lookup(name);
      return [name, value === undefined ? [NO_OUTPUT_YET] : toStrings(value)];
    }),
  );
}

/** Converts inputs to the form in which the API shows them: each value as JSON text. */
export function toJsonInputs(inputs: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, JSON.stringify(value)]));
}
