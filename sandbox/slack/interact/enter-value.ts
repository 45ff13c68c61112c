import { counted } from "../../wire/counted.ts";
import { codePoints } from "../blocks/check.ts";
import type { Json } from "../workspace/model.ts";
import { STATEFUL_ELEMENTS } from "./state-values.ts";

/** The new value of an element, or the error that the client shows. */
export type EntryResult = { value: Json } | { problem: string };

type ValueReader = (element: Json, given: unknown) => { value: unknown } | { problem: string };

const problem = (text: string) => ({ problem: text });

/** Lists the options of a menu, including those in groups. */
function allOptions(element: Json): Json[] {
  const groups = (element.option_groups ?? []) as Json[];
  return [...((element.options ?? []) as Json[]), ...groups.flatMap((group) => group.options as Json[])];
}

const oneOption: ValueReader = (element, given) => {
  if (given === null) return { value: null };
  const option = allOptions(element).find((each) => each.value === given);
  return option === undefined ? problem(`There is no option "${String(given)}".`) : { value: option };
};

const externalOption: ValueReader = (_element, given) =>
  typeof given === "string"
    ? { value: { text: { type: "plain_text", text: given, emoji: true }, value: given } }
    : problem("Expected the option's value.");

const listOf =
  (one: ValueReader): ValueReader =>
  (element, given) => {
    if (!Array.isArray(given)) return problem("Expected a list.");
    const max = element.max_selected_items;
    if (typeof max === "number" && given.length > max) return problem(`At most ${max} can be selected.`);
    const read = given.map((each) => one(element, each));
    const invalid = read.find((each) => "problem" in each);
    return invalid ?? { value: read.map((each) => ("value" in each ? each.value : null)) };
  };

const matching =
  (pattern: RegExp, message: string): ValueReader =>
  (_element, given) => {
    if (given === null || given === "") return { value: null };
    return typeof given === "string" && pattern.test(given) ? { value: given } : problem(message);
  };

const plainText: ValueReader = (element, given) => {
  if (given === null || given === "") return { value: null };
  if (typeof given !== "string") return problem("Expected text.");
  const size = codePoints(given);
  if (typeof element.min_length === "number" && size < element.min_length) {
    return problem(`Must be at least ${counted(element.min_length, "character")}.`);
  }
  const max = typeof element.max_length === "number" ? element.max_length : 3000;
  return size > max ? problem(`Must be at most ${counted(max, "character")}.`) : { value: given };
};

const numeric: ValueReader = (element, given) => {
  if (given === null || given === "") return { value: null };
  const value = Number(given);
  if (!Number.isFinite(value)) return problem("Must be a number.");
  if (element.is_decimal_allowed !== true && !Number.isInteger(value)) return problem("Must be a whole number.");
  if (element.min_value !== undefined && value < Number(element.min_value)) return problem("The number is too small.");
  if (element.max_value !== undefined && value > Number(element.max_value)) return problem("The number is too large.");
  return { value: String(given) };
};

const anything: ValueReader = (_element, given) => ({ value: given });
const id = matching(/^[A-Z][A-Z0-9]+$/, "Expected an ID.");

const READERS: Record<string, ValueReader> = {
  plain_text_input: plainText,
  number_input: numeric,
  email_text_input: matching(/^\S+@\S+\.\S+$/, "Must be an email address."),
  url_text_input: matching(/^[a-z][a-z0-9+.-]*:\S+$/i, "Must be a URL."),
  rich_text_input: anything,
  file_input: anything,
  static_select: oneOption,
  radio_buttons: oneOption,
  external_select: externalOption,
  checkboxes: listOf(oneOption),
  multi_static_select: listOf(oneOption),
  multi_external_select: listOf(externalOption),
  users_select: id,
  conversations_select: id,
  channels_select: id,
  multi_users_select: listOf(id),
  multi_conversations_select: listOf(id),
  multi_channels_select: listOf(id),
  datepicker: matching(/^\d{4}-\d{2}-\d{2}$/, "Must be a date."),
  timepicker: matching(/^\d{2}:\d{2}$/, "Must be a time."),
  datetimepicker: (_element, given) =>
    Number.isInteger(given) ? { value: given } : problem("Must be a number of seconds."),
};

/**
 * Converts `given` to the value of a stateful element, as Slack's client does: an option by its value, a list, an id or a
 * text. Rejects what a person could not enter.
 */
export function enterValue(element: Json, given: unknown): EntryResult {
  const type = String(element.type);
  const stateful = STATEFUL_ELEMENTS[type];
  const read = READERS[type]?.(element, given);
  if (stateful === undefined || read === undefined) return { problem: `${type} does not accept a value.` };
  return "problem" in read ? read : { value: { type, [stateful.member]: read.value } };
}

/** Whether a value is empty. Slack requires a value for each input that is not optional. */
export function isBlank(value: Json | undefined): boolean {
  const member = value === undefined ? undefined : STATEFUL_ELEMENTS[String(value.type)]?.member;
  const stored = member === undefined ? undefined : value?.[member];
  return stored === undefined || stored === null || (Array.isArray(stored) && stored.length === 0);
}
