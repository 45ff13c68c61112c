import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluateVote, MAX_REASON_LENGTH, requiresReason } from "../../src/core/evaluate-vote.ts";
import type { Vote } from "../../src/core/request.ts";
import { aRoute, aVote } from "../support/samples.ts";
import {
  before,
  closedBefore,
  counts,
  decidedBefore,
  decides,
  denied,
  elsewhere,
  jane,
  janeStarted,
  omar,
  omarApproved,
  PLAIN,
  quorum,
  type Row,
  rejects,
  route,
  says,
  slackUnreachable,
  stranger,
  testRows,
  withAccount,
  withdraws,
} from "./vote-rows.ts";

const ROWS: Row[] = [
  // One approval is enough
  ["an approval by an approver", [], decides("approve")],
  ["a rejection by an approver", [rejects], decides("reject")],
  ["an approval with an optional reason", [says("fine")], decides("approve")],
  ["an approval with white space around its reason", [says("  fine\n")], decides("approve")],
  // Quorum
  ["the first of two approvals", [quorum(2)], counts("approve")],
  ["the second of two approvals", [quorum(2), before(...jane), omar], decides("approve")],
  ["the second of three approvals", [quorum(3), before(...jane), omar], counts("approve")],
  ["a second approval by the same person", [quorum(2), before(...jane)], denied("already-voted")],
  ["an approval after one vote that is stored twice", [quorum(3), before(...jane, ...jane), omar], counts("approve")],
  ["an approval after the quorum was lowered", [quorum(1), before(omarApproved)], decides("approve")],
  [
    "a repeated approval, if the lowered quorum is already complete,",
    [quorum(2), before(...jane, omarApproved)],
    decides("approve"),
  ],
  [
    "a repeated approval by a person now known as the requester, if the lowered quorum is complete,",
    [quorum(2), before(...jane, omarApproved), janeStarted],
    denied("self-approval"),
  ],
  ["an approval after the quorum was raised", [quorum(3), before(omarApproved)], counts("approve")],
  ["one rejection after an approval", [quorum(3), before(omarApproved), rejects], decides("reject")],
  ["the first of two rejections", [quorum(2), rejects], decides("reject")],
  ["a rejection after an approval by the same person", [quorum(2), before(...jane), rejects], decides("reject")],
  [
    "a second rejection by the same person",
    [before(aVote("U0JANE", rejects as Vote)), rejects],
    denied("already-voted"),
  ],
  [
    "an approval after a rejection by the same person",
    [before(aVote("U0JANE", rejects as Vote))],
    denied("already-voted"),
  ],
  // Withdrawing
  ["an approval before the quorum is complete", [quorum(2), before(...jane), withdraws], "withdrawn"],
  ["the approval of a former approver", [quorum(2), before(...jane), stranger, withdraws], "withdrawn"],
  [
    "an approval, if Slack cannot return the members of the groups,",
    [before(...jane), slackUnreachable, withdraws],
    "withdrawn",
  ],
  ["a withdrawal without an earlier approval", [withdraws], denied("nothing-to-withdraw")],
  ["a withdrawal of another person's approval", [before(omarApproved), withdraws], denied("nothing-to-withdraw")],
  ["a withdrawal after the decision", [decidedBefore, withdraws], denied("decided")],
  ["a withdrawal after the end", [closedBefore, withdraws], denied("closed")],
  [
    "a withdrawal by a deactivated person",
    [before(...jane), withAccount({ accountStatus: "deactivated" }), withdraws],
    denied("account-status"),
  ],
  // Account and membership
  ["an approval by a person who is not an approver", [stranger], denied("not-approver")],
  ["a rejection by a person who is not an approver", [stranger, rejects], denied("not-approver")],
  [
    "an approval, if Slack cannot return the members of the groups and membership is unknown,",
    [slackUnreachable],
    denied("membership-unknown"),
  ],
  ["a rejection, if membership is unknown,", [slackUnreachable, rejects], denied("membership-unknown")],
  ["a vote by a guest", [withAccount({ accountStatus: "guest" })], denied("account-status")],
  ["a vote by an external person", [withAccount({ accountStatus: "external" })], denied("account-status")],
  ["a vote by a deactivated account", [withAccount({ accountStatus: "deactivated" })], denied("account-status")],
  ["a vote by a bot", [withAccount({ accountStatus: "bot" })], denied("account-status")],
  [
    "a rejection by an external person",
    [withAccount({ accountStatus: "external" }), rejects],
    denied("account-status"),
  ],
  // Routes
  ["an approval without a matching route", [{ route: null }], denied("no-route")],
  ["a rejection without a matching route", [{ route: null }, rejects], denied("no-route")],
  ["an approval after the end, if the route was removed,", [closedBefore, { route: null }], denied("no-route")],
  // Too late
  ["an approval after the decision", [decidedBefore, omar], denied("decided")],
  ["a rejection after the decision", [decidedBefore, omar, rejects], denied("decided")],
  ["an approval after the end", [closedBefore, omar], denied("closed")],
  ["an approval after a rejection in the console", [elsewhere("rejected")], denied("closed")],
  ["an approval after the timeout", [elsewhere("timed-out")], denied("closed")],
  ["an approval after the cancellation", [elsewhere("cancelled")], denied("closed")],
  // Reasons
  ["a rejection without a required reason", [route({ reason: "reject" }), rejects], denied("reason-missing")],
  [
    "a rejection with only white space as its reason",
    [route({ reason: "reject" }), rejects, says(" \n")],
    denied("reason-missing"),
  ],
  ["a rejection with a required reason", [route({ reason: "reject" }), rejects, says("no")], decides("reject")],
  ["an approval, if only rejections require a reason,", [route({ reason: "reject" })], decides("approve")],
  ["an approval without a required reason", [route({ reason: "always" })], denied("reason-missing")],
  ["an approval with a required reason", [route({ reason: "always" }), says("tested")], decides("approve")],
];

testRows(ROWS);

test("a reason is truncated at its maximum length, even if a form contains more", () => {
  const decision = evaluateVote({ ...PLAIN, reason: "x".repeat(5_000) });
  assert.equal(decision.kind === "counted" && decision.vote.reason?.length, MAX_REASON_LENGTH);
});

test("the reason setting of a route defines which verdicts require a reason", () => {
  const table = (["none", "reject", "always"] as const).map((reason) =>
    (["approve", "reject"] as const).map((verdict) => requiresReason(aRoute({ reason }), verdict)),
  );
  assert.deepEqual(table, [
    [false, false],
    [false, true],
    [true, true],
  ]);
});
