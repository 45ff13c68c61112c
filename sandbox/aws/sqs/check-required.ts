import { findShape, type ServiceModel } from "../model/service-model.ts";
import { missingParameter } from "./sqs-errors.ts";

/** Throws for the first required member that is missing. SQS's model has no other constraints: the operations check values. */
export function checkRequired(model: ServiceModel, shapeName: string, value: unknown, name = ""): void {
  const shape = findShape(model, shapeName);
  if (value === undefined || value === null) throw missingParameter(name);
  const check = (inner: string | undefined, each: unknown, at: string) =>
    checkRequired(model, inner ?? "", each, name === "" ? at : `${name}.${at}`);
  if (shape.type === "structure") {
    for (const [member, inner] of Object.entries(shape.members ?? {})) {
      const each = (value as Record<string, unknown>)[member];
      if (each !== undefined || shape.required?.includes(member)) check(inner, each, member);
    }
  } else if (shape.type === "list") {
    for (const [index, each] of (value as unknown[]).entries()) check(shape.member, each, String(index + 1));
  } else if (shape.type === "map") {
    for (const [key, each] of Object.entries(value as object)) check(shape.value, each, key);
  }
}
