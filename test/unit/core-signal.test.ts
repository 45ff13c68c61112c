import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApprovalRequest, SignalState } from "../../src/core/request.ts";
import { nextSignalMove } from "../../src/core/signal.ts";
import {
  ERROR_REPLY_UNCERTAIN_MS,
  NO_REPLY_UNCERTAIN_MS,
  type SignalAttempt,
  uncertainUntil,
} from "../../src/core/signal-attempt.ts";
import { BOT } from "../../src/core/signers.ts";
import { anAttempt, anExecution, aRequest, aStep, NOW } from "../support/samples.ts";

const SIGNALS: SignalState[] = ["none", "due", "sending", "ambiguous", "accepted"];
const STATUSES = ["Pending", "InProgress", "Waiting", "Success", "TimedOut", "Cancelling", "Cancelled", "Failed"];

const turn = (more: Partial<ApprovalRequest> = {}, attempts: SignalAttempt[] = []) => ({
  request: aRequest({ state: "decided", decision: "approve", decidedAt: NOW, signal: "due", ...more }),
  signer: BOT,
  attempts,
});

/** What else the execution shows beside the request's own step. */
const OTHERS = {
  nothing: [],
  "a finished step": [aStep({ stepExecutionId: "other", name: "before", status: "Success" })],
  "another gate that waits": [aStep({ stepExecutionId: "other", name: "second" })],
  "a pause that waits": [aStep({ stepExecutionId: "other", name: "pause", action: "aws:pause" })],
};

/** What was attempted before, by the same signer unless it says otherwise. */
const ATTEMPTS: Record<string, Partial<SignalAttempt>[]> = {
  "none before": [],
  deferred: [{ state: "deferred" }],
  skipped: [{ state: "skipped" }],
  refused: [{ state: "refused" }],
  sending: [{ state: "sending" }],
  ambiguous: [{ state: "ambiguous" }],
  "ambiguous, then deferred": [{ state: "ambiguous" }, { state: "deferred" }],
  "ambiguous, of another signer": [{ state: "ambiguous", signerId: "U0BEN" }],
  "sending, too long ago to arrive": [{ state: "sending", uncertainUntil: NOW }],
  "ambiguous, too long ago to arrive": [{ state: "ambiguous", uncertainUntil: NOW }],
  "accepted, of another signer": [{ state: "accepted", signerId: "U0BEN" }],
};
const SAFE_ATTEMPTS = [
  "none before",
  "deferred",
  "skipped",
  "refused",
  "sending, too long ago to arrive",
  "ambiguous, too long ago to arrive",
];

test("of all combinations, only these send: decided, never or surely not sent, its own step alone waits", () => {
  const sent: string[] = [];
  for (const state of ["open", "decided", "closed"] as const)
    for (const decision of [null, "approve", "reject"] as const)
      for (const signal of SIGNALS)
        for (const [before, attempts] of Object.entries(ATTEMPTS))
          for (const status of STATUSES)
            for (const action of ["aws:approve", "aws:pause"])
              for (const ownStep of [true, false])
                for (const [beside, others] of Object.entries(OTHERS)) {
                  const rows = attempts.map((each, index) => anAttempt({ attempt: index + 1, ...each }));
                  const own = aStep({ status, action, ...(ownStep ? {} : { stepExecutionId: "later" }) });
                  const execution = anExecution({ steps: [...others, own] });
                  const move = nextSignalMove(turn({ state, decision, signal }, rows), execution, NOW);
                  if (move.kind === "send")
                    sent.push([state, decision, signal, before, status, action, ownStep, beside].join(" "));
                }
  const expected = ["approve", "reject"].flatMap((decision) =>
    SIGNALS.filter((signal) => signal !== "accepted").flatMap((signal) =>
      SAFE_ATTEMPTS.flatMap((before) =>
        ["nothing", "a finished step"].map(
          (beside) => `decided ${decision} ${signal} ${before} Waiting aws:approve true ${beside}`,
        ),
      ),
    ),
  );
  assert.deepEqual(sent.sort(), expected.sort());
});

