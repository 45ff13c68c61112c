import assert from "node:assert/strict";
import { test } from "node:test";
import { reconcile } from "../../src/core/reconcile.ts";
import type { ApprovalRequest } from "../../src/core/request.ts";
import { aFacts, anExecution, aRequest, aStep, NOW } from "../support/samples.ts";

type Step = ReturnType<typeof aStep>;

const about = (stepExecutionId: string, stepName: string, more: Partial<ApprovalRequest> = {}) =>
  aRequest({ id: `r-${stepExecutionId}`, stepExecutionId, facts: aFacts({ stepName }), ...more });
const waiting = (stepExecutionId: string, name: string, more: Partial<Step> = {}) =>
  aStep({ stepExecutionId, name, ...more });

/** Returns the numbers of each request that the read opens. */
function opened(steps: Step[], known: ApprovalRequest[] = [], withPauses = false) {
  return reconcile(anExecution({ steps }), known, { now: NOW, withPauses }).flatMap((change) => {
    if (change.kind !== "open") return [];
    const { stepExecutionId: id, stepTurn: turn, gate, gates, visit } = change;
    return [{ id, turn, gate, gates, visit }];
  });
}

test("a visit counts the requests about steps of this name, whatever their id, and no others", () => {
  const known = [about("a1", "ask"), about("b1", "other"), about("a2", "ask")];
  const steps = [waiting("b1", "other", { status: "Success" }), waiting("a3", "ask")];
  assert.deepEqual(opened(steps, known), [{ id: "a3", turn: 1, gate: 2, gates: 2, visit: 3 }]);
});

test("two steps of one name that begin to wait together are two visits", () => {
  assert.deepEqual(
    opened([waiting("a1", "ask"), waiting("a2", "ask")]).map(({ id, visit }) => [id, visit]),
    [
      ["a1", 1],
      ["a2", 2],
    ],
  );
});

test("a turn counts the requests about this id, and no others", () => {
  const known = [about("a1", "ask", { stepTurn: 2, state: "closed" }), about("b1", "other", { stepTurn: 7 })];
  const steps = [waiting("a1", "ask", { startedAt: NOW }), waiting("c1", "third")];
  assert.deepEqual(
    opened(steps, known).map(({ id, turn }) => [id, turn]),
    [
      ["a1", 3],
      ["c1", 1],
    ],
  );
});

test("a turn that has a request opens no second one, even if a request about an earlier turn was stored later", () => {
  const known = [
    about("a1", "ask", { facts: aFacts({ stepName: "ask", waitingSince: NOW }) }),
    about("a1", "ask", { id: "r-2", facts: aFacts({ stepName: "ask", waitingSince: NOW - 60_000 }) }),
  ];
  assert.deepEqual(opened([waiting("a1", "ask", { startedAt: NOW })], known), []);
});

test("paused steps open requests if the policy has a route for them, and are numbered apart from approvals", () => {
  const steps = [
    waiting("a1", "ask", { status: "Success" }),
    waiting("p1", "hold", { action: "aws:pause" }),
    waiting("a2", "confirm"),
  ];
  const approval = { id: "a2", turn: 1, gate: 2, gates: 2, visit: 1 };
  assert.deepEqual(opened(steps), [approval]);
  assert.deepEqual(opened(steps, [], true), [approval, { id: "p1", turn: 1, gate: 1, gates: 1, visit: 1 }]);
});
