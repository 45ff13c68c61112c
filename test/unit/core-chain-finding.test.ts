import assert from "node:assert/strict";
import { test } from "node:test";
import { type ChainFinding, describeFinding } from "../../src/core/chain-finding.ts";

const one = { from: 5, to: 5 };
const several = { from: 5, to: 8 };

const TEXTS: [ChainFinding, string][] = [
  [{ kind: "altered", ...one, id: 'a"b' }, 'Record 5 was altered (id "a\\"b").'],
  [{ kind: "altered", ...several, id: null }, "Records 5 to 8 were altered."],
  [{ kind: "deleted", ...one, renumberedTo: null }, "Record 5 was deleted."],
  [
    { kind: "deleted", ...several, renumberedTo: 9 },
    "Records 5 to 8 were deleted, and the records up to 9 were renumbered.",
  ],
  [{ kind: "inserted", ...one, renumberedTo: 9 }, "Record 5 was inserted, and the records up to 9 were renumbered."],
  [{ kind: "inserted", ...several, renumberedTo: null }, "Records 5 to 8 were inserted."],
  [{ kind: "swapped", ...several }, "Records 5 and 8 were swapped."],
  [{ kind: "moved", ...several }, "Record 5 was moved to number 8."],
  [
    { kind: "not-continued", ...one },
    "Record 5 does not continue the checkpoint: the checkpoint or the records before it were changed.",
  ],
  [{ kind: "cut-off", ...several }, "The records after 5, up to 8, were deleted."],
  [
    { kind: "wrong-head", ...one },
    "Record 5 or the head of the chain (table audit_head) was altered: their hashes differ.",
  ],
  [{ kind: "rewritten", ...one }, "Record 5 has another hash than the noted head: the chain was rewritten."],
];

test("each manipulation is described in a sentence that names its records", () => {
  for (const [finding, text] of TEXTS) assert.equal(describeFinding(finding), text);
});

test("a manipulation without a sentence is an error, so that no check hides it", () => {
  assert.throws(() => describeFinding({ kind: "new", ...one } as never), { message: "no text for new" });
});
