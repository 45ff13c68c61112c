import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApprovalRequest, SignalState } from "../../src/core/request.ts";
import { nextSignalMove } from "../../src/core/signal.ts";
import { NO_REPLY_UNCERTAIN_MS, READ_LAG_MS, type SignalAttempt } from "../../src/core/signal-attempt.ts";
import { BOT } from "../../src/core/signers.ts";
import { aFacts, anAttempt, anExecution, aRequest, aStep, NOW } from "../support/samples.ts";

const SIGNALS: SignalState[] = ["none", "due", "sending", "ambiguous", "accepted"];
const STATUSES = ["Pending", "InProgress", "Waiting", "Success", "TimedOut", "Cancelling", "Cancelled", "Failed"];

const input = (more: Partial<ApprovalRequest> = {}, attempts: SignalAttempt[] = []) => ({
  request: aRequest({ state: "decided", decision: "approve", decidedAt: NOW, signal: "due", ...more }),
  signer: BOT,
  attempts,
});

/** Other steps of the execution. */
const OTHERS = {
  nothing: [],
  "a finished step": [aStep({ stepExecutionId: "other", name: "before", status: "Success" })],
  "another waiting gate": [aStep({ stepExecutionId: "other", name: "second" })],
  "a waiting pause": [aStep({ stepExecutionId: "other", name: "pause", action: "aws:pause" })],
};

/** Earlier attempts, by the same signer unless the key says otherwise. */
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

test("of all combinations, a signal is sent only for a decided request with no possibly effective attempt and only its own step waiting", () => {
  const sent: string[] = [];
  for (const state of ["open", "decided", "closed"] as const)
    for (const decision of [null, "approve", "reject"] as const)
      for (const signal of SIGNALS)
        for (const [before, attempts] of Object.entries(ATTEMPTS))
          for (const status of STATUSES)
            for (const action of ["aws:approve", "aws:pause"])
              for (const ownStep of [true, false])
                for (const [other, others] of Object.entries(OTHERS)) {
                  const rows = attempts.map((each, index) => anAttempt({ attempt: index + 1, ...each }));
                  const own = aStep({ status, action, ...(ownStep ? {} : { stepExecutionId: "later" }) });
                  const execution = anExecution({ steps: [...others, own] });
                  const move = nextSignalMove(input({ state, decision, signal }, rows), execution, NOW);
                  if (move.kind === "send")
                    sent.push([state, decision, signal, before, status, action, ownStep, other].join(" "));
                }
  const expected = ["approve", "reject"].flatMap((decision) =>
    SIGNALS.filter((signal) => signal !== "accepted").flatMap((signal) =>
      SAFE_ATTEMPTS.flatMap((before) =>
        ["nothing", "a finished step"].map(
          (other) => `decided ${decision} ${signal} ${before} Waiting aws:approve true ${other}`,
        ),
      ),
    ),
  );
  assert.deepEqual(sent.sort(), expected.sort());
});

test("a step that is no longer waiting gets no signal and is reconciled", () => {
  for (const status of STATUSES.filter((each) => each !== "Waiting")) {
    const isOver = status !== "Pending" && status !== "InProgress";
    const expected = status === "Pending" ? "stale" : { kind: "reconcile", isOver };
    const move = nextSignalMove(input(), anExecution({ steps: [aStep({ status })] }), NOW);
    assert.deepEqual(move.kind === "stale" ? move.kind : move, expected);
  }
});

test("a step is over in an execution that has ended, regardless of the state of the step", () => {
  for (const status of ["Cancelled", "TimedOut", "Failed", "Success"])
    assert.deepEqual(nextSignalMove(input(), anExecution({ status }), NOW), { kind: "reconcile", isOver: true });
});

test("a request that is not to be signaled says nothing about its step, which may still wait", () => {
  for (const more of [
    { state: "open", decision: null },
    { decision: null },
    { signal: "accepted" },
    { facts: aFacts({ waitingSince: null }) },
  ] as const)
    assert.deepEqual(nextSignalMove(input(more), anExecution(), NOW), { kind: "reconcile", isOver: false });
});

