import assert from "node:assert/strict";
import { test } from "node:test";
import { fingerprint, NOT_WAITING } from "../../src/core/execution.ts";
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

const ROWS: [claim: string, ReturnType<typeof read>, ApprovalRequest[], RegExp | null][] = [
  ["an open gate that waits", read("Waiting"), [request("a")], null],
  ["an open gate that has ended", read("Success"), [request("a")], null],
  ["an open gate between two states", read("InProgress"), [request("a")], null],
  ["a closed gate and the next one", read("Success", "Waiting"), [request("a", closed()), request("b")], null],
  ["a closed gate that is no longer listed", read(), [request("a", closed())], null],
  [
    "a closed gate that waits",
    read("Waiting"),
    [request("a", closed())],
    /step a had ended, and this one shows it waiting/,
  ],
  [
    "a gate that an earlier read showed ended",
    read("Waiting"),
    [request("a", { seenOverAt: NOW })],
    /step a had ended/,
  ],
  ["the next gate before its start", read("Waiting", "Pending"), [request("a"), request("b")], /step b waiting/],
  ["the next gate not at all", read("Waiting"), [request("a"), request("b")], /step b waiting/],
  ["a gate that AWS did not find once", read("Waiting"), [request("a", closed("not-found"))], null],
  ["an execution that has ended", { ...read("Waiting"), status: "Cancelled" }, [request("a", closed())], null],
];

for (const [claim, observed, known, expected] of ROWS) {
  test(`a read that shows ${claim} ${expected === null ? "contradicts no row" : "is older than the rows"}`, () => {
    const found = contradictsRows(observed, known);
    if (expected === null) assert.equal(found, null);
    else assert.match(found ?? "", expected);
  });
}

test("a later turn of a closed step contradicts nothing", () => {
  const again = anExecution({ steps: [aStep({ stepExecutionId: "a", startedAt: NOW })] });
  assert.equal(contradictsRows(again, [request("a", closed())]), null);
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
