import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObservedExecution } from "../../src/core/execution.ts";
import { type Change, closeNotFound, reconcile } from "../../src/core/reconcile.ts";
import type { ApprovalRequest, Outcome, RequestPatch } from "../../src/core/request.ts";
import { NO_REPLY_UNCERTAIN_MS } from "../../src/core/signal-attempt.ts";
import { aFacts, anAttempt, anExecution, aRequest, aStep, decidedAs, NOW } from "../support/samples.ts";
import { accepted, decided, decision, OMAR, OVER, ours, ROLE, second, shows } from "./verify-signals-setup.ts";

const APPROVED: Outcome = { kind: "approved", where: "slack", by: [], detail: null };
const NOT_FOUND: Outcome = { kind: "not-found", where: "aws", by: [], detail: null };
const mask = (text: string) => text.replace("hunter2", "***");
const closing = (outcome: Outcome) =>
  ({ state: "closed", outcome, closedAt: NOW, signalNextAt: null }) satisfies RequestPatch;
const GONE = { executionStatus: "Unknown", executionEndedAt: NOW } satisfies RequestPatch;

const VANISHED: [claim: string, request: Partial<ApprovalRequest>, kind: Change["kind"], patch: RequestPatch][] = [
  ["an open request closes", {}, "close", { ...closing(NOT_FOUND), ...GONE }],
  [
    "a decided request closes, and AWS can no longer show what its signal did",
    { ...decidedAs("approve", "accepted"), verification: "due" },
    "close",
    { ...closing(NOT_FOUND), ...GONE, verification: "not-visible" },
  ],
  ["a closed request keeps its outcome", { state: "closed", outcome: APPROVED }, "ended", GONE],
  [
    "a closed request with a verified signal keeps the result",
    { state: "closed", outcome: APPROVED, verification: "confirmed" },
    "ended",
    GONE,
  ],
  [
    "a closed request with an unverified signal waits no longer for a result",
    { state: "closed", outcome: APPROVED, verification: "due" },
    "ended",
    { ...GONE, verification: "not-visible" },
  ],
];
for (const [claim, more, kind, patch] of VANISHED)
  test(`when AWS no longer knows the execution, ${claim}`, () => {
    const request = aRequest(more);
    const expected = { kind, request, patch, ...(kind === "close" ? { outcome: NOT_FOUND } : {}) };
    assert.deepEqual(closeNotFound(request, NOW), expected);
  });

test("a request closes with the status of its execution, and with its end if that is over", () => {
  const patchAfter = (execution: Partial<ObservedExecution>) => {
    const steps = [aStep({ status: "Success" })];
    const changes = reconcile(anExecution({ steps, ...execution }), [aRequest()], {
      now: NOW,
      maskText: mask,
    });
    assert.equal(changes[0]?.kind, "close");
    return changes[0]?.kind === "close" ? changes[0].patch : null;
  };
  const outcome: Outcome = { ...APPROVED, where: "aws" };
  const ended = { executionEndedAt: NOW + 5, executionFailure: null, failedStep: null };
  assert.deepEqual(patchAfter({ status: "InProgress" }), { ...closing(outcome), executionStatus: "InProgress" });
  assert.deepEqual(
    patchAfter({ status: aRequest().executionStatus }),
    closing(outcome),
    "a status that has not changed",
  );
  assert.deepEqual(patchAfter({ status: "Success", endedAt: NOW + 5 }), {
    ...closing(outcome),
    ...ended,
    executionStatus: "Success",
  });
  assert.deepEqual(patchAfter({ status: "Failed", endedAt: NOW + 5, failureMessage: "no hunter2" }), {
    ...closing(outcome),
    ...ended,
    executionStatus: "Failed",
    executionFailure: "no ***",
  });
});

test("an execution whose end AWS does not report ended at its start or, without that, when the request opened", () => {
  const endAfter = (execution: Partial<ObservedExecution>) => {
    const observed = anExecution({ status: "Cancelled", ...execution });
    const [change] = reconcile(observed, [aRequest({ state: "closed", openedAt: NOW - 7 })], { now: NOW });
    return change?.kind === "ended" ? change.patch.executionEndedAt : null;
  };
  assert.equal(endAfter({ endedAt: NOW - 1, startedAt: NOW - 9 }), NOW - 1);
  assert.equal(endAfter({ endedAt: null, startedAt: NOW - 9 }), NOW - 9);
  assert.equal(endAfter({ endedAt: null, startedAt: null }), NOW - 7);
});

test("a read that closes a request leaves the verification of its signal to the next read", () => {
  const steps = [aStep({ ...OVER, ...shows(decision(OMAR)) }), second({ ...OVER, ...shows(ours()) })];
  const execution = anExecution({ status: "InProgress", steps });
  const context = { now: NOW + 2_000, attempts: [accepted({ principal: ROLE })] };
  const [close, ...others] = reconcile(execution, [decided()], context);
  assert(close?.kind === "close");
  assert.deepEqual(others, []);
  const [verified, ...more] = reconcile(execution, [{ ...decided(), ...close.patch }], context);
  assert.deepEqual([verified?.kind, more], ["verified", []]);
});

test("a signal that decided another step is reported while its own step still waits", () => {
  const steps = [aStep(), second({ ...OVER, ...shows(ours()) })];
  const execution = anExecution({ status: "InProgress", steps });
  const [verified, ...more] = reconcile(execution, [decided()], {
    now: NOW + 2_000,
    attempts: [accepted({ principal: ROLE })],
  });
  assert.deepEqual(more, []);
  assert.deepEqual(verified?.kind === "verified" && verified.patch, {
    verification: "misdirected",
    reachedStep: { stepExecutionId: "second", stepName: "second" },
  });
});

test("an approval in Slack of a turn that AWS no longer shows remains on record if AWS does not show its signal", () => {
  const request = decided({
    ...({ state: "closed", closedAt: NOW, outcome: APPROVED } as const),
    facts: aFacts({ waitingSince: NOW - 60_000 }),
  });
  const later = aStep({ startedAt: NOW + 1_000, outputs: {} });
  const sent = anAttempt({ state: "accepted", principal: ROLE });
  const changes = reconcile(anExecution({ steps: [later] }), [request], {
    now: sent.at + NO_REPLY_UNCERTAIN_MS,
    attempts: [sent],
  });
  const verified = changes.find(({ kind }) => kind === "verified");
  assert.deepEqual(verified?.kind === "verified" && verified.patch, { verification: "not-visible", reachedStep: null });
});
