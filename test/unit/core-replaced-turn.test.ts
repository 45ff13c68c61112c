import assert from "node:assert/strict";
import { test } from "node:test";
import { reconcile } from "../../src/core/reconcile.ts";
import type { Outcome } from "../../src/core/request.ts";
import { aFacts, anAttempt, anExecution, aRequest, aStep, NOW, REQUEST_ID } from "../support/samples.ts";

const BOT = "arn:aws:sts::111122223333:assumed-role/CountersignBot/countersign";
const SLACK: Outcome = { kind: "approved", where: "slack", by: [], detail: null };

/** Reads the execution after the first turn has closed; the second turn under the same id has a decision with this comment. */
function readAfterwards(comment: string, outcome: Outcome = SLACK) {
  const request = aRequest({
    ...({ state: "closed", decision: "approve", signal: "accepted", verification: "due", closedAt: NOW } as const),
    outcome,
    facts: aFacts({ waitingSince: NOW - 60_000 }),
  });
  const later = aStep({
    ...({ status: "Success", startedAt: NOW + 1_000, endedAt: NOW + 5_000 } as const),
    outputs: { ApproverDecisions: [JSON.stringify({ Approver: BOT, Decision: "Approve", Comment: comment })] },
  });
  const observed = anExecution({ status: "InProgress", steps: [later] });
  const attempts = [anAttempt({ state: "accepted", principal: "arn:aws:iam::111122223333:role/CountersignBot" })];
  const changes = reconcile(observed, [request], { now: NOW + 6_000, attempts });
  const verified = changes.find((change) => change.kind === "verified");
  return verified === undefined ? null : { result: verified.verified.result, outcome: verified.patch.outcome };
}

test("a turn that closed as decided in Slack has an unknown end once a read shows that its signal decided a later turn", () => {
  assert.deepEqual(readAfterwards(`Countersign request ${REQUEST_ID}: Approved in Slack by Jane`), {
    result: "misdirected",
    outcome: { kind: "unknown", where: "aws", by: [], detail: null },
  });
});

test("an outcome that AWS showed stays as it is", () => {
  const outcome: Outcome = { kind: "timed-out", where: "aws", by: [], detail: null };
  const found = readAfterwards(`Countersign request ${REQUEST_ID}: Approved in Slack by Jane`, outcome);
  assert.deepEqual(found, { result: "misdirected", outcome: undefined });
});

const OMAR = "arn:aws:iam::111122223333:user/omar";
const decided = (Approver: string, Comment?: string) => JSON.stringify({ Approver, Decision: "Approve", Comment });

for (const [claim, own, outcome] of [
  ["by another person", [decided(OMAR, "Fine")], { ...SLACK, where: "aws", by: [OMAR], comment: "Fine" }],
  ["by a name that is no ARN", [decided("alice")], { ...SLACK, where: "aws", by: [] }],
  ["by the second of our signals", [decided(BOT, `Countersign request ${REQUEST_ID}: Approved`)], undefined],
] as const)
  test(`a gate that closed as decided in Slack, and was decided ${claim}: the record says so once our signal is found at the next gate`, () => {
    const request = aRequest({
      ...({ state: "closed", decision: "approve", signal: "accepted", verification: "due", closedAt: NOW } as const),
      outcome: SLACK,
    });
    const steps = [
      aStep({ status: "Success", endedAt: NOW + 1_000, outputs: { ApproverDecisions: [...own] } }),
      aStep({
        ...{
          stepExecutionId: "second",
          name: "second",
          status: "Success",
          startedAt: NOW + 1_000,
          endedAt: NOW + 5_000,
        },
        outputs: { ApproverDecisions: [decided(BOT, `Countersign request ${REQUEST_ID}: Approved in Slack by Jane`)] },
      }),
    ];
    const principal = "arn:aws:iam::111122223333:role/CountersignBot";
    const attempts = [1, 2].map((attempt) => anAttempt({ attempt, state: "accepted", principal }));
    const changes = reconcile(anExecution({ status: "InProgress", steps }), [request], { now: NOW + 6_000, attempts });
    const [verified, ...more] = changes.filter(({ kind }) => kind === "verified");
    assert(verified?.kind === "verified" && more.length === 0);
    assert.deepEqual([verified.verified.result, verified.patch.outcome], ["misdirected", outcome]);
  });

test("a step that shows our signal was decided in Slack, although AWS refused the attempt after it", () => {
  const steps = (id: string) => [
    aStep({
      status: "Success",
      outputs: { ApproverDecisions: [decided(BOT, `Countersign request ${id}: Approved in Slack by Jane`)] },
    }),
  ];
  const request = aRequest({ state: "decided", decision: "approve", signal: "due" });
  const principal = "arn:aws:iam::111122223333:role/CountersignBot";
  const attempts = (["ambiguous", "refused"] as const).map((state, index) =>
    anAttempt({ attempt: index + 1, state, principal, uncertainUntil: NOW }),
  );
  const closed = (id: string, decision: "approve" | "reject") => {
    const [change] = reconcile(anExecution({ steps: steps(id) }), [{ ...request, decision }], {
      now: NOW + 1,
      attempts,
    });
    return change?.kind === "close" ? change.outcome.where : change?.kind;
  };
  assert.equal(closed(REQUEST_ID, "approve"), "slack");
  assert.equal(closed("another-request", "approve"), "aws");
  assert.equal(closed(REQUEST_ID, "reject"), "aws", "not what people decided");
});

test("a decision of another person in AWS that quotes the request is not ours while no signal of it was sent", () => {
  const quoted = decided(OMAR, `By hand, request ${REQUEST_ID}`);
  const steps = [aStep({ status: "Success", outputs: { ApproverDecisions: [quoted] } })];
  const request = aRequest({ state: "decided", decision: "approve", signal: "due" });
  const end = (...states: ("refused" | "deferred" | "ambiguous")[]) => {
    const attempts = states.map((state, index) => anAttempt({ attempt: index + 1, state, uncertainUntil: NOW }));
    const [change] = reconcile(anExecution({ steps }), [request], { now: NOW + 1, attempts });
    return change?.kind === "close" ? [change.outcome.where, ...change.outcome.by] : change?.kind;
  };
  assert.deepEqual(end(), ["aws", OMAR]);
  assert.deepEqual(end("deferred"), ["aws", OMAR]);
  assert.deepEqual(end("refused", "refused"), ["aws", OMAR]);
  assert.deepEqual(end("ambiguous", "refused"), ["slack"], "the principal of the signal is not known");
});
