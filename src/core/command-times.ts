/** Durations and moments in the words of people: `90m`, `2 days`, `yesterday`, `2026-11-20`. */

import { isZone, zoneOffset } from "./zone-offset.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(?:s|secs?|seconds?)$/, SECOND],
  [/^(?:m|mins?|minutes?)$/, MINUTE],
  [/^(?:h|hrs?|hours?)$/, HOUR],
  [/^(?:d|days?)$/, DAY],
  [/^(?:w|wks?|weeks?)$/, 7 * DAY],
];

/** A longer time is a slip of the finger. */
const MAX_DURATION_MS = 3650 * DAY;

/** Returns the milliseconds of a unit of time; null for another word. */
function unitMs(word: string): number | null {
  return UNITS.find(([pattern]) => pattern.test(word.toLowerCase()))?.[1] ?? null;
}

/** One part of a duration, and what joins it to the next: `1h`, `1 hour and `, `1h, `. */
const PART = /(\d{1,6}(?:\.\d{1,3})?)\s*([a-z]+)(?:\s*,\s*(?=\d)|\s+and\s+(?=\d)|\s*)/gi;

/**
 * Returns the milliseconds of `90m`, `2 days`, `1h 30m` or `1 hour and 30 minutes`; null for any other text. The units
 * become smaller: `1h 2h` is no duration.
 */
export function parseDuration(text: string): number | null {
  const parts = [...text.trim().matchAll(PART)];
  if (parts.map(([all]) => all).join("") !== text.trim()) return null;
  let sum = 0;
  let last = Number.POSITIVE_INFINITY;
  for (const [, count, unit = ""] of parts) {
    const size = unitMs(unit);
    if (size === null || size >= last) return null;
    last = size;
    sum += Number(count) * size;
  }
  return sum > 0 && sum <= MAX_DURATION_MS ? Math.round(sum) : null;
}

/** A day of the calendar. */
interface Day {
  year: number;
  month: number;
  day: number;
}

/** The time now in epoch milliseconds, and the IANA name of the person's time zone. */
export interface PersonalTime {
  now: number;
  zone: string;
}

const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/**
 * Returns the moment of `2 days` (ago), `today`, `yesterday`, a weekday (the last one), `2026-11-20`, `2026-11-20 14:30` or
 * `2026-11-20T14:30:00.000Z`; null for any other text. A day begins and ends in the person's time zone. `edge`: the start of the day, or its end.
 */
export function parseMoment(text: string, time: PersonalTime, edge: "start" | "end"): number | null {
  const words = text
    .trim()
    .toLowerCase()
    .replace(/\s+ago$/, "")
    .replace(/^last\s+(?=[a-z]+day$)/, "");
  const ago = parseDuration(words);
  if (ago !== null) return time.now - ago;
  if (UTC_TIME.test(words)) return toDay(words.slice(0, 10)) === null ? null : toTime(words);
  const [, date = "", hours, minutes] = /^(\d{4}-\d{1,2}-\d{1,2})(?:[t ](\d{1,2}):(\d{2}))?$/.exec(words) ?? [];
  // Slack may name a zone that this Node does not know.
  const zone = isZone(time.zone) ? time.zone : "UTC";
  const offsetMs = (at: number) => zoneOffset(at, zone);
  const day = date === "" ? toNamedDay(words, time.now + offsetMs(time.now)) : toDay(date);
  if (day === null) return null;
  if (hours === undefined) return toEpoch(edge === "start" ? day : shift(day, 1), 0, offsetMs);
  const [hour, minute] = [Number(hours), Number(minutes)];
  return hour < 24 && minute < 60 ? toEpoch(day, hour * HOUR + minute * MINUTE, offsetMs) : null;
}

/** A time in UTC, as the audit trail prints it: `2026-11-20T14:30:00.000Z`. */
const UTC_TIME = /^\d{4}-\d{2}-\d{2}t\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?z$/;

function toTime(text: string): number | null {
  const at = Date.parse(text.toUpperCase());
  return Number.isNaN(at) ? null : at;
}

function toDay(date: string): Day | null {
  const [year = 0, month = 0, day = 0] = date.split("-").map(Number);
  const check = new Date(Date.UTC(year, month - 1, day));
  // A day that the month does not have is in another month.
  return year < 2000 || year > 2100 || check.getUTCMonth() !== month - 1 ? null : { year, month, day };
}

/** `local`: the local time now, as if it were UTC. */
function toNamedDay(word: string, local: number): Day | null {
  const today = toUtcDay(new Date(local));
  if (word === "today") return today;
  if (word === "yesterday") return shift(today, -1);
  const wanted = WEEKDAYS.findIndex((each) => each === word || each.slice(0, 3) === word);
  if (wanted < 0) return null;
  const current = new Date(Date.UTC(today.year, today.month - 1, today.day)).getUTCDay();
  return shift(today, -((current - wanted + 7) % 7 || 7));
}

const shift = ({ year, month, day }: Day, days: number) => toUtcDay(new Date(Date.UTC(year, month - 1, day + days)));

function toUtcDay(date: Date): Day {
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** Converts local time. In the hour that a zone skips or repeats, any moment of that hour. */
function toEpoch({ year, month, day }: Day, ms: number, offsetMs: (at: number) => number): number {
  const local = Date.UTC(year, month - 1, day) + ms;
  const guess = local - offsetMs(local);
  return local - offsetMs(guess);
}
