import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ANNOUNCED,
  findEnclosingIds,
  findWaitingWithoutId,
  fingerprint,
  hasEnded,
  isUnderWay,
  isWaitingAs,
  isWaitingForApproval,
  NOT_WAITING,
  type ObservedExecution,
  opensRequests,
  parseFingerprint,
  toListed,
} from "../../src/core/execution.ts";
import { anExecution, aStep, EXECUTION_ID, NOW } from "../support/samples.ts";

const within = (stepExecutionId: string | null, parentStepId: string | null, more = {}) =>
  aStep({ stepExecutionId, parentStepId, name: stepExecutionId ?? "none", ...more });

for (const [isOver, statuses] of [
  [true, ["Success", "TimedOut", "Cancelled", "Failed", "Rejected"]],
  [true, ["CompletedWithSuccess", "CompletedWithFailure", "Exited"]],
  [false, ["Pending", "InProgress", "Waiting", "Cancelling", "PendingApproval", "Approved", "Scheduled"]],
  [false, ["RunbookInProgress", "ChangeCalendarOverrideApproved", "ANewStatus", ""]],
] as const)
  for (const status of statuses)
    test(`an execution in the status "${status}" ${isOver ? "has ended" : "may go on"}`, () => {
      assert.equal(hasEnded(status), isOver);
    });

const OPENING: [claim: string, execution: Partial<ObservedExecution>, expected: boolean][] = [
  ["an execution that waits opens requests", { status: "Waiting" }, true],
  ["an execution that runs another step opens requests", { status: "InProgress" }, true],
  ["an execution that has ended opens none", { status: "Success" }, false],
  ["an execution that people run step by step opens none", { status: "Waiting", isInteractive: true }, false],
  ["a change request before its approval opens none", { status: "PendingApproval" }, false],
];
for (const [claim, execution, expected] of OPENING)
  test(claim, () => {
    assert.equal(opensRequests(anExecution(execution)), expected);
    const observed = anExecution({ ...execution, steps: [aStep({ stepExecutionId: null })] });
    assert.equal(findWaitingWithoutId(observed).length, expected ? 1 : 0, "for a step without an id, it is reported");
  });

test("only a waiting approval without an id is reported as one that no request can be opened for", () => {
  const steps = [
    aStep({ stepExecutionId: null, name: "unknown" }),
    aStep({ stepExecutionId: null, name: "not begun", status: "Pending" }),
    aStep({ stepExecutionId: null, name: "no gate", action: "aws:sleep" }),
    aStep({ name: "known" }),
  ];
  assert.deepEqual(
    findWaitingWithoutId(anExecution({ steps })).map(({ name }) => name),
    ["unknown"],
  );
});

test("a step waits for people only in the status Waiting, and with the action that is asked for", () => {
  for (const status of ["Pending", "InProgress", "Success", "Failed", "Cancelling"]) {
    assert.equal(isWaitingForApproval(aStep({ status })), false, status);
    assert.equal(isUnderWay(aStep({ status })), status === "Pending" || status === "InProgress", status);
  }
  assert.equal(isUnderWay(aStep({ status: "Waiting" })), false);
  const [approval, pause] = [aStep(), aStep({ action: "aws:pause" })];
  assert.deepEqual([isWaitingForApproval(approval), isWaitingForApproval(pause)], [true, false]);
  assert.deepEqual([isWaitingAs(approval, "aws:pause"), isWaitingAs(pause, "aws:pause")], [false, true]);
});

test("the steps that enclose a step are found through every level, also if one is missing or they form a circle", () => {
  const steps = [within("outer", null), within("inner", "outer"), within("gate", "inner"), within("other", null)];
  const found = (step: ReturnType<typeof within>, all = steps) => [...findEnclosingIds(all, step)];
  assert.deepEqual(found(within("gate", "inner")), ["inner", "outer"]);
  assert.deepEqual(found(within("other", null)), []);
  assert.deepEqual(found(within("gate", "not listed")), ["not listed"]);
  const circle = [within("a", "b"), within("b", "a")];
  assert.deepEqual(found(within("a", "b"), circle), ["b", "a"]);
});

test("an execution that waits at one step is listed with this step and since when it waits", () => {
  const expected = {
    executionId: EXECUTION_ID,
    status: "Waiting",
    currentStepName: "gate",
    currentAction: "aws:approve",
    since: NOW,
  };
  const gate = within("gate", "inner", { startedAt: NOW });
  const done = within("done", null, { status: "Success" });
  const loops = [
    within("outer", null, { action: "aws:loop" }),
    within("inner", "outer", { action: "aws:loop" }),
    within(null, "outer", { action: "aws:loop", status: "InProgress" }),
  ];
  assert.deepEqual(toListed(anExecution({ steps: [done, ...loops, gate] })), expected);
  const withoutId = { ...gate, stepExecutionId: null };
  assert.deepEqual(toListed(anExecution({ steps: [withoutId] })), expected);
});

test("a read does not tell at which step an execution waits if none or several do, or if the start is missing", () => {
  const gate = within("gate", null);
  for (const execution of [
    { steps: [] },
    { steps: [within("gate", null, { status: "Success" })] },
    { steps: [gate, within("second", null)] },
    { steps: [within("gate", null, { startedAt: null })] },
    { steps: [gate], status: "InProgress" },
  ])
    assert.equal(toListed(anExecution(execution)), null, JSON.stringify(execution));
});

test("a list item has the same fingerprint until its status, its step or the step's action changes", () => {
  const item = { executionId: "e-1", status: "Waiting", currentStepName: "ask", currentAction: "aws:approve" };
  assert.equal(fingerprint(item), '["Waiting","ask","aws:approve"]');
  assert.equal(fingerprint({ ...item, executionId: "e-2" }), fingerprint(item));
  for (const change of [{ status: "InProgress" }, { currentStepName: null }, { currentAction: "aws:pause" }])
    assert.notEqual(fingerprint({ ...item, ...change }), fingerprint(item), JSON.stringify(change));
  assert.deepEqual(parseFingerprint(fingerprint(item)), { status: "Waiting", currentStepName: "ask" });
});

test("the stored fingerprints of executions outside of the list stay the same, and are those of no list item", () => {
  assert.deepEqual([NOT_WAITING, ANNOUNCED], ["not waiting", "announced"]);
  for (const text of [NOT_WAITING, ANNOUNCED, "", "[]", "[1]", "{}", "null"])
    assert.equal(parseFingerprint(text), null, text);
});
