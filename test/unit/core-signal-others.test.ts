import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObservedStep } from "../../src/core/execution.ts";
import type { ApprovalRequest } from "../../src/core/request.ts";
import { nextSignalMove } from "../../src/core/signal.ts";
import type { SignalAttempt } from "../../src/core/signal-attempt.ts";
import { BOT } from "../../src/core/signers.ts";
import { aFacts, anAttempt, anExecution, aRequest, aStep, NOW } from "../support/samples.ts";
import { decision, OMAR, OVER, ours, ROLE, shows } from "./verify-signals-setup.ts";

const FIRST = "first-request";
/** The reply came after 13 s, and a read can lag by 15 s after it. */
const UNTIL = NOW + 28_000;

/** The move for a decided request of the second gate, after an attempt of the first gate's request. */
function moveAfter(
  first: Partial<ObservedStep> | null,
  more: { now?: number; attempt?: Partial<SignalAttempt>; firstRequest?: Partial<ApprovalRequest> } = {},
) {
  const before = aRequest({
    ...{ id: FIRST, stepExecutionId: "first", state: "closed", decision: "approve", signal: "accepted" },
    ...more.firstRequest,
  });
  const request = aRequest({ state: "decided", decision: "approve", decidedAt: NOW, signal: "due" });
  const steps = first === null ? [aStep()] : [aStep({ stepExecutionId: "first", name: "before", ...first }), aStep()];
  const sent = anAttempt({
    requestId: FIRST,
    state: "accepted",
    principal: ROLE,
    uncertainUntil: UNTIL,
    ...more.attempt,
  });
  const context = { request, signer: BOT, attempts: [], known: [before, request], elsewhere: [sent] };
  const move = nextSignalMove(context, anExecution({ steps }), more.now ?? NOW + 4_000);
  return move.kind === "catch-up" ? [move.kind, move.until] : [move.kind];
}

for (const [claim, first, expected, more] of [
  ["shows the signal at the first gate", { ...OVER, ...shows(ours(FIRST)) }, ["send"], {}],
  ["shows only another person at the first gate", { ...OVER, ...shows(decision(OMAR)) }, ["catch-up", UNTIL], {}],
  ["lists no decisions of the first gate", OVER, ["catch-up", UNTIL], {}],
  ["does not show the first gate", null, ["catch-up", UNTIL], {}],
  ["is young, and the signal is old", { ...OVER, ...shows(decision(OMAR)) }, ["send"], { now: UNTIL }],
  ["is a millisecond too old", { ...OVER, ...shows(decision(OMAR)) }, ["catch-up", UNTIL], { now: UNTIL - 1 }],
  [
    "shows another person, and AWS refused the signal",
    { ...OVER, ...shows(decision(OMAR)) },
    ["send"],
    { attempt: { state: "refused" } },
  ],
  [
    "shows nothing of a pause that was resumed",
    { ...OVER, action: "aws:pause" },
    ["send"],
    { firstRequest: { facts: aFacts({ action: "aws:pause" }) } },
  ],
] as const)
  test(`after a signal for the first gate, a read that ${claim}: ${expected[0]}`, () => {
    assert.deepEqual(moveAfter(first, more), expected);
  });

test("after two signals for the first gate, a read that shows one of them: the signal waits for the other one", () => {
  const first = aRequest({
    id: FIRST,
    stepExecutionId: "first",
    state: "closed",
    decision: "approve",
    signal: "accepted",
  });
  const request = aRequest({ state: "decided", decision: "approve", decidedAt: NOW, signal: "due" });
  const sent = [1, 2].map((attempt) =>
    anAttempt({
      ...{ requestId: FIRST, attempt, state: "accepted", principal: ROLE },
      uncertainUntil: UNTIL + attempt * 1_000,
    }),
  );
  const move = (...decisions: string[]) => {
    const before = aStep({ stepExecutionId: "first", name: "before", ...OVER, ...shows(...decisions) });
    const context = { request, signer: BOT, attempts: [], known: [first, request], elsewhere: sent };
    return nextSignalMove(context, anExecution({ steps: [before, aStep()] }), NOW + 4_000);
  };
  assert.deepEqual(move(ours(FIRST), decision(OMAR)), { kind: "catch-up", until: UNTIL + 2_000 });
  assert.equal(move(ours(FIRST), ours(FIRST)).kind, "send");
});

test("a signal without a reply that decided the first gate does not hide that the accepted one after it is not there", () => {
  const first = aRequest({ id: FIRST, stepExecutionId: "first", state: "closed", decision: "approve" });
  const request = aRequest({ state: "decided", decision: "approve", decidedAt: NOW, signal: "due" });
  const sent = [
    anAttempt({ requestId: FIRST, state: "ambiguous", principal: ROLE, uncertainUntil: NOW }),
    anAttempt({ requestId: FIRST, attempt: 2, state: "accepted", principal: ROLE, uncertainUntil: UNTIL }),
  ];
  const before = aStep({
    ...{ stepExecutionId: "first", name: "before", ...OVER },
    ...shows(ours(FIRST), decision(OMAR)),
  });
  const context = { request, signer: BOT, attempts: [], known: [first, request], elsewhere: sent };
  const move = (now: number) => nextSignalMove(context, anExecution({ steps: [before, aStep()] }), now);
  assert.deepEqual(move(NOW + 4_000), { kind: "catch-up", until: UNTIL });
  assert.equal(move(UNTIL).kind, "send");
});
