import type { Json } from "../workspace/model.ts";
import type { ObjectRule, Rule } from "./rules.ts";

/**
 * A validation problem, with Slack's text where it is known. Slack combines message and pointer:
 * `[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]`.
 */
export interface Problem {
  pointer: string;
  message: string;
  /** What blocks.validate expected, for example the allowed types. */
  constraint?: Json;
}

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Counts code points, in which the limits are assumed to be, and not UTF-16 units. */
export const codePoints = (text: string): number => [...text].length;

/** Finds every problem of `value` under `rule`. */
export function check(value: unknown, rule: Rule, pointer: string): Problem[] {
  switch (rule.is) {
    case "lazy":
      return check(value, rule.rule(), pointer);
    case "boolean":
      return typeof value === "boolean" ? [] : [{ pointer, message: "must provide a boolean" }];
    case "number":
      return checkNumber(value, rule, pointer);
    case "string":
      return checkString(value, rule, pointer);
    case "list":
      return checkList(value, rule, pointer);
    case "object":
      return isObject(value) ? checkObject(value, rule, pointer) : [{ pointer, message: "must provide an object" }];
    case "variant":
      return checkVariant(value, rule.of, pointer);
    default:
      throw new Error(`no check for ${rule satisfies never}`);
  }
}

function checkNumber(value: unknown, rule: Extract<Rule, { is: "number" }>, pointer: string): Problem[] {
  if (typeof value !== "number" || !Number.isFinite(value)) return [{ pointer, message: "must provide a number" }];
  if (rule.integer && !Number.isInteger(value)) return [{ pointer, message: "must provide an integer" }];
  if (rule.min !== undefined && value < rule.min) return [{ pointer, message: `must be at least ${rule.min}` }];
  if (rule.max !== undefined && value > rule.max) return [{ pointer, message: `must be at most ${rule.max}` }];
  return [];
}

function checkString(value: unknown, rule: Extract<Rule, { is: "string" }>, pointer: string): Problem[] {
  if (typeof value !== "string") return [{ pointer, message: "must provide a string" }];
  if (rule.oneOf !== undefined && !rule.oneOf.includes(value)) {
    return [
      { pointer, message: "must be a valid enum value", constraint: { type: "enum", expected: [...rule.oneOf] } },
    ];
  }
  const size = codePoints(value);
  if (rule.min !== undefined && size < rule.min) {
    return [{ pointer, message: `must be more than ${rule.min - 1} characters` }];
  }
  if (rule.max !== undefined && size > rule.max) {
    return [{ pointer, message: `must be less than ${rule.max + 1} characters` }];
  }
  if (rule.format !== undefined && !rule.format.pattern.test(value)) {
    return [{ pointer, message: rule.format.message }];
  }
  return [];
}

function checkList(value: unknown, rule: Extract<Rule, { is: "list" }>, pointer: string): Problem[] {
  if (!Array.isArray(value)) return [{ pointer, message: "must provide an array" }];
  const problems: Problem[] = [];
  if (rule.min !== undefined && value.length < rule.min) {
    problems.push({ pointer, message: `must provide at least ${rule.min} items` });
  }
  if (rule.max !== undefined && value.length > rule.max) {
    problems.push({ pointer, message: `no more than ${rule.max} items allowed` });
  }
  return problems.concat(value.flatMap((item, index) => check(item, rule.of, `${pointer}/${index}`)));
}

function checkObject(value: Json, rule: ObjectRule, pointer: string): Problem[] {
  const problems: Problem[] = [];
  for (const [name, field] of Object.entries(rule.fields)) {
    const given = value[name];
    // Slack's SDKs send null for absent fields.
    if (given !== undefined && given !== null) problems.push(...check(given, field.rule, `${pointer}/${name}`));
    else if (field.required) problems.push({ pointer, message: `missing required field: ${name}` });
  }
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(rule.fields, name)) problems.push({ pointer, message: `invalid additional property: ${name}` });
  }
  if (problems.length > 0 || rule.crossField === undefined) return problems;
  return rule.crossField(value).map((each) => ({ ...each, pointer: pointer + each.pointer }));
}

function checkVariant(value: unknown, table: Record<string, ObjectRule>, pointer: string): Problem[] {
  if (!isObject(value)) return [{ pointer, message: "must provide an object" }];
  const type = value.type;
  if (type === undefined) return [{ pointer, message: "missing required field: type" }];
  const rule = typeof type === "string" && Object.hasOwn(table, type) ? table[type] : undefined;
  if (rule !== undefined) return checkObject(value, rule, pointer);
  return [
    {
      pointer: `${pointer}/type`,
      message: `unsupported type: ${String(type)}`,
      constraint: { type: "enum", expected: Object.keys(table) },
    },
  ];
}
