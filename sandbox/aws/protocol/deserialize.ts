import { findShape, type ServiceModel, type Shape } from "../model/service-model.ts";
import { AwsError } from "./aws-error.ts";

/**
 * Parses a JSON body by the types of the model. A wrong type throws a SerializationException in the wording of AWS's
 * JSON services. Malformed JSON or a body that is not an object throws one without a message. Unknown members and nulls
 * are ignored.
 */
export function deserialize(model: ServiceModel, shapeName: string, body: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw new AwsError("SerializationException");
  }
  if (Array.isArray(parsed)) throw toSerializationError("Start of list found where not expected");
  if (typeof parsed !== "object" || parsed === null) throw new AwsError("SerializationException");
  return read(model, findShape(model, shapeName), parsed) as Record<string, unknown>;
}

function read(model: ServiceModel, shape: Shape, value: unknown): unknown {
  switch (shape.type) {
    case "structure":
      return readStructure(model, shape, value);
    case "list":
      if (!Array.isArray(value))
        throw toSerializationError(isObject(value) ? OBJECT_UNEXPECTED : "Expected list or null");
      return value.map((item) => (item === null ? null : read(model, findShape(model, shape.member ?? ""), item)));
    case "map":
      return readMap(model, shape, value);
    case "string":
      if (typeof value !== "string") throw toTypeError(value, "a String");
      return value;
    case "boolean":
      if (typeof value !== "boolean") throw toTypeError(value, "a Boolean");
      return value;
    case "integer":
    case "long":
      if (typeof value !== "number") throw toTypeError(value, shape.type === "long" ? "a Long" : "an Integer");
      if (!Number.isInteger(value)) throw new AwsError("SerializationException");
      return value;
    case "timestamp":
      if (typeof value !== "number") throw toTypeError(value, "milliseconds since epoch");
      if (value < FIRST_SECOND || value > LAST_SECOND) throw toSerializationError("Timestamp out of range");
      return value;
    default:
      throw new Error(`no reader for ${shape.type satisfies never}`);
  }
}

function readStructure(model: ServiceModel, shape: Shape, value: unknown): Record<string, unknown> {
  if (Array.isArray(value)) throw toSerializationError(LIST_UNEXPECTED);
  if (!isObject(value)) throw toSerializationError("Expected null");
  const result: Record<string, unknown> = {};
  for (const [name, memberShape] of Object.entries(shape.members ?? {})) {
    const member = value[name];
    if (member !== undefined && member !== null) result[name] = read(model, findShape(model, memberShape), member);
  }
  return result;
}

function readMap(model: ServiceModel, shape: Shape, value: unknown): Record<string, unknown> {
  if (Array.isArray(value)) throw toSerializationError(LIST_UNEXPECTED);
  if (!isObject(value)) throw toSerializationError("Expected map or null");
  const valueShape = findShape(model, shape.value ?? "");
  // fromEntries defines own properties, so a key such as `__proto__` stays a key.
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, item === null ? null : read(model, valueShape, item)]),
  );
}

/** Epoch seconds of the years 1 to 9999, the range that every SDK can represent. */
const FIRST_SECOND = -62_135_596_800;
const LAST_SECOND = 253_402_300_799;

const LIST_UNEXPECTED = "Start of list found where not expected";
const OBJECT_UNEXPECTED = "Start of structure or map found where not expected.";

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function toTypeError(value: unknown, expected: string): AwsError {
  if (Array.isArray(value)) return toSerializationError(LIST_UNEXPECTED);
  if (isObject(value)) return toSerializationError(OBJECT_UNEXPECTED);
  const token = typeof value === "boolean" ? String(value).toUpperCase() : (typeof value).toUpperCase();
  return toSerializationError(`${token}_VALUE can not be converted to ${expected}`);
}

function toSerializationError(message: string): AwsError {
  return new AwsError("SerializationException", message);
}
