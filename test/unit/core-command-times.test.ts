import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDuration, parseMoment } from "../../src/core/command-times.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Thursday, 26 November 2026, 15:30 in Tokyo. */
const NOW = Date.UTC(2026, 10, 26, 6, 30);

/** The moment, by clocks of Tokyo; null if the text has none. */
function inTokyo(text: string, edge: "start" | "end" = "start"): string | null {
  const at = parseMoment(text, { now: NOW, zone: "Asia/Tokyo" }, edge);
  return at === null ? null : new Date(at + 9 * HOUR).toISOString().slice(0, 16);
}

test("each unit of time has its usual spellings, in any case, and no others", () => {
  const units: [ms: number, words: string][] = [
    [1000, "s sec secs second seconds SECONDS"],
    [MINUTE, "m min mins minute minutes Min"],
    [HOUR, "h hr hrs hour hours H"],
    [DAY, "d day days Days"],
    [7 * DAY, "w wk wks week weeks W"],
  ];
  for (const [ms, words] of units)
    for (const word of words.split(" ")) {
      assert.equal(parseDuration(`2${word}`), 2 * ms, word);
      assert.equal(parseDuration(`2x${word}`), null, word);
      assert.equal(parseDuration(`2${word}x`), null, word);
    }
});

const DURATIONS: [text: string, ms: number | null][] = [
  ["", null],
  ["  90m ", 90 * MINUTE],
  ["2  days", 2 * DAY],
  ["1.25h", 75 * MINUTE],
  ["0.001s", 1],
  ["0s", null],
  ["1h  30m", 90 * MINUTE],
  ["1h,30m", 90 * MINUTE],
  ["1h  ,  30m", 90 * MINUTE],
  ["1h  and  30m", 90 * MINUTE],
  ["1 week 2 days 3 hours 4 minutes 5 seconds", 9 * DAY + 3 * HOUR + 4 * MINUTE + 5000],
  ["1h 2x", null],
  ["1h and30m", null],
  ["1h,", null],
  ["1h, and 30m", null],
  ["x1h", null],
  ["1h x", null],
  ["1h x 30m", null],
  ["1,5h", null],
  ["1.h", null],
  ["3650d", 3650 * DAY],
  ["3650d 1s", null],
  ["999999s", 999_999_000],
];
for (const [text, ms] of DURATIONS)
  test(`the duration "${text}" is ${ms === null ? "not understood" : `${ms} ms`}`, () => {
    assert.equal(parseDuration(text), ms);
  });

test("a weekday is the last one before today, by its name or three letters", () => {
  const days = { friday: 20, saturday: 21, sunday: 22, monday: 23, tuesday: 24, wednesday: 25, thursday: 19 };
  for (const [name, date] of Object.entries(days))
    for (const text of [name, name.slice(0, 3), name.toUpperCase(), ` last  ${name} `])
      assert.equal(inTokyo(text), `2026-11-${date}T00:00`, text);
  for (const text of ["", "f", "fr", "frid", "fridayx", "last fri", "last", "flast riday"])
    assert.equal(inTokyo(text), null, text);
});

const MOMENTS: [text: string, start: string | null, end?: string][] = [
  [" Today ", "2026-11-26T00:00", "2026-11-27T00:00"],
  ["yesterday", "2026-11-25T00:00", "2026-11-26T00:00"],
  ["2 days ago", "2026-11-24T15:30", "2026-11-24T15:30"],
  ["2 days", "2026-11-24T15:30", "2026-11-24T15:30"],
  ["yesterday  ago", "2026-11-25T00:00", "2026-11-26T00:00"],
  ["2 ago days", null],
  ["2026-11-20", "2026-11-20T00:00", "2026-11-21T00:00"],
  ["2026-1-5", "2026-01-05T00:00", "2026-01-06T00:00"],
  ["2026-12-31", "2026-12-31T00:00", "2027-01-01T00:00"],
  ["2026-11-20 9:15", "2026-11-20T09:15", "2026-11-20T09:15"],
  ["2026-11-20T09:15", "2026-11-20T09:15", "2026-11-20T09:15"],
  ["2026-11-20 00:00", "2026-11-20T00:00", "2026-11-20T00:00"],
  ["2026-11-20 23:59", "2026-11-20T23:59", "2026-11-20T23:59"],
  ["2026-11-20 24:00", null],
  ["2026-11-20 23:60", null],
  ["2026-11-20 9:5", null],
  ["2026-11-20 9:155", null],
  ["2026-11-20x09:15", null],
  ["12026-11-20", null],
  ["2024-02-29", "2024-02-29T00:00", "2024-03-01T00:00"],
  ["2026-02-29", null],
  ["2026-11-31", null],
  ["2026-11-00", null],
  ["2026-13-05", null],
  ["2026-00-05", null],
  ["2000-01-01", "2000-01-01T00:00", "2000-01-02T00:00"],
  ["1999-12-31", null],
  ["2100-12-31", "2100-12-31T00:00", "2101-01-01T00:00"],
  ["2101-01-01", null],
  ["2026-11-20T05:30Z", "2026-11-20T14:30", "2026-11-20T14:30"],
  ["2026-11-20T05:30:00Z", "2026-11-20T14:30", "2026-11-20T14:30"],
  ["2026-11-20T05:30:00.5Z", "2026-11-20T14:30", "2026-11-20T14:30"],
  ["2026-11-20t05:30:00.000z", "2026-11-20T14:30", "2026-11-20T14:30"],
  ["2026-11-20T25:30Z", null],
  ["2026-02-30T05:30Z", null],
  ["2026-11-20T5:30Z", null],
  ["2026-11-20T05:30:00.0001Z", null],
  ["2026-11-20T05:30ZZ", null],
  ["12026-11-20T05:30Z", null],
  ["2026-11-20T05:30Z (UTC)", null],
  ["2026-11-20T05:30Z\0", null],
  ["2026-11-20 (2026-11-20T05:30Z", null],
  ["next week", null],
];
for (const [text, start, end = null] of MOMENTS)
  test(`the moment "${text}" is ${start === null ? "not understood" : "found"}`, () => {
    assert.equal(inTokyo(text, "start"), start);
    assert.equal(inTokyo(text, "end"), end);
  });

test("a time after clocks were set back or forward that night is a time of the new offset", () => {
  const at = (text: string) => parseMoment(text, { now: NOW, zone: "America/New_York" }, "start");
  assert.equal(at("2026-11-01 03:00"), Date.UTC(2026, 10, 1, 8));
  assert.equal(at("2026-03-08 03:30"), Date.UTC(2026, 2, 8, 7, 30));
});
