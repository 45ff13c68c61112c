import eventbridge from "./eventbridge.model.json" with { type: "json" };
import ssm from "./ssm-automation.model.json" with { type: "json" };
import sts from "./sts.model.json" with { type: "json" };

/**
 * What AWS publishes about an API, reduced to what a validator needs: shapes with their lengths, enums and patterns, and
 * per operation its input, output and modelled errors. Taken from the services' public API models (SSM 2014-11-06,
 * EventBridge 2015-10-07, STS 2011-06-15), without their prose.
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
  /** Of a structure: member name to shape name. */
  members?: Record<string, string>;
  /** Of a list: the shape of its items. */
  member?: string;
  /** Of a map. */
  key?: string;
  value?: string;
  /** Secret: AWS leaves its value out of messages. */
  sensitive?: boolean;
}

const models = { ssm, eventbridge, sts } as unknown as Record<"ssm" | "eventbridge" | "sts", ServiceModel>;

export const ssmModel: ServiceModel = models.ssm;
export const eventBridgeModel: ServiceModel = models.eventbridge;
export const stsModel: ServiceModel = models.sts;

/** The shape of that name. Throws when the model file is broken: it is part of the program. */
export function findShape(model: ServiceModel, name: string): Shape {
  const shape = model.shapes[name];
  if (shape === undefined) throw new Error(`The ${model.api} model has no shape "${name}".`);
  return shape;
}

/** The shape that an operation takes. */
export function findInputShape(model: ServiceModel, operation: string): string {
  const found = model.operations[operation];
  if (found === undefined) throw new Error(`The ${model.api} model has no operation "${operation}".`);
  return found.input;
}
