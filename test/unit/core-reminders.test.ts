import assert from "node:assert/strict";
import { test } from "node:test";
import type { Route } from "../../src/core/policy.ts";
import {
  dueReminders,
  findHold,
  isQuiet,
  isQuietEscalation,
  nextReminderAt,
  parseReminderDetail,
  toReminderTimes,
} from "../../src/core/reminders.ts";
import { aFacts, aRoute } from "../support/samples.ts";

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
  assert.deepEqual(lastCall("2026-01-16T06:00", 2 * HOUR), ["last-call 2026-01-15T20:59"], "at the end of the hours");
  assert.deepEqual(lastCall("2026-01-16T06:01", 2 * HOUR), ["last-call 2026-01-16T06:00"]);
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

test("reminders and an escalation of the same time are due together, the escalation first", () => {
  const schedule = {
    remind: { after: HOUR, lastCall: 2 * HOUR },
    escalate: { after: HOUR, channels: ["C0ONCALL"], mention: [] },
  };
  const due = (deadline: number | null) => dueReminders(schedule, { openedAt: 0, deadline }, HOUR, HOUR);
  assert.deepEqual(due(10 * HOUR), ["escalated", "reminder"]);
  assert.deepEqual(due(3 * HOUR), ["escalated", "last-call"]);
  assert.deepEqual(due(null), ["escalated", "reminder"]);
  assert.deepEqual(dueReminders(schedule, { openedAt: 0, deadline: null }, HOUR + 1, 2 * HOUR), []);
});

test("a reminder that does not repeat is sent once", () => {
  const once = { remind: { after: HOUR } };
  assert.deepEqual(listAll(once, 0, null, 10 * DAY), ["reminder 1970-01-01T01:00"]);
  const atNight = utc("2026-01-15T21:30");
  assert.deepEqual(listAll({ ...once, quiet: NIGHT }, atNight, null, atNight + 10 * DAY), [
    "reminder 2026-01-16T06:00",
  ]);
});

test("a request that is posted at or after the time of its last call has none", () => {
  const due = (lastCall: number) => dueReminders({ remind: { lastCall } }, { openedAt: 0, deadline: DAY }, 0, HOUR);
  assert.deepEqual([DAY - 1, DAY, DAY + 1].map(due), [["last-call"], [], []]);
});

test("nothing is due at the deadline, also an escalation", () => {
  const schedule = { escalate: { after: HOUR, channels: ["C0ONCALL"], mention: [] } };
  assert.equal(nextReminderAt(schedule, { openedAt: 0, deadline: HOUR + 1 }, 0), HOUR);
  assert.equal(nextReminderAt(schedule, { openedAt: 0, deadline: HOUR }, 0), null);
  assert.equal(nextReminderAt(schedule, { openedAt: 0, deadline: DAY }, HOUR), null, "it was sent");
});

test("a due reminder waits for the end of quiet hours, except an escalation; after the deadline it is looked at again later", () => {
  const route = aRoute({ quiet: NIGHT });
  const [night, morning] = [utc("2026-01-15T23:00"), utc("2026-01-16T06:00")];
  const times = { openedAt: night - HOUR, deadline: night + DAY };
  for (const kind of ["reminder", "last-call", "escalated"] as const) {
    assert.equal(findHold(kind, route, times, night), kind === "escalated" ? null : morning, kind);
    assert.equal(
      findHold(kind, route, { ...times, deadline: null }, night),
      kind === "escalated" ? null : morning,
      kind,
    );
    assert.equal(findHold(kind, route, times, morning), null, kind);
    assert.equal(findHold(kind, aRoute(), times, night), null, kind);
    assert.equal(findHold(kind, null, times, night), null, kind);
    assert.equal(findHold(kind, null, { ...times, deadline: night }, night), night + 5 * MINUTE, kind);
    assert.equal(findHold(kind, null, { ...times, deadline: night + 1 }, night), null, kind);
  }
});

test("only a message in a channel of the escalation is quiet, and only in quiet hours", () => {
  const escalate = { after: HOUR, channels: ["C0ONCALL", "C0BOTH"], mention: [] };
  const route = aRoute({ channels: ["C0DBA", "C0BOTH"], escalate, quiet: NIGHT });
  const [night, noon] = [utc("2026-01-15T23:00"), utc("2026-01-15T12:00")];
  const quiet = (channelId: string, now: number) => isQuietEscalation(route, channelId, now);
  assert.deepEqual(
    ["C0ONCALL", "C0DBA", "C0BOTH"].map((channelId) => [quiet(channelId, night), quiet(channelId, noon)]),
    [
      [true, false],
      [false, false],
      [false, false],
    ],
  );
  assert.deepEqual([isQuiet(route, night), isQuiet(route, noon)], [true, false]);
  assert.deepEqual([isQuiet(aRoute(), night), isQuiet(null, night)], [false, false]);
});

test("the times of a request follow from the start of its step, with AWS's default of a week", () => {
  const times = (waitingSince: number | null, timeoutSeconds: number | null) =>
    toReminderTimes({ facts: aFacts({ waitingSince, timeoutSeconds }), openedAt: 5 });
  assert.deepEqual(times(HOUR, 60), { openedAt: 5, deadline: HOUR + MINUTE });
  assert.deepEqual(times(HOUR, null), { openedAt: 5, deadline: HOUR + 7 * DAY });
  assert.deepEqual(times(null, 60), { openedAt: 5, deadline: null });
});

test("a reminder has the people that were stored with it, and no people if none were", () => {
  const people = { users: ["U0JANE"], groups: ["S0DBA"] };
  assert.deepEqual(parseReminderDetail(JSON.stringify(people)), people);
  assert.deepEqual(parseReminderDetail(null), { users: [], groups: [] });
});
