import { z } from "zod";
import { type Format, parseContent } from "./document-content.ts";

/**
 * The schema of a runbook: an Automation document of schemaVersion 0.3, the only version for Automation. Source:
 * "Systems Manager Automation actions reference" and "Data elements and parameters" in the Systems Manager User Guide.
 */
const text = z.string();
const parameterSchema = z.strictObject({
  type: z.string().regex(/^(String|StringList|Integer|Boolean|MapList|StringMap|AWS::[\w:]+|List<AWS::[\w:]+>)$/),
  description: text.optional(),
  default: z.unknown().optional(),
  allowedValues: z.array(z.unknown()).optional(),
  allowedPattern: text.optional(),
  minItems: z.int().nonnegative().optional(),
  maxItems: z.int().nonnegative().optional(),
  minChars: z.int().nonnegative().optional(),
  maxChars: z.int().nonnegative().optional(),
  displayType: text.optional(),
});

/** A whole number as a number or a string, or a reference to one. */
const countSchema = z.union(
  [z.int().positive(), text.regex(/^([1-9]\d*|\s*\{\{\s*[\w:.$[\]-]+\s*\}\}\s*)$/)],
  "a whole number of at least 1, or a {{ reference }} to one",
);

export const stepSchema = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9_]{3,128}$/, "step names are 3 to 128 letters, digits and underscores"),
  // The model's pattern allows 25 letters, but aws:waitForAwsResourceProperty has 26. `checkRunbook` knows the actions.
  action: text,
  description: text.optional(),
  inputs: z.record(text, z.unknown()).nullish(),
  timeoutSeconds: countSchema.optional(),
  maxAttempts: countSchema.optional(),
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

const runbookSchema = z.strictObject({
  schemaVersion: z.literal("0.3"),
  description: text.optional(),
  assumeRole: text.optional(),
  parameters: z.record(text, parameterSchema).default({}),
  variables: z.record(text, parameterSchema).default({}),
  mainSteps: z.array(stepSchema).min(1),
  outputs: z.array(text).default([]),
  files: z.record(text, z.unknown()).optional(),
});

export type Runbook = z.infer<typeof runbookSchema>;
export type StepDefinition = z.infer<typeof stepSchema>;
export type ParameterDefinition = z.infer<typeof parameterSchema>;

export type RunbookResult =
  | { ok: true; runbook: Runbook }
  | { ok: false; kind: "content" | "schema-version"; problem: string };

/** Parses a document's text as a runbook. */
export function parseRunbook(content: string, format: Format): RunbookResult {
  const result = parseContent(content, format);
  if (!result.ok) return { ...result, kind: "content" };
  const { raw } = result;
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) {
    return { ok: false, kind: "content", problem: `${format} not well-formed. The document is not an object.` };
  }
  const version = (raw as { schemaVersion?: unknown }).schemaVersion;
  if (version !== "0.3") {
    const problem = `Document type Automation needs schemaVersion "0.3" (a string); got ${JSON.stringify(version)}.`;
    return { ok: false, kind: "schema-version", problem };
  }
  const parsed = runbookSchema.safeParse(raw);
  if (!parsed.success) return { ok: false, kind: "content", problem: z.prettifyError(parsed.error) };
  return { ok: true, runbook: parsed.data };
}

/** Returns whether a flag of a runbook is set: either YAML's `true` or the string "true". */
export const isTrue = (flag: boolean | "true" | "false" | undefined): boolean => flag === true || flag === "true";
