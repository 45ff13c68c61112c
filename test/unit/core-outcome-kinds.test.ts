import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObservedStep } from "../../src/core/execution.ts";
import { type Ending, toOutcome } from "../../src/core/outcome.ts";
import type { ApprovalRequest, Outcome } from "../../src/core/request.ts";
import { aFacts, anExecution, aRequest, aStep, decidedAs, REQUEST_ID } from "../support/samples.ts";

const OMAR = "arn:aws:iam::111122223333:user/omar";
const ROLE = "arn:aws:iam::111122223333:role/CountersignBot";
const status = (ApprovalStatus: "Approved" | "Rejected", more: Partial<ObservedStep> = {}) => ({
  outputs: { ApprovalStatus: [ApprovalStatus] },
  ...more,
});

interface Given {
  /** Null: the read does not show the step. */
  step: Partial<ObservedStep> | null;
  /** The status of the execution. */
  execution?: string;
  /** Default: nobody decided in Slack. */
  request?: Partial<ApprovalRequest>;
  isAccepted?: boolean;
  isReplaced?: boolean;
}

const PAUSE = { facts: aFacts({ action: "aws:pause", stepName: "hold" }) };

function end({ step, execution = "InProgress", request, isAccepted = false, isReplaced = false }: Given): Outcome {
  const ending: Ending = {
    step: step === null ? undefined : aStep(step),
    observed: anExecution({ status: execution }),
    request: aRequest(request),
    ...{ isAccepted, wasSent: isAccepted, isReplaced, signedAs: [ROLE] },
    maskText: (text) => text.replaceAll("hunter2", "***"),
  };
  return toOutcome(ending);
}

type Row = [claim: string, Given, expected: string];
const testRows = (what: string, rows: Row[], more: Partial<ApprovalRequest> = {}) => {
  for (const [claim, given, expected] of rows)
    test(`${what} ${claim} ends as ${expected}`, () => {
      const { kind, where } = end({ ...given, request: { ...given.request, ...more } });
      assert.equal(`${kind} in ${where}`, expected);
    });
};

const APPROVED = { request: decidedAs("approve", "accepted"), isAccepted: true };
const REJECTED = { request: decidedAs("reject", "accepted"), isAccepted: true };
const REPLACED = { step: null, isReplaced: true };
/** Signals without a reply. */
const unclear = (decision: "approve" | "reject") =>
  (["sending", "ambiguous"] as const).map((signal) => decidedAs(decision, signal));

testRows("an approval", [
  ["whose turn is over without a signal", { ...REPLACED }, "unknown in aws"],
  [
    "whose turn is over after an approval without a reply",
    { ...REPLACED, request: decidedAs("approve", "ambiguous") },
    "unknown in aws",
  ],
  ["whose turn is over after our approval", { ...REPLACED, ...APPROVED }, "approved in slack"],
  ["whose turn is over after our rejection", { ...REPLACED, ...REJECTED }, "rejected in slack"],
  [
    "that was approved when its execution was cancelled",
    { step: status("Approved"), execution: "Cancelled" },
    "approved in aws",
  ],
  [
    "that was rejected when its execution was cancelled",
    { step: status("Rejected"), execution: "Cancelled" },
    "rejected in aws",
  ],
  ["that was rejected and still runs", { step: status("Rejected", { status: "InProgress" }) }, "rejected in aws"],
  ["that was still waiting when its execution timed out", { step: {}, execution: "TimedOut" }, "timed-out in aws"],
  ["that was still waiting when its execution was cancelled", { step: {}, execution: "Cancelled" }, "cancelled in aws"],
  [
    "that was approved and still waiting when its execution was cancelled",
    { step: status("Approved"), execution: "Cancelled" },
    "approved in aws",
  ],
  ["that was still waiting when its execution failed", { step: {}, execution: "Failed" }, "unknown in aws"],
  [
    "that was still waiting when its execution failed after our rejection",
    { step: {}, execution: "Failed", ...REJECTED },
    "unknown in aws",
  ],
  [
    "that was still waiting when its execution succeeded",
    { step: {}, execution: "Success", ...APPROVED },
    "unknown in aws",
  ],
  [
    "that had not begun when its execution timed out",
    { step: { status: "Pending" }, execution: "TimedOut" },
    "timed-out in aws",
  ],
  [
    "that is not shown while its execution is being cancelled",
    { step: null, execution: "Cancelling" },
    "cancelled in aws",
  ],
  [
    "that is not shown when its execution succeeded",
    { step: null, execution: "Success", ...APPROVED },
    "unknown in aws",
  ],
  [
    "that timed out in an execution that was cancelled",
    { step: { status: "TimedOut" }, execution: "Cancelled" },
    "timed-out in aws",
  ],
  [
    "that timed out after one of two approvals",
    { step: status("Approved", { status: "TimedOut" }) },
    "timed-out in aws",
  ],
  ["that was cancelled after a rejection", { step: status("Rejected", { status: "Cancelled" }) }, "cancelled in aws"],
  [
    "that is being cancelled after a rejection",
    { step: status("Rejected", { status: "Cancelling" }) },
    "cancelled in aws",
  ],
  [
    "that was rejected and whose failure is ignored",
    { step: status("Rejected", { status: "Success" }) },
    "rejected in aws",
  ],
  ["that was approved and failed afterwards", { step: status("Approved", { status: "Failed" }) }, "approved in aws"],
  [
    "that was approved and has a status that is not known",
    { step: status("Approved", { status: "New" }) },
    "approved in aws",
  ],
  ["that succeeded", { step: { status: "Success" } }, "approved in aws"],
  ["that succeeded after our approval", { step: { status: "Success" }, ...APPROVED }, "approved in slack"],
  ["that succeeded although we rejected it", { step: { status: "Success" }, ...REJECTED }, "approved in aws"],
  ["that failed", { step: { status: "Failed" } }, "failed in aws"],
  ["that failed after our approval", { step: { status: "Failed" }, ...APPROVED }, "failed in aws"],
  [
    "that failed before our rejection was sent",
    { step: { status: "Failed" }, request: decidedAs("reject", "due") },
    "failed in aws",
  ],
  ["that failed after our rejection", { step: { status: "Failed" }, ...REJECTED }, "rejected in slack"],
  ...unclear("reject").map(
    (request): Row => [
      `that failed, with our rejection ${request.signal}`,
      { step: { status: "Failed" }, request },
      "rejected in slack",
    ],
  ),
  ["with a status that is not known", { step: { status: "New" } }, "unknown in aws"],
]);

