import assert from "node:assert/strict";
import { test } from "node:test";
import { toLateReplies } from "../../src/core/late-replies.ts";
import type { Outcome } from "../../src/core/request.ts";
import { aFacts, aRequest, aVote } from "../support/samples.ts";

const outcome = (kind: Outcome["kind"], where: Outcome["where"] = "aws"): Outcome => ({
  kind,
  where,
  by: [],
  detail: null,
});
const votes = [aVote("U0JANE"), aVote("U0OMAR", { verdict: "reject" })];

test("each person whose vote came too late learns what was recorded and how the step ended in AWS", () => {
  assert.deepEqual(toLateReplies(aRequest(), outcome("timed-out"), votes), [
    {
      userId: "U0JANE",
      text: "Your approval of Prod-DB-Restart (step approve) was recorded but did not decide the step. The step is no longer waiting: timed out in AWS. The message has the details.",
    },
    {
      userId: "U0OMAR",
      text: "Your rejection of Prod-DB-Restart (step approve) was recorded but did not decide the step. The step is no longer waiting: timed out in AWS. The message has the details.",
    },
  ]);
});

test("people who voted on a pause read of their votes to resume or to stop it", () => {
  const request = aRequest({ facts: aFacts({ action: "aws:pause", stepName: "hold" }) });
  assert.deepEqual(
    toLateReplies(request, outcome("approved"), votes).map(({ text }) => text),
    ["vote to resume", "vote to stop"].map(
      (vote) =>
        `Your ${vote} Prod-DB-Restart (step hold) was recorded but did not decide the step. The step is no longer waiting: resumed in AWS. The message has the details.`,
    ),
  );
});

test("a decision in Slack, and an end without votes, need no late reply", () => {
  assert.deepEqual(toLateReplies(aRequest(), outcome("approved", "slack"), votes), []);
  assert.deepEqual(toLateReplies(aRequest(), outcome("approved"), []), []);
});
