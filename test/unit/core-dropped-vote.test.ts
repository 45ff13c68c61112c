import assert from "node:assert/strict";
import { test } from "node:test";
import type { Denial } from "../../src/core/denial.ts";
import { toDroppedReplies } from "../../src/core/dropped-vote.ts";
import { aFacts, aRequest, aRoute, aVote } from "../support/samples.ts";
import { mention } from "./mention-names.ts";

const NOT_APPROVER: Denial = { kind: "not-approver", route: aRoute(), gone: [] };
const DEACTIVATED: Denial = { kind: "account-status", status: "deactivated" };
const OMAR = { vote: aVote("U0OMAR"), denial: NOT_APPROVER };
const ROSA = { vote: aVote("U0ROSA"), denial: DEACTIVATED };
const WHAT = '"Prod-DB-Restart" (step "approve")';
const COUNTS = `Your approval of ${WHAT} counts. Earlier approvals that no longer count`;
const LEFT = "<@U0ROSA> (a guest, or an external, deactivated or bot account)";

const reply = (
  dropped: Parameters<typeof toDroppedReplies>[0],
  { missing = 0, vote = aVote(), request = aRequest() } = {},
) => toDroppedReplies(dropped, vote, request, missing, mention);

test("a vote that drops no earlier approval needs no reply about one", () => {
  assert.deepEqual(reply([]), []);
});

test("authors of dropped approvals read why and what follows, except people who are no longer full members", () => {
  assert.deepEqual(reply([OMAR, ROSA], { missing: 2 }), [
    {
      userId: "U0OMAR",
      text: `Your approval of ${WHAT} no longer counts: not an approver. Another person must approve it.`,
    },
    {
      userId: "U0JANE",
      text: `${COUNTS}: <@U0OMAR> (not an approver), ${LEFT}. It needs 2 more.`,
    },
  ]);
});

test("the person who decides without the dropped approvals reads that the quorum is complete, or not needed", () => {
  const start = `${COUNTS}: <@U0OMAR> (not an approver).`;
  const [author, complete] = reply([OMAR]).map(({ text }) => text);
  assert.equal(
    author,
    `Your approval of ${WHAT} no longer counts: not an approver. The request was decided without it.`,
  );
  assert.equal(complete, `${start} The quorum is complete.`);
  const breaksGlass = aVote("U0JANE", { authority: "break-glass" });
  assert.equal(reply([OMAR], { vote: breaksGlass })[1]?.text, `${start} Break-glass needs no other approval.`);
});

test("a dropped vote about a pause is a vote to resume it", () => {
  const request = aRequest({ facts: aFacts({ action: "aws:pause" }) });
  const counts = `Your vote to resume ${WHAT} counts. Earlier votes to resume that no longer count`;
  assert.deepEqual(
    reply([OMAR], { missing: 1, request }).map(({ text }) => text),
    [
      `Your vote to resume ${WHAT} no longer counts: not an approver. Another person must resume it.`,
      `${counts}: <@U0OMAR> (not an approver). It needs 1 more.`,
    ],
  );
});
