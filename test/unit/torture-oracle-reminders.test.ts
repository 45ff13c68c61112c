import assert from "node:assert/strict";
import { test } from "node:test";
import type { Evidence } from "../torture/oracle/evidence.ts";
import { reminderViolations } from "../torture/oracle/reminders.ts";
import { PLAIN } from "../torture/setting.ts";

const MINUTE = 60_000;
const OPENED = 1_000_000;

interface Given {
  kinds?: string[];
  next?: number | null;
  decidedAt?: number | null;
  timeoutSeconds?: number | null;
  jumps?: Evidence["jumps"];
  deadlines?: boolean;
}

/** A request with a reminder after one and four minutes, an escalation after five, and a last call after eleven of fifteen. */
function violations(given: Given): string[] {
  const { kinds = [], next = null, decidedAt = null, timeoutSeconds = 900, jumps = [], deadlines = true } = given;
  const facts = { documentName: "One-Gate", waitingSince: OPENED, timeoutSeconds };
  const request = {
    id: "r",
    state: decidedAt === null ? "open" : "decided",
    route: "two words",
    openedAt: OPENED,
    facts,
    nextReminderAt: next,
    decidedAt,
    closedAt: null,
  };
  const notices = kinds.map((kind, index) => ({ id: `n${index}`, kind, requestId: "r", channelId: "C0APPROVALS" }));
  const records = { requests: [request], notices };
  const setting = { ...PLAIN, deadlines };
  return reminderViolations({
    records,
    setting,
    jumps,
    endedAt: OPENED + 14 * MINUTE,
    skewMs: 0,
  } as unknown as Evidence);
}

const at = (minutes: number) => OPENED + minutes * MINUTE;
const UP_TO_ESCALATION = ["reminder", "reminder", "escalated"];
const ALL = [...UP_TO_ESCALATION, "reminder", "reminder", "last-call"];

const cases: [string, Given, RegExp | null][] = [
  ["every reminder once", { kinds: ALL, next: at(13) }, null],
  ["two reminders and the escalation", { kinds: UP_TO_ESCALATION, next: at(7), decidedAt: at(6) }, null],
  [
    "several due reminders that count as one",
    { kinds: ["reminder", "escalated"], next: at(10), decidedAt: at(9) },
    null,
  ],
  ["a decision before the first reminder", { next: at(1), decidedAt: at(0.5) }, null],
  ["a bot that was down until the deadline", { next: null }, null],
  [
    "a time jump over the first reminder",
    { next: at(1), decidedAt: at(9), jumps: [{ at: OPENED, ms: 9 * MINUTE }] },
    null,
  ],
  ["a step without a known timeout", { kinds: ALL.slice(0, 5), next: at(13), timeoutSeconds: null }, null],
  ["routes without reminders", { next: at(1), deadlines: false }, null],
  [
    "a repeated last call",
    { kinds: [...ALL, "last-call"], next: at(13) },
    /2 replies of the kind last-call, and may have 1/,
  ],
  [
    "a repeated escalation",
    { kinds: [...ALL, "escalated"], next: at(13) },
    /2 replies of the kind escalated, and may have 1/,
  ],
  [
    "a repeated reminder",
    { kinds: [...UP_TO_ESCALATION, "reminder"], next: at(7), decidedAt: at(6) },
    /3 replies of the kind reminder, and may have 2/,
  ],
  ["a decision before the first reminder is posted", { next: at(4), decidedAt: at(2) }, null],
  ["a lost reminder", { kinds: ["escalated"], next: at(13), decidedAt: at(12) }, /has no reminder/],
  ["a lost escalation", { kinds: ["reminder", "reminder"], next: at(13), decidedAt: at(12) }, /has no escalation/],
  ["a lost last call", { kinds: [...UP_TO_ESCALATION, "reminder"], next: at(13) }, /has no last call/],
  ["a reminder that never comes", { next: at(1) }, /stayed open long after its first reminder was due/],
];

for (const [claim, given, expected] of cases)
  test(`${claim}: ${expected === null ? "no violation" : "a violation"}`, () => {
    const found = violations(given);
    if (expected === null) assert.deepEqual(found, []);
    else assert.match(found.join("\n"), expected);
  });
