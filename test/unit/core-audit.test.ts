import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type AuditKind, canonicalJson, chainText, eventName, FIRST_HASH } from "../../src/core/audit.ts";
import { anEntry, REQUEST_ID } from "../support/samples.ts";

const record = {
  ...anEntry({ kind: "voted", actor: "U0JANE", detail: { b: 1, a: 2 } }),
  seq: 7,
  id: "r7",
  previous: FIRST_HASH,
};

test("the text of a record is JSON with its keys in order, so that any program can make it again", () => {
  assert.equal(
    chainText(record),
    `{"actor":"U0JANE","at":${record.at},"detail":{"a":2,"b":1},"id":"r7","kind":"voted","previous":"${FIRST_HASH}","requestId":"${REQUEST_ID}","seq":7}`,
  );
});

test("every member of a record is in its text, and nothing else is", () => {
  const text = chainText(record);
  const changes: object[] = [
    { seq: 8 },
    { id: "other" },
    { requestId: "other" },
    { kind: "denied" },
    { at: 1 },
    { actor: "U0OMAR" },
    { detail: { a: 2 } },
    { previous: "f".repeat(64) },
  ];
  for (const change of changes) assert.notEqual(chainText({ ...record, ...change }), text, JSON.stringify(change));
  assert.equal(chainText({ ...record, ...{ hash: "x", publishing: "due" } }), text);
});

test("canonical JSON means the same as the value, survives storage, and does not depend on the order of keys", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      const stored: unknown = JSON.parse(JSON.stringify(value));
      assert.deepEqual(JSON.parse(text), stored);
      assert.equal(canonicalJson(stored), text);
      assert.equal(canonicalJson(reversed(stored)), text);
    }),
    { numRuns: 1_000 },
  );
});

test("members without a value are left out, as JSON leaves them out", () => {
  assert.equal(canonicalJson({ b: undefined, a: [undefined, null] }), '{"a":[null,null]}');
});

test("only what the outside is told has the name of an event", () => {
  const kinds: AuditKind[] = [
    "requested",
    "decided",
    "closed",
    "voted",
    "denied",
    "signal-sending",
    "signal-accepted",
    "signal-ambiguous",
    "signal-refused",
    "signal-deferred",
    "progress",
    "ended",
  ];
  assert.deepEqual(
    kinds.map(eventName).filter((name) => name !== null),
    ["Approval Requested", "Approval Decided", "Approval Closed"],
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, each]) => [key, reversed(each)]),
  );
}
