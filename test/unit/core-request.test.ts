import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ApprovalRequest,
  askedAt,
  closed,
  deadline,
  decided,
  gateAction,
  isDecided,
  isLookupOver,
  isPause,
  type Outcome,
} from "../../src/core/request.ts";
import { aFacts, aRequest, decidedAs, NOW } from "../support/samples.ts";

const HOUR_MS = 3_600_000;

const STATES: [claim: string, request: Partial<ApprovalRequest>, expected: boolean][] = [
  ["an open request has no decision to send", {}, false],
  ["a decided request has one until its step ends", decidedAs("approve", "due"), true],
  ["a rejection is a decision too", decidedAs("reject", "sending"), true],
  [
    "a closed request has none, although it was decided",
    { ...decidedAs("approve", "accepted"), state: "closed" },
    false,
  ],
  ["a decided request whose stored verdict is missing has none", { state: "decided", decision: null }, false],
  ["a verdict of a request that is still open is none", { state: "open", decision: "approve" }, false],
];
for (const [claim, request, expected] of STATES)
  test(claim, () => {
    assert.equal(isDecided(aRequest(request)), expected);
  });

test("a completed decision is sent at once, and a closed request sends nothing more", () => {
  assert.deepEqual(decided("reject", NOW), {
    state: "decided",
    decision: "reject",
    decidedAt: NOW,
    signal: "due",
    signalNextAt: NOW,
  });
  const outcome: Outcome = { kind: "rejected", where: "slack", by: [], detail: null };
  assert.deepEqual(closed(outcome, NOW), { state: "closed", outcome, closedAt: NOW, signalNextAt: null });
});

test("a request without an action is about an approval, and only one with aws:pause is about a pause", () => {
  assert.deepEqual([gateAction({}), isPause({})], ["aws:approve", false]);
  assert.deepEqual([gateAction({ action: "aws:approve" }), isPause({ action: "aws:approve" })], ["aws:approve", false]);
  assert.deepEqual([gateAction({ action: "aws:pause" }), isPause({ action: "aws:pause" })], ["aws:pause", true]);
});

test("people were asked when the step began to wait, or when the request opened if AWS does not report the start", () => {
  const asked = (waitingSince: number | null) => askedAt(aRequest({ facts: aFacts({ waitingSince }), openedAt: NOW }));
  assert.deepEqual([asked(NOW - 5_000), asked(null)], [NOW - 5_000, NOW]);
});

test("a deadline comes from AWS, is the documented default marked as presumed, or is unknown", () => {
  const of = (waitingSince: number | null, timeoutSeconds: number | null) =>
    deadline(aFacts({ waitingSince, timeoutSeconds }), 100);
  assert.deepEqual(of(NOW, 60), { at: NOW + 60_000, presumed: false });
  assert.deepEqual(of(NOW, null), { at: NOW + 100_000, presumed: true });
  assert.equal(of(null, 60), null);
});

test("the requester of a closed request is looked up for six hours, and that of an open one without end", () => {
  const isOver = (state: ApprovalRequest["state"], closedAt: number | null, now: number) =>
    isLookupOver({ state, closedAt }, now);
  assert.equal(isOver("closed", NOW, NOW), false);
  assert.equal(isOver("closed", NOW, NOW + 6 * HOUR_MS - 1), false);
  assert.equal(isOver("closed", NOW, NOW + 6 * HOUR_MS), true);
  for (const state of ["open", "decided"] as const)
    assert.equal(isOver(state, null, NOW + 100 * HOUR_MS), false, state);
});
