import assert from "node:assert/strict";
import { test } from "node:test";
import { type ObservedChange, wasAnnounced } from "../../src/core/announced-change.ts";

const T = 1_000_000;
const CHANGES: [string, ObservedChange, number | null, boolean | null][] = [
  ["an event after the change", { changedAt: T, announcedAt: T + 300, seenAt: T + 400 }, T - 60_000, true],
  ["an event long after the change", { changedAt: T, announcedAt: T + 300_000, seenAt: T + 300_100 }, T - 60_000, true],
  ["clocks that differ by two seconds", { changedAt: T, announcedAt: T - 2_000, seenAt: T }, T - 60_000, true],
  ["an event while the queue fails", { changedAt: T, announcedAt: T, seenAt: T + 400 }, null, true],
  ["an event of an earlier change", { changedAt: T, announcedAt: T - 2_001, seenAt: T + 20_000 }, T - 60_000, false],
  ["no event within ten seconds", { changedAt: T, announcedAt: null, seenAt: T + 10_000 }, T - 60_000, false],
  ["no event yet", { changedAt: T, announcedAt: null, seenAt: T + 9_999 }, T - 60_000, null],
  ["a change from before events were received", { changedAt: T, announcedAt: null, seenAt: T + 60_000 }, T + 1, null],
  ["a change just when events were received first", { changedAt: T, announcedAt: null, seenAt: T + 60_000 }, T, false],
  ["a queue that fails", { changedAt: T, announcedAt: null, seenAt: T + 60_000 }, null, null],
];
for (const [claim, change, receivingSince, expected] of CHANGES) {
  test(`was a change announced: ${claim}`, () => assert.equal(wasAnnounced(change, receivingSince), expected));
}
