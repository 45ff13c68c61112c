import { findConstraintProblem, isMap } from "./parameter-constraints.ts";
import type { ParameterDefinition, Runbook } from "./runbook.ts";

/** Parameters with the types of the runbook. In the API, each parameter is a list of strings. */
export type ParameterValues = Record<string, unknown>;

export type BindingResult = { ok: true; values: ParameterValues } | { ok: false; problem: string };

/**
 * Checks the parameters of StartAutomationExecution against the runbook's `parameters` and fills in defaults.
 * `targetParameter` gets its value later, one per target. With `acceptsOthers`, a parameter that the runbook does not define is
 * kept as it is. The error texts about allowedValues and a missing parameter are AWS's. For the other errors, only AWS's error code is known.
 */
export function bindParameters(
  runbook: Runbook,
  given: Record<string, string[]>,
  { targetParameter, acceptsOthers = false }: { targetParameter?: string | undefined; acceptsOthers?: boolean } = {},
): BindingResult {
  const values: ParameterValues = {};
  for (const [name, strings] of Object.entries(given)) {
    if (Object.hasOwn(runbook.parameters, name)) continue;
    if (!acceptsOthers) return { ok: false, problem: `Parameter "${name}" is not defined in the document.` };
    values[name] = strings;
  }
  for (const [name, definition] of Object.entries(runbook.parameters)) {
    const strings = Object.hasOwn(given, name) ? given[name] : undefined;
    if (strings === undefined) {
      if (name === targetParameter) continue;
      if (definition.default === undefined) {
        return { ok: false, problem: `Missing required parameter: ${name} in user inputs.` };
      }
      values[name] = definition.default;
      continue;
    }
    const result = readParameter(name, definition, strings);
    if (!result.ok) return result;
    values[name] = result.value;
  }
  return { ok: true, values };
}

type ParameterResult = { ok: true; value: unknown } | { ok: false; problem: string };

function readParameter(name: string, definition: ParameterDefinition, strings: string[]): ParameterResult {
  const result = parseParameter(name, definition.type, strings);
  if (!result.ok) return result;
  const problem = findConstraintProblem(definition, result.value);
  if (problem !== undefined) return { ok: false, problem: `Parameter "${name}" ${problem}` };
  return result;
}

function parseParameter(name: string, type: string, strings: string[]): ParameterResult {
  const refuse = (problem: string): ParameterResult => ({ ok: false, problem: `Parameter "${name}" ${problem}` });
  if (type === "StringList" || type.startsWith("List<")) return { ok: true, value: strings };
  if (type === "MapList") {
    const maps = strings.map(parseJson);
    return maps.every(isMap) ? { ok: true, value: maps } : refuse("is a MapList: each value must be a JSON object.");
  }
  const [only, ...more] = strings;
  if (only === undefined || more.length > 0) return refuse(`is of type ${type} and needs exactly one value.`);
  switch (type) {
    case "Integer":
      return /^-?\d+$/.test(only) ? { ok: true, value: Number(only) } : refuse(`is an Integer; got "${only}".`);
    case "Boolean":
      return /^(true|false)$/i.test(only)
        ? { ok: true, value: only.toLowerCase() === "true" }
        : refuse(`is a Boolean; got "${only}".`);
    case "StringMap": {
      const map = parseJson(only);
      return isMap(map) ? { ok: true, value: map } : refuse("is a StringMap: its value must be a JSON object.");
    }
    default:
      return { ok: true, value: only };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Converts a typed value to the list of strings that the API uses in Parameters and Outputs. */
export function toStrings(value: unknown): string[] {
  const items = Array.isArray(value) ? value : [value];
  return items.map((item) => (typeof item === "string" ? item : JSON.stringify(item)));
}
