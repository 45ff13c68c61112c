import { parse as parseYaml } from "yaml";
import { z } from "zod";

/**
 * A runbook: an Automation document of schemaVersion 0.3, the only one there is for Automation. Source: "Systems Manager
 * Automation actions reference" and "Data elements and parameters" in the Systems Manager User Guide.
 */
const text = z.string();
const parameterSchema = z.looseObject({
  type: z.string().regex(/^(String|StringList|Integer|Boolean|MapList|StringMap|AWS::[\w:]+|List<AWS::[\w:]+>)$/),
  description: text.optional(),
  default: z.unknown().optional(),
  allowedValues: z.array(z.unknown()).optional(),
  allowedPattern: text.optional(),
  minItems: z.int().nonnegative().optional(),
  maxItems: z.int().nonnegative().optional(),
  minChars: z.int().nonnegative().optional(),
  maxChars: z.int().nonnegative().optional(),
});

const stepSchema = z.looseObject({
  name: z.string().regex(/^[a-zA-Z0-9_]{3,128}$/, "step names are 3 to 128 letters, digits and underscores"),
  action: z.string().regex(/^aws:[a-zA-Z]{3,25}$/),
  description: text.optional(),
  inputs: z.record(text, z.unknown()).nullish(),
  timeoutSeconds: z.union([z.number().positive(), text]).optional(),
  maxAttempts: z.union([z.int().positive(), text]).optional(),
  onFailure: z
    .string()
    .regex(/^(Abort|Continue|step:.+)$/, "onFailure is Abort, Continue or step:NAME")
    .optional(),
  onCancel: z
    .string()
    .regex(/^(Abort|step:.+)$/, "onCancel is Abort or step:NAME")
    .optional(),
  isCritical: z.union([z.boolean(), z.enum(["true", "false"])]).optional(),
  isEnd: z.union([z.boolean(), z.enum(["true", "false"])]).optional(),
  nextStep: text.optional(),
  outputs: z.array(z.looseObject({ Name: text, Selector: text.optional(), Type: text.optional() })).optional(),
});

const runbookSchema = z.looseObject({
  schemaVersion: z.literal("0.3"),
  description: text.optional(),
  assumeRole: text.optional(),
  parameters: z.record(text, parameterSchema).default({}),
  variables: z.record(text, z.looseObject({ type: text, default: z.unknown().optional() })).default({}),
  mainSteps: z.array(stepSchema).min(1),
  outputs: z.array(text).default([]),
});

export type Runbook = z.infer<typeof runbookSchema>;
export type StepDefinition = z.infer<typeof stepSchema>;
export type ParameterDefinition = z.infer<typeof parameterSchema>;

export type RunbookReading =
  | { ok: true; runbook: Runbook }
  | { ok: false; kind: "content" | "schema-version"; problem: string };

/** Reads a document's text. YAML is read with the core schema, so that `2026-01-31` and `no` stay what was written. */
export function readRunbook(content: string, format: "YAML" | "JSON"): RunbookReading {
  let raw: unknown;
  try {
    raw = format === "JSON" ? JSON.parse(content) : parseYaml(content);
  } catch (error) {
    return { ok: false, kind: "content", problem: `${format} not well-formed. ${(error as Error).message}` };
  }
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    return { ok: false, kind: "content", problem: `${format} not well-formed. The document is not an object.` };
  }
  const version = (raw as { schemaVersion?: unknown }).schemaVersion;
  if (version !== "0.3") {
    const problem = `Document type Automation takes schemaVersion "0.3" (a string); got ${JSON.stringify(version)}.`;
    return { ok: false, kind: "schema-version", problem };
  }
  const parsed = runbookSchema.safeParse(raw);
  if (!parsed.success) return { ok: false, kind: "content", problem: z.prettifyError(parsed.error) };
  return { ok: true, runbook: parsed.data };
}

/** YAML's `true` and the string "true" mean the same in a runbook. */
export const isTrue = (flag: boolean | "true" | "false" | undefined): boolean => flag === true || flag === "true";
