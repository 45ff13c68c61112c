import { findConstraintProblem, isOfType } from "../parameter-constraints.ts";
import { compilePattern } from "../pattern.ts";
import type { ParameterDefinition, Runbook } from "../runbook.ts";

/** Lists the problems of a runbook's parameters and variables: invalid patterns and invalid defaults. */
export function checkParameters(runbook: Runbook): string[] {
  const entries: [string, ParameterDefinition][] = [
    ...Object.entries(runbook.parameters).map(([name, each]) => [`Parameter "${name}"`, each] as [string, typeof each]),
    ...Object.entries(runbook.variables).map(([name, each]) => [`Variable "${name}"`, each] as [string, typeof each]),
  ];
  return entries.flatMap(([label, definition]) => {
    const problem = findDefinitionProblem(definition);
    return problem === undefined ? [] : [`${label} ${problem}`];
  });
}

function findDefinitionProblem(definition: ParameterDefinition): string | undefined {
  const { type, allowedPattern, default: value } = definition;
  if (allowedPattern !== undefined && compilePattern(allowedPattern) === undefined) {
    return `has an allowedPattern that cannot be compiled: ${allowedPattern}.`;
  }
  if (value === undefined || isReference(value)) return undefined;
  if (!isOfType(type, value)) return `is of type ${type}, but its default is not: ${JSON.stringify(value)}.`;
  const problem = findConstraintProblem(definition, value);
  return problem === undefined ? undefined : `has an invalid default: it ${problem}`;
}

/** Returns whether a default is `{{ ssm:name }}`, from Parameter Store, which the stand-in does not have. */
const isReference = (value: unknown) => typeof value === "string" && /^\s*\{\{.*\}\}\s*$/.test(value);
