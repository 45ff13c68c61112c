import { counted } from "../../wire/counted.ts";
import { compilePattern } from "./pattern.ts";
import type { ParameterDefinition } from "./runbook.ts";

export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Returns whether a value in a document has a parameter's type. */
export function isOfType(type: string, value: unknown): boolean {
  const isListOf = (holds: (item: unknown) => boolean) => Array.isArray(value) && value.every(holds);
  if (type === "StringList" || type.startsWith("List<")) return isListOf((item) => typeof item === "string");
  if (type === "MapList") return isListOf(isMap);
  if (type === "StringMap") return isMap(value);
  if (type === "Integer") return Number.isInteger(value);
  return typeof value === (type === "Boolean" ? "boolean" : "string");
}

/** Finds the first constraint of a parameter that a value breaks. The text continues a sentence about the parameter. */
export function findConstraintProblem(definition: ParameterDefinition, value: unknown): string | undefined {
  const items = Array.isArray(value) ? value : [value];
  const { allowedValues, allowedPattern, minItems, maxItems, minChars, maxChars } = definition;
  const pattern = allowedPattern === undefined ? undefined : compilePattern(allowedPattern);
  if (allowedPattern !== undefined && pattern === undefined) return `has an invalid pattern: ${allowedPattern}.`;
  const allowed = allowedValues?.map(toComparableText);
  for (const text of items.map(toComparableText)) {
    if (allowed?.includes(text) === false) return `has value "${text}" not found in [${allowed.join(", ")}].`;
    if (pattern?.test(text) === false)
      return `has value "${text}", which does not match the pattern ${allowedPattern}.`;
    if (minChars !== undefined && text.length < minChars) return `has fewer than ${counted(minChars, "character")}.`;
    if (maxChars !== undefined && text.length > maxChars) return `has more than ${counted(maxChars, "character")}.`;
  }
  if (minItems !== undefined && items.length < minItems) return `has fewer than ${counted(minItems, "item")}.`;
  if (maxItems !== undefined && items.length > maxItems) return `has more than ${counted(maxItems, "item")}.`;
  return undefined;
}

/** Makes a string for comparison. Other values become JSON with sorted keys, so that equal maps have equal strings. */
function toComparableText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(sortKeys(value));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isMap(value)) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}
