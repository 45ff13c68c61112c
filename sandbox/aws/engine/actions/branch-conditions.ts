/**
 * The conditions of aws:branch: And, Or, Not around comparisons of `Variable`. Source: "Creating dynamic automations with
 * conditional branching" in the Systems Manager User Guide.
 */
type Compare = (variable: unknown, operand: unknown) => boolean;

const onText =
  (compare: (a: string, b: string) => boolean): Compare =>
  (a, b) =>
    compare(String(a), String(b));
const onNumber =
  (compare: (a: number, b: number) => boolean): Compare =>
  (a, b) =>
    compare(Number(a), Number(b));

const OPERATORS: Record<string, Compare> = {
  StringEquals: onText((a, b) => a === b),
  EqualsIgnoreCase: onText((a, b) => a.toLowerCase() === b.toLowerCase()),
  StartsWith: onText((a, b) => a.startsWith(b)),
  EndsWith: onText((a, b) => a.endsWith(b)),
  Contains: (a, b) => (Array.isArray(a) ? a.map(String).includes(String(b)) : String(a).includes(String(b))),
  NumericEquals: onNumber((a, b) => a === b),
  NumericGreater: onNumber((a, b) => a > b),
  NumericLesser: onNumber((a, b) => a < b),
  NumericGreaterOrEquals: onNumber((a, b) => a >= b),
  NumericLesserOrEquals: onNumber((a, b) => a <= b),
  BooleanEquals: onText((a, b) => a.toLowerCase() === b.toLowerCase()),
};

/** Whether a condition holds; undefined when it is none that the reference knows. */
export function isTrueOf(condition: unknown): boolean | undefined {
  if (typeof condition !== "object" || condition === null || Array.isArray(condition)) return undefined;
  const { And, Or, Not, Variable, NextStep: _, ...operators } = condition as Record<string, unknown>;
  if (Array.isArray(And)) return every(And);
  if (Array.isArray(Or)) return negate(every(Or.map((each) => ({ Not: each }))));
  if (Not !== undefined) return negate(isTrueOf(Not));
  const [name, ...more] = Object.keys(operators);
  const compare = name === undefined ? undefined : OPERATORS[name];
  if (compare === undefined || name === undefined || more.length > 0 || Variable === undefined) return undefined;
  return compare(Variable, operators[name]);
}

function every(conditions: unknown[]): boolean | undefined {
  const verdicts = conditions.map(isTrueOf);
  return verdicts.includes(undefined) ? undefined : verdicts.every((verdict) => verdict === true);
}

const negate = (verdict: boolean | undefined) => (verdict === undefined ? undefined : !verdict);
