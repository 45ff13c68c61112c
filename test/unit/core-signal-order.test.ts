import assert from "node:assert/strict";
import { test } from "node:test";
import type { DecidedRequest, Verdict } from "../../src/core/request.ts";
import { toSignalOrder } from "../../src/core/signal-order.ts";
import { aFacts, aRequest, aVote, decidedAs, REQUEST_ID } from "../support/samples.ts";

const decided = (decision: Verdict, action?: "aws:pause") =>
  aRequest({ ...decidedAs(decision, "due"), facts: aFacts({ stepName: "hold", action }) }) as DecidedRequest;
const votes = [aVote("U0JANE", { verdict: "approve" }), aVote("U0OMAR", { verdict: "reject" })];

for (const [verdict, past, userId] of [
  ["approve", "Approved", "U0JANE"],
  ["reject", "Rejected", "U0OMAR"],
] as const)
  test(`the signal that carries a decision to ${verdict} names the people who decided so, and no step`, () => {
    assert.deepEqual(toSignalOrder(decided(verdict), votes, "T0HOME"), {
      kind: verdict,
      comment: [
        `Countersign request ${REQUEST_ID}: ${past} in Slack by Person ${userId}`,
        `${past} by Person ${userId} <${userId.toLowerCase()}@example.com> (Slack user ${userId}, workspace T0HOME); request ${REQUEST_ID}`,
      ],
    });
  });

test("an approved pause is resumed by its name, and a rejected one stops its execution", () => {
  assert.deepEqual(toSignalOrder(decided("approve", "aws:pause"), votes, "T0HOME"), {
    kind: "resume",
    stepName: "hold",
  });
  assert.deepEqual(toSignalOrder(decided("reject", "aws:pause"), votes, "T0HOME"), { kind: "stop" });
});
