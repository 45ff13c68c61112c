import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { countApprovals, findDeciders } from "../../src/core/approver-decisions.ts";
import { hasEnded, type ObservedExecution, type ObservedStep } from "../../src/core/execution.ts";
import { type Change, closeNotFound, reconcile } from "../../src/core/reconcile.ts";
import type { ApprovalRequest, Outcome, SignalState, Verdict } from "../../src/core/request.ts";
import { aFacts, anAttempt, anExecution, aRequest, aStep, NOW, REQUEST_ID } from "../support/samples.ts";

const REVIEWER = "arn:aws:iam::111122223333:user/omar";

const decidedAs = (decision: Verdict, signal: SignalState): Partial<ApprovalRequest> => ({
  state: "decided",
  decision,
  decidedAt: NOW,
  signal,
});

type Ending = { kind: Outcome["kind"]; where: Outcome["where"]; by?: string[] } | "stays";

/** The state of the step in AWS, the state of the request here, and the resulting end of the request. */
const ENDINGS: [claim: string, step: Partial<ObservedStep>, request: Partial<ApprovalRequest>, Ending][] = [
  ["still waiting", {}, {}, "stays"],
  ["still waiting after our decision", {}, decidedAs("approve", "accepted"), "stays"],
  ["not started", { status: "Pending" }, {}, "stays"],
  ["in progress", { status: "InProgress" }, decidedAs("approve", "accepted"), "stays"],
  ["approved elsewhere", { status: "Success" }, {}, { kind: "approved", where: "aws" }],
  [
    "approved, and the step moves on",
    { status: "InProgress", outputs: { ApprovalStatus: ["Approved"] } },
    decidedAs("approve", "accepted"),
    { kind: "approved", where: "slack" },
  ],
  [
    "approved elsewhere by a named principal",
    {
      status: "Success",
      outputs: { ApprovalStatus: ["Approved"], ApproverDecisions: [`{"approver":"${REVIEWER}","decision":"Approve"}`] },
    },
    {},
    { kind: "approved", where: "aws", by: [REVIEWER] },
  ],
  [
    "approved by our signal",
    { status: "Success" },
    decidedAs("approve", "accepted"),
    { kind: "approved", where: "slack" },
  ],
  [
    "approved while our signal is in transit",
    { status: "Success" },
    decidedAs("approve", "sending"),
    { kind: "approved", where: "slack" },
  ],
  [
    "approved after our signal got no reply",
    { status: "Success" },
    decidedAs("approve", "ambiguous"),
    { kind: "approved", where: "slack" },
  ],
  [
    "approved after our signal got no reply, with the id of our request in the decisions",
    { status: "Success", outputs: { ApproverDecisions: [`{"comment":"request ${REQUEST_ID}"}`] } },
    decidedAs("approve", "ambiguous"),
    { kind: "approved", where: "slack" },
  ],
  [
    "approved with the comment of another person after our signal got no reply",
    { status: "Success", outputs: { ApproverDecisions: [`{"approver":"${REVIEWER}","comment":"mine"}`] } },
    decidedAs("approve", "ambiguous"),
    { kind: "approved", where: "aws", by: [REVIEWER] },
  ],
  [
    "approved elsewhere before our signal was sent",
    { status: "Success" },
    decidedAs("approve", "due"),
    { kind: "approved", where: "aws" },
  ],
  [
    "approved elsewhere although we rejected",
    { status: "Success" },
    decidedAs("reject", "accepted"),
    { kind: "approved", where: "aws" },
  ],
  [
    "rejected elsewhere",
    { status: "Failed", outputs: { ApprovalStatus: ["Rejected"] } },
    {},
    { kind: "rejected", where: "aws" },
  ],
  [
    "rejected by our signal",
    { status: "Failed", outputs: { ApprovalStatus: ["Rejected"] } },
    decidedAs("reject", "accepted"),
    { kind: "rejected", where: "slack" },
  ],
  [
    "failed after our rejection, without an approval status",
    { status: "Failed" },
    decidedAs("reject", "accepted"),
    { kind: "rejected", where: "slack" },
  ],
  [
    "rejected elsewhere after our approval",
    { status: "Failed", outputs: { ApprovalStatus: ["Rejected"] } },
    decidedAs("approve", "accepted"),
    { kind: "rejected", where: "aws" },
  ],
  ["failed without a decision", { status: "Failed" }, {}, { kind: "failed", where: "aws" }],
  ["timed out", { status: "TimedOut" }, {}, { kind: "timed-out", where: "aws" }],
  [
    "timed out after our decision",
    { status: "TimedOut" },
    decidedAs("approve", "due"),
    { kind: "timed-out", where: "aws" },
  ],
  ["cancelled", { status: "Cancelled" }, {}, { kind: "cancelled", where: "aws" }],
  ["being cancelled", { status: "Cancelling" }, {}, { kind: "cancelled", where: "aws" }],
  ["in an unknown state", { status: "Exploded" }, {}, { kind: "unknown", where: "aws" }],
];

for (const [claim, step, request, ending] of ENDINGS) {
  test(`a step that is ${claim} ${ending === "stays" ? "leaves the request as it is" : `ends it: ${ending.kind}, ${ending.where}`}`, () => {
    const [change, ...more] = reconcile(anExecution({ steps: [aStep(step)] }), [aRequest(request)], { now: NOW });
    assert.deepEqual(more, []);
    if (ending === "stays") return assert.notEqual(change?.kind, "close");
    assert(change?.kind === "close");
    const { kind, where, by } = change.outcome;
    assert.deepEqual({ kind, where, by }, { by: [], ...ending });
    assert.equal(change.patch.state, "closed");
    assert.equal(change.patch.closedAt, NOW);
  });
}

