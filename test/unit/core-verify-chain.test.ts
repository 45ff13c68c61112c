import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoredRecord } from "../../src/core/audit-records.ts";
import { describeFinding } from "../../src/core/chain-finding.ts";
import { type ChainPosition, ChainVerifier } from "../../src/core/verify-chain.ts";
import { aChain, altered, listAltered, rechain, renumbered, START, sha256, toHead, without } from "../support/chain.ts";

interface Ends {
  head?: ChainPosition;
  noted?: ChainPosition | null;
  checkpoint?: ChainPosition;
}

/** Checks records in the order of their numbers, and returns a sentence for each finding. */
function check(records: readonly StoredRecord[], { head = HEAD, noted = null, checkpoint = START }: Ends = {}) {
  const verifier = new ChainVerifier(checkpoint, noted, sha256);
  for (const record of records.toSorted((a, b) => a.seq - b.seq)) verifier.add(record);
  return verifier.end(head).map(describeFinding);
}

const CHAIN = aChain(12);
const HEAD = toHead(CHAIN);
const at = (seq: number) => CHAIN[seq - 1] ?? assert.fail(`no record ${seq}`);
const position = (seq: number, hash = at(seq).hash): ChainPosition => ({ seq, hash });
const WRONG = "f".repeat(64);

/** Puts each record under another number; other records keep theirs. The key is the new number. */
const placed = (places: Record<number, number>) =>
  CHAIN.map((record) => ({ ...at(places[record.seq] ?? record.seq), seq: record.seq }));
const continued = (seq: number) => rechain([{ ...at(1), id: "forged" }], { seq: seq - 1, hash: WRONG });
const CASES: [title: string, StoredRecord[], Ends, string[]][] = [
  [
    "a record whose hash alone was changed",
    CHAIN.map((each) => (each.seq === 5 ? { ...each, hash: WRONG } : each)),
    {},
    listAltered(5, 5),
  ],
  ["two altered records", altered(altered(CHAIN, 5), 7), {}, listAltered(5, 5).concat(listAltered(7, 7))],
  [
    "a record rewritten with its hash",
    [...without(CHAIN, 5), ...continued(5)],
    {},
    ["Record 4 was altered.", "Record 5 was altered."],
  ],
  [
    "a checkpoint with another hash",
    CHAIN.slice(4),
    { checkpoint: position(4, WRONG) },
    ["Record 5 does not continue the checkpoint: the checkpoint or the records before it were changed."],
  ],
  ["a record at the checkpoint", CHAIN.slice(3), { checkpoint: position(4) }, ["Record 4 was inserted."]],
  [
    "a record before the checkpoint",
    [at(2), ...CHAIN.slice(4)],
    { checkpoint: position(4) },
    ["Record 2 was inserted."],
  ],
  ["a deleted record after the checkpoint", CHAIN.slice(5), { checkpoint: position(4) }, ["Record 5 was deleted."]],
  [
    "a head with another hash",
    CHAIN,
    { head: position(12, WRONG) },
    ["Record 12 or the head of the chain (table audit_head) was altered: their hashes differ."],
  ],
  [
    "a deleted end and a later record",
    [...without(CHAIN, 11, 12), ...continued(15)],
    {},
    ["Records 11 to 12 were deleted.", "Records 13 to 15 were inserted."],
  ],
  ["two neighbors swapped", placed({ 5: 6, 6: 5 }), {}, ["Records 5 and 6 were swapped."]],
  ["two distant records swapped", placed({ 3: 9, 9: 3 }), {}, ["Records 3 and 9 were swapped."]],
  [
    "three records that changed places",
    placed({ 3: 6, 6: 9, 9: 3 }),
    {},
    ["Record 6 was moved to number 3.", "Record 9 was moved to number 6.", "Record 3 was moved to number 9."],
  ],
  [
    "a run of records moved down before a copy",
    placed({ 5: 6, 6: 7, 7: 6 }),
    {},
    [
      "Record 5 was deleted, and the records up to 6 were renumbered.",
      "Record 6 was inserted, and the records up to 7 were renumbered.",
    ],
  ],
  [
    "a copy before a run of records moved up",
    placed({ 5: 6, 6: 5, 7: 6 }),
    {},
    [
      "Record 5 was deleted, and the records up to 5 were renumbered.",
      "Record 5 was inserted, and the records up to 7 were renumbered.",
    ],
  ],
  [
    "copies of neighbors that are not next to each other",
    placed({ 5: 6, 8: 7 }),
    {},
    [
      "Record 5 was deleted, and the records up to 5 were renumbered.",
      "Record 7 was inserted, and the records up to 8 were renumbered.",
    ],
  ],
  [
    "a moved record next to a deleted one",
    [...without(CHAIN, 4, 5), { ...at(4), seq: 13 }],
    {},
    ["Record 4 was moved to number 13.", "Records 4 to 5 were deleted.", "Record 13 was inserted."],
  ],
  [
    "an altered record before a hidden deletion",
    renumbered(without(altered(CHAIN, 3), 6), 7, -1),
    {},
    [
      "Record 6 was deleted, and the records up to 11 were renumbered.",
      ...listAltered(3, 3),
      "The records after 11, up to 12, were deleted.",
    ],
  ],
  [
    "an altered record after a hidden deletion",
    renumbered(without(altered(CHAIN, 8), 3), 4, -1),
    {},
    [
      "Record 3 was deleted, and the records up to 6 were renumbered.",
      "Record 8 was deleted, and the records up to 11 were renumbered.",
      'Record 7 was altered (id "id-8").',
      "The records after 11, up to 12, were deleted.",
    ],
  ],
  [
    "a copy of the next record before an altered one",
    altered(placed({ 5: 6 }), 6),
    {},
    ["Record 5 was deleted, and the records up to 5 were renumbered.", ...listAltered(6, 6)],
  ],
  [
    "an inserted record",
    [...renumbered(CHAIN, 5, 1), { ...at(5), id: "forged" }],
    {},
    ["Record 5 was inserted, and the records up to 13 were renumbered.", "Record 13 was inserted."],
  ],
  [
    "an inserted record before the last one",
    [...renumbered(CHAIN, 12, 1), { ...at(12), id: "forged" }],
    {},
    ["Record 12 was inserted, and the records up to 13 were renumbered.", "Record 13 was inserted."],
  ],
  [
    "a moved record",
    [...without(CHAIN, 4), { ...at(4), seq: 20 }],
    {},
    ["Record 4 was moved to number 20.", "Records 13 to 20 were inserted."],
  ],
  [
    "a copy of a later record next to a deleted one",
    without(placed({ 3: 9 }), 6),
    {},
    ['Record 3 was altered (id "id-9").', "Record 6 was deleted."],
  ],
  [
    "a deleted last record and a later one",
    [...without(CHAIN, 12), ...continued(14)],
    {},
    ["Record 12 was deleted.", "Records 13 to 14 were inserted."],
  ],
];

