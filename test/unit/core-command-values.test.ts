import assert from "node:assert/strict";
import { test } from "node:test";
import {
  toAccount,
  toDuration,
  toMoment,
  toName,
  toOneName,
  toOutcome,
  toPerson,
  toStatuses,
  type Value,
} from "../../src/core/command-values.ts";

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 26, 6, 30);
const TIME = { now: NOW, zone: "Etc/UTC" };

/** Each text gives the value or, if it is no value, the problem. */
function check<T>(parse: (text: string) => Value<T>, cases: readonly (readonly [text: string, expected: Value<T>])[]) {
  for (const [text, expected] of cases) assert.deepEqual(parse(text), expected, text);
}

test("an account has 12 digits, with white space or dashes between them", () => {
  const problem = "is not an account number, which has 12 digits.";
  check(toAccount, [
    ["111122223333", { value: "111122223333" }],
    ["1111-2222-3333", { value: "111122223333" }],
    [" 1111  2222 3333", { value: "111122223333" }],
    ["11112222333", { problem }],
    ["1111222233334", { problem }],
    ["x111122223333", { problem }],
    ["111122223333x", { problem }],
    ["", { problem }],
  ]);
});

test("a name is any text, and a runbook or a Region one word", () => {
  check(toName, [
    ["production databases", { value: "production databases" }],
    ["", { problem: "has no value." }],
  ]);
  const problem = "is not one name without spaces. A `*` matches several names.";
  check(toOneName, [
    ["Prod-*", { value: "Prod-*" }],
    ["a b", { problem }],
    ["a,b", { problem }],
    ["a;b", { problem }],
    ["", { problem: "has no value." }],
  ]);
});

test("an age may be written as people say it", () => {
  const problem = "is not a duration, such as `90m` or `2 days`.";
  check(toDuration, [
    ["2h", { value: 2 * HOUR }],
    ["than 2h", { value: 2 * HOUR }],
    ["Than  2 hours", { value: 2 * HOUR }],
    ["2h  ago", { value: 2 * HOUR }],
    ["2h Old", { value: 2 * HOUR }],
    ["less than 2h", { problem }],
    ["1h old 30m", { problem }],
    ["1h than 30m", { problem }],
    ["soon", { problem }],
  ]);
});

test("a list begins in the past, and may end in the future", () => {
  const problem = "is not a past time. Write a date, a day or an age: `2026-11-20`, `yesterday` or `2 hours`.";
  check(toMoment(TIME, "start"), [
    ["2h", { value: NOW - 2 * HOUR }],
    ["2026-11-26T06:30Z", { value: NOW }],
    ["2026-11-26 06:31", { problem: "is in the future." }],
    ["tomorrow", { problem }],
  ]);
  check(toMoment(TIME, "end"), [
    ["today", { value: Date.UTC(2026, 10, 27) }],
    ["2026-11-26 06:31", { value: NOW + 60_000 }],
    ["tomorrow", { problem }],
  ]);
});

test("a person is a mention, an id with a digit, a name, or the person who asks", () => {
  const id = (of: string): Value<{ kind: "id"; id: string }> => ({ value: { kind: "id", id: of } });
  const name = (of: string): Value<{ kind: "name"; name: string }> => ({ value: { kind: "name", name: of } });
  const none = { problem: "is not a person." };
  const several = { problem: "is more than one person." };
  const cases: [text: string, expected: ReturnType<typeof toPerson>][] = [
    ["<@U0JANE>", id("U0JANE")],
    ["<@W0JANE|jane ito>", id("W0JANE")],
    ["<@U0JANE|>", id("U0JANE")],
    ["<@UABCDEF>", id("UABCDEF")],
    ["U0JANE", id("U0JANE")],
    ["@W0JANE", id("W0JANE")],
    ["UJANE0", id("UJANE0")],
    ["WENDY", name("WENDY")],
    ["U0Jane", name("U0Jane")],
    ["AU0JANE", name("AU0JANE")],
    ["T0JANE", name("T0JANE")],
    ["@jane", name("jane")],
    ["@ Jane Ito ", name("Jane Ito")],
    ["jane@example.com", name("jane@example.com")],
    ["Ito, Jane", name("Ito, Jane")],
    ["@Me", { value: { kind: "me" } }],
    ["me", { value: { kind: "me" } }],
    ["jane @joe", several],
    ["<@U0JANE>,<@U0JOE>", several],
    ["jane;@joe", several],
    ["", none],
    ["@", none],
    ["<@C0DBA>", none],
    ["<@U0JANE", none],
    ["x<@U0JANE>", none],
    ["<@U0JANE>x", none],
    ["<@U0JANE|a>b>", none],
    ["a>b", none],
  ];
  check(toPerson, cases);
});

