import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AuditKind,
  type ChainedEntry,
  chainText,
  EVENT_NAMES,
  FIRST_HASH,
  isPublished,
} from "../../src/core/audit-records.ts";
import { anEntry, DETAILS, REQUEST_ID } from "../support/samples.ts";

const record: ChainedEntry = {
  ...anEntry({ kind: "voted", actor: "U0JANE", detail: { verdict: "approve", name: "Jane Ito" } }),
  seq: 7,
  id: "r7",
  previous: FIRST_HASH,
};

test("the hashed text of a record is canonical JSON, which any program can reproduce", () => {
  assert.equal(
    chainText(record),
    `{"actor":"U0JANE","at":${record.at},"detail":{"name":"Jane Ito","verdict":"approve"},"id":"r7","kind":"voted","previous":"${FIRST_HASH}","requestId":"${REQUEST_ID}","seq":7}`,
  );
});

test("the hashed text of a record contains every member of the record and nothing else", () => {
  const text = chainText(record);
  const changes: object[] = [
    { seq: 8 },
    { id: "other" },
    { requestId: "other" },
    { kind: "denied" },
    { at: 1 },
    { actor: "U0OMAR" },
    { detail: { verdict: "reject", name: "Jane Ito" } },
    { previous: "f".repeat(64) },
  ];
  for (const change of changes)
    assert.notEqual(chainText({ ...record, ...change } as ChainedEntry), text, JSON.stringify(change));
  assert.equal(chainText({ ...record, ...{ hash: "x", publishing: "due" } }), text);
});

test("only the records of a request, its decision, its end and a contradicted signal are published as events", () => {
  const kinds = Object.keys(DETAILS) as AuditKind[];
  assert.deepEqual(
    kinds.filter((kind) => isPublished({ kind })),
    ["requested", "decided", "closed", "signal-misdirected", "signal-without-effect"],
  );
  assert.deepEqual(Object.values(EVENT_NAMES), [
    ...["Approval Requested", "Approval Decided", "Approval Closed"],
    ...["Signal Misdirected", "Signal Without Effect"],
  ]);
});
