import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApprovalRequest, SignalState } from "../../src/core/request.ts";
import {
  ERROR_REPLY_UNCERTAIN_MS,
  NO_REPLY_UNCERTAIN_MS,
  nextSignalMove,
  uncertainUntil,
} from "../../src/core/signal.ts";
import { anExecution, aRequest, aStep, NOW } from "../support/samples.ts";

const SIGNALS: SignalState[] = ["none", "due", "sending", "ambiguous", "accepted"];
const STATUSES = ["Pending", "InProgress", "Waiting", "Success", "TimedOut", "Cancelling", "Cancelled", "Failed"];

const decidedRequest = (more: Partial<ApprovalRequest> = {}) =>
  aRequest({ state: "decided", decision: "approve", decidedAt: NOW, signal: "due", ...more });

/** What else the execution shows beside the request's own step. */
const OTHERS = {
  nothing: [],
  "a finished step": [aStep({ stepExecutionId: "other", name: "before", status: "Success" })],
  "another gate that waits": [aStep({ stepExecutionId: "other", name: "second" })],
  "a pause that waits": [aStep({ stepExecutionId: "other", name: "pause", action: "aws:pause" })],
};

test("of all combinations, only these send: decided, never or surely not sent, its own step alone waits", () => {
  const sent: string[] = [];
  for (const state of ["open", "decided", "closed"] as const)
    for (const decision of [null, "approve", "reject"] as const)
      for (const signal of SIGNALS)
        for (const status of STATUSES)
          for (const action of ["aws:approve", "aws:pause"])
            for (const ownStep of [true, false])
              for (const [beside, others] of Object.entries(OTHERS)) {
                const request = aRequest({ state, decision, signal, signalAt: NOW - 1 });
                const own = aStep({ status, action, ...(ownStep ? {} : { stepExecutionId: "later" }) });
                const move = nextSignalMove(request, anExecution({ steps: [...others, own] }), NOW);
                if (move.kind === "send")
                  sent.push([state, decision, signal, status, action, ownStep, beside].join(" "));
              }
  const tail = ["nothing", "a finished step"];
  const expected = ["approve", "reject"].flatMap((decision) =>
    ["none", "due"].flatMap((signal) =>
      tail.map((beside) => `decided ${decision} ${signal} Waiting aws:approve true ${beside}`),
    ),
  );
  assert.deepEqual(sent.sort(), expected.sort());
});

test("a step that waits no longer is never signalled, but looked at", () => {
  for (const status of STATUSES.filter((each) => each !== "Waiting")) {
    assert.deepEqual(nextSignalMove(decidedRequest(), anExecution({ steps: [aStep({ status })] }), NOW), {
      kind: "reconcile",
    });
  }
});

test("an execution that has ended is never signalled, whatever its step shows", () => {
  for (const status of ["Cancelled", "TimedOut", "Failed", "Success"])
    assert.equal(nextSignalMove(decidedRequest(), anExecution({ status }), NOW).kind, "reconcile");
});

test("the next gate of the same name is not the one that was decided", () => {
  const later = anExecution({ steps: [aStep({ status: "Success" }), aStep({ stepExecutionId: "again" })] });
  assert.deepEqual(nextSignalMove(decidedRequest(), later, NOW), { kind: "reconcile" });
});

test("another step that waits too makes it unsafe, and is named", () => {
  const both = anExecution({
    steps: [
      aStep(),
      aStep({ stepExecutionId: "b", name: "second" }),
      aStep({ stepExecutionId: "c", name: "hold", action: "aws:pause" }),
    ],
  });
  const move = nextSignalMove(decidedRequest(), both, NOW);
  assert(move.kind === "unsafe");
  assert.match(move.why, /second \(approval\), hold \(aws:pause\)/);
});

test("an attempt cut short by a crash waits until it can no longer take effect, then goes again", () => {
  const crashed = decidedRequest({ signal: "sending", signalAt: NOW });
  assert.deepEqual(nextSignalMove(crashed, anExecution(), NOW), { kind: "wait", until: NOW + NO_REPLY_UNCERTAIN_MS });
  assert.deepEqual(nextSignalMove(crashed, anExecution(), NOW + NO_REPLY_UNCERTAIN_MS - 1), {
    kind: "wait",
    until: NOW + NO_REPLY_UNCERTAIN_MS,
  });
  assert.deepEqual(nextSignalMove(crashed, anExecution(), NOW + NO_REPLY_UNCERTAIN_MS), { kind: "send" });
});

test("an attempt without a clear answer waits as long as was written down", () => {
  const unsure = decidedRequest({
    signal: "ambiguous",
    signalAt: NOW,
    signalUncertainUntil: NOW + ERROR_REPLY_UNCERTAIN_MS,
  });
  assert.equal(nextSignalMove(unsure, anExecution(), NOW + ERROR_REPLY_UNCERTAIN_MS - 1).kind, "wait");
  assert.equal(nextSignalMove(unsure, anExecution(), NOW + ERROR_REPLY_UNCERTAIN_MS).kind, "send");
});

test("an unsafe execution stays unsafe while an attempt settles", () => {
  const unsure = decidedRequest({ signal: "ambiguous", signalAt: NOW, signalUncertainUntil: NOW + 1 });
  const both = anExecution({ steps: [aStep(), aStep({ stepExecutionId: "b", name: "second" })] });
  assert.equal(nextSignalMove(unsure, both, NOW).kind, "unsafe");
});

test("what was never sent or was surely refused has nothing to settle", () => {
  for (const signal of ["none", "due", "accepted"] as const)
    assert.equal(uncertainUntil(decidedRequest({ signal, signalAt: NOW, signalUncertainUntil: NOW + 5 })), 0);
});

test("a signature outlives five minutes of clock difference either way before a silent attempt counts as settled", () => {
  assert.ok(NO_REPLY_UNCERTAIN_MS >= 10 * 60_000);
  assert.ok(NO_REPLY_UNCERTAIN_MS > ERROR_REPLY_UNCERTAIN_MS);
});