test("each status of an execution is found by its words in any form, and some by what people call them", () => {
  const all = [
    ...["Pending", "InProgress", "Waiting", "Success", "TimedOut", "Cancelling", "Cancelled", "Failed"],
    ...["PendingApproval", "Approved", "Rejected", "Scheduled", "RunbookInProgress", "PendingChangeCalendarOverride"],
    ...["ChangeCalendarOverrideApproved", "ChangeCalendarOverrideRejected", "CompletedWithSuccess"],
    ...["CompletedWithFailure", "Exited"],
  ];
  for (const status of all)
    for (const text of [status, status.toUpperCase(), status.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "-")])
      assert.deepEqual(toStatuses(text), { value: [status] }, text);
  check(toStatuses, [
    ["running", { value: ["InProgress"] }],
    ["succeeded", { value: ["Success"] }],
    [
      "failed, timed out; or pending approval and Success",
      { value: ["Failed", "TimedOut", "PendingApproval", "Success"] },
    ],
    ["runbook in progress", { value: ["RunbookInProgress"] }],
    ["pending pending approval in progress", { value: ["Pending", "PendingApproval", "InProgress"] }],
    ["failed Failed FAILED", { value: ["Failed"] }],
    [",failed OR,", { value: ["Failed"] }],
  ]);
});

test("a list of statuses has 1 to 10 words, and each of them means one", () => {
  const number = { problem: "is not a list of 1 to 10 statuses." };
  const list = (length: number) => Array.from({ length }, () => "failed").join(",");
  const known =
    "`Pending`, `InProgress`, `Waiting`, `Success`, `TimedOut`, `Cancelling`, `Cancelled`, `Failed`, `PendingApproval`, " +
    "`Approved`, `Rejected`, `Scheduled`, `RunbookInProgress`, `PendingChangeCalendarOverride`, " +
    "`ChangeCalendarOverrideApproved`, `ChangeCalendarOverrideRejected`, `CompletedWithSuccess`, " +
    "`CompletedWithFailure` or `Exited`";
  check(toStatuses, [
    ["", number],
    [", or", number],
    [list(10), { value: ["Failed"] }],
    [list(11), number],
    ["failed faild", { problem: "is not a status of an execution. Did you mean `Failed`?" }],
    ["failed x", { problem: `is not a status of an execution. Use ${known}.` }],
    ["constructor", { problem: `is not a status of an execution. Use ${known}.` }],
  ]);
});

test("an outcome is found by its words in any form, and some by other spellings", () => {
  const outcomes = ["approved", "rejected", "timed-out", "cancelled", "failed", "not-found", "unknown", "break-glass"];
  for (const outcome of outcomes)
    for (const text of [outcome, outcome.toUpperCase(), outcome.replace("-", " ")])
      assert.deepEqual(toOutcome(text), { value: outcome }, text);
  const known = "`approved`, `rejected`, `timed-out`, `cancelled`, `failed`, `not-found`, `unknown` or `break-glass`";
  const cases: [text: string, expected: ReturnType<typeof toOutcome>][] = [
    ["timeout", { value: "timed-out" }],
    ["Canceled", { value: "cancelled" }],
    ["rejected, failed", { problem: "is more than one outcome." }],
    ["rejected;", { problem: "is more than one outcome." }],
    ["aproved", { problem: "is not an outcome. Did you mean `approved`?" }],
    ["x", { problem: `is not an outcome. Use ${known}.` }],
    ["constructor", { problem: `is not an outcome. Use ${known}.` }],
  ];
  check(toOutcome, cases);
});
