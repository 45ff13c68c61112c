import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
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

test("without changes of clocks, quiet hours are the same each day, from their first minute to before their last", () => {
  const MINUTE = 60_000;
  const DAY = 1440;
  const zones = [["Etc/UTC", 0] as const, ["Asia/Kolkata", 330] as const, ["America/Phoenix", -420] as const];
  const hours = fc.tuple(fc.nat(DAY - 1), fc.nat(DAY - 1)).filter(([from, to]) => from !== to);
  const at = fc.integer({ min: 1_760_000_000_000, max: 1_770_000_000_000 });
  fc.assert(
    fc.property(fc.constantFrom(...zones), hours, at, fc.boolean(), ([zone, offset], [from, to], some, isEdge) => {
      const midnight = Math.floor((some / MINUTE + offset) / DAY) * DAY - offset;
      const now = isEdge ? (midnight + from) * MINUTE : some;
      const length = (to - from + DAY) % DAY;
      const start = [midnight + from - DAY, midnight + from].find(
        (each) => each * MINUTE <= now && now < (each + length) * MINUTE,
      );
      const expected = start === undefined ? null : { start: start * MINUTE, end: (start + length) * MINUTE };
      assert.deepEqual(findQuietPeriod(now, { from, to, zone }), expected);
    }),
  );
});

test("quiet hours can begin at midnight", () => {
  const period = { start: utc("2026-01-15T23:00"), end: utc("2026-01-16T06:00") };
  const find = (at: string) => findQuietPeriod(utc(at), { from: 0, to: minutes("07:00"), zone: "Europe/Berlin" });
  assert.deepEqual(["2026-01-15T22:59", "2026-01-15T23:00", "2026-01-16T05:59"].map(find), [null, period, period]);
});
