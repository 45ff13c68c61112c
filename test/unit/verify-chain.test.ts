import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { verifyTrail } from "../../src/app/audit/verify-trail.ts";
import { describeCheck } from "../../src/cli/audit.ts";
import type { StoredRecord } from "../../src/core/audit-records.ts";
import { type ChainFinding, describeFinding } from "../../src/core/chain-finding.ts";
import type { ChainPosition } from "../../src/core/verify-chain.ts";
import { aChain, aTrail, CHECKING, rechain, START, sha256, toHead } from "../support/chain.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";

async function findings(
  records: readonly StoredRecord[],
  {
    head,
    noted = null,
    checkpoint = START,
  }: { head?: ChainPosition; noted?: ChainPosition | null; checkpoint?: ChainPosition } = {},
): Promise<ChainFinding[]> {
  const checked = await verifyTrail(aTrail(records, head ?? toHead(records), checkpoint), noted, CHECKING);
  return checked.kind === "checked" ? checked.findings : assert.fail("no head");
}
const named = async (...given: Parameters<typeof findings>) => (await findings(...given)).map(describeFinding);

const CHAIN = aChain(12);
const HEAD = toHead(CHAIN);
const at = (records: readonly StoredRecord[], seq: number) => records[seq - 1] ?? assert.fail(`no record ${seq}`);
const without = (...seqs: number[]) => CHAIN.filter(({ seq }) => !seqs.includes(seq));
const withRecord = (seq: number, change: Partial<StoredRecord>) =>
  CHAIN.map((record) => (record.seq === seq ? { ...record, ...change } : record));
const swapped = (a: number, b: number) =>
  CHAIN.map((each) =>
    each.seq === a ? { ...at(CHAIN, b), seq: a } : each.seq === b ? { ...at(CHAIN, a), seq: b } : each,
  );
const shifted = (from: number, by: number) => (record: StoredRecord) =>
  record.seq >= from ? { ...record, seq: record.seq + by } : record;
const forged = { ...at(CHAIN, 5), id: "forged", detail: '{"verdict":"reject"}' };
const rehashed = (seq: number) =>
  rechain([{ ...at(CHAIN, seq), actor: "UEVIL" }], { seq: seq - 1, hash: at(CHAIN, seq).previous });

const CASES: [string, StoredRecord[], string[]][] = [
  ["an altered record", withRecord(5, { actor: "UEVIL" }), ['Record 5 was altered (id "id-5").']],
  ["an altered record with its hash", [...without(5), ...rehashed(5)], ["Record 5 was altered."]],
  ["an altered last record with its hash", [...without(12), ...rehashed(12)], [/^Record 12 or the head/.source]],
  [
    "a white space in a detail",
    withRecord(5, { detail: `${at(CHAIN, 5).detail} ` }),
    ['Record 5 was altered (id "id-5").'],
  ],
  ["a deleted record", without(5), ["Record 5 was deleted."]],
  ["deleted records", without(1, 2, 7), ["Records 1 to 2 were deleted.", "Record 7 was deleted."]],
  [
    "a deleted record and renumbered others",
    without(5).map(shifted(6, -1)),
    [
      "Record 5 was deleted, and the records up to 11 were renumbered.",
      "The records after 11, up to 12, were deleted.",
    ],
  ],
  [
    "an inserted record and renumbered others",
    [...CHAIN.map(shifted(5, 1)), forged],
    ["Record 5 was inserted, and the records up to 13 were renumbered.", "Record 13 was inserted."],
  ],
  ["a record after the head", [...CHAIN, ...rechain([forged], HEAD)], ["Record 13 was inserted."]],
  ["a record before the first", [...CHAIN, { ...forged, seq: 0 }], ["Record 0 was inserted."]],
  ["two neighbors swapped", swapped(5, 6), ["Records 5 and 6 were swapped."]],
  ["two distant records swapped", swapped(3, 9), ["Records 3 and 9 were swapped."]],
  [
    "a moved record",
    CHAIN.map((each) => (each.seq === 4 ? { ...each, seq: 20 } : each)),
    ["Record 4 was moved to number 20.", "Records 13 to 20 were inserted."],
  ],
  ["a cut tail", CHAIN.slice(0, 8), ["The records after 8, up to 12, were deleted."]],
  ["everything deleted", [], ["The records after 0, up to 12, were deleted."]],
];

