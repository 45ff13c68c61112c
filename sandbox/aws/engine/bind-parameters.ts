import { findConstraintProblem, isMap } from "./parameter-constraints.ts";
import type { ParameterDefinition, Runbook } from "./runbook.ts";

/** Parameters as the engine uses them: typed by the runbook. On the wire each is a list of strings. */
export type ParameterValues = Record<string, unknown>;

export type BindingResult = { ok: true; values: ParameterValues } | { ok: false; problem: string };

/**
 * Holds what StartAutomationExecution was given against the runbook's `parameters`, and fills in defaults. The sentence
 * about allowedValues is AWS's own; of the others only the error's code is known.
 */
export function bindParameters(runbook: Runbook, given: Record<string, string[]>): BindingResult {
  const values: ParameterValues = {};
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(runbook.parameters, name)) {
      return { ok: false, problem: `Parameter "${name}" is not defined in the document.` };
    }
  }
  for (const [name, definition] of Object.entries(runbook.parameters)) {
    const wire = Object.hasOwn(given, name) ? given[name] : undefined;
    if (wire === undefined) {
      if (definition.default === undefined) {
        return { ok: false, problem: `Required parameter "${name}" is missing.` };
      }
      values[name] = definition.default;
      continue;
    }
    const read = readParameter(name, definition, wire);
    if (!read.ok) return read;
    values[name] = read.value;
  }
  return { ok: true, values };
}

type ParameterResult = { ok: true; value: unknown } | { ok: false; problem: string };

function readParameter(name: string, definition: ParameterDefinition, wire: string[]): ParameterResult {
  const typed = parseParameter(name, definition.type, wire);
  if (!typed.ok) return typed;
  const problem = findConstraintProblem(definition, typed.value);
  if (problem !== undefined) return { ok: false, problem: `Parameter "${name}" ${problem}` };
  return typed;
}

function parseParameter(name: string, type: string, wire: string[]): ParameterResult {
  const refuse = (problem: string): ParameterResult => ({ ok: false, problem: `Parameter "${name}" ${problem}` });
  if (type === "StringList" || type.startsWith("List<")) return { ok: true, value: wire };
  if (type === "MapList") {
    const maps = wire.map(parseJson);
    return maps.every(isMap) ? { ok: true, value: maps } : refuse("is a MapList: each value is a JSON object.");
  }
  const [only, ...more] = wire;
  if (only === undefined || more.length > 0) return refuse(`is of type ${type} and takes exactly one value.`);
  switch (type) {
    case "Integer":
      return /^-?\d+$/.test(only) ? { ok: true, value: Number(only) } : refuse(`is an Integer; got "${only}".`);
    case "Boolean":
      return /^(true|false)$/i.test(only)
        ? { ok: true, value: only.toLowerCase() === "true" }
        : refuse(`is a Boolean; got "${only}".`);
    case "StringMap": {
      const map = parseJson(only);
      return isMap(map) ? { ok: true, value: map } : refuse("is a StringMap: its value is a JSON object.");
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

/** A typed value as the wire has it in Parameters and Outputs: a list of strings. */
export function toStrings(value: unknown): string[] {
  const items = Array.isArray(value) ? value : [value];
  return items.map((item) => (typeof item === "string" ? item : JSON.stringify(item)));
}
