import type { ParameterDefinition, Runbook } from "../live/aws-state.ts";

/** The text of each form field, by parameter name. */
export type FieldValues = Record<string, string>;

/** Examples for parameters of the seeded runbooks without a default, so that one click starts them. */
const EXAMPLES: Record<string, string> = {
  DatabaseId: "orders-primary",
  Environment: "prod",
  Reason: "Connections leak since 09:40",
  Version: "2026.12.1",
  Commit: "4b1d77e",
  ToVersion: "2026.11.1",
  PayoutBatch: "2026-11-B",
  CustomerId: "c-20417",
};

export const isList = ({ type }: ParameterDefinition) =>
  type === "StringList" || type === "MapList" || type.startsWith("List<");

/** Hints for types whose text format is not obvious. */
const FORMAT_HINTS: Record<string, string> = { MapList: "One JSON object per line.", StringMap: "A JSON object." };

export const formatHint = (definition: ParameterDefinition): string =>
  FORMAT_HINTS[definition.type] ?? (isList(definition) ? "One value per line." : "");

/** The values to choose from, if the parameter does not take free text. */
export const findChoices = ({ type, allowedValues }: ParameterDefinition): string[] | undefined =>
  type === "Boolean" ? ["true", "false"] : allowedValues?.map(toText);

/** Formats a default for its field: a list has one line per item. */
function defaultText(definition: ParameterDefinition): string {
  const value = definition.default;
  if (value === undefined) return "";
  if (Array.isArray(value)) return value.map(toText).join("\n");
  return toText(value);
}

const toText = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

/** Prefills a field with the runbook's default, or with an example that the runbook allows. */
function initialText(name: string, definition: ParameterDefinition): string {
  const example = EXAMPLES[name];
  if (definition.default !== undefined || example === undefined) return defaultText(definition);
  const choices = findChoices(definition);
  return choices === undefined || choices.includes(example) ? example : "";
}

export function initialFieldValues(runbook: Runbook): FieldValues {
  return Object.fromEntries(
    Object.entries(runbook.parameters).map(([name, definition]) => [name, initialText(name, definition)]),
  );
}

/** Converts the fields to parameters in AWS's format. Omits the ones that equal the runbook's defaults. */
export function toParameters(runbook: Runbook, values: FieldValues): Record<string, string[]> {
  const entries = Object.entries(runbook.parameters).flatMap(([name, definition]) => {
    const text = values[name] ?? "";
    if (text === defaultText(definition)) return [];
    const value = isList(definition) ? text.split("\n").filter((line) => line !== "") : [text];
    return [[name, value] as const];
  });
  return Object.fromEntries(entries);
}