test("an intact chain has no finding, also an empty one, and one that continues a checkpoint", async () => {
  assert.deepEqual(await findings(CHAIN), []);
  assert.deepEqual(await findings([]), []);
  assert.deepEqual(await findings(CHAIN.slice(4), { checkpoint: { seq: 4, hash: at(CHAIN, 4).hash } }), []);
});

for (const [what, records, expected] of CASES)
  test(`${what} is found and named`, async () => {
    const found = await named(records, { head: HEAD });
    assert.equal(found.length, expected.length, found.join("\n"));
    for (const [index, text] of expected.entries())
      assert.ok(found[index] === text || new RegExp(text).test(found[index] ?? ""), found.join("\n"));
  });

test("a chain that was rewritten or cut off as a whole needs the noted head, and a head before the checkpoint proves nothing", async () => {
  const rewritten = rechain(withRecord(5, { actor: "UEVIL" }));
  assert.deepEqual(await findings(rewritten), []);
  const noted = { seq: 9, hash: at(CHAIN, 9).hash };
  assert.deepEqual(await named(rewritten, { noted }), [
    "Record 9 has another hash than the noted head: the chain was rewritten.",
  ]);
  assert.deepEqual(await named(CHAIN.slice(0, 8), { noted }), ["The records after 8, up to 9, were deleted."]);
  assert.deepEqual(await findings(CHAIN, { noted }), []);
  const checkpoint = { seq: 10, hash: at(CHAIN, 10).hash };
  assert.deepEqual(await findings(CHAIN.slice(10), { noted: checkpoint, checkpoint }), []);
  assert.match(
    (await named(CHAIN.slice(10), { checkpoint: { seq: 10, hash: "f".repeat(64) } })).join(),
    /does not continue the checkpoint/,
  );
});

test("a noted head that retention deleted is no tampering and no success: exit code 2, and the head to note", async () => {
  const checkpoint = { seq: 10, hash: at(CHAIN, 10).hash };
  const verify = async (seq: number, hash = at(CHAIN, seq).hash, records = CHAIN.slice(10), ends = checkpoint) => {
    const noted = { seq, hash };
    const {
      ok,
      isUnchecked = false,
      lines,
    } = describeCheck(await verifyTrail(aTrail(records, HEAD, ends), noted, CHECKING), noted);
    return { code: ok ? 0 : isUnchecked ? 2 : 1, text: lines.join("\n") };
  };
  for (const seq of [1, 9]) {
    const { code, text } = await verify(seq);
    assert.equal(code, 2);
    assert.match(
      text,
      new RegExp(`deleted record ${seq}, so the noted head ${seq}:${at(CHAIN, seq).hash} can no longer be`),
    );
    assert.match(text, new RegExp(`intact: 2 records, 11 to 12\\.\n.*note this one .*: 12:${HEAD.hash}`));
    assert.doesNotMatch(text, /changed|rewritten|altered/);
  }
  // The checkpoint itself is compared, and so is everything after it.
  assert.equal((await verify(10)).code, 0);
  const wrong = await verify(10, "f".repeat(64));
  assert.deepEqual([wrong.code, /Record 10 has another hash/.test(wrong.text)], [1, true]);
  assert.equal((await verify(11)).code, 0);
  assert.equal((await verify(12)).code, 0);
  // A change of what is left remains one.
  const altered = await verify(9, at(CHAIN, 9).hash, withRecord(11, { actor: "UEVIL" }).slice(10));
  assert.equal(altered.code, 1);
  assert.match(altered.text, /was changed.*Record 11 was altered.*so the noted head/s);
});

test("retention during the check leaves no finding: the check continues after the new checkpoint", async () => {
  const records = aChain(3_000);
  let reads = 0;
  const checkpointOf = () => (reads < 2 ? START : { seq: 1_700, hash: at(records, 1_700).hash });
  const trail = {
    ends: async () => ({ head: toHead(records), checkpoint: checkpointOf() }),
    async page(after: number | null, limit: number) {
      reads++;
      const first = Math.max(after ?? 0, checkpointOf().seq);
      return records.slice(first, first + limit);
    },
  };
  const checked = await verifyTrail(trail, null, CHECKING);
  assert.ok(checked.kind === "checked");
  assert.deepEqual([checked.findings, checked.count, checked.after.seq], [[], 2_300, 1_700]);
});

