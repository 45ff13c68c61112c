import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApprovalRequest, Verification } from "../../src/core/request.ts";
import { MAX_CLOCK_DIFFERENCE_MS } from "../../src/core/step-turns.ts";
import { isUnverified, verifySignals } from "../../src/core/verify-signals.ts";
import { aFacts, anAttempt, anExecution, aRequest, aStep, NOW, STEP_ID } from "../support/samples.ts";
import {
  accepted,
  byTool,
  type Case,
  decided,
  decision,
  later,
  MINUTE,
  OMAR,
  OVER,
  ours,
  ROLE,
  second,
  shows,
  two,
  verify,
} from "./verify-signals-setup.ts";

test("only a signal that is due, or that had no effect while its request is not closed, is still verified", () => {
  const table: [Verification, open: boolean, closed: boolean][] = [
    ["none", false, false],
    ["due", true, true],
    ["no-effect", true, false],
    ["confirmed", false, false],
    ["misdirected", false, false],
    ["not-visible", false, false],
  ];
  for (const [verification, ...expected] of table)
    assert.deepEqual(
      (["decided", "closed"] as const).map((state) => isUnverified(aRequest({ verification, state }))),
      expected,
      verification,
    );
});

const aPause = { facts: aFacts({ action: "aws:pause", stepName: "hold" }) };
const paused = { name: "hold", action: "aws:pause" };
const ambiguous = anAttempt({ state: "ambiguous" });
const longAgo = { facts: aFacts({ waitingSince: NOW - 3_600_000 }) };
const ofTwo = (approver: string, more: object = {}) =>
  accepted({ signerId: approver, session: approver, at: NOW, ...more });
const session = (name: string) => decision(`arn:aws:sts::111122223333:assumed-role/CountersignBot/${name}`);
const both = shows(session("ann"), session("ben"));
const secondRequest = (more: Partial<ApprovalRequest> = {}) =>
  decided({
    id: "r-2",
    stepExecutionId: "second",
    verification: "none",
    facts: aFacts({ waitingSince: NOW + 1_000 }),
    ...more,
  });

const RESULTS: [claim: string, Case, ReturnType<typeof verify>][] = [
  [
    "nothing was sent, and the execution has ended",
    { own: OVER, attempts: [], execution: { status: "Success" } },
    null,
  ],
  ["a pause is over", { own: { ...OVER, ...paused }, request: aPause }, ["not-visible", null]],
  ["a pause still waits", { own: paused, request: aPause }, null],
  ["a pause still waits after a minute", { own: paused, request: aPause, now: MINUTE }, ["no-effect", null]],
  [
    "a pause is over, and another signal may still arrive",
    { own: { ...OVER, ...paused }, request: aPause, attempts: [ambiguous, accepted({ attempt: 2 })] },
    null,
  ],
  [
    "a pause is over, and another tool under our principal decided a gate",
    { own: { ...OVER, ...paused }, request: aPause, others: [byTool({})] },
    ["not-visible", null],
  ],
  [
    "it is reported already, and another step then shows our id",
    { own: {}, others: [second({ ...OVER, ...shows(ours()) })], request: { verification: "no-effect" } },
    ["misdirected", "second"],
  ],
  [
    "it is reported already, and still has no effect",
    { own: {}, request: { verification: "no-effect" }, now: MINUTE },
    null,
  ],
  [
    "a step that is no approval has an output of the same name with our id",
    {
      own: { ...OVER, ...shows(ours()) },
      others: [second({ ...OVER, ...shows(ours()), action: "aws:executeScript" })],
    },
    ["confirmed", null],
  ],
  [
    "our principal decided another step as long before our first attempt as clocks may differ",
    { own: OVER, others: [byTool({ endedAt: NOW - MAX_CLOCK_DIFFERENCE_MS })], request: longAgo },
    ["misdirected", "second"],
  ],
  [
    "our principal decided another step longer before our first attempt than clocks may differ",
    { own: OVER, others: [byTool({ endedAt: NOW - MAX_CLOCK_DIFFERENCE_MS - 1 })], request: longAgo },
    null,
  ],
  [
    "our principal decided another step that ended as soon as ours began to wait",
    { own: OVER, others: [byTool({ endedAt: NOW - 50_000 })] },
    null,
  ],
  [
    "our principal decided another step that ended after ours had begun to wait",
    { own: OVER, others: [byTool({ endedAt: NOW - 49_999 })] },
    ["misdirected", "second"],
  ],
  [
    "our principal decided another step, and the start of ours is not known",
    { own: OVER, others: [byTool({ endedAt: NOW - 60_000 })], request: { facts: aFacts({ waitingSince: null }) } },
    ["misdirected", "second"],
  ],
  [
    "our principal decided another step, with the id of that step's own request",
    {
      own: OVER,
      others: [byTool(shows(decision(ROLE, "see request r-2")))],
      known: [secondRequest({ signal: "due" })],
    },
    null,
  ],
  [
    "our principal decided another step, and ours shows one of our two signals",
    { own: { ...OVER, ...shows(ours()) }, others: [byTool({})], attempts: [accepted(), accepted({ attempt: 2 })] },
    ["misdirected", "second"],
  ],
  [
    "our principal decided another step, and ours is not shown",
    { own: { stepExecutionId: "another", action: "aws:sleep" }, others: [byTool({})] },
    ["misdirected", "second"],
  ],
  [
    "no decision is listed, and one of our two signals may still arrive",
    { own: OVER, attempts: [accepted({ uncertainUntil: NOW }), accepted({ attempt: 2, uncertainUntil: later })] },
    null,
  ],
  [
    "another principal decided it after a minute, and our only signal has no reply",
    { own: { ...OVER, ...shows(decision(OMAR)) }, attempts: [ambiguous], now: MINUTE },
    null,
  ],
  [
    "our only signal has no reply, and the step shows it",
    { own: { ...OVER, ...shows(ours()) }, attempts: [ambiguous] },
    ["confirmed", null],
  ],
  [
    "the signals of two people are shown",
    { own: both, attempts: [ofTwo("ann"), ofTwo("ben")], request: two },
    ["confirmed", null],
  ],
  [
    "the signals of two people are shown, and one has no reply yet",
    { own: both, attempts: [ofTwo("ann"), ofTwo("ben", { state: "ambiguous" })], request: two },
    null,
  ],
  [
    "the signal of one of two people is shown",
    { own: shows(session("ann")), attempts: [ofTwo("ann"), ofTwo("ben")], request: two },
    null,
  ],
  [
    "two signals of one person are accepted, and one decision is shown",
    { own: shows(session("ann")), attempts: [ofTwo("ann"), ofTwo("ann", { attempt: 2 })], request: two },
    null,
  ],
  [
    "it still waits a minute after, and shows our id but no further approval",
    { own: shows(ours()), attempts: [accepted({ shownBefore: 1 })], request: two, now: MINUTE },
    ["confirmed", null],
  ],
  [
    "it still waits a minute after, and shows a further approval in an unknown form",
    { own: shows('{"d":"Approve"}'), request: two, now: MINUTE },
    null,
  ],
];

