import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObservedExecution, ObservedStep } from "../../src/core/execution.ts";
import { reconcile } from "../../src/core/reconcile.ts";
import type { ApprovalRequest } from "../../src/core/request.ts";
import type { SignalAttempt } from "../../src/core/signal-attempt.ts";
import { EFFECT_DUE_MS, verifySignals } from "../../src/core/verify-signals.ts";
import { aFacts, anAttempt, anExecution, aRequest, aStep, NOW, REQUEST_ID } from "../support/samples.ts";

const ROLE = "arn:aws:iam::111122223333:role/CountersignBot";
const BOT = "arn:aws:sts::111122223333:assumed-role/CountersignBot/countersign";
const OTHER_ROLE = "arn:aws:iam::111122223333:role/CountersignBefore";
const OTHER_SESSION = "arn:aws:sts::111122223333:assumed-role/CountersignBefore/countersign";
const OMAR = "arn:aws:iam::111122223333:user/omar";
const ours = (id = REQUEST_ID) => decision(BOT, `Countersign request ${id}: Approved in Slack by Jane`);
const decision = (Approver: string, Comment?: string) => JSON.stringify({ Approver, Decision: "Approve", Comment });
const shows = (...ApproverDecisions: string[]) => ({ outputs: { ApproverDecisions } });

const OVER = { status: "Success", endedAt: NOW + 1_000 } as const;
const second = (more: Partial<ObservedStep> = {}) =>
  aStep({ stepExecutionId: "second", name: "second", startedAt: NOW + 1_000, ...more });
const accepted = (more: Partial<SignalAttempt> = {}) => anAttempt({ state: "accepted", ...more });
const decided = (more: Partial<ApprovalRequest> = {}) =>
  aRequest({ state: "decided", decision: "approve", signal: "accepted", verification: "due", ...more });
const later = anAttempt().uncertainUntil;

interface Case {
  own: Partial<ObservedStep>;
  others?: ObservedStep[];
  execution?: Partial<ObservedExecution>;
  attempts?: SignalAttempt[];
  request?: Partial<ApprovalRequest>;
  known?: ApprovalRequest[];
  signsAs?: string | null;
  now?: number;
}

function verify(given: Case) {
  const { own, others = [], execution, attempts = [accepted()], request, known = [], now = NOW + 2_000 } = given;
  const observed = anExecution({ status: "InProgress", steps: [aStep(own), ...others], ...execution });
  const signsAs = given.signsAs === undefined ? ROLE : given.signsAs;
  const signed = attempts.map((each) => ({ ...each, principal: each.principal ?? signsAs }));
  const [found, ...more] = verifySignals(observed, [decided(request), ...known], { attempts: signed, now });
  assert.deepEqual(more, []);
  return found === undefined ? null : [found.result, found.reached?.stepName ?? null];
}

const MINUTE = NOW + EFFECT_DUE_MS;
const two = { facts: aFacts({ minRequiredApprovals: 2 }) };
/** Another tool under our principal decided a step of which no signal of ours is on record. */
const byTool = (more: Partial<ObservedStep>) => second({ ...OVER, ...shows(decision(BOT)), ...more });
const RESULTS: [claim: string, Case, ReturnType<typeof verify>][] = [
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
    "it still waits for two approvals and shows another one",
    { own: shows(decision(OMAR)), request: two, attempts: [accepted({ shownBefore: 1 })], now: MINUTE },
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

test("a signal is reported once, with the principal that decided its step, and the request closes with that principal", () => {
  const steps = [aStep({ ...OVER, ...shows(decision(OMAR)) }), second({ ...OVER, ...shows(ours()) })];
  const execution = anExecution({ status: "InProgress", steps });
  const context = { now: NOW + 2_000, attempts: [accepted({ principal: ROLE })] };
  const [close] = reconcile(execution, [decided()], context);
  assert(close?.kind === "close");
  assert.deepEqual([close.outcome.where, close.outcome.by], ["aws", [OMAR]]);
  const closed = { ...decided(), ...close.patch };
  const [verified, ...more] = reconcile(execution, [closed], context);
  assert(verified?.kind === "verified");
  assert.deepEqual(more, []);
  assert.deepEqual(verified.patch, {
    verification: "misdirected",
    reachedStep: { stepExecutionId: "second", stepName: "second" },
  });
  assert.deepEqual(verified.verified.decidedBy, [OMAR]);
  assert.deepEqual(reconcile(execution, [{ ...closed, ...verified.patch }], context), []);
});

test("a decision without an id is attributed to one request, the newest that can have caused it", () => {
  const steps = ["a", "b", "c"].map((id, index) =>
    aStep({
      stepExecutionId: id,
      name: id,
      startedAt: NOW + index,
      status: "Success",
      endedAt: NOW + 100 * (index + 1),
      ...(id === "c" ? shows(decision(BOT)) : {}),
    }),
  );
  const request = (id: string, index: number) =>
    decided({ id: `r-${id}`, stepExecutionId: id, facts: aFacts({ waitingSince: NOW + index }) });
  const attempts = [
    accepted({ requestId: "r-a", principal: ROLE }),
    accepted({ requestId: "r-b", principal: ROLE, at: NOW + 150 }),
  ];
  const known = [request("a", 0), request("b", 1)];
  const context = { attempts, now: NOW + 1_000 };
  const execution = anExecution({ status: "InProgress", steps });
  const found = verifySignals(execution, known, context);
  assert.deepEqual(
    found.map(({ request, reached }) => [request.id, reached?.stepName]),
    [["r-b", "c"]],
  );
  const reported = known.map((each) =>
    each.id === "r-b"
      ? { ...each, verification: "misdirected" as const, reachedStep: { stepExecutionId: "c", stepName: "c" } }
      : each,
  );
  assert.deepEqual(verifySignals(execution, reported, context), []);
});
