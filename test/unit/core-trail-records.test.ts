import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoredRecord } from "../../src/core/audit-records.ts";
import { describeRemaining, find, isExecutionShown, readRecords } from "../../src/core/trail-records.ts";
import { aChain } from "../support/chain.ts";

const ofKinds = (...kinds: string[]): StoredRecord[] =>
  aChain(kinds.length).map((record, index) => ({ ...record, kind: kinds[index] ?? "" }));

test("the newest record of a kind is found among the records that can be read", () => {
  const records = ofKinds("voted", "denied", "voted", "voted").map((record) =>
    record.seq === 4 ? { ...record, detail: "[]" } : record,
  );
  const read = readRecords(records);
  assert.deepEqual(
    read.map(({ record, kind }) => [record.seq, kind]),
    [
      [1, "voted"],
      [2, "denied"],
      [3, "voted"],
    ],
  );
  assert.equal(find(read, "voted")?.record, records[2]);
  assert.deepEqual(find(read, "voted")?.detail, { name: "Person 2", verdict: "approve" });
  assert.equal(find(read, "closed"), undefined);
});

test("only the opening, the decision and the end show the execution", () => {
  const shows = ["requested", "decided", "closed"];
  for (const kind of shows) assert.ok(isExecutionShown(ofKinds("voted", kind, "ended")), kind);
  assert.equal(isExecutionShown(ofKinds("voted", "signal-sending", "ended", "progress", "")), false);
  assert.equal(isExecutionShown([]), false);
});

test("the last records of a request are listed, each on its own line", () => {
  const records = ofKinds("vo\nted", "ended").map((record) => ({ ...record, requestId: "re\nquest" }));
  const hash = "  The hash of each of these records is intact. countersign audit verify checks the whole chain.";
  const missing =
    "there is no record that shows the execution. Either retention deleted it, or the request was unknown at a click.";
  assert.deepEqual(describeRemaining(records), [
    `Request re quest: ${missing}`,
    "  1970-01-01T00:00:01.000Z record 1: vo ted by U0",
    "  1970-01-01T00:00:01.001Z record 2: ended by U1",
    hash,
  ]);
});