for (const [claim, given, expected] of RESULTS)
  test(`a signal after which AWS shows this is ${expected?.[0] ?? "not verified yet"}: ${claim}`, () => {
    assert.deepEqual(verify(given), expected);
  });

/** The request to which a decision of our principal on a third step is attributed, by the time of each request's first signal. */
function findCause(firstSignals: Record<string, number>, endedAt: number | null) {
  const ids = Object.keys(firstSignals);
  const known = ids.map((id) =>
    decided({ id: `r-${id}`, stepExecutionId: id, facts: aFacts({ waitingSince: NOW - 60_000 }) }),
  );
  const attempts = ids.map((id) => accepted({ requestId: `r-${id}`, principal: ROLE, at: firstSignals[id] ?? 0 }));
  const observed = anExecution({ status: "InProgress", steps: [byTool({ endedAt })] });
  return verifySignals(observed, known, { attempts, now: NOW }).map(({ request }) => request.id);
}

test("the cause of a decision is the newest signal before it or, since clocks differ, the first one after it", () => {
  const signals = { a: NOW + 200, b: NOW, c: NOW + 100 };
  assert.deepEqual(findCause(signals, NOW + 50), ["r-b"]);
  assert.deepEqual(findCause(signals, NOW + 100), ["r-c"]);
  assert.deepEqual(findCause(signals, NOW + 199), ["r-c"]);
  assert.deepEqual(findCause(signals, NOW + 200), ["r-a"]);
  assert.deepEqual(findCause(signals, null), ["r-a"], "the step has not ended");
  assert.deepEqual(findCause(signals, NOW - 1), ["r-b"]);
});

test("a result names the last attempt, the principals of the step and the step that the signal decided", () => {
  const attempts = [accepted({ principal: ROLE }), accepted({ attempt: 2, principal: ROLE })];
  const request = decided();
  const find = (...steps: Parameters<typeof aStep>[0][]) => {
    const observed = anExecution({ status: "Success", steps: steps.map((step) => aStep(step)) });
    return verifySignals(observed, [request], { attempts, now: MINUTE });
  };
  const common = { request, attempt: attempts[1] };
  const own = { ...OVER, stepExecutionId: STEP_ID, ...shows(decision(OMAR)) };
  assert.deepEqual(find(own), [{ ...common, result: "misdirected", reached: null, decidedBy: [OMAR] }]);
  const reached = { stepExecutionId: "second", stepName: "second" };
  assert.deepEqual(find(own, second({ ...OVER, ...shows(ours()) })), [
    { ...common, result: "misdirected", reached, decidedBy: [OMAR] },
  ]);
  assert.deepEqual(find(), [{ ...common, result: "not-visible", reached: null, decidedBy: [] }]);
});
