import assert from "node:assert/strict";
import { test } from "node:test";
import type { Route } from "../../src/core/policy.ts";
import { dueReminders, nextReminderAt } from "../../src/core/reminders.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NIGHT = { from: 22 * 60, to: 7 * 60, zone: "Europe/Berlin" };
const utc = (text: string) => Date.parse(`${text}:00Z`);

type Schedule = Pick<Route, "remind" | "escalate" | "quiet">;

/** Lists every reminder of a request that nobody decides: what is due at each stored time, like the bot does. */
function listAll(schedule: Schedule, openedAt: number, deadline: number | null, until: number): string[] {
  const times = { openedAt, deadline };
  const found: string[] = [];
  for (let at = nextReminderAt(schedule, times, openedAt); at !== null && at <= until; ) {
    for (const kind of dueReminders(schedule, times, at, at))
      found.push(`${kind} ${new Date(at).toISOString().slice(0, 16)}`);
    at = nextReminderAt(schedule, times, at);
  }
  return found;
}

test("a week without an answer: reminders, an escalation and a last call, and nothing after the deadline", () => {
  const schedule = {
    remind: { after: 2 * DAY, every: 3 * DAY, lastCall: 4 * HOUR },
    escalate: { after: 6 * DAY, channels: ["C0ONCALL"], mention: [] },
  };
  const openedAt = utc("2026-01-05T12:00");
  assert.deepEqual(listAll(schedule, openedAt, openedAt + 7 * DAY, openedAt + 30 * DAY), [
    "reminder 2026-01-07T12:00",
    "reminder 2026-01-10T12:00",
    "escalated 2026-01-11T12:00",
    "last-call 2026-01-12T08:00",
  ]);
});

test("reminders of quiet hours are one reminder at their end, across both changes of clocks", () => {
  const schedule = { remind: { after: HOUR, every: 6 * HOUR }, quiet: NIGHT };
  const list = (from: string) => listAll(schedule, utc(from), null, utc(from) + 30 * HOUR);
  assert.deepEqual(list("2026-03-28T12:00"), [
    "reminder 2026-03-28T13:00",
    "reminder 2026-03-28T19:00",
    "reminder 2026-03-29T05:00",
    "reminder 2026-03-29T07:00",
    "reminder 2026-03-29T13:00",
  ]);
  assert.deepEqual(list("2026-10-24T12:00"), [
    "reminder 2026-10-24T13:00",
    "reminder 2026-10-24T19:00",
    "reminder 2026-10-25T06:00",
    "reminder 2026-10-25T07:00",
    "reminder 2026-10-25T13:00",
  ]);
});

test("a last call of quiet hours comes after them, or before them if the deadline does not wait", () => {
  const lastCall = (deadline: string, lead: number) =>
    listAll(
      { remind: { lastCall: lead }, quiet: NIGHT },
      utc("2026-01-15T12:00"),
      utc(deadline),
      utc("2026-02-01T00:00"),
    );
  assert.deepEqual(lastCall("2026-01-16T07:00", 2 * HOUR), ["last-call 2026-01-16T06:00"]);
  assert.deepEqual(lastCall("2026-01-16T05:00", 2 * HOUR), ["last-call 2026-01-15T20:59"]);
});

test("an escalation comes in quiet hours too", () => {
  const schedule = { escalate: { after: HOUR, channels: [], mention: ["S0ONCALL"] }, quiet: NIGHT };
  assert.deepEqual(listAll(schedule, utc("2026-01-15T22:00"), null, utc("2026-01-17T00:00")), [
    "escalated 2026-01-15T23:00",
  ]);
});

test("reminders that became due while the bot was down are one, and a last call replaces a reminder", () => {
  const schedule = { remind: { after: HOUR, every: HOUR, lastCall: 2 * HOUR } };
  const times = { openedAt: 0, deadline: 10 * HOUR };
  assert.deepEqual(dueReminders(schedule, times, HOUR, 5 * HOUR), ["reminder"]);
  assert.equal(nextReminderAt(schedule, times, 5 * HOUR), 6 * HOUR);
  assert.deepEqual(dueReminders(schedule, times, 6 * HOUR, 9 * HOUR), ["last-call"]);
  assert.deepEqual(dueReminders(schedule, times, HOUR, 10 * HOUR), [], "the step has timed out");
});

test("without a schedule no reminder follows, and a lead longer than the time limit gives no last call", () => {
  assert.equal(nextReminderAt({}, { openedAt: 0, deadline: HOUR }, 0), null);
  assert.equal(nextReminderAt({ remind: { lastCall: 2 * HOUR } }, { openedAt: 0, deadline: HOUR }, 0), null);
});
