import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObservedExecution, ObservedStep } from "../../src/core/execution.ts";
import { toLateReplies } from "../../src/core/late-replies.ts";
import { reconcile } from "../../src/core/reconcile.ts";
import type { ApprovalRequest, Outcome } from "../../src/core/request.ts";
import {
  aFacts,
  anAttempt,
  anExecution,
  aRequest,
  aStep,
  aVote,
  decidedAs,
  NOW,
  REQUEST_ID,
} from "../support/samples.ts";

const REVIEWER = "arn:aws:iam::111122223333:user/omar";

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

test("the comment of a decision elsewhere is stored masked and cut between characters, whatever its key is called, and ours is not", () => {
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
  assert.equal(outcome({ Approver: REVIEWER, Comment: `${"x".repeat(998)}😀😀` })?.comment, `${"x".repeat(998)}…`);
  assert.equal(outcome({ Approver: REVIEWER, Comment: `Countersign request ${REQUEST_ID}` })?.comment, undefined);
});

for (const [kind, words] of [
  ["timed-out", "timed out"],
  ["failed", "failed"],
  ["approved", "approved"],
  ["unknown", "ended without a known decision"],
] as const)
  test(`a person whose vote came too late learns how the step ended in AWS: ${words}`, () => {
    const outcome: Outcome = { kind, where: "aws", by: [], detail: null };
    const [reply] = toLateReplies(aRequest(), outcome, [aVote()]);
    assert.match(
      reply?.text ?? "",
      new RegExp(`did not decide the step\\. The step is no longer waiting: ${words} in AWS\\.`),
    );
  });
