import assert from "node:assert/strict";
import { test } from "node:test";
import { fingerprint, NOT_WAITING, type ObservedStep } from "../../src/core/execution.ts";
import type { ApprovalRequest } from "../../src/core/request.ts";
import { contradictsList, contradictsRows } from "../../src/core/stale-reads.ts";
import { aFacts, anExecution, aRequest, aStep, NOW } from "../support/samples.ts";

const request = (id: string, more: Partial<ApprovalRequest> = {}) =>
  aRequest({ id: `r-${id}`, stepExecutionId: id, facts: aFacts({ stepName: id }), ...more });
const closed = (kind: "approved" | "not-found" = "approved"): Partial<ApprovalRequest> => ({
  state: "closed",
  outcome: { kind, where: "aws", by: [], detail: null },
});
const read = (...statuses: string[]) =>
  anExecution({
    steps: statuses.map((status, index) =>
      aStep({ stepExecutionId: "ab"[index] ?? "", name: "ab"[index] ?? "", status }),
    ),
  });

const pause = (stepName: string) => ({ facts: aFacts({ stepName, action: "aws:pause" }) });
const asPause = (execution: ReturnType<typeof read>) => ({
  ...execution,
  steps: execution.steps.map((step) => ({ ...step, action: "aws:pause" })),
});
const hadEnded = (step: string) => `an earlier read showed that step ${step} had ended, and this one shows it waiting`;
const hadBegun = (step: string) =>
  `an earlier read showed step ${step} waiting, and this one does not show that it began`;

const ROWS: [claim: string, ReturnType<typeof read>, ApprovalRequest[], string | null][] = [
  ["an open gate that waits", read("Waiting"), [request("a")], null],
  ["an open gate that has ended", read("Success"), [request("a")], null],
  ["an open gate between two states", read("InProgress"), [request("a")], null],
  ["a closed gate and the next one", read("Success", "Waiting"), [request("a", closed()), request("b")], null],
  ["a closed gate that is no longer listed", read(), [request("a", closed())], null],
  ["a closed gate that waits", read("Waiting"), [request("a", closed())], hadEnded("a")],
  ["a closed gate before its start", read("Pending"), [request("a", closed())], hadBegun("a")],
  ["a closed gate between two states", read("InProgress"), [request("a", closed())], null],
  ["a gate that an earlier read showed ended", read("Waiting"), [request("a", { seenOverAt: NOW })], hadEnded("a")],
  ["a gate that AWS did not find once", read("Waiting"), [request("a", closed("not-found"))], null],
  [
    "a gate that AWS did not find after a read had shown its end",
    read("Waiting"),
    [request("a", { ...closed("not-found"), seenOverAt: NOW })],
    hadEnded("a"),
  ],
  ["the next gate before its start", read("Waiting", "Pending"), [request("a"), request("b")], hadBegun("b")],
  ["the next gate not at all", read("Waiting"), [request("a"), request("b")], hadBegun("b")],
  ["a paused step of the name of a closed gate", asPause(read("Waiting")), [request("a", closed())], null],
  ["a pause that had ended", asPause(read("Waiting")), [request("a", { ...closed(), ...pause("a") })], hadEnded("a")],
  ["an execution that has ended", { ...read("Waiting"), status: "Cancelled" }, [request("a", closed())], null],
  ["no step of an execution without requests", read(), [], null],
];

for (const [claim, observed, known, expected] of ROWS) {
  test(`a read that shows ${claim} ${expected === null ? "contradicts no row" : "is older than the rows"}`, () => {
    assert.equal(contradictsRows(observed, known), expected);
  });
}

test("a later turn of a step contradicts neither an open nor a closed request, but other rows are still compared", () => {
  const again = anExecution({ steps: [aStep({ stepExecutionId: "a", startedAt: NOW })] });
  for (const more of [closed(), {}]) {
    assert.equal(contradictsRows(again, [request("a", more)]), null);
    assert.equal(contradictsRows(again, [request("a", more), request("b")]), hadBegun("b"));
  }
});

const listed = (currentStepName: string | null) =>
  fingerprint({ executionId: "e", status: "Waiting", currentStepName, currentAction: null });

test("a list is newer than a read if it shows a step that the read does not show as begun, or no longer the execution", () => {
  const contradicts = (
    statuses: string[],
    print: string,
    listedAt: number | null = NOW,
    parentStepId: string | null = null,
  ) => {
    const observed = read(...statuses);
    const steps = observed.steps.map((step) => ({ ...step, parentStepId }));
    return (
      contradictsList({ ...observed, steps }, request("a"), [request("a")], { fingerprint: print, listedAt }) !== null
    );
  };
  const startedAt = aStep().startedAt ?? 0;
  assert.ok(contradicts(["Waiting", "Pending"], listed("b")));
  assert.ok(contradicts(["Waiting"], listed("b")), "steps that have not begun may not be listed");
  assert.ok(contradicts(["Waiting", "Pending"], NOT_WAITING, startedAt + 1));
  assert.ok(!contradicts(["Waiting", "Pending"], NOT_WAITING, startedAt), "the list is older than the step");
  assert.ok(!contradicts(["Waiting", "Pending"], NOT_WAITING, null));
  assert.ok(!contradicts(["Waiting", "Pending"], listed("a")));
  assert.ok(!contradicts(["Waiting", "Pending"], listed(null)));
  assert.ok(!contradicts(["Waiting", "Success"], listed("b")), "the list is older than the read");
  assert.ok(!contradicts(["Waiting", "InProgress"], listed("b")), "an enclosing step");
  assert.ok(!contradicts(["Waiting"], listed("loop iteration"), NOW, "loop"), "the name of a nested step is not known");
  assert.ok(!contradicts(["Success", "Waiting"], listed("c")), "the step no longer waits");
  assert.ok(!contradicts(["Waiting", "Pending"], "anything else"));
});

test("the reason says how the list is newer than the read", () => {
  const reason = (fingerprint: string, step: Partial<ObservedStep> = {}, known = request("a")) => {
    const observed = anExecution({ steps: [aStep({ stepExecutionId: "a", name: "a", ...step })] });
    return contradictsList(observed, known, [known], { fingerprint, listedAt: NOW });
  };
  const notListed = "the list of waiting executions no longer contains this one";
  assert.equal(reason(NOT_WAITING), notListed);
  assert.equal(reason(listed("b")), "the list of waiting executions shows this one at step b");
  assert.equal(reason(NOT_WAITING, { startedAt: null }), null, "the start of the step is not known");
  assert.equal(reason(NOT_WAITING, { action: "aws:pause" }), null, "another action");
  assert.equal(reason(NOT_WAITING, { action: "aws:pause" }, request("a", pause("a"))), notListed);
  assert.equal(reason(NOT_WAITING, { stepExecutionId: "b" }), null, "the read does not show the step");
});

test("a step that ran already in another turn of a loop may have begun, and a list is needed to contradict a read", () => {
  const steps = ["Success", "Pending"].map((status, index) =>
    aStep({ stepExecutionId: `b${index}`, name: "b", status }),
  );
  const observed = anExecution({ steps: [aStep({ stepExecutionId: "a", name: "a" }), ...steps] });
  const known = request("a");
  assert.equal(contradictsList(observed, known, [known], { fingerprint: listed("b"), listedAt: NOW }), null);
  assert.equal(contradictsList(read("Waiting"), known, [known], null), null);
  assert.equal(contradictsList(read("Waiting"), known, [known], { fingerprint: NOT_WAITING }), null, "no time");
});
