import { findConstraintProblem, isOfType } from "../parameter-constraints.ts";
import { compilePattern } from "../pattern.ts";
import type { ParameterDefinition, Runbook } from "../runbook.ts";

/** What is wrong with the parameters and variables of a runbook: their patterns, and their defaults. */
export function checkParameters(runbook: Runbook): string[] {
  const entries: [string, ParameterDefinition][] = [
    ...Object.entries(runbook.parameters).map(([name, each]) => [`Parameter "${name}"`, each] as [string, typeof each]),
    ...Object.entries(runbook.variables).map(([name, each]) => [`Variable "${name}"`, each] as [string, typeof each]),
  ];
  return entries.flatMap(([what, definition]) => {
    const problem = findDefinitionProblem(definition);
    return problem === undefined ? [] : [`${what} ${problem}`];
  });
}

function findDefinitionProblem(definition: ParameterDefinition): string | undefined {
  const { type, allowedPattern, default: value } = definition;
  if (allowedPattern !== undefined && compilePattern(allowedPattern) === undefined) {
    return `has an allowedPattern that can not be compiled: ${allowedPattern}.`;
  }
  if (value === undefined || isReference(value)) return undefined;
  if (!isOfType(type, value)) return `is of type ${type}, and its default is not: ${JSON.stringify(value)}.`;
  const problem = findConstraintProblem(definition, value);
  return problem === undefined ? undefined : `can not have its default: it ${problem}`;
}

/** `{{ ssm:name }}`: a default from Parameter Store, whose value nobody knows here. */
const isReference = (value: unknown) => typeof value === "string" && /^\s*\{\{.*\}\}\s*$/.test(value);