for (const [title, records, ends, expected] of CASES)
  test(`${title}: each finding is named once`, () => assert.deepEqual(check(records, ends), expected));

test("an intact chain has no finding: a whole one, an empty one, and the rest after a checkpoint", () => {
  assert.deepEqual(check(CHAIN), []);
  assert.deepEqual(check([], { head: START }), []);
  assert.deepEqual(check(CHAIN.slice(4), { checkpoint: position(4) }), []);
});

test("a finding about the checkpoint names the first record after it, and no other", () => {
  const verifier = new ChainVerifier(position(4, WRONG), null, sha256);
  for (const record of CHAIN.slice(4)) verifier.add(record);
  assert.deepEqual(verifier.end(HEAD), [{ kind: "not-continued", from: 5, to: 5 }]);
});

test("a noted head is compared with its record, with the checkpoint, and with the end", () => {
  const rewritten = (seq: number) => `Record ${seq} has another hash than the noted head: the chain was rewritten.`;
  const after = { checkpoint: position(4) };
  for (const seq of [1, 12]) {
    assert.deepEqual(check(CHAIN, { noted: position(seq) }), []);
    assert.deepEqual(check(CHAIN, { noted: position(seq, WRONG) }), [rewritten(seq)]);
  }
  assert.deepEqual(check(CHAIN.slice(4), { ...after, noted: position(4) }), []);
  assert.deepEqual(check(CHAIN.slice(4), { ...after, noted: position(4, WRONG) }), [rewritten(4)]);
  assert.deepEqual(check(CHAIN.slice(4), { ...after, noted: position(3, WRONG) }), []);
  const cutOff = "The records after 12, up to 13, were deleted.";
  assert.deepEqual(check(CHAIN, { noted: position(13, WRONG) }), [cutOff]);
});

test("after retention, the check continues from the new checkpoint", () => {
  const start = (noted: ChainPosition | null, records: readonly StoredRecord[]) => {
    const verifier = new ChainVerifier(START, noted, sha256);
    for (const record of records) verifier.add(record);
    return verifier;
  };
  const finish = (verifier: ChainVerifier, checkpoint: ChainPosition) => {
    verifier.skipTo(checkpoint);
    assert.deepEqual(verifier.last, checkpoint);
    for (const record of CHAIN.slice(checkpoint.seq)) verifier.add(record);
    return verifier.end(HEAD).map(describeFinding);
  };
  const intact = start(null, CHAIN.slice(0, 4));
  assert.deepEqual([finish(intact, position(8)), intact.count, intact.last], [[], 8, HEAD]);
  // The altered record before the skip does not excuse a record that does not continue the checkpoint.
  const changed = finish(start(null, altered(CHAIN, 4).slice(0, 4)), position(8, WRONG));
  assert.deepEqual(changed, [
    "Record 9 does not continue the checkpoint: the checkpoint or the records before it were changed.",
    ...listAltered(4, 4),
  ]);
  assert.match(finish(start(position(8, WRONG), CHAIN.slice(0, 4)), position(8)).join(), /^Record 8 has another hash/);
  const late = start(null, CHAIN.slice(0, 4));
  late.skipTo(position(8));
  late.add(at(8));
  assert.deepEqual([late.count, late.last], [5, position(8)]);
});

test("a noted head proves nothing once retention has deleted it, unless it was compared before", () => {
  const noted = (seq: number | null, checkpoint = position(8)) => {
    const verifier = new ChainVerifier(START, seq === null ? null : position(seq), sha256);
    for (const record of CHAIN.slice(0, 4)) verifier.add(record);
    verifier.skipTo(checkpoint);
    return verifier.isNotedDeleted;
  };
  assert.deepEqual(
    [null, 3, 5, 7, 8, 9].map((seq) => noted(seq)),
    [false, false, true, true, false, false],
  );
});
