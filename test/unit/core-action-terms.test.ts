import assert from "node:assert/strict";
import { test } from "node:test";
import {
  capitalize,
  findRouteTerms,
  findTerms,
  outcomeText,
  repeatsRejection,
  STOP_PERMISSION,
} from "../../src/core/action-terms.ts";
import type { Outcome, OutcomeKind } from "../../src/core/request.ts";
import { aFacts, aRequest } from "../support/samples.ts";

const APPROVAL = {
  verb: { approve: "approve", reject: "reject" },
  past: { approve: "approved", reject: "rejected" },
  voted: { approve: "approved", reject: "rejected" },
  noun: { approve: "approval", reject: "rejection" },
  of: { approve: "approval of", reject: "rejection of" },
  approvals: "approvals",
  step: "gate",
};
const PAUSE = {
  verb: { approve: "resume", reject: "stop" },
  past: { approve: "resumed", reject: "stopped" },
  voted: { approve: "voted to resume", reject: "voted to stop" },
  noun: { approve: "vote to resume", reject: "vote to stop" },
  of: { approve: "vote to resume", reject: "vote to stop" },
  approvals: "votes to resume",
  step: "pause",
};

test("people approve or reject an approval step, and resume or stop a pause", () => {
  assert.deepEqual(findTerms({}), APPROVAL);
  assert.deepEqual(findTerms({ action: "aws:approve" }), APPROVAL);
  assert.deepEqual(findTerms({ action: "aws:pause" }), PAUSE);
});

test("a route uses the terms of pauses only if it matches nothing but pauses", () => {
  const routes = [{}, { match: {} }, { match: { action: "aws:approve" } }, { match: { action: "aws:pause" } }] as const;
  assert.deepEqual(routes.map(findRouteTerms), [APPROVAL, APPROVAL, APPROVAL, PAUSE]);
});

test("a stop needs the permission by which AWS names it", () => {
  assert.equal(STOP_PERMISSION, "ssm:StopAutomationExecution");
});

test("a capitalized text differs only in its first letter", () => {
  assert.deepEqual(["vote to stop", "AWS", "x", ""].map(capitalize), ["Vote to stop", "AWS", "X", ""]);
});

const KINDS: OutcomeKind[] = ["approved", "rejected", "timed-out", "cancelled", "failed", "not-found", "unknown"];

test("an outcome reads by the action of the step, and a cancellation by a decision in Slack is a stop", () => {
  const table = KINDS.map((kind) => [
    outcomeText({ kind, where: "aws" }, {}),
    outcomeText({ kind, where: "aws" }, { action: "aws:pause" }),
    outcomeText({ kind, where: "slack" }, { action: "aws:pause" }),
  ]);
  const unknown = "ended without a known decision";
  assert.deepEqual(table, [
    ["approved", "resumed", "resumed"],
    ["rejected", "stopped", "stopped"],
    ["timed out", "timed out", "timed out"],
    ["cancelled", "cancelled", "stopped"],
    ["failed", "failed", "failed"],
    ["not found", "not found", "not found"],
    [unknown, unknown, unknown],
  ]);
});

test("a failure repeats a rejection or a stop unless another step is known to have failed", () => {
  const facts = aFacts({ stepName: "approve" });
  const repeats = (outcome: Pick<Outcome, "kind" | "where"> | null) =>
    [null, "approve", "deploy"].map((failedStep) => {
      const ended = outcome === null ? null : { ...outcome, by: [], detail: null };
      return repeatsRejection(aRequest({ facts, outcome: ended }), failedStep);
    });
  const [REPEATED, NEVER] = [
    [true, true, false],
    [false, false, false],
  ];
  assert.deepEqual(repeats({ kind: "rejected", where: "slack" }), REPEATED);
  assert.deepEqual(repeats({ kind: "rejected", where: "aws" }), REPEATED);
  assert.deepEqual(repeats({ kind: "cancelled", where: "slack" }), REPEATED, "a stop");
  assert.deepEqual(repeats({ kind: "cancelled", where: "aws" }), NEVER);
  assert.deepEqual(repeats({ kind: "approved", where: "slack" }), NEVER);
  assert.deepEqual(repeats(null), NEVER);
});
