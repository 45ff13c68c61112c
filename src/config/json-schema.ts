import { z } from "zod";
import { fileSchema } from "./file-schema.ts";

/** A part of a JSON Schema, as far as it is read here. */
interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  items?: SchemaNode;
}

/** The JSON Schema of the configuration file, for editors: draft 7, which all of them know. */
export function fileJsonSchema(): object {
  return z.toJSONSchema(fileSchema, { io: "input", target: "draft-7" });
}

/** The keys that the configuration file may have at a path. */
export function knownKeys(path: readonly PropertyKey[]): string[] {
  const node = path.reduce<SchemaNode | undefined>(
    (at, step) => (typeof step === "number" ? at?.items : at?.properties?.[String(step)]),
    fileJsonSchema(),
  );
  return Object.keys(node?.properties ?? {});
}