testRows(
  "a pause",
  [
    ["whose turn is over without a signal", REPLACED, "unknown in aws"],
    [
      "whose turn is over after a vote to resume without a reply",
      { ...REPLACED, request: decidedAs("approve", "ambiguous") },
      "unknown in aws",
    ],
    ["whose turn is over after our signal to resume", { ...REPLACED, ...APPROVED }, "approved in slack"],
    ["whose turn is over although we stopped it", { ...REPLACED, ...REJECTED }, "unknown in aws"],
    [
      "that was still paused when its execution was cancelled",
      { step: {}, execution: "Cancelled" },
      "cancelled in aws",
    ],
    [
      "that was still paused when we stopped its execution",
      { step: {}, execution: "Cancelled", ...REJECTED },
      "cancelled in slack",
    ],
    ["that was still paused when its execution timed out", { step: {}, execution: "TimedOut" }, "timed-out in aws"],
    [
      "that was still paused when its execution failed",
      { step: {}, execution: "Failed", ...REJECTED },
      "unknown in aws",
    ],
    [
      "that runs in an execution that succeeded",
      { step: { status: "InProgress" }, execution: "Success" },
      "unknown in aws",
    ],
    [
      "that is not shown in an execution that succeeded",
      { step: null, execution: "Success", ...APPROVED },
      "unknown in aws",
    ],
    [
      "that is not shown while its execution is being cancelled",
      { step: null, execution: "Cancelling", ...REJECTED },
      "cancelled in slack",
    ],
    [
      "that timed out in an execution that was cancelled",
      { step: { status: "TimedOut" }, execution: "Cancelled" },
      "timed-out in aws",
    ],
    ["that was cancelled", { step: { status: "Cancelled" } }, "cancelled in aws"],
    ["that is being cancelled", { step: { status: "Cancelling" } }, "cancelled in aws"],
    ["that was cancelled although we resumed it", { step: { status: "Cancelled" }, ...APPROVED }, "cancelled in aws"],
    ["that succeeded", { step: { status: "Success" } }, "approved in aws"],
    ["that succeeded after our signal to resume", { step: { status: "Success" }, ...APPROVED }, "approved in slack"],
    ...unclear("approve").map(
      (request): Row => [
        `that succeeded, with our signal to resume ${request.signal}`,
        { step: { status: "Success" }, request },
        "approved in slack",
      ],
    ),
    ["that failed", { step: { status: "Failed" } }, "failed in aws"],
    ["that failed after our stop", { step: { status: "Failed" }, ...REJECTED }, "cancelled in slack"],
    ["with a status that is not known", { step: { status: "New" } }, "unknown in aws"],
  ],
  PAUSE,
);

const decision = (Approver: string, Comment?: string) => JSON.stringify({ Approver, Decision: "Approve", Comment });
const over = (...ApproverDecisions: string[]): Given => ({
  step: { status: "Success", outputs: { ApproverDecisions }, failureMessage: "no hunter2" },
});

test("a decision in AWS is recorded with its principals, and with AWS's texts masked", () => {
  assert.deepEqual(end(over(decision(OMAR, "for hunter2"), decision(ROLE, "and more"))), {
    kind: "approved",
    where: "aws",
    by: [OMAR, ROLE],
    detail: "no ***",
    comment: "for *** · and more",
  });
  assert.deepEqual(end({ step: { status: "Success" } }), { kind: "approved", where: "aws", by: [], detail: null });
  assert.deepEqual(end({ step: null }), { kind: "unknown", where: "aws", by: [], detail: null });
});

test("a decision in Slack is recorded without AWS's account of it", () => {
  const ours = { kind: "approved", where: "slack", by: [], detail: null };
  const signed = decision(ROLE, `Countersign request ${REQUEST_ID}: Approved in Slack by Jane`);
  assert.deepEqual(end({ ...over(signed, decision(OMAR, "me too")), ...APPROVED }), ours);
});

test("after our signal, a step that only others decided is decided in AWS", () => {
  assert.equal(end({ ...over(decision(OMAR)), ...APPROVED }).where, "aws");
  const unreadable = over('{"Decision":"Approve"}');
  assert.equal(end({ ...unreadable, ...APPROVED }).where, "slack", "AWS accepted our signal");
  for (const request of unclear("approve")) assert.equal(end({ ...unreadable, request }).where, "aws", request.signal);
});