test("a step is over once a read shows a later turn of it", () => {
  const later = anExecution({ steps: [aStep({ startedAt: NOW })] });
  assert.deepEqual(nextSignalMove(input(), later, NOW), { kind: "reconcile", isOver: true });
});

test("the next gate with the same name is not the decided gate", () => {
  const later = anExecution({ steps: [aStep({ status: "Success" }), aStep({ stepExecutionId: "again" })] });
  assert.deepEqual(nextSignalMove(input(), later, NOW), { kind: "reconcile", isOver: true });
});

test("another waiting step makes the signal unsafe and is named", () => {
  const both = anExecution({
    steps: [
      aStep(),
      aStep({ stepExecutionId: "b", name: "second" }),
      aStep({ stepExecutionId: "c", name: "hold", action: "aws:pause" }),
    ],
  });
  const move = nextSignalMove(input(), both, NOW);
  assert(move.kind === "unsafe");
  assert.match(move.why, /second \(approval\), hold \(aws:pause\)/);
});

test("only a step that encloses the gate, directly or through other steps, may wait next to it", () => {
  const gate = aStep({ parentStepId: "inner" });
  const inner = aStep({ stepExecutionId: "inner", name: "inner", action: "aws:loop", parentStepId: "outer" });
  const outer = aStep({ stepExecutionId: "outer", name: "outer", action: "aws:executeAutomation" });
  const move = (...steps: Parameters<typeof aStep>[0][]) =>
    nextSignalMove(input(), anExecution({ steps: steps.map((step) => aStep(step)) }), NOW);
  assert.equal(move(gate, inner, outer).kind, "send");
  for (const [other, steps] of Object.entries({
    "an aws:executeAutomation step that does not enclose it": [aStep(), outer],
    "a loop that does not enclose it": [aStep(), inner],
    "a step inside the same loop": [
      gate,
      inner,
      outer,
      aStep({ stepExecutionId: "b", name: "b", parentStepId: "inner" }),
    ],
    "a step that it encloses": [
      aStep(),
      aStep({ stepExecutionId: "b", name: "b", parentStepId: gate.stepExecutionId }),
    ],
    "an enclosing step of an execution that does not list the step between": [gate, outer],
    "a step without an id": [gate, inner, outer, aStep({ stepExecutionId: null, name: "c" })],
  }))
    assert.equal(move(...steps).kind, "unsafe", other);
  const circle = { ...inner, parentStepId: "inner" };
  assert.equal(move(gate, circle, outer).kind, "unsafe");
});

test("an attempt that a crash interrupted is repeated only after it can no longer take effect", () => {
  const crashed = input({ signal: "sending" }, [anAttempt()]);
  const until = NOW + NO_REPLY_UNCERTAIN_MS;
  assert.deepEqual(nextSignalMove(crashed, anExecution(), NOW), { kind: "wait", until });
  assert.deepEqual(nextSignalMove(crashed, anExecution(), until - 1), { kind: "wait", until });
  assert.deepEqual(nextSignalMove(crashed, anExecution(), until), { kind: "send", shownBefore: 0 });
});

test("an attempt with an ambiguous reply is repeated only after the recorded time", () => {
  const until = NOW + READ_LAG_MS;
  const uncertain = input({ signal: "ambiguous" }, [anAttempt({ state: "ambiguous", uncertainUntil: until })]);
  assert.equal(nextSignalMove(uncertain, anExecution(), until - 1).kind, "wait");
  assert.equal(nextSignalMove(uncertain, anExecution(), until).kind, "send");
});

test("an unsafe execution stays unsafe while an attempt is uncertain", () => {
  const uncertain = input({ signal: "ambiguous" }, [anAttempt({ state: "ambiguous", uncertainUntil: NOW + 1 })]);
  const both = anExecution({ steps: [aStep(), aStep({ stepExecutionId: "b", name: "second" })] });
  assert.equal(nextSignalMove(uncertain, both, NOW).kind, "unsafe");
});

test("an attempt without a reply stays uncertain for the life of its signature plus five minutes of clock skew", () => {
  assert.ok(NO_REPLY_UNCERTAIN_MS >= 10 * 60_000);
  assert.ok(NO_REPLY_UNCERTAIN_MS > READ_LAG_MS);
});
