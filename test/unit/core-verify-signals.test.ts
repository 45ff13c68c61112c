import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObservedStep } from "../../src/core/execution.ts";
import { aFacts, anAttempt, NOW, REQUEST_ID } from "../support/samples.ts";
import {
  accepted,
  BOT,
  byTool,
  type Case,
  decided,
  decision,
  later,
  MINUTE,
  OMAR,
  OTHER_ROLE,
  OTHER_SESSION,
  OVER,
  ours,
  ROLE,
  second,
  shows,
  two,
  verify,
} from "./verify-signals-setup.ts";

/** Our signal for another request, with what a person typed. */
const typed = (reason: string, by = "Jane") =>
  decision(
    BOT,
    `Countersign request other: Approved in Slack by ${by} Approved by ${by} (Slack user U1, workspace T1); request other; reason: ${reason}`,
  );

const RESULTS: [claim: string, Case, ReturnType<typeof verify>][] = [
  [
    "our step shows our only signal, and a person without an ARN quoted our id at the next gate",
    { own: { ...OVER, ...shows(ours()) }, others: [second(shows(decision("omar", `as in request ${REQUEST_ID}`)))] },
    ["confirmed", null],
  ],
  [
    "a signal that a read confirmed late is not in a read that may be older",
    { own: shows(decision(OMAR)), attempts: [accepted({ uncertainUntil: MINUTE + 1 })], now: MINUTE },
    null,
  ],
  [
    "a signal that a read confirmed late is in no later read",
    { own: shows(decision(OMAR)), attempts: [accepted({ uncertainUntil: MINUTE + 1 })], now: MINUTE + 1 },
    ["no-effect", null],
  ],
  [
    "the approver of the next gate typed our id as the reason",
    { own: { ...OVER, ...shows(ours()) }, others: [second({ ...OVER, ...shows(typed(`see request ${REQUEST_ID}`)) })] },
    ["confirmed", null],
  ],
  [
    "a signal of another request, whose reason is our id, decided our step",
    { own: { ...OVER, ...shows(typed(`Countersign request ${REQUEST_ID}: Approved`)) }, now: MINUTE },
    ["misdirected", null],
  ],
  [
    "a signal of another request, whose approver has our id as a name, decided our step",
    { own: { ...OVER, ...shows(typed("none", `Countersign request ${REQUEST_ID}`)) }, now: MINUTE },
    ["misdirected", null],
  ],
  [
    "another principal decided our step, and the reason of our signal for the other gate names our principal",
    {
      own: { ...OVER, ...shows(decision(OMAR)) },
      others: [second({ ...OVER, ...shows(decision(OMAR, `request other; reason: ${BOT}`)) })],
      now: MINUTE,
    },
    ["misdirected", null],
  ],
  [
    "another tool under our principal decided a step that ended before our step began to wait",
    {
      own: { ...OVER, ...shows(ours()) },
      others: [byTool({ startedAt: NOW - 90_000, endedAt: NOW - 70_000 })],
      request: { facts: aFacts({ waitingSince: NOW - 50_000 }) },
    },
    ["confirmed", null],
  ],
  [
    "another tool under our principal decided the next step, and our step shows our only signal",
    { own: { ...OVER, ...shows(ours()) }, others: [byTool({})] },
    ["confirmed", null],
  ],
  [
    "a confirmed result is final, whatever a later read shows",
    { own: { ...OVER, ...shows(decision(OMAR)) }, request: { verification: "confirmed" }, now: MINUTE },
    null,
  ],
  [
    "a read no longer lists our step, and no signal can take effect any more",
    { own: { ...OVER, stepExecutionId: "another", action: "aws:sleep" }, now: later },
    ["not-visible", null],
  ],
  ["our id is among the decisions", { own: { ...OVER, ...shows(ours()) } }, ["confirmed", null]],
  ["our principal decided, without a comment", { own: { ...OVER, ...shows(decision(BOT)) } }, ["confirmed", null]],
  [
    "our principal is unknown and our id is shown",
    { own: { ...OVER, ...shows(ours()) }, signsAs: null },
    ["confirmed", null],
  ],
  [
    "the principal that signed at the time decided it, and another one signs now",
    { own: { ...OVER, ...shows(decision(OTHER_SESSION)) }, attempts: [accepted({ principal: OTHER_ROLE })] },
    ["confirmed", null],
  ],
  [
    "another tool under the principal that signs now decided it, and another one signed at the time",
    { own: { ...OVER, ...shows(decision(BOT)) }, attempts: [accepted({ principal: OTHER_ROLE })], now: MINUTE },
    ["misdirected", null],
  ],
  [
    "two principals signed its attempts, and the first one decided it",
    {
      own: { ...OVER, ...shows(decision(OTHER_SESSION)) },
      attempts: [accepted({ principal: OTHER_ROLE, state: "ambiguous" }), accepted({ attempt: 2, principal: ROLE })],
      now: later,
    },
    ["confirmed", null],
  ],
  ["one of two approvals is ours", { own: shows(ours()), request: two }, ["confirmed", null]],
  [
    "another principal decided it, and the second step shows our id",
    { own: { ...OVER, ...shows(decision(OMAR)) }, others: [second({ ...OVER, ...shows(ours()) })] },
    ["misdirected", "second"],
  ],
  [
    "no decision is listed, and the second step shows our id",
    { own: OVER, others: [second(shows(ours()))] },
    ["misdirected", "second"],
  ],
  [
    "it timed out, and our principal decided the second step without a request",
    { own: { status: "TimedOut" }, others: [second({ ...OVER, ...shows(decision(BOT)) })] },
    ["misdirected", "second"],
  ],
  [
    "our principal decided the second step, whose request was not signaled",
    {
      own: OVER,
      others: [second({ ...OVER, ...shows(decision(BOT)) })],
      known: [
        decided({
          id: "r-2",
          stepExecutionId: "second",
          signal: "due",
          verification: "none",
          facts: aFacts({ waitingSince: NOW + 1_000 }),
        }),
      ],
    },
    ["misdirected", "second"],
  ],
  [
    "our principal decided the second step, whose request was signaled",
    {
      own: { ...OVER, ...shows(ours()) },
      others: [second({ ...OVER, ...shows(decision(BOT)) })],
      attempts: [accepted(), accepted({ requestId: "r-2" })],
      known: [
        decided({
          id: "r-2",
          stepExecutionId: "second",
          verification: "confirmed",
          facts: aFacts({ waitingSince: NOW + 1_000 }),
        }),
      ],
    },
    ["confirmed", null],
  ],
  [
    "our principal decided another step long before our first attempt",
    { own: OVER, others: [second({ ...OVER, endedAt: NOW - 10 * 60_000, ...shows(decision(BOT)) })] },
    null,
  ],
  ["another principal decided it a moment ago", { own: { ...OVER, ...shows(decision(OMAR)) } }, null],
  [
    "another principal decided it, and no other step shows our signal within a minute",
    { own: { ...OVER, ...shows(decision(OMAR)) }, now: MINUTE },
    ["misdirected", null],
  ],
  [
    "another principal decided it, and the execution has ended",
    { own: { ...OVER, ...shows(decision(OMAR)) }, execution: { status: "Success" } },
    ["misdirected", null],
  ],
  [
    "another principal decided it, and our signal without a reply can no longer arrive",
    { own: { ...OVER, ...shows(decision(OMAR)) }, attempts: [anAttempt({ state: "ambiguous" })], now: later },
    ["not-visible", null],
  ],
  ["no decision is listed", { own: OVER }, null],
  ["no decision is listed, and no signal can take effect any more", { own: OVER, now: later }, ["not-visible", null]],
  [
    "no decision is listed, and the execution has ended",
    { own: OVER, execution: { status: "Failed" } },
    ["not-visible", null],
  ],
  [
    "the decision is in an unknown form",
    { own: { ...OVER, ...shows('{"d":"Approve"}') }, now: later },
    ["not-visible", null],
  ],
  [
    "our principal is unknown",
    { own: { ...OVER, ...shows(decision(OMAR)) }, signsAs: null, now: later },
    ["not-visible", null],
  ],
  [
    "one of our two signals may still arrive",
    { own: { ...OVER, ...shows(ours()) }, attempts: [anAttempt({ state: "ambiguous" }), accepted({ attempt: 2 })] },
    null,
  ],
  [
    "our second signal reached the second step",
    {
      own: { ...OVER, ...shows(ours()) },
      others: [second(shows(ours()))],
      attempts: [anAttempt({ state: "ambiguous" }), accepted({ attempt: 2 })],
    },
    ["misdirected", "second"],
  ],
  ["it still waits after our accepted signal", { own: {}, now: MINUTE - 1 }, null],
  ["it still waits a minute after our accepted signal", { own: {}, now: MINUTE }, ["no-effect", null]],
  ["it still waits a minute after, and shows our signal", { own: shows(ours()), now: MINUTE }, ["confirmed", null]],
  ["it still waits for two approvals and lists none", { own: shows(), request: two, now: MINUTE }, ["no-effect", null]],
  ["it still waits for two approvals and lists no decisions", { own: {}, request: two, now: MINUTE }, null],
  [
    "it still waits after two accepted signals, lists no decisions and needs two",
    { own: {}, request: two, attempts: [accepted({ signerId: "U0JANE" }), accepted({ attempt: 2 })], now: MINUTE },
    ["no-effect", null],
  ],
  [
    "it still waits for two approvals and shows another one",
    { own: shows(decision(OMAR)), request: two, attempts: [accepted({ shownBefore: 1 })], now: MINUTE },
    ["no-effect", null],
  ],
  [
    "it still waits for two approvals after a signal of a session, and a user approved in AWS since",
    {
      own: shows(decision(OMAR)),
      request: two,
      attempts: [accepted({ signerId: "U0JANE", session: "jane@example.com", principal: ROLE })],
      now: MINUTE,
    },
    ["no-effect", null],
  ],
  [
    "it still waits for two approvals after our signal, and a user approved in AWS since",
    { own: shows(decision(OMAR)), request: two, attempts: [accepted({ shownBefore: 0 })], now: MINUTE },
    ["no-effect", null],
  ],
  [
    "it still waits after a signal without a reply",
    { own: {}, attempts: [anAttempt({ state: "ambiguous" })], now: later },
    null,
  ],
  ["nothing was sent", { own: OVER, attempts: [anAttempt({ state: "refused" })], now: later }, null],
  [
    "it is already reported, and was then decided in AWS",
    { own: { ...OVER, ...shows(decision(OMAR)) }, request: { verification: "no-effect" }, now: later },
    null,
  ],
  [
    "it is already reported, and shows our signal late",
    { own: { ...OVER, ...shows(ours()) }, request: { verification: "no-effect" } },
    ["confirmed", null],
  ],
  ["it is verified already", { own: OVER, request: { verification: "not-visible" }, now: later }, null],
];

for (const [claim, given, expected] of RESULTS) {
  test(`a signal whose step is read like this is ${expected?.[0] ?? "not verified yet"}: ${claim}`, () => {
    assert.deepEqual(verify(given), expected);
  });
}

test("each signal of several people is looked for, and a missing one is reported after a minute", () => {
  const session = (name: string) => `arn:aws:sts::111122223333:assumed-role/Approver/${name}`;
  const role = "arn:aws:iam::111122223333:role/Approver";
  const attempts = ["ann", "ben"].map((name, index) =>
    accepted({ attempt: index + 1, signerId: name, session: name, at: NOW + index }),
  );
  const result = (own: Partial<ObservedStep>, now: number) =>
    verify({ own, attempts, request: two, signsAs: role, now });
  assert.equal(result(shows(decision(session("ann"))), MINUTE), null);
  assert.deepEqual(result(shows(decision(session("ann"))), MINUTE + 1), ["no-effect", null]);
  assert.deepEqual(result(shows(decision(session("ann")), decision(session("ben"))), MINUTE + 1), ["confirmed", null]);
});
