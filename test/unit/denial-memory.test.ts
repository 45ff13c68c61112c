import assert from "node:assert/strict";
import { test } from "node:test";
import { makeDenialMemory } from "../../src/app/decide/denial-memory.ts";
import type { ClickRow } from "../../src/app/ports/click-store.ts";
import { findRepeatedVote } from "../../src/core/evaluate-vote.ts";
import { testClock } from "../support/fakes.ts";
import { aClick, aRequest, aRoute, aVote } from "../support/samples.ts";

const row = (userId: string): ClickRow => ({
  ...aClick(userId),
  ...{ evaluatedAt: null, reply: null, repliedAt: null, nextAttemptAt: 0, attempts: 0, lastError: null },
});

test("denials that ended are not kept in memory", () => {
  const clock = testClock();
  const kept = new Map();
  const memory = makeDenialMemory(clock, kept);
  for (const user of ["U1", "U2"]) memory.remember(row(user), { kind: "not-admin" });
  clock.advance(4_000);
  memory.remember(row("U3"), { kind: "not-admin" });
  clock.advance(1_000);
  memory.remember(row("U4"), { kind: "not-admin" });
  assert.equal(kept.size, 2, "those of U1 and U2 ended");
  assert.deepEqual([memory.recall(row("U2")), memory.recall(row("U3"))], [null, { kind: "not-admin" }]);
  clock.advance(10_000);
  assert.equal(memory.recall(row("U3")), null);
  assert.equal(kept.size, 0);
});

test("a denial ends after five seconds also if the clock is set back", () => {
  const clock = testClock();
  const memory = makeDenialMemory(clock);
  memory.remember(row("U1"), { kind: "not-admin" });
  clock.advance(-3_600_000);
  clock.advance(5_000);
  assert.equal(memory.recall(row("U1")), null);
});

test("the denial of a click after the decision keeps neither the request nor the votes", () => {
  const secret = "a value that only the request has";
  const request = aRequest({ state: "decided", decision: "approve" });
  const subject = { ...request, facts: { ...request.facts, message: secret } };
  const denial = findRepeatedVote(subject, aRoute(), [aVote("U0JANE", { reason: secret })], aClick());
  assert.equal(denial?.kind, "decided");
  assert.doesNotMatch(JSON.stringify(denial), new RegExp(secret));
});