const ROLE = "arn:aws:iam::111122223333:role/CountersignBot";
const SESSION = "arn:aws:sts::111122223333:assumed-role/CountersignBot/countersign";

for (const [claim, approver, comment, principal, where] of [
  ["a session of our own role", SESSION, null, ROLE, "slack"],
  ["our own role", ROLE, null, ROLE, "slack"],
  ["another principal", REVIEWER, null, ROLE, "aws"],
  ["our principal of today, if another one signed", SESSION, null, REVIEWER, "aws"],
  ["the principal that signed, if another one signs today", REVIEWER, null, REVIEWER, "slack"],
  ["a session of our own role for another request", SESSION, "Countersign request another: Approved", ROLE, "aws"],
  ["a role while our own role is unknown", SESSION, null, null, "aws"],
] as const) {
  test(`after a signal without a reply, a decision by ${claim} is reported as made in ${where}`, () => {
    const entry = JSON.stringify({ approver, decision: "Approve", ...(comment === null ? {} : { comment }) });
    const step = aStep({ status: "Success", outputs: { ApproverDecisions: [entry] } });
    const request = aRequest(decidedAs("approve", "ambiguous"));
    const attempts = [anAttempt({ state: "ambiguous", principal })];
    const [change] = reconcile(anExecution({ steps: [step] }), [request], { now: NOW, attempts });
    assert(change?.kind === "close");
    assert.equal(change.outcome.where, where);
  });
}

/** The state of the whole execution, for steps whose own state is not conclusive. */
const EXECUTIONS: [claim: string, Partial<ObservedExecution>, Ending][] = [
  ["continues and lists no steps", { status: "Waiting", steps: [] }, "stays"],
  [
    "continues and lists only other steps",
    { status: "InProgress", steps: [aStep({ stepExecutionId: "x", status: "Success" })] },
    "stays",
  ],
  [
    "was cancelled before its step ended",
    { status: "Cancelled", steps: [aStep()] },
    { kind: "cancelled", where: "aws" },
  ],
  ["timed out before its step ended", { status: "TimedOut", steps: [aStep()] }, { kind: "timed-out", where: "aws" }],
  [
    "was cancelled after its step was approved",
    { status: "Cancelled", steps: [aStep({ status: "InProgress", outputs: { ApprovalStatus: ["Approved"] } })] },
    { kind: "approved", where: "aws" },
  ],
  ["was cancelled and lists no steps", { status: "Cancelled", steps: [] }, { kind: "cancelled", where: "aws" }],
  ["ended and lists no steps", { status: "Success", steps: [] }, { kind: "unknown", where: "aws" }],
];

for (const [claim, execution, ending] of EXECUTIONS) {
  test(`an execution that ${claim} ${ending === "stays" ? "leaves the request as it is" : `ends it: ${ending.kind}`}`, () => {
    const changes = reconcile(anExecution(execution), [aRequest()], { now: NOW }).filter(
      ({ kind }) => kind === "close",
    );
    if (ending === "stays") return assert.deepEqual(changes, []);
    const [change] = changes;
    assert(change?.kind === "close");
    assert.deepEqual([change.outcome.kind, change.outcome.where], [ending.kind, ending.where]);
  });
}

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
    { numRuns: 3_000 },
  );
});

test("while another signal is due, earlier accepted signals count as ours and refused ones do not", () => {
  const request = aRequest({ ...decidedAs("approve", "due"), facts: aFacts({ minRequiredApprovals: 2 }) });
  const outcomeAfter = (state: "accepted" | "refused", requestId = REQUEST_ID) => {
    const attempts = [anAttempt({ requestId, state })];
    const over = anExecution({ steps: [aStep({ status: "Success" })] });
    const [change] = reconcile(over, [request], { now: NOW, attempts });
    return change?.kind === "close" ? change.outcome.where : change;
  };
  assert.deepEqual(
    [outcomeAfter("accepted"), outcomeAfter("refused"), outcomeAfter("accepted", "another")],
    ["slack", "aws", "aws"],
  );
  const attempts = [anAttempt({ state: "accepted" })];
  const [progress] = reconcile(anExecution(), [request], { now: NOW, attempts });
  assert.deepEqual(progress?.kind === "progress" && progress.patch.awsApprovals, [0, 2]);
  assert.deepEqual(reconcile(anExecution(), [request], { now: NOW, attempts: [] }), []);
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

test("the comment of a decision elsewhere is stored masked, whatever its key is called, and ours is not", () => {
  const decide = (decision: object) => ({
    ApprovalStatus: ["Approved"],
    ApproverDecisions: [JSON.stringify(decision)],
  });
  const outcome = (decision: object) => {
    const execution = anExecution({ steps: [aStep({ status: "Success", outputs: decide(decision) })] });
    const [change] = reconcile(execution, [aRequest()], {
      now: NOW,
      maskText: (text) => text.replace("hunter2", "***"),
    });
    return change?.kind === "close" ? change.outcome : null;
  };
  assert.equal(outcome({ Approver: REVIEWER, Comment: "ok, hunter2" })?.comment, "ok, ***");
  assert.equal(outcome({ approver: REVIEWER, approverComments: "fine" })?.comment, "fine");
  assert.equal(outcome({ Approver: REVIEWER })?.comment, undefined);
  assert.equal(outcome({ Approver: REVIEWER, Comment: `Countersign request ${REQUEST_ID}` })?.comment, undefined);
});
