import { counted } from "../../wire/counted.ts";
import { findShape, type ServiceModel, type Shape } from "../model/service-model.ts";
import { AwsError } from "./aws-error.ts";

/**
 * Checks an input against the model's constraints. Returns one sentence per violation, in the wording of AWS's
 * services: `Value 'x' at 'signalType' failed to satisfy constraint: Member must satisfy enum value set: [...]`. Paths
 * start in lower case, and list items count from 1: `filters.1.member.key`. The path of a scalar item or a map entry is
 * that of its list or map.
 */
export function findViolations(model: ServiceModel, shapeName: string, input: Record<string, unknown>): string[] {
  return findStructureViolations(model, findShape(model, shapeName), input, "");
}

/** Throws a ValidationException with these violations, if any. The Query protocol has another `code`. */
export function throwOnViolations(found: string[], code = "ValidationException"): void {
  if (found.length === 0) return;
  throw new AwsError(code, `${counted(found.length, "validation error")} detected: ${found.join("; ")}`);
}

function findStructureViolations(
  model: ServiceModel,
  shape: Shape,
  value: Record<string, unknown>,
  path: string,
): string[] {
  const found: string[] = [];
  for (const [name, memberShape] of Object.entries(shape.members ?? {})) {
    const at = path === "" ? lowerFirst(name) : `${path}.${lowerFirst(name)}`;
    const member = value[name];
    if (member !== undefined && member !== null) found.push(...findMemberViolations(model, memberShape, member, at));
    else if (shape.required?.includes(name)) found.push(describeViolation(null, at, "Member must not be null"));
  }
  return found;
}

function findMemberViolations(model: ServiceModel, shapeName: string, value: unknown, at: string): string[] {
  const shape = findShape(model, shapeName);
  if (value === null) return [describeViolation(null, at, "Member must not be null")];
  if (shape.type === "structure") return findStructureViolations(model, shape, value as Record<string, unknown>, at);
  const own = findBrokenConstraints(shape, value).map((constraint) =>
    describeViolation(shape.sensitive ? SENSITIVE : value, at, constraint),
  );
  if (shape.type === "list") return [...own, ...findListViolations(model, shape, value as unknown[], at)];
  if (shape.type === "map") return [...own, ...findMapViolations(model, shape, value as Record<string, unknown>, at)];
  return own;
}

function findListViolations(model: ServiceModel, shape: Shape, items: unknown[], at: string): string[] {
  const itemName = shape.member ?? "";
  const item = findShape(model, itemName);
  if (isScalar(item)) {
    if (!items.some((each) => findBrokenConstraints(item, each).length > 0)) return [];
    return [describeViolation(items, at, `Member must satisfy constraint: [${listConstraintTexts(item).join(", ")}]`)];
  }
  return items.flatMap((each, index) => findMemberViolations(model, itemName, each, `${at}.${index + 1}.member`));
}

function findMapViolations(model: ServiceModel, shape: Shape, map: Record<string, unknown>, at: string): string[] {
  const key = findShape(model, shape.key ?? "");
  const found: string[] = [];
  if (Object.keys(map).some((each) => findBrokenConstraints(key, each).length > 0)) {
    found.push(
      describeViolation(map, at, `Map keys must satisfy constraint: [${listConstraintTexts(key).join(", ")}]`),
    );
  }
  const hasInvalidValue = Object.values(map).some(
    (each) => findMemberViolations(model, shape.value ?? "", each, at).length > 0,
  );
  if (hasInvalidValue) {
    const constraints = listNestedConstraints(model, findShape(model, shape.value ?? "")).join(", ");
    found.push(describeViolation(map, at, `Map value must satisfy constraint: [${constraints}]`));
  }
  return found;
}

function listNestedConstraints(model: ServiceModel, shape: Shape): string[] {
  if (shape.type !== "list") return listConstraintTexts(shape);
  const inner = listNestedConstraints(model, findShape(model, shape.member ?? ""));
  return [
    ...listConstraintTexts(shape),
    ...(inner.length > 0 ? [`Member must satisfy constraint: [${inner.join(", ")}]`] : []),
  ];
}

/** Lists the constraints of a shape that `value` breaks. A null list item breaks "must not be null". */
function findBrokenConstraints(shape: Shape, value: unknown): string[] {
  if (value === null) return ["Member must not be null"];
  return toConstraints(shape)
    .filter(({ holds }) => !holds(value))
    .map(({ text }) => text);
}

const listConstraintTexts = (shape: Shape) => toConstraints(shape).map(({ text }) => text);

function toConstraints(shape: Shape): { text: string; holds: (value: unknown) => boolean }[] {
  const isNumber = shape.type === "integer" || shape.type === "long";
  const noun = isNumber ? "value" : "length";
  const size = isNumber ? Number : measureLength;
  const { min, max, pattern, enum: values } = shape;
  const list = [];
  if (max !== undefined) {
    list.push({ text: `Member must have ${noun} less than or equal to ${max}`, holds: (v: unknown) => size(v) <= max });
  }
  if (min !== undefined) {
    list.push({
      text: `Member must have ${noun} greater than or equal to ${min}`,
      holds: (v: unknown) => size(v) >= min,
    });
  }
  if (pattern !== undefined) {
    const regex = compilePattern(pattern);
    const holds = (v: unknown) => regex.test(String(v));
    list.push({ text: `Member must satisfy regular expression pattern: ${pattern}`, holds });
  }
  if (values !== undefined) {
    const holds = (v: unknown) => values.includes(String(v));
    list.push({ text: `Member must satisfy enum value set: [${values.join(", ")}]`, holds });
  }
  return list;
}

/**
 * Compiles a pattern of a model. The patterns are written for Java, which matches the whole value. Their range
 * `\u10000-\u10FFFF` intends the supplementary planes, but JavaScript reads `\u10000` as U+1000 and a zero. `\p{L}`
 * needs the flag `u`; a pattern with an escape that `u` forbids is compiled without the flag.
 */
function compilePattern(pattern: string): RegExp {
  const source = `^(?:${pattern.replace("\\u10000-\\u10FFFF", "\\u{10000}-\\u{10FFFF}")})$`;
  try {
    return new RegExp(source, "u");
  } catch {
    return new RegExp(source);
  }
}

function measureLength(value: unknown): number {
  if (typeof value === "string") return [...value].length;
  if (Array.isArray(value)) return value.length;
  return Object.keys(value as object).length;
}

const SENSITIVE = Symbol("a value that error messages omit");

function describeViolation(value: unknown, at: string, constraint: string): string {
  const shown = value === SENSITIVE ? "" : ` ${value === null ? "null" : `'${toJavaText(value)}'`}`;
  return `Value${shown} at '${at}' failed to satisfy constraint: ${constraint}`;
}

/** Formats lists and maps as Java does, because AWS's errors quote them so: `[a, b]` and `{k=[v]}`. */
function toJavaText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toJavaText).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${key}=${toJavaText(item)}`)
    .join(", ")}}`;
}

const isScalar = (shape: Shape) => !["structure", "list", "map"].includes(shape.type);
const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);
