import { findReferences } from "../interpolate.ts";
import type { Runbook } from "../runbook.ts";
import { isSystemVariable } from "../system-variables.ts";
import { listInnerSteps } from "./check-loop.ts";

/** Lists the problems of the references in a runbook, each one once. */
export function checkReferences(runbook: Runbook): string[] {
  const steps = new Set(runbook.mainSteps.map((step) => step.name));
  const problems = [
    ...runbook.mainSteps.flatMap((step) => {
      const { description: _, ...working } = step;
      const known = new Set([...steps, ...listInnerSteps(step)]);
      return findReferences(working).map((reference) => findReferenceProblem(runbook, known, reference));
    }),
    ...findReferences(runbook.assumeRole).map((reference) => findReferenceProblem(runbook, new Set(), reference)),
    ...runbook.outputs.map((output) => findOutputProblem(runbook, steps, output)),
  ];
  return [...new Set(problems)].filter((problem) => problem !== undefined);
}

function findReferenceProblem(runbook: Runbook, steps: Set<string>, reference: string): string | undefined {
  if (reference.startsWith("variable:")) {
    const isDefined = Object.hasOwn(runbook.variables, reference.slice("variable:".length));
    return isDefined ? undefined : `Variable {{ ${reference} }} is used but not defined.`;
  }
  if (reference.includes(":")) {
    return isSystemVariable(reference) ? undefined : `There is no system variable {{ ${reference} }}.`;
  }
  const [head = "", ...path] = reference.split(".");
  if (path.length > 0) {
    return steps.has(head) ? undefined : `{{ ${reference} }} refers to the step ${head}, which is not defined.`;
  }
  return Object.hasOwn(runbook.parameters, head) ? undefined : `Parameter {{ ${head} }} is used but not defined.`;
}

/** Checks an output of the runbook, which must be `step.Output` or `variable:NAME`, without braces. */
function findOutputProblem(runbook: Runbook, steps: Set<string>, output: string): string | undefined {
  const problem = /^(variable:|[^:]+\.)[^{}]+$/.test(output)
    ? findReferenceProblem(runbook, steps, output)
    : INVALID_OUTPUT;
  return problem === undefined ? undefined : `The output ${output} of the runbook is invalid: ${problem}`;
}

const INVALID_OUTPUT = "An output must be step.Output or variable:NAME.";
