import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClosedFigures, percentile, summarize, type VoteFigures } from "../../src/core/statistics.ts";

/** A request that was decided after this time in milliseconds; null: not in Slack. */
const closed = (documentName: string, time: number | null, isTimedOut = false): ClosedFigures => ({
  ...{ id: "", closedAt: 0, documentName, askedAt: 1_000, decidedAt: time === null ? null : 1_000 + time, isTimedOut },
});

const vote = (requestId: string, userId: string, verdict: "approve" | "reject", isAdmin = false): VoteFigures => ({
  ...{ requestId, userId, verdict, authority: isAdmin ? "break-glass" : "approver" },
});

test("statistics count decisions, timeouts and break-glass, and list people and runbooks, the busiest first", () => {
  const requests = [
    ...[closed("Rare", 700), closed("Often", 40), closed("Often", 10), closed("Often", null, true)],
    // The clocks of two replicas differ.
    ...[closed("Often", -5), closed("Never", null), closed("Never", null, true)],
  ];
  const votes = [
    ...[vote("r1", "U0MAX", "approve"), vote("r1", "U0JANE", "approve", true), vote("r2", "U0JANE", "reject")],
    ...[vote("r1", "U0OMAR", "reject", true), vote("r3", "U0OMAR", "reject"), vote("r4", "U0OMAR", "approve")],
  ];
  assert.deepEqual(summarize(requests, votes), {
    ...{ requests: 7, decided: 4, timedOut: 2, breakGlass: 1, median: 10, p95: 700 },
    people: [
      { userId: "U0OMAR", approved: 1, rejected: 2, breakGlass: 1 },
      { userId: "U0JANE", approved: 1, rejected: 1, breakGlass: 1 },
      { userId: "U0MAX", approved: 1, rejected: 0, breakGlass: 0 },
    ],
    runbooks: [
      { name: "Often", requests: 4, decided: 3, median: 10 },
      { name: "Never", requests: 2, decided: 0, median: null },
      { name: "Rare", requests: 1, decided: 1, median: 700 },
    ],
  });
});

test("statistics without requests have no times", () => {
  const times = { median: null, p95: null };
  assert.deepEqual(summarize([], []), {
    ...{ requests: 0, decided: 0, timedOut: 0, breakGlass: 0, ...times, people: [], runbooks: [] },
  });
});

test("a percentile is the smallest value that is not below this share of all values", () => {
  const values = Array.from({ length: 20 }, (_, index) => (index * 7) % 20).map((value) => value * 10);
  const shares = [0, 0.05, 0.5, 0.51, 0.95, 0.951, 1];
  assert.deepEqual(
    shares.map((share) => percentile(values, share)),
    [0, 0, 90, 100, 180, 190, 190],
  );
  assert.equal(percentile([], 0.5), null);
});

test("rejections count as much as approvals in the list of people, in either order of their votes", () => {
  const votes = [vote("r1", "U0MAX", "reject"), vote("r2", "U0MAX", "reject"), vote("r1", "U0JANE", "approve")];
  for (const given of [votes, votes.toReversed()])
    assert.deepEqual(
      summarize([], given).people.map(({ userId }) => userId),
      ["U0MAX", "U0JANE"],
    );
});