test("a step that waits no longer is never signalled, but looked at", () => {
  for (const status of STATUSES.filter((each) => each !== "Waiting")) {
    assert.deepEqual(nextSignalMove(turn(), anExecution({ steps: [aStep({ status })] }), NOW), {
      kind: "reconcile",
    });
  }
});

test("an execution that has ended is never signalled, whatever its step shows", () => {
  for (const status of ["Cancelled", "TimedOut", "Failed", "Success"])
    assert.equal(nextSignalMove(turn(), anExecution({ status }), NOW).kind, "reconcile");
});

test("the next gate of the same name is not the one that was decided", () => {
  const later = anExecution({ steps: [aStep({ status: "Success" }), aStep({ stepExecutionId: "again" })] });
  assert.deepEqual(nextSignalMove(turn(), later, NOW), { kind: "reconcile" });
});

test("another step that waits too makes it unsafe, and is named", () => {
  const both = anExecution({
    steps: [
      aStep(),
      aStep({ stepExecutionId: "b", name: "second" }),
      aStep({ stepExecutionId: "c", name: "hold", action: "aws:pause" }),
    ],
  });
  const move = nextSignalMove(turn(), both, NOW);
  assert(move.kind === "unsafe");
  assert.match(move.why, /second \(approval\), hold \(aws:pause\)/);
});

test("an attempt cut short by a crash waits until it can no longer take effect, then goes again", () => {
  const crashed = turn({ signal: "sending" }, [anAttempt()]);
  const until = NOW + NO_REPLY_UNCERTAIN_MS;
  assert.deepEqual(nextSignalMove(crashed, anExecution(), NOW), { kind: "wait", until });
  assert.deepEqual(nextSignalMove(crashed, anExecution(), until - 1), { kind: "wait", until });
  assert.deepEqual(nextSignalMove(crashed, anExecution(), until), { kind: "send", shownBefore: 0 });
});

test("an attempt without a clear answer waits as long as was written down", () => {
  const until = NOW + ERROR_REPLY_UNCERTAIN_MS;
  const unsure = turn({ signal: "ambiguous" }, [anAttempt({ state: "ambiguous", uncertainUntil: until })]);
  assert.equal(nextSignalMove(unsure, anExecution(), until - 1).kind, "wait");
  assert.equal(nextSignalMove(unsure, anExecution(), until).kind, "send");
});

test("an unsafe execution stays unsafe while an attempt settles", () => {
  const unsure = turn({ signal: "ambiguous" }, [anAttempt({ state: "ambiguous", uncertainUntil: NOW + 1 })]);
  const both = anExecution({ steps: [aStep(), aStep({ stepExecutionId: "b", name: "second" })] });
  assert.equal(nextSignalMove(unsure, both, NOW).kind, "unsafe");
});

test("what was never sent or was surely refused has nothing to settle", () => {
  for (const state of ["deferred", "skipped", "refused", "accepted"] as const)
    assert.equal(uncertainUntil([anAttempt({ state, uncertainUntil: NOW + 5 })]), 0);
  assert.equal(uncertainUntil([]), 0);
});

test("of several uncertain attempts, the one that can take effect longest counts", () => {
  const attempts = [anAttempt({ uncertainUntil: NOW + 9 }), anAttempt({ attempt: 2, uncertainUntil: NOW + 5 })];
  assert.equal(uncertainUntil(attempts), NOW + 9);
});

test("a signature outlives five minutes of clock difference either way before a silent attempt counts as settled", () => {
  assert.ok(NO_REPLY_UNCERTAIN_MS >= 10 * 60_000);
  assert.ok(NO_REPLY_UNCERTAIN_MS > ERROR_REPLY_UNCERTAIN_MS);
});
