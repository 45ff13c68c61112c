import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoredRecord } from "../../src/core/audit-records.ts";
import { describeFinding } from "../../src/core/chain-finding.ts";
import { ChainVerifier } from "../../src/core/verify-chain.ts";
import { aChain, altered, listAltered, renumbered, START, sha256, toHead, without } from "../support/chain.ts";

const LONG = aChain(460);
const at = (seq: number) => LONG[seq - 1] ?? assert.fail(`no record ${seq}`);

/** Checks records in the order of their numbers, and returns a sentence for each finding. */
function check(records: readonly StoredRecord[], head = toHead(LONG)): string[] {
  const verifier = new ChainVerifier(START, null, sha256);
  for (const record of records) verifier.add(record);
  return verifier.end(head).map(describeFinding);
}

test("the first two hundred altered records are named one by one, and the others as a run", () => {
  assert.deepEqual(check(altered(LONG, 3, 202)), listAltered(3, 202));
  const apart = altered(altered(LONG, 3, 250), 300, 301);
  assert.deepEqual(check(apart), [
    ...listAltered(3, 202),
    "Records 203 to 250 were altered.",
    "Records 300 to 301 were altered.",
  ]);
});

test("a deletion that was hidden by renumbering hundreds of records is one finding", () => {
  const cutOff = "The records after 459, up to 460, were deleted.";
  assert.deepEqual(check(renumbered(without(LONG, 3), 4, -1)), [
    "Record 3 was deleted, and the records up to 459 were renumbered.",
    cutOff,
  ]);
});

test("renumbered records are recognized after 201 altered ones, and no more after 202: each comparison costs a hash", () => {
  const last = (count: number) => check(renumbered(without(altered(LONG, 3, 2 + count), 3 + count), 4 + count, -1));
  assert.deepEqual(last(201).slice(0, 1), ["Record 204 was deleted, and the records up to 459 were renumbered."]);
  assert.deepEqual(last(202).slice(-2), [
    "Records 203 to 459 were altered.",
    "The records after 459, up to 460, were deleted.",
  ]);
});

test("a moved record is recognized if its number is among the first two hundred missing ones", () => {
  const move = (from: number) => check([...without(LONG, 10, from), { ...at(from), seq: 500 }]).slice(0, 2);
  assert.deepEqual(move(209), ["Record 209 was moved to number 500.", "Records 10 to 209 were deleted."]);
  assert.deepEqual(move(210), ['Record 500 was altered (id "id-210").', "Records 10 to 210 were deleted."]);
});

test("a record with an enormous number takes no more memory than another one", () => {
  const seq = Number.MAX_SAFE_INTEGER;
  assert.deepEqual(check([...LONG, { ...at(5), seq }]), [
    `Record ${seq} was altered (id "id-5").`,
    `Records 461 to ${seq} were inserted.`,
  ]);
});

test("the first ten thousand gaps are named", () => {
  const records = aChain(20_010);
  const found = check(
    records.filter(({ seq }) => seq % 2 === 0),
    toHead(records),
  );
  assert.deepEqual(
    [found.length, found[0], found.at(-1)],
    [10_000, "Record 1 was deleted.", "Record 19999 was deleted."],
  );
});
