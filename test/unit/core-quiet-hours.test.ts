import assert from "node:assert/strict";
import { test } from "node:test";
import { findQuietPeriod } from "../../src/core/quiet-hours.ts";

const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
const utc = (text: string) => Date.parse(`${text}:00Z`);

/** Each moment is in the period between the two others, in UTC; without them it is in none. */
const CASES: [claim: string, zone: string, from: string, to: string, at: string, start?: string, end?: string][] = [
  ["at night", "Europe/Berlin", "22:00", "07:00", "2026-01-15T23:00", "2026-01-15T21:00", "2026-01-16T06:00"],
  ["after midnight", "Europe/Berlin", "22:00", "07:00", "2026-01-16T05:59", "2026-01-15T21:00", "2026-01-16T06:00"],
  [
    "at the first moment",
    "Europe/Berlin",
    "22:00",
    "07:00",
    "2026-01-15T21:00",
    "2026-01-15T21:00",
    "2026-01-16T06:00",
  ],
  ["not at the end", "Europe/Berlin", "22:00", "07:00", "2026-01-16T06:00"],
  ["not by day", "Europe/Berlin", "22:00", "07:00", "2026-01-15T12:00"],
  ["within one day", "America/New_York", "12:00", "13:00", "2026-07-01T16:30", "2026-07-01T16:00", "2026-07-01T17:00"],
  [
    "the night in which clocks are set forward is an hour shorter",
    "Europe/Berlin",
    "22:00",
    "07:00",
    "2026-03-28T23:30",
    "2026-03-28T21:00",
    "2026-03-29T05:00",
  ],
  [
    "the night in which clocks are set back is an hour longer",
    "Europe/Berlin",
    "22:00",
    "07:00",
    "2026-10-25T02:30",
    "2026-10-24T20:00",
    "2026-10-25T06:00",
  ],
  [
    "an end that clocks skip",
    "Europe/Berlin",
    "22:00",
    "02:30",
    "2026-03-29T01:10",
    "2026-03-28T21:00",
    "2026-03-29T01:30",
  ],
  [
    "a start that clocks skip",
    "Europe/Berlin",
    "02:30",
    "06:00",
    "2026-03-29T01:30",
    "2026-03-29T01:30",
    "2026-03-29T04:00",
  ],
  [
    "an end that clocks show twice is the second one",
    "Europe/Berlin",
    "22:00",
    "02:30",
    "2026-10-25T01:15",
    "2026-10-24T20:00",
    "2026-10-25T01:30",
  ],
  [
    "a start that clocks show twice is the first one",
    "Europe/Berlin",
    "02:30",
    "06:00",
    "2026-10-25T00:45",
    "2026-10-25T00:30",
    "2026-10-25T05:00",
  ],
  [
    "clocks of the south are set back in April",
    "Australia/Lord_Howe",
    "22:00",
    "07:00",
    "2026-04-04T18:00",
    "2026-04-04T11:00",
    "2026-04-04T20:30",
  ],
  [
    "a zone without daylight saving",
    "Asia/Kolkata",
    "22:00",
    "07:00",
    "2026-03-29T00:00",
    "2026-03-28T16:30",
    "2026-03-29T01:30",
  ],
];

for (const [claim, zone, from, to, at, start, end] of CASES) {
  test(`quiet hours: ${claim}`, () => {
    const found = findQuietPeriod(utc(at), { from: minutes(from), to: minutes(to), zone });
    const expected = start === undefined || end === undefined ? null : { start: utc(start), end: utc(end) };
    assert.deepEqual(found, expected);
  });
}
