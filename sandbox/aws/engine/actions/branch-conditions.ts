import { findReferences } from "../interpolate.ts";

/**
 * A comparison operator of aws:branch. And, Or and Not combine comparisons of `Variable` into conditions. Source:
 * "Creating dynamic automations with conditional branching" in the Systems Manager User Guide.
 */
interface Operator {
  /** Returns whether the operator can compare a value. */
  accepts: (value: unknown) => boolean;
  compare: (variable: unknown, operand: unknown) => boolean;
}

const isNumeric = (value: unknown) =>
  typeof value === "string" ? /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(value) : Number.isFinite(value);
const isBoolean = (value: unknown) => /^(true|false)$/i.test(String(value));
const isPresent = (value: unknown) => value !== undefined && value !== null;

const onText = (compare: (a: string, b: string) => boolean): Operator => ({
  accepts: isPresent,
  compare: (a, b) => compare(String(a), String(b)),
});
const onNumber = (compare: (a: number, b: number) => boolean): Operator => ({
  accepts: isNumeric,
  compare: (a, b) => compare(Number(a), Number(b)),
});
const contains: Operator = {
  accepts: isPresent,
  compare: (a, b) => (Array.isArray(a) ? a.map(String).includes(String(b)) : String(a).includes(String(b))),
};

const OPERATORS: Record<string, Operator> = {
  StringEquals: onText((a, b) => a === b),
  EqualsIgnoreCase: onText((a, b) => a.toLowerCase() === b.toLowerCase()),
  StartsWith: onText((a, b) => a.startsWith(b)),
  EndsWith: onText((a, b) => a.endsWith(b)),
  Contains: contains,
  NumericEquals: onNumber((a, b) => a === b),
  NumericGreater: onNumber((a, b) => a > b),
  NumericLesser: onNumber((a, b) => a < b),
  NumericGreaterOrEquals: onNumber((a, b) => a >= b),
  NumericLesserOrEquals: onNumber((a, b) => a <= b),
  BooleanEquals: { ...onText((a, b) => a.toLowerCase() === b.toLowerCase()), accepts: isBoolean },
};

/** A parsed condition: one of the operators in the reference. */
type Condition =
  | { kind: "and" | "or"; parts: unknown[] }
  | { kind: "not"; part: unknown }
  | { kind: "comparison"; name: string; operator: Operator; variable: unknown; operand: unknown };

/** Parses a condition. Returns undefined if it has no known operator or more than one. */
function parseCondition(condition: unknown): Condition | undefined {
  if (typeof condition !== "object" || condition === null || Array.isArray(condition)) return undefined;
  const { NextStep: _, Variable: variable, ...rest } = condition as Record<string, unknown>;
  const [entry, ...more] = Object.entries(rest);
  if (entry === undefined || more.length > 0) return undefined;
  const [name, operand] = entry;
  if (variable === undefined) {
    if (name === "Not") return { kind: "not", part: operand };
    if ((name !== "And" && name !== "Or") || !Array.isArray(operand) || operand.length === 0) return undefined;
    return { kind: name === "And" ? "and" : "or", parts: operand };
  }
  const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  return operator === undefined ? undefined : { kind: "comparison", name, operator, variable, operand };
}

/** Returns whether a condition is valid. It may contain unresolved `{{ references }}`. */
export function isCondition(condition: unknown): boolean {
  const apart = parseCondition(condition);
  if (apart === undefined) return false;
  if (apart.kind === "not") return isCondition(apart.part);
  if (apart.kind !== "comparison") return apart.parts.every(isCondition);
  const { operator, variable, operand } = apart;
  return [variable, operand].every((value) => operator.accepts(value) || findReferences(value).length > 0);
}

/**
 * Evaluates a condition whose references are resolved. An absent value does not match. Returns a text that names the received
 * values if the condition is invalid or its operator cannot compare them.
 */
export function evaluateCondition(condition: unknown): boolean | string {
  const apart = parseCondition(condition);
  if (apart === undefined) return `Invalid choice: ${JSON.stringify(condition)}.`;
  if (apart.kind === "not") return negate(evaluateCondition(apart.part));
  if (apart.kind !== "comparison") return apart.kind === "and" ? evaluateAll(apart.parts) : evaluateAny(apart.parts);
  const { name, operator, variable, operand } = apart;
  if (operator.accepts(variable) && operator.accepts(operand)) return operator.compare(variable, operand);
  if ([variable, operand].some(isAbsent)) return false;
  return `${name} cannot compare the value ${JSON.stringify(variable)} with ${JSON.stringify(operand)}.`;
}

/** Returns whether a value is that of an output of a skipped step: its reference stays unresolved. */
const isAbsent = (value: unknown) => findReferences(value).length > 0;

function evaluateAll(conditions: unknown[]): boolean | string {
  const results = conditions.map(evaluateCondition);
  return results.find((result) => typeof result === "string") ?? results.every((result) => result === true);
}

const evaluateAny = (conditions: unknown[]) => negate(evaluateAll(conditions.map((each) => ({ Not: each }))));
const negate = (result: boolean | string) => (typeof result === "string" ? result : !result);
