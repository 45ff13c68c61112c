import eventbridge from "./eventbridge.model.json" with { type: "json" };
import sqs from "./sqs.model.json" with { type: "json" };
import ssm from "./ssm-automation.model.json" with { type: "json" };
import sts from "./sts.model.json" with { type: "json" };

/**
 * A service's API model, reduced to the parts that a validator needs: shapes with lengths, enums and patterns, and the
 * input, output and modeled errors of each operation. Taken from the public API models (SSM 2014-11-06, EventBridge
 * 2015-10-07, STS 2011-06-15, SQS 2012-11-05), without their documentation texts.
 */
export interface ServiceModel {
  api: string;
  operations: Record<string, { input: string; output: string | null; errors: string[] }>;
  shapes: Record<string, Shape>;
}

export interface Shape {
  type: "string" | "integer" | "long" | "boolean" | "timestamp" | "list" | "map" | "structure";
  min?: number;
  max?: number;
  pattern?: string;
  enum?: string[];
  required?: string[];
  /** For a structure: maps a member name to a shape name. */
  members?: Record<string, string>;
  /** For a list: the shape of its items. */
  member?: string;
  /** For a map: the shapes of its keys and values. */
  key?: string;
  value?: string;
  /** A secret, which AWS omits from error messages. */
  sensitive?: boolean;
}

const models = { ssm, eventbridge, sts, sqs } as unknown as Record<"ssm" | "eventbridge" | "sts" | "sqs", ServiceModel>;

export const ssmModel: ServiceModel = models.ssm;
export const eventBridgeModel: ServiceModel = models.eventbridge;
export const stsModel: ServiceModel = models.sts;
export const sqsModel: ServiceModel = models.sqs;

/** Finds a shape by name. Throws if the model file has none, which is a bug in this repository. */
export function findShape(model: ServiceModel, name: string): Shape {
  const shape = model.shapes[name];
  if (shape === undefined) throw new Error(`The ${model.api} model has no shape "${name}".`);
  return shape;
}

/** Finds the name of an operation's input shape. */
export function findInputShape(model: ServiceModel, operation: string): string {
  const found = model.operations[operation];
  if (found === undefined) throw new Error(`The ${model.api} model has no operation "${operation}".`);
  return found.input;
}
