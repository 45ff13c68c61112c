import type { ParameterDefinition, Runbook } from "../live/aws-state.ts";

/** What a person has written into the form: the text of each field. */
export type FieldValues = Record<string, string>;

/** Something sensible for parameters of the demonstration that have no default, so that one click is enough. */
const EXAMPLES: Record<string, string> = {
  DatabaseId: "orders-primary",
  Environment: "prod",
  Reason: "Connections leak since 09:40",
  Version: "2026.12.1",
  Commit: "4b1d77e",
  ToVersion: "2026.11.1",
};

export const isList = ({ type }: ParameterDefinition) =>
  type === "StringList" || type === "MapList" || type.startsWith("List<");

/** How a value is written where that is not plain. */
const FORMAT_HINTS: Record<string, string> = { MapList: "A JSON object a line.", StringMap: "A JSON object." };

export const formatHint = (definition: ParameterDefinition): string =>
  FORMAT_HINTS[definition.type] ?? (isList(definition) ? "One a line." : "");

/** What may be chosen, where not every text may be written. */
export const findChoices = ({ type, allowedValues }: ParameterDefinition): string[] | undefined =>
  type === "Boolean" ? ["true", "false"] : allowedValues?.map(toText);

/** A default as a field shows it: a list has a line for each item. */
function defaultText(definition: ParameterDefinition): string {
  const value = definition.default;
  if (value === undefined) return "";
  if (Array.isArray(value)) return value.map(toText).join("\n");
  return toText(value);
}

const toText = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

/** A runbook's own default comes first; an example only where it has none and allows that one. */
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

/** The parameters to send: as AWS takes them, and without those that are the runbook's own defaults. */
export function toParameters(runbook: Runbook, written: FieldValues): Record<string, string[]> {
  const entries = Object.entries(runbook.parameters).flatMap(([name, definition]) => {
    const text = written[name] ?? "";
    if (text === defaultText(definition)) return [];
    const value = isList(definition) ? text.split("\n").filter((line) => line !== "") : [text];
    return [[name, value] as const];
  });
  return Object.fromEntries(entries);
}
