import { AwsError } from "../protocol/aws-error.ts";

type Value = string | number | boolean | null;
/** One of the operators that the stand-in knows. */
type Operator =
  | { prefix: string }
  | { suffix: string }
  | { "equals-ignore-case": string }
  | { exists: boolean }
  | { "anything-but": Value | Value[] };

/**
 * A pattern of an EventBridge rule: a list of the values that a field may have, nested as the event is. Source: EventBridge user
 * guide, "Event patterns".
 */
export type EventPattern = { [field: string]: EventPattern | (Value | Operator)[] };

/** Returns whether an event matches: every field of the pattern exists in the event with one of the listed values. */
export function matchesPattern(pattern: EventPattern, event: object): boolean {
  return Object.entries(pattern).every(([field, expected]) => {
    const value: unknown = (event as Record<string, unknown>)[field];
    if (!Array.isArray(expected)) return typeof value === "object" && value !== null && matchesPattern(expected, value);
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return expected.some((each) => values.some((one) => matchesValue(each, one)));
  });
}

function matchesValue(expected: Value | Operator, value: unknown): boolean {
  if (typeof expected !== "object" || expected === null) return expected === value;
  if ("exists" in expected) return (value !== undefined) === expected.exists;
  if ("anything-but" in expected)
    return value !== undefined && ![expected["anything-but"]].flat().includes(value as Value);
  if (typeof value !== "string") return false;
  if ("prefix" in expected) return value.startsWith(expected.prefix);
  if ("suffix" in expected) return value.endsWith(expected.suffix);
  return value.toLowerCase() === expected["equals-ignore-case"].toLowerCase();
}

/** The operators, with the check of their operand. */
const OPERATORS: Record<string, (operand: unknown) => boolean> = {
  prefix: (operand) => typeof operand === "string",
  suffix: (operand) => typeof operand === "string",
  "equals-ignore-case": (operand) => typeof operand === "string",
  exists: (operand) => typeof operand === "boolean",
  "anything-but": (operand) =>
    [operand].flat().length > 0 &&
    [operand].flat().every((each) => typeof each === "string" || typeof each === "number"),
};

/** Parses a pattern. Throws InvalidEventPatternException for one that EventBridge refuses. */
export function parsePattern(text: string): EventPattern {
  const parsed = parseJson(text);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw invalid("Filter is not an object");
  checkFields(parsed as Record<string, unknown>);
  return parsed as EventPattern;
}

function checkFields(pattern: Record<string, unknown>): void {
  if (Object.keys(pattern).length === 0) throw invalid("Empty objects are not allowed");
  for (const [field, expected] of Object.entries(pattern)) {
    if (typeof expected !== "object" || expected === null) throw invalid(`"${field}" must be an object or an array`);
    if (!Array.isArray(expected)) checkFields(expected as Record<string, unknown>);
    else if (expected.length === 0) throw invalid("Empty arrays are not allowed");
    else for (const each of expected) checkValue(each);
  }
}

function checkValue(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  const [operator, ...others] = Object.entries(value);
  if (Array.isArray(value) || operator === undefined)
    throw invalid("Match value must be String, number, true, false, or null");
  if (others.length > 0) throw invalid("Only one key allowed in match expression");
  const [name, operand] = operator;
  const check = OPERATORS[name];
  if (check === undefined) throw invalid(`Unrecognized match type ${name}`);
  if (!check(operand)) throw invalid(`${name} has a wrong value`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid("Filter is not valid JSON");
  }
}

const invalid = (reason: string) =>
  new AwsError("InvalidEventPatternException", `Event pattern is not valid. Reason: ${reason}`);
