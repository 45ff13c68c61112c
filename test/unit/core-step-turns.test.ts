import assert from "node:assert/strict";
import { test } from "node:test";
import { reconcile } from "../../src/core/reconcile.ts";
import type { ApprovalRequest } from "../../src/core/request.ts";
import { nextSignalMove } from "../../src/core/signal.ts";
import { ERROR_REPLY_UNCERTAIN_MS, type SignalAttempt } from "../../src/core/signal-attempt.ts";
import { BOT } from "../../src/core/signers.ts";
import { aFacts, anAttempt, anExecution, aRequest, aStep, NOW, STEP_ID } from "../support/samples.ts";

const LATER = NOW + 60_000;
const first = (more: Partial<ApprovalRequest> = {}, waitingSince: number | null = NOW) =>
  aRequest({ facts: aFacts({ waitingSince }), ...more });
const DECIDED = { state: "decided", decision: "approve", signal: "due" } as const;
const turn = (startedAt: number | null, more = {}) => anExecution({ steps: [aStep({ startedAt, ...more })] });
const changes = (known: ApprovalRequest[], startedAt: number | null, attempts: SignalAttempt[] = []) =>
  reconcile(turn(startedAt), known, { now: LATER + 1, attempts }).map((change) =>
    change.kind === "open"
      ? ["open", change.stepTurn]
      : [change.kind, change.kind === "close" ? `${change.outcome.kind} ${change.outcome.where}` : change.patch],
  );

test("a reused id with a later start closes the old request without its decision, and opens another", () => {
  assert.deepEqual(changes([first()], LATER), [
    ["close", "unknown aws"],
    ["open", 2],
  ]);
  assert.deepEqual(changes([first(DECIDED)], LATER), [
    ["close", "unknown aws"],
    ["open", 2],
  ]);
  const accepted = [anAttempt({ state: "accepted" })];
  assert.deepEqual(changes([first({ ...DECIDED, signal: "accepted" })], LATER, accepted), [
    ["close", "approved slack"],
    ["open", 2],
  ]);
  assert.deepEqual(changes([first({ state: "closed" })], LATER), [["open", 2]]);
});

test("times within a second are the same turn, and an earlier one than the latest known opens nothing", () => {
  for (const startedAt of [NOW - 1_000, NOW, NOW + 1_000]) assert.deepEqual(changes([first()], startedAt), []);
  assert.equal(changes([first()], NOW + 1_001).length, 2);
  const second = first({ id: "r-2", stepTurn: 2 }, LATER);
  assert.deepEqual(changes([first({ state: "closed" }), second], NOW), []);
  assert.deepEqual(changes([first({ state: "closed" }), second], NOW - 60_000), []);
});

test("an earlier turn that a read shows again does not close the request of the latest one", () => {
  const known = [first({ state: "closed" }), first({ id: "r-2", stepTurn: 2 }, LATER)];
  const stale = turn(NOW, { status: "Success", outputs: { ApprovalStatus: ["Approved"] } });
  assert.deepEqual(reconcile(stale, known, { now: LATER }), []);
});

test("a missing start opens no second request, and the first one that AWS reports is stored", () => {
  assert.deepEqual(changes([first()], null), []);
  assert.deepEqual(changes([first({}, null)], null), []);
  assert.deepEqual(changes([first({ state: "closed" }, null)], LATER), []);
  assert.deepEqual(changes([first({}, null)], LATER), [["progress", { facts: aFacts({ waitingSince: LATER }) }]]);
  assert.deepEqual(changes([], null), [["open", 1]]);
});

const move = (request: ApprovalRequest, startedAt: number | null, elsewhere: SignalAttempt[] = []) =>
  nextSignalMove({ request, signer: BOT, attempts: [], elsewhere }, turn(startedAt), LATER);

test("a decision is signaled only to the turn of the step that it was made for", () => {
  assert.equal(move(first(DECIDED), NOW).kind, "send");
  assert.equal(move(first(DECIDED), NOW + 1_000).kind, "send");
  assert.equal(move(first(DECIDED), LATER).kind, "reconcile");
  assert.equal(move(first(DECIDED), NOW - 60_000).kind, "stale");
});

test("no signal is sent while the start of the step is missing in the read or in the request", () => {
  const without = move(first(DECIDED), null);
  assert(without.kind === "unsafe");
  assert.match(without.why, /does not report when the step started/);
  assert.equal(move(first(DECIDED, null), NOW).kind, "reconcile");
});

test("an unresolved attempt of another turn or step of the execution delays the signal", () => {
  const until = LATER + ERROR_REPLY_UNCERTAIN_MS;
  for (const state of ["sending", "ambiguous"] as const) {
    const other = anAttempt({ requestId: "r-1", state, uncertainUntil: until });
    assert.deepEqual(move(first({ ...DECIDED, id: "r-2", stepTurn: 2 }), NOW, [other]), { kind: "wait", until });
    assert.equal(move(first(DECIDED), NOW, [{ ...other, uncertainUntil: LATER }]).kind, "send");
  }
  for (const state of ["accepted", "refused", "skipped", "deferred"] as const)
    assert.equal(
      move(first(DECIDED), NOW, [anAttempt({ requestId: "r-1", state, uncertainUntil: until })]).kind,
      "send",
    );
  assert.equal(first(DECIDED).stepExecutionId, STEP_ID);
});
