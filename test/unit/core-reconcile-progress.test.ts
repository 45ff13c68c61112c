import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObservedStep } from "../../src/core/execution.ts";
import { type ReconcileContext, reconcile } from "../../src/core/reconcile.ts";
import type { ApprovalRequest, RequestPatch, RequestSigner } from "../../src/core/request.ts";
import { aFacts, anAttempt, anExecution, aRequest, aStep, decidedAs, NOW } from "../support/samples.ts";

/** Returns what a read of the waiting step changes about a request; null: nothing. */
function progressOf(
  request: ApprovalRequest,
  { step = aStep(), ...context }: Partial<ReconcileContext> & { step?: ObservedStep } = {},
): RequestPatch | null {
  const [change, ...more] = reconcile(anExecution({ steps: [step] }), [request], { now: NOW, ...context });
  assert.deepEqual(more, []);
  if (change === undefined) return null;
  assert(change.kind === "progress", change.kind);
  return change.patch;
}

const BOT: RequestSigner = { kind: "bot", arn: "arn:aws:iam::111122223333:role/CountersignBot" };
const OTHER: RequestSigner = { ...BOT, arn: "arn:aws:iam::111122223333:role/Other" };
const APPROVERS: RequestSigner = { ...BOT, kind: "approvers" };

test("a request names the principal that signs now, as soon as its role or its kind differs", () => {
  for (const [before, now] of [
    [undefined, BOT],
    [OTHER, BOT],
    [APPROVERS, BOT],
    [BOT, APPROVERS],
  ] as const) {
    const facts = aFacts(before === undefined ? {} : { signer: before });
    assert.deepEqual(progressOf(aRequest({ facts }), { signer: now }), { facts: { ...facts, signer: now } });
  }
  const facts = aFacts({ signer: BOT });
  assert.equal(progressOf(aRequest({ facts }), { signer: { ...BOT } }), null);
  assert.equal(progressOf(aRequest({ facts }), { signer: null }), null, "unknown: the stored one remains");
  assert.equal(progressOf(aRequest({ facts })), null);
});

const NEXT: [claim: string, request: Partial<ApprovalRequest>, isAtOnce: boolean][] = [
  ["a decision whose next attempt is due is sent at once", decidedAs("approve", "due"), true],
  ["a decision on its way is not sent again", decidedAs("approve", "sending"), false],
  ["a decision without a clear reply keeps its waiting time", decidedAs("approve", "ambiguous"), false],
  ["a request without a decision sends nothing", { state: "open", signal: "due" }, false],
];
for (const [claim, request, isAtOnce] of NEXT)
  test(`once another principal signs, ${claim}`, () => {
    const facts = aFacts({ signer: OTHER });
    assert.deepEqual(progressOf(aRequest({ ...request, facts }), { signer: BOT }), {
      facts: { ...facts, signer: BOT },
      ...(isAtOnce ? { signalNextAt: NOW } : {}),
    });
  });

test("a closed request keeps its facts, whoever signs now", () => {
  const facts = aFacts({ signer: OTHER, waitingSince: null });
  const request = aRequest({ state: "closed", facts });
  assert.equal(progressOf(request, { signer: BOT, step: aStep({ status: "Success" }) }), null);
});

const OPENED = NOW - 1_000;
const MAX_DIFFERENCE_MS = 5 * 60_000;

test("a start that AWS reports late is stored, unless it can only be that of a later turn", () => {
  const facts = aFacts({ waitingSince: null, signer: BOT });
  const request = aRequest({ ...decidedAs("approve", "due"), facts, openedAt: OPENED });
  const startedAt = (at: number | null) => progressOf(request, { signer: BOT, step: aStep({ startedAt: at }) });
  for (const at of [OPENED - 5_000, OPENED + MAX_DIFFERENCE_MS])
    assert.deepEqual(startedAt(at), { facts: { ...facts, waitingSince: at } });
  assert.equal(startedAt(OPENED + MAX_DIFFERENCE_MS + 1), null);
  assert.equal(startedAt(null), null);
  const another = aStep({ stepExecutionId: "another", name: "another", status: "Success" });
  assert.equal(progressOf(request, { step: another }), null, "the read does not list the step");
});

test("a start and another signer that one read shows are stored together", () => {
  const facts = aFacts({ waitingSince: null, signer: OTHER });
  const step = aStep({ startedAt: OPENED });
  assert.deepEqual(progressOf(aRequest({ facts }), { signer: BOT, step }), {
    facts: { ...facts, waitingSince: OPENED, signer: BOT },
  });
});

const REFUSED = anAttempt({
  state: "refused",
  code: "InvalidAutomationSignalException",
  policyHash: "one",
  at: NOW - 10,
});
const AGAIN: [claim: string, context: Partial<ReconcileContext>, patch: RequestPatch | null][] = [
  ["under another configuration", { policyHash: "two" }, { signalNextAt: NOW }],
  ["by a process that started later", { policyHash: "one", startedAt: NOW - 9 }, { signalNextAt: NOW }],
  ["by the same process under the same configuration", { policyHash: "one", startedAt: NOW - 11 }, null],
  ["while the configuration is not known", { startedAt: NOW - 9 }, null],
];
for (const [claim, context, patch] of AGAIN)
  test(`a decision that AWS refused for good is ${patch === null ? "not sent again" : "sent again"} ${claim}`, () => {
    const request = aRequest({ ...decidedAs("approve", "due"), signalNextAt: null });
    assert.deepEqual(progressOf(request, { attempts: [REFUSED], ...context }), patch);
    const others = [{ ...REFUSED, requestId: "another" }];
    assert.equal(
      progressOf(request, { attempts: others, ...context }),
      null,
      "attempts of other requests do not count",
    );
  });

const ARN = "arn:aws:iam::111122223333:user/";
const entry = (user: string) => `{"approver":"${ARN}${user}","decision":"Approve"}`;

/** Reads a step that still needs an approval, after our own was accepted. */
function approvalsAfter(users: string[], shown: Partial<ApprovalRequest>, needed = 2) {
  const facts = aFacts({ minRequiredApprovals: needed });
  const request = aRequest({ ...decidedAs("approve", "accepted"), facts, ...shown });
  const patch = progressOf(request, { step: aStep({ outputs: { ApproverDecisions: users.map(entry) } }) });
  if (patch === null) return null;
  assert.equal(patch.executionStatus, "Waiting");
  return [patch.awsApprovals, patch.awsDecidedBy?.map((arn) => arn.slice(ARN.length))];
}

test("AWS's count of approvals is stored when the count or the principals change, and only then", () => {
  assert.deepEqual(approvalsAfter(["omar"], {}), [[1, 2], ["omar"]]);
  const shown: Partial<ApprovalRequest> = { awsApprovals: [1, 2], awsDecidedBy: [`${ARN}omar`] };
  assert.equal(approvalsAfter(["omar"], shown), null);
  assert.deepEqual(approvalsAfter(["jane"], shown), [[1, 2], ["jane"]]);
  assert.deepEqual(approvalsAfter(["omar", "omar"], shown), [[2, 2], ["omar"]]);
  assert.deepEqual(approvalsAfter([], { ...shown, awsDecidedBy: [] }), [[0, 2], []]);
});

test("AWS's count is not stored for a step that needs one approval: it adds nothing to the decision", () => {
  assert.equal(approvalsAfter(["omar"], {}, 1), null);
});
