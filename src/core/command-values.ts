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

export function toDuration(text: string): Value<number> {
  const value = parseDuration(text);
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

export function toPerson(text: string): Value<PersonWord> {
  const [, id] = /^<?@?([UW][A-Z0-9]{2,20})(?:\|[^>]*)?>?$/.exec(text) ?? [];
  if (id !== undefined) return { value: { kind: "id", id } };
  const name = text.replace(/^@/, "").trim();
  if (name === "" || /[<>]/.test(name)) return { problem: "is not a person." };
  return { value: name.toLowerCase() === "me" ? { kind: "me" } : { kind: "name", name } };
}

export function toStatuses(text: string): Value<string[]> {
  const words = text.split(/[,\s]+/).filter((word) => word !== "");
  if (words.length === 0 || words.length > MAX_STATUSES)
    return { problem: `is not a list of 1 to ${MAX_STATUSES} statuses.` };
  const found: string[] = [];
  for (const word of words) {
    const status = STATUSES.find((each) => fold(each) === fold(word)) ?? own(STATUS_SYNONYMS, fold(word));
    if (status === undefined) return { problem: `is not a status of an execution. ${meant(word, STATUSES)}` };
    found.push(status);
  }
  return { value: [...new Set(found)] };
}

export function toOutcome(text: string): Value<OutcomeFilter> {
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
