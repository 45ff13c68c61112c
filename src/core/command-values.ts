import { type PersonalTime, parseDuration, parseMoment } from "./command-times.ts";
import { listNames } from "./name-renderer.ts";
import { findNearest } from "./nearest.ts";
import type { OutcomeKind } from "./request.ts";

/** The value of a filter, or what is wrong with its text. */
export type Value<T> = { value: T } | { problem: string };

/** A person as typed: an ID from a mention, a name, or the person who asks. */
export type PersonWord = { kind: "id"; id: string } | { kind: "name"; name: string } | { kind: "me" };

/** How requests end, and the way that overrides the route. */
export type OutcomeFilter = OutcomeKind | "break-glass";

/** Source: SSM API model, AutomationExecutionStatus. */
const STATUSES = [
  "Pending",
  "InProgress",
  "Waiting",
  "Success",
  "TimedOut",
  "Cancelling",
  "Cancelled",
  "Failed",
  "PendingApproval",
  "Approved",
  "Rejected",
  "Scheduled",
  "RunbookInProgress",
  "PendingChangeCalendarOverride",
  "ChangeCalendarOverrideApproved",
  "ChangeCalendarOverrideRejected",
  "CompletedWithSuccess",
  "CompletedWithFailure",
  "Exited",
];

const STATUS_SYNONYMS: Readonly<Record<string, string>> = { running: "InProgress", succeeded: "Success" };

const OUTCOMES: readonly OutcomeFilter[] = [
  "approved",
  "rejected",
  "timed-out",
  "cancelled",
  "failed",
  "not-found",
  "unknown",
  "break-glass",
];

const OUTCOME_SYNONYMS: Readonly<Record<string, OutcomeFilter>> = { timeout: "timed-out", canceled: "cancelled" };

/** Filters of AWS take at most ten values. Source: SSM API model, AutomationExecutionFilterValueList. */
const MAX_STATUSES = 10;

export function toAccount(text: string): Value<string> {
  const digits = text.replaceAll(/[-\s]/g, "");
  return /^\d{12}$/.test(digits) ? { value: digits } : { problem: "is not an account number, which has 12 digits." };
}

export function toName(text: string): Value<string> {
  return text === "" ? { problem: "has no value." } : { value: text };
}

/** The name of a runbook or a Region, which contains neither a space nor a comma. */
export function toOneName(text: string): Value<string> {
  if (/[\s,;]/.test(text)) return { problem: "is not one name without spaces. A `*` matches several names." };
  return toName(text);
}

export function toDuration(text: string): Value<number> {
  const value = parseDuration(text.replace(/^than\s/i, "").replace(/\s(?:ago|old)$/i, ""));
  return value === null ? { problem: "is not a duration, such as `90m` or `2 days`." } : { value };
}

/** A moment that has passed. */
export const toMoment =
  (time: PersonalTime, edge: "start" | "end") =>
  (text: string): Value<number> => {
    const value = parseMoment(text, time, edge);
    if (value === null)
      return { problem: "is not a past time. Write a date, a day or an age: `2026-11-20`, `yesterday` or `2 hours`." };
    return edge === "start" && value > time.now ? { problem: "is in the future." } : { value };
  };

/** An id outside of a mention has a digit: `WENDY` is a name. */
export function toPerson(text: string): Value<PersonWord> {
  const [, mentioned, typed] =
    /^(?:<@([UW][A-Z0-9]{2,20})(?:\|[^>]*)?>|@?([UW](?=[A-Z0-9]*\d)[A-Z0-9]{2,20}))$/.exec(text) ?? [];
  const id = mentioned ?? typed;
  if (id !== undefined) return { value: { kind: "id", id } };
  const name = text.replace(/^@/, "").trim();
  if (/[\s,;][<@]/.test(name)) return { problem: "is more than one person." };
  if (name === "" || /[<>]/.test(name)) return { problem: "is not a person." };
  return { value: name.toLowerCase() === "me" ? { kind: "me" } : { kind: "name", name } };
}

export function toStatuses(text: string): Value<string[]> {
  const words = text.split(/[,;\s]/).filter((word) => !["", "or", "and"].includes(word.toLowerCase()));
  if (words.length === 0 || words.length > MAX_STATUSES)
    return { problem: `is not a list of 1 to ${MAX_STATUSES} statuses.` };
  const found: string[] = [];
  for (let at = 0; at < words.length; ) {
    // "timed out" is one status.
    const length = [3, 2, 1].find((count) => findStatus(words.slice(at, at + count)));
    if (length === undefined)
      return { problem: `is not a status of an execution. ${meant(words[at] ?? "", STATUSES)}` };
    found.push(findStatus(words.slice(at, at + length)) ?? "");
    at += length;
  }
  return { value: [...new Set(found)] };
}

function findStatus(words: readonly string[]): string | undefined {
  const typed = fold(words.join(""));
  return STATUSES.find((each) => fold(each) === typed) ?? own(STATUS_SYNONYMS, typed);
}

export function toOutcome(text: string): Value<OutcomeFilter> {
  if (/[,;]/.test(text)) return { problem: "is more than one outcome." };
  const value = OUTCOMES.find((each) => fold(each) === fold(text)) ?? own(OUTCOME_SYNONYMS, fold(text));
  return value === undefined ? { problem: `is not an outcome. ${meant(text, OUTCOMES)}` } : { value };
}

const fold = (text: string) => text.toLowerCase().replaceAll(/[^a-z]/g, "");

const own = <T>(map: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(map, key) ? map[key] : undefined;

function meant(word: string, known: readonly string[]): string {
  const nearest = findNearest(word, known);
  const codes = known.map((each) => `\`${each}\``);
  return nearest === null ? `Use ${listNames(codes, "or", codes.length)}.` : `Did you mean \`${nearest}\`?`;
}
