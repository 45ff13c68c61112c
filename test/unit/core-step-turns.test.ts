import assert from "node:assert/strict";
import { test } from "node:test";
import { reconcile } from "../../src/core/reconcile.ts";
import type { ApprovalRequest } from "../../src/core/request.ts";
import { nextSignalMove } from "../../src/core/signal.ts";
import { READ_LAG_MS, type SignalAttempt } from "../../src/core/signal-attempt.ts";
import { BOT } from "../../src/core/signers.ts";
import { matchTurns } from "../../src/core/step-turns.ts";
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
  const until = LATER + READ_LAG_MS;
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

/** The turns of one step execution, in the order in which they were opened, by their starts. */
const turnsOf = (...starts: (number | null)[]) =>
  starts.map((waitingSince, index) => first({ id: `r-${index + 1}`, stepTurn: index + 1 }, waitingSince));

const MATCHES: [
  claim: string,
  known: ApprovalRequest[],
  startedAt: number | null,
  found: string | null,
  isNew: boolean,
][] = [
  ["no request", [], NOW, null, true],
  ["a request of another step", [first({ stepExecutionId: "other" })], NOW, null, true],
  ["the start of the only turn", turnsOf(NOW), NOW, "r-1", false],
  ["a start a second earlier", turnsOf(NOW), NOW - 1_000, "r-1", false],
  ["a start a second later", turnsOf(NOW), NOW + 1_000, "r-1", false],
  ["a start more than a second earlier", turnsOf(NOW), NOW - 1_001, null, false],
  ["a start more than a second later", turnsOf(NOW), NOW + 1_001, null, true],
  ["the start of the first of two turns", turnsOf(NOW, LATER), NOW, "r-1", false],
  ["the start of the second of two turns", turnsOf(NOW, LATER), LATER, "r-2", false],
  ["a start between two turns", turnsOf(NOW, LATER), NOW + 30_000, null, false],
  ["a start after two turns", turnsOf(NOW, LATER), LATER + 30_000, null, true],
  ["no start, after one turn", turnsOf(NOW), null, "r-1", false],
  ["no start, after two turns", turnsOf(NOW, LATER), null, "r-2", false],
  ["a start, and the only turn has none", turnsOf(null), NOW, "r-1", false],
  ["a start, and the second turn has none", turnsOf(NOW, null), LATER, "r-2", false],
  ["the start of the first turn, and the second has none", turnsOf(NOW, null), NOW, "r-1", false],
  ["a start that no turn has, and only the first turn has none", turnsOf(null, LATER), NOW, null, false],
  ["no start, and the only turn has none", turnsOf(null), null, "r-1", false],
  ["no start, and the first of two turns has none", turnsOf(null, LATER), null, "r-2", false],
];

for (const [claim, known, startedAt, found, isNew] of MATCHES)
  test(`a step with ${claim} ${found === null ? "has no request" : `is about ${found}`}${isNew ? " and is a new turn" : ""}`, () => {
    const step = aStep({ startedAt });
    const turns = matchTurns([step], known);
    assert.equal(turns.findRequest(step)?.id ?? null, found);
    assert.equal(turns.isNew(step), isNew);
    for (const request of known) assert.equal(turns.findStep(request), request.id === found ? step : undefined);
  });

test("a turn is replaced only by a later one, and not while the read shows it too", () => {
  const replaced = (known: ApprovalRequest[], ...starts: (number | null)[]) => {
    const turns = matchTurns(
      starts.map((startedAt) => aStep({ startedAt })),
      known,
    );
    return known.filter((request) => turns.isReplaced(request)).map(({ id }) => id);
  };
  assert.deepEqual(replaced(turnsOf(NOW), LATER), ["r-1"]);
  assert.deepEqual(replaced(turnsOf(NOW, LATER), LATER), ["r-1"]);
  assert.deepEqual(replaced(turnsOf(NOW, LATER), LATER + 30_000), ["r-1", "r-2"]);
  assert.deepEqual(replaced(turnsOf(NOW), NOW + 1_000), [], "the same turn");
  assert.deepEqual(replaced(turnsOf(LATER), NOW), [], "an earlier turn");
  assert.deepEqual(replaced(turnsOf(NOW), null), [], "no start in the read");
  assert.deepEqual(replaced(turnsOf(null), LATER), [], "no start on record");
  assert.deepEqual(replaced(turnsOf(NOW), NOW, LATER), [], "both turns are shown");
});

test("a step without an id is a new turn without a request", () => {
  const step = aStep({ stepExecutionId: null, startedAt: NOW });
  const turns = matchTurns([step], turnsOf(NOW));
  assert.deepEqual([turns.findRequest(step), turns.isNew(step)], [undefined, true]);
});
