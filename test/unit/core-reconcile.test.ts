import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { countApprovals, findDeciders } from "../../src/core/approver-decisions.ts";
import { hasEnded, type ObservedExecution, type ObservedStep } from "../../src/core/execution.ts";
import { type Change, closeNotFound, reconcile } from "../../src/core/reconcile.ts";
import type { ApprovalRequest } from "../../src/core/request.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";
import { aFacts, anExecution, aRequest, aStep, decidedAs, NOW } from "../support/samples.ts";

const REVIEWER = "arn:aws:iam::111122223333:user/omar";

test("a waiting approval opens a request with its gate number and the number of gates", () => {
  const steps = [
    aStep({ stepExecutionId: "1", name: "first", status: "Success" }),
    aStep({ stepExecutionId: "2", name: "work", action: "aws:runCommand", status: "Success" }),
    aStep({ stepExecutionId: "3", name: "second" }),
    aStep({ stepExecutionId: null, name: "third", status: "Pending" }),
  ];
  const [change, ...more] = reconcile(anExecution({ steps }), [], { now: NOW });
  assert.deepEqual(more, []);
  assert(change?.kind === "open");
  assert.deepEqual([change.stepExecutionId, change.gate, change.gates], ["3", 2, 3]);
});

test("a step that waits again in a loop opens another request and ends the first", () => {
  const round = (id: string, status: string) => aStep({ stepExecutionId: id, name: "approve", status });
  const again = anExecution({ steps: [round("one", "Success"), round("two", "Waiting")] });
  const changes = reconcile(again, [aRequest({ stepExecutionId: "one" })], { now: NOW });
  assert.deepEqual(
    changes.map(({ kind }) => kind),
    ["close", "open"],
  );
  assert(changes[1]?.kind === "open");
  assert.deepEqual([changes[1].stepExecutionId, changes[1].gate, changes[1].gates], ["two", 1, 1]);
});

test("a pause, a step without an id and an approval that has not started open no request", () => {
  const steps = [
    aStep({ stepExecutionId: "1", action: "aws:pause" }),
    aStep({ stepExecutionId: null }),
    aStep({ stepExecutionId: "3", status: "Pending" }),
    aStep({ stepExecutionId: "4", action: "aws:executeAutomation" }),
  ];
  assert.deepEqual(reconcile(anExecution({ steps }), [], { now: NOW }), []);
});

test("a change request in PendingApproval opens no request before its runbook runs", () => {
  const steps = [aStep({ stepExecutionId: null, status: "Pending" })];
  const changeRequest = anExecution({ status: "PendingApproval", steps });
  assert.deepEqual(reconcile(changeRequest, [], { now: NOW, withPauses: true }), []);
});

test("a gate of a child execution opens a request; its parent, which waits for the child, opens none", () => {
  const child = anExecution({ parentExecutionId: "parent" });
  assert.deepEqual(
    reconcile(child, [], { now: NOW }).map(({ kind }) => kind),
    ["open"],
  );
  const parent = anExecution({ steps: [aStep({ action: "aws:executeAutomation", status: "Waiting" })] });
  assert.deepEqual(reconcile(parent, [], { now: NOW }), []);
});

test("AWS's count of approvals is updated only after our approval", () => {
  const facts = aFacts({ minRequiredApprovals: 2 });
  const decisions = [`{"approver":"a","decision":"Approve"}`];
  const execution = anExecution({ steps: [aStep({ outputs: { ApproverDecisions: decisions } })] });
  const request = aRequest({ ...decidedAs("approve", "accepted"), facts });
  const [change] = reconcile(execution, [request], { now: NOW });
  assert(change?.kind === "progress");
  assert.deepEqual(change.patch.awsApprovals, [1, 2]);
  for (const other of [decidedAs("approve", "due"), decidedAs("reject", "accepted"), {}])
    assert.deepEqual(reconcile(execution, [aRequest({ ...other, facts })], { now: NOW }), []);
});

test("the end of an execution is recorded on requests that closed earlier, with its failure masked", () => {
  const closed = aRequest({ state: "closed", outcome: { kind: "approved", where: "slack", by: [], detail: null } });
  const execution = anExecution({
    status: "Failed",
    endedAt: NOW + 5,
    failureMessage: "no hunter2",
    steps: [aStep({ status: "Success" })],
  });
  const [change] = reconcile(execution, [closed], { now: NOW, maskText: (text) => text.replace("hunter2", "***") });
  assert(change?.kind === "ended");
  assert.deepEqual(change.patch, {
    executionStatus: "Failed",
    executionEndedAt: NOW + 5,
    executionFailure: "no ***",
    failedStep: null,
  });
});

test("the failure message of a step is stored masked", () => {
  const execution = anExecution({ steps: [aStep({ status: "Failed", failureMessage: "bad hunter2" })] });
  const [change] = reconcile(execution, [aRequest()], { now: NOW, maskText: (text) => text.replace("hunter2", "***") });
  assert.equal(change?.kind === "close" && change.outcome.detail, "bad ***");
});