test("a chain is read once, in pages of a thousand records", async () => {
  const trail = aTrail(aChain(5_000));
  const checked = await verifyTrail(trail, null, CHECKING);
  assert.ok(checked.kind === "checked" && checked.count === 5_000);
  assert.equal(trail.pages(), 6);
});

test("while a page is checked, the event loop turns, so that the process receives the next page", async () => {
  let turns = 0;
  const turn = async () => void turns++;
  await verifyTrail(aTrail(aChain(640)), null, { sha256, turn });
  assert.equal(turns, 10);
});

/** Changes one thing at random, like someone with a database shell. */
const TEXTS = ["id", "requestId", "kind", "actor", "detail", "previous", "hash"] as const;
type Change = (chain: StoredRecord[], pick: (limit: number) => number) => StoredRecord[];
const CHANGES: Record<string, Change> = {
  "flip a byte": (chain, pick) => {
    const index = pick(chain.length);
    const field = TEXTS[pick(TEXTS.length)] ?? "id";
    return chain.map((record, each) => {
      if (each !== index) return record;
      const bytes = [...record[field]];
      const place = pick(bytes.length);
      bytes[place] = String.fromCodePoint((bytes[place]?.codePointAt(0) ?? 0) ^ (1 << pick(6)));
      return { ...record, [field]: bytes.join("") };
    });
  },
  "change a number": (chain, pick) => {
    const index = pick(chain.length);
    return chain.map((record, each) => (each === index ? { ...record, at: record.at + 1 + pick(9) } : record));
  },
  delete: (chain, pick) => {
    const index = pick(chain.length);
    return chain.filter((_, each) => each !== index);
  },
  "delete and renumber": (chain, pick) => {
    const index = pick(chain.length);
    return chain.filter((_, each) => each !== index).map((record, each) => ({ ...record, seq: each + 1 }));
  },
  insert: (chain, pick) => {
    const index = pick(chain.length + 1);
    const copy = { ...(chain[pick(chain.length)] ?? forged), id: "inserted" };
    return chain.toSpliced(index, 0, copy).map((record, each) => ({ ...record, seq: each + 1 }));
  },
  "insert with a hash": (chain, pick) => {
    const index = pick(chain.length + 1);
    const [copy = forged] = rechain([forged], index === 0 ? START : toHead(chain.slice(0, index)));
    return chain.toSpliced(index, 0, copy).map((record, each) => ({ ...record, seq: each + 1 }));
  },
  swap: (chain, pick) => {
    const [a, b] = [pick(chain.length), pick(chain.length - 1)];
    const other = b >= a ? b + 1 : b;
    return chain.map((record, each) => {
      const source = each === a ? chain[other] : each === other ? chain[a] : record;
      return { ...(source ?? record), seq: each + 1 };
    });
  },
  "cut the tail": (chain, pick) => chain.slice(0, pick(chain.length)),
};

for (const [what, change] of Object.entries(CHANGES)) {
  test(`${what} at random: the check finds it, and with a noted head also in a recomputed chain`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 30 }), fc.infiniteStream(fc.nat()), async (length, numbers) => {
        const pick = (limit: number) => (numbers.next().value ?? 0) % limit;
        const chain = aChain(length);
        const changed = change(chain, pick);
        assert.notEqual((await findings(changed, { head: toHead(chain) })).length, 0, "with the true head");
        // The head of the database is forged too: then only a head that was noted outside of it finds everything.
        const recomputed = rechain(changed);
        // Without a trace: a changed hash is computed as before, and a record after the noted head is a record like others.
        if (JSON.stringify(recomputed.slice(0, length)) !== JSON.stringify(chain))
          assert.notEqual((await findings(recomputed, { noted: toHead(chain) })).length, 0, "recomputed");
      }),
      { numRuns: FULL_MATRIX ? 2_000 : 150 },
    );
  });
}
