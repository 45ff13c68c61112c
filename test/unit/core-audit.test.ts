import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AuditKind,
  type ChainedEntry,
  chainText,
  EVENT_NAMES,
  FIRST_HASH,
  isPublished,
  requestContext,
  toShownFacts,
} from "../../src/core/audit-records.ts";
import { PAUSE_ACTION } from "../../src/core/execution.ts";
import { aFacts, anEntry, aRequest, DETAILS, EXECUTION_ID, REQUEST_ID, STEP_ID } from "../support/samples.ts";

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

test("the first record follows a hash of 64 zeros", () => {
  assert.equal(FIRST_HASH, "0000000000000000000000000000000000000000000000000000000000000000");
});

test("the records of a request name its place in AWS, its runbook and step, and its route", () => {
  const place = { target: "default/us-east-1", account: "111122223333", region: "us-east-1" };
  const step = { executionId: EXECUTION_ID, stepExecutionId: STEP_ID, stepName: "approve" };
  const expected = { ...place, ...step, documentName: "Prod-DB-Restart", action: "aws:approve", route: "databases" };
  assert.deepEqual(requestContext(aRequest()), expected);
  const paused = aRequest({ route: null, facts: aFacts({ action: PAUSE_ACTION }) });
  assert.deepEqual(requestContext(paused), { ...expected, action: "aws:pause", route: null });
});

test("a record shows the question, the version and the parameters that approvers see, without hidden values", () => {
  const parameters = [
    { name: "Hosts", values: ["web-1", "web-2"], masked: false, isDefault: false },
    { name: "Token", values: ["s3cret"], masked: true, isDefault: false },
    { name: "Note", values: ["n".repeat(601)], masked: false, isDefault: false },
  ];
  const shown = { Hosts: "web-1, web-2", Token: "(hidden)", Note: `${"n".repeat(599)}…` };
  const parent = { executionId: "parent", documentName: "Deploy", executedBy: null, parameters };
  const long = aFacts({ message: "q".repeat(3_001), parameters, documentVersion: null, parents: [parent] });
  assert.deepEqual(toShownFacts(aRequest({ facts: long })).shown, {
    ...{ question: `${"q".repeat(2_999)}…`, documentVersion: null, parameters: shown },
    parents: [{ executionId: "parent", documentName: "Deploy", parameters: shown }],
  });
});

test("a record shows descriptions and parents only if there are any, and a gate without a question", () => {
  const plain = { documentVersion: "1", parameters: {} };
  assert.deepEqual(toShownFacts(aRequest()).shown, { question: "Restart the database?", ...plain });
  const facts = aFacts({ message: null, descriptions: { step: "Restarts it." } });
  const expected = { question: null, descriptions: { step: "Restarts it." }, ...plain };
  assert.deepEqual(toShownFacts(aRequest({ facts })).shown, expected);
});