test("an execution that AWS does not find closes an open request and only records the end of a closed one", () => {
  const closed = closeNotFound(aRequest(), NOW);
  assert.equal(closed?.kind === "close" && closed.outcome.kind, "not-found");
  assert.equal(closeNotFound(aRequest({ state: "closed" }), NOW)?.kind, "ended");
  assert.equal(closeNotFound(aRequest({ state: "closed", executionEndedAt: NOW }), NOW), null);
});

const anyStep: fc.Arbitrary<ObservedStep> = fc
  .record({
    stepExecutionId: fc.constantFrom("s1", "s2", "s3", null),
    name: fc.constantFrom("a", "b"),
    action: fc.constantFrom("aws:approve", "aws:approve", "aws:pause", "aws:runCommand"),
    status: fc.constantFrom(
      "Pending",
      "InProgress",
      "Waiting",
      "Success",
      "TimedOut",
      "Cancelling",
      "Cancelled",
      "Failed",
      "New",
    ),
    outputs: fc.constantFrom<Record<string, string[]>>(
      {},
      { ApprovalStatus: ["Approved"] },
      { ApprovalStatus: ["Rejected"] },
      { ApproverDecisions: ['{"d":"Approve"}'] },
    ),
    failureMessage: fc.constantFrom(null, "boom"),
  })
  .map((step) => aStep(step));

const anyExecution = fc
  .record({
    status: fc.constantFrom("Waiting", "InProgress", "Success", "Failed", "Cancelled", "TimedOut", "Rejected", "New"),
    steps: fc.uniqueArray(anyStep, { maxLength: 4, selector: (step) => step.stepExecutionId ?? Symbol() }),
    endedAt: fc.constantFrom(null, NOW + 1),
    failureMessage: fc.constantFrom(null, "boom"),
  })
  .map((execution) => anExecution(execution));

const anyRequest = (id: string): fc.Arbitrary<ApprovalRequest> =>
  fc
    .record({
      state: fc.constantFrom("open", "decided"),
      decision: fc.constantFrom("approve", "reject"),
      signal: fc.constantFrom("due", "sending", "ambiguous", "accepted"),
      min: fc.constantFrom(1, 2),
    })
    .map(({ state, decision, signal, min }) => {
      const facts = aFacts({ minRequiredApprovals: min });
      const open = { id: `r-${id}`, stepExecutionId: id, facts };
      return aRequest(state === "open" ? open : { ...open, state: "decided", decision, signal });
    });

/** Applies the changes to the requests, like the store. */
function after(known: readonly ApprovalRequest[], execution: ObservedExecution, changes: readonly Change[]) {
  const changed = known.map((request) => {
    const change = changes.find((each) => each.kind !== "open" && each.request.id === request.id);
    return change === undefined || change.kind === "open" ? request : { ...request, ...change.patch };
  });
  const opened = changes.flatMap((change) =>
    change.kind === "open"
      ? [
          aRequest({
            id: `new-${change.stepExecutionId}`,
            stepExecutionId: change.stepExecutionId,
            executionStatus: execution.status,
          }),
        ]
      : [],
  );
  return [...changed, ...opened];
}

test("for any state of an execution, a second identical read changes nothing, only waiting approvals open a request, and its end closes all requests", () => {
  const requests = fc.tuple(anyRequest("s1"), anyRequest("s2")).chain((both) => fc.subarray(both));
  fc.assert(
    fc.property(anyExecution, requests, (execution, known) => {
      const changes = reconcile(execution, known, { now: NOW });
      const next = after(known, execution, changes);
      assert.deepEqual(reconcile(execution, next, { now: NOW + 1 }), []);
      for (const change of changes) {
        if (change.kind !== "open") continue;
        assert.deepEqual([change.step.action, change.step.status], ["aws:approve", "Waiting"]);
        assert.ok(!known.some((request) => request.stepExecutionId === change.stepExecutionId));
      }
      if (hasEnded(execution.status))
        assert.ok(next.every(({ state, executionEndedAt }) => state === "closed" && executionEndedAt !== null));
      for (const request of next)
        assert.equal(request.state === "closed", request.outcome !== null, "closed and only then with an outcome");
    }),
    { numRuns: FULL_MATRIX ? 3_000 : 800 },
  );
});

test("approvals and principals are parsed from decisions in an undocumented format", () => {
  const step = aStep({
    outputs: {
      ApproverDecisions: [
        `{"approver":"${REVIEWER}","decision":"Approve"}`,
        "{approver=arn:aws:sts::111122223333:assumed-role/Role/jane@example.com, decision: Approved}",
        `{"approver":"${REVIEWER}","decision":"Reject"}`,
        "nonsense",
      ],
    },
  });
  assert.equal(countApprovals(step), 2);
  assert.deepEqual(findDeciders(step), [REVIEWER, "arn:aws:sts::111122223333:assumed-role/Role/jane@example.com"]);
});
