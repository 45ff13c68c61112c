import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { findInTrail, showFromTrail } from "../../src/app/audit/read-trail.ts";
import type { AuditEntry, AuditKind, StoredRecord } from "../../src/core/audit-records.ts";
import { canonicalJson } from "../../src/core/canonical-json.ts";
import type { Outcome } from "../../src/core/request.ts";
import { toCsv, toJsonLine } from "../../src/core/trail-export.ts";
import { requestLine, requestReport } from "../../src/core/trail-report.ts";
import { alterations, applyAlterations } from "../support/alterations.ts";
import { rechain, sha256 } from "../support/chain.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";
import { anEntry, aVote, DETAILS, EARLIER_DETAILS, REQUEST_ID } from "../support/samples.ts";

const stored = (...entries: AuditEntry[]): StoredRecord[] =>
  rechain(
    entries.map((entry, index) => ({
      ...entry,
      seq: index,
      id: `${index}`,
      previous: "",
      hash: "",
      detail: canonicalJson(entry.detail),
    })),
  );
const { userId, userName: name, email, verdict, authority } = aVote();
const votes = [{ userId, name, email, verdict, authority, reason: "urgent", at: "2026-01-15T12:00:00.000Z" }];
const requested = anEntry({ kind: "requested", detail: DETAILS.requested });
const decided = anEntry({
  kind: "decided",
  actor: "U0JANE",
  detail: { ...DETAILS.decided, votes, policyHash: "f".repeat(64) },
});
const EVERYTHING = { document: null, person: null };
const KINDS = Object.keys(DETAILS) as AuditKind[];

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

const toTrail = (records: readonly StoredRecord[]) => ({
  page: async (after: number | null) =>
    after === null ? [...new Map(records.map((each) => [each.requestId, each])).values()] : [],
  ofRequests: async () => [...records],
  findRequests: async () => [...new Set(records.map(({ requestId }) => requestId))],
});

const report = (...entries: AuditEntry[]) => requestReport(stored(...entries), true).join("\n");

test("the report names a changed configuration, break-glass, denied clicks and a misdirected signal", () => {
  const text = report(
    requested,
    anEntry({ kind: "denied", actor: "U0ROSA", detail: { denial: "self-approval", verdict: "approve" } }),
    anEntry({
      kind: "voted",
      actor: "U0JANE",
      detail: { verdict: "approve", name: "Jane", authority: "break-glass", reason: "urgent" },
    }),
    anEntry({
      ...decided,
      detail: { ...DETAILS.decided, votes, policyHash: "f".repeat(64), authority: "break-glass" },
    } as AuditEntry),
    anEntry({ kind: "signal-refused", detail: DETAILS["signal-refused"] }),
    anEntry({ kind: "signal-misdirected", detail: DETAILS["signal-misdirected"] }),
  );
  assert.match(text, /configuration f{64}; 0{64} when the request opened/);
  assert.match(text, /U0ROSA tried to approve; it did not count: self-approval/);
  assert.match(text, /U0JANE \(Jane\) approved by BREAK-GLASS: "urgent"/);
  assert.match(text, /Decision +approved by BREAK-GLASS at .* by Person U0JANE \(U0JANE, u0jane@example.com\)/);
  assert.match(text, /refused: no reply/);
  assert.match(text, /MISDIRECTED: the signal reached second/);
  assert.match(text, /End +the step still waits/);
});

test("the report of a gate that closed as decided in Slack says that its signal decided another step", () => {
  const outcome: Outcome = { kind: "approved", where: "slack", by: [], detail: null };
  const closed = anEntry({ kind: "closed", detail: { ...DETAILS.closed, outcome } });
  const misdirected = anEntry({ kind: "signal-misdirected", detail: DETAILS["signal-misdirected"] });
  const end = "End +approved in Slack";
  assert.match(report(requested, decided, closed), new RegExp(`${end} at `));
  const text = report(requested, decided, closed, misdirected);
  assert.match(text, new RegExp(`${end} according to this record, but a signal decided another step, at `));
});

test("the records of a contradicted signal from earlier versions are shown, searched and exported without their context", async () => {
  const earlier = Object.entries(EARLIER_DETAILS).map(([kind, detail]) => anEntry({ kind, detail } as object));
  const records = stored(requested, decided, ...earlier);
  const trail = toTrail(records);
  const shown = await showFromTrail(trail, REQUEST_ID, sha256);
  assert.equal(shown?.intact, true);
  const text = shown?.lines.join("\n") ?? "";
  assert.match(text, /MISDIRECTED: the signal reached second; this step was decided by arn:\S+:user\/omar/);
  assert.match(text, /WITHOUT EFFECT: AWS accepted the signal/);
  const found = await collect(
    findInTrail(trail, { since: null, until: null }, { ...EVERYTHING, person: "U0JANE" }, sha256),
  );
  assert.deepEqual([found.length, found[0]?.intact], [1, true]);
  for (const record of records.slice(2)) {
    assert.deepEqual(
      JSON.parse(toJsonLine(record)).detail,
      EARLIER_DETAILS[record.kind as keyof typeof EARLIER_DETAILS],
    );
    assert.ok(toCsv(record).includes(`"Prod-DB-Restart","approve","databases",`));
  }
  const alone = await showFromTrail(toTrail(records.slice(2)), REQUEST_ID, sha256);
  assert.match(alone?.lines.join("\n") ?? "", /no record that shows the execution/);
});

test("the report quotes the comment with which people decided in AWS, and names the requester that the newest record has", () => {
  const by = ["arn:aws:iam::111122223333:user/omar"];
  const outcome = { kind: "approved", where: "aws", by, detail: null, comment: "checked\u001b the plan" } as const;
  const requester = { ...DETAILS.closed.requester, userIds: ["U0ROSA"], email: "rosa@example.com" };
  const closed = anEntry({ kind: "closed", detail: { ...DETAILS.closed, outcome, requester } });
  const text = report(requested, closed);
  const end = /approved outside of Slack by arn:\S+:user\/omar at \S+, with the comment "checked\S* the plan"/;
  assert.match(text, end);
  assert.match(text, /Requester +arn:aws:iam::111122223333:user\/rosa \(U0ROSA, rosa@example\.com\); request at /);
  const line = requestLine(stored(requested, closed), true, EVERYTHING) ?? "";
  assert.match(line, end);
  assert.match(line, /started by arn:aws:iam::111122223333:user\/rosa \(U0ROSA, rosa@example\.com\)/);
});

test("a search finds the people who started a parent execution", () => {
  const parents = [{ principal: "arn:aws:iam::111122223333:user/max", userIds: ["U0MAX"], email: "max@example.com" }];
  const requester = { ...DETAILS.requested.requester, parents };
  const records = stored(anEntry({ kind: "requested", detail: { ...DETAILS.requested, requester } }));
  for (const person of ["U0MAX", "max@example.com", "*:user/max"])
    assert.notEqual(requestLine(records, true, { ...EVERYTHING, person }), null, person);
});

test("a report never passes on control characters, and an altered record does not end it", () => {
  const hostile = "\u001B[31mred\u0007\u202E\nnext";
  const shown = { question: hostile, documentVersion: hostile, parameters: { [hostile]: hostile } };
  const text = report(anEntry({ kind: "requested", detail: { ...DETAILS.requested, documentName: hostile, shown } }));
  assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{Cc}\p{Cf}]/u);
  const [first, second] = stored(requested, decided);
  assert.ok(first !== undefined && second !== undefined);
  const altered = requestReport([first, { ...second, detail: "{" }], false).join("\n");
  assert.match(altered, /AT LEAST ONE WAS ALTERED/);
  assert.throws(() => requestReport([{ ...first, detail: "null" }], false), /no record shows the execution/);
});

test("a search matches people by ID, name, address and ARN, and runbooks by a glob, without case", () => {
  const line = (search: object) => requestLine(stored(requested, decided), true, { ...EVERYTHING, ...search });
  for (const person of ["U0JANE", "u0jane@example.com", "person u0jane", "arn:aws:iam::*:user/rosa"])
    assert.match(line({ person }) ?? "", /Prod-DB-Restart .*approved/, person);
  for (const person of ["U0OMAR", "rosa", "jane"]) assert.equal(line({ person }), null, person);
  assert.notEqual(line({ document: "prod-db-*" }), null);
  assert.equal(line({ document: "prod" }), null);
});

/** A value that a column can have in SQLite, whatever its type. */
const columns = fc.oneof(fc.string(), fc.double(), fc.constant(null), fc.uint8Array(), fc.constantFrom(...KINDS));

test("no alteration of a record ends a report, a search or an export", async () => {
  const records = stored(...KINDS.map((kind) => anEntry({ kind, detail: DETAILS[kind] } as object)));
  const alteration = fc.record({
    index: fc.nat(records.length - 1),
    ofDetail: alterations,
    ofRecord: fc.dictionary(fc.constantFrom("kind", "at", "actor", "detail", "previous", "hash"), columns),
  });
  const check = async ({ index, ofDetail, ofRecord }: typeof alteration extends fc.Arbitrary<infer T> ? T : never) => {
    const altered = records.map((record, position) => {
      const detail = JSON.stringify(applyAlterations(JSON.parse(record.detail), ofDetail));
      return position === index ? ({ ...record, detail, ...ofRecord } as StoredRecord) : record;
    });
    const trail = toTrail(altered);
    const shown = await showFromTrail(trail, REQUEST_ID, sha256);
    const [found] = await collect(findInTrail(trail, { since: null, until: null }, EVERYTHING, sha256));
    const changed = !isDeepStrictEqual(altered, records);
    assert.deepEqual([shown?.intact, found?.intact], [!changed, !changed]);
    for (const record of altered) assert.match(toCsv(record) + toJsonLine(record), /\r\n\{.*\n$/s);
    if (changed) for (const text of [shown?.lines.join("\n"), found?.line]) assert.match(text ?? "", /audit verify/);
  };
  await fc.assert(fc.asyncProperty(alteration, check), { numRuns: FULL_MATRIX ? 500 : 100 });
});

test("records that are intact and do not show the execution are listed, and nobody takes them for altered ones", async () => {
  const ended = anEntry({ kind: "ended", detail: DETAILS.ended });
  const denied = anEntry({ kind: "denied", actor: "U0JANE", detail: { denial: "no-request", verdict: "approve" } });
  // Retention deleted the earlier records, or the click came after it had deleted all.
  for (const entries of [[ended], [denied], [ended, denied]]) {
    const shown = await showFromTrail(toTrail(stored(...entries)), REQUEST_ID, sha256);
    const text = shown?.lines.join("\n") ?? "";
    assert.equal(shown?.intact, true, text);
    assert.doesNotMatch(text, /ALTERED|cannot be read/);
    assert.match(text, /no record that shows the execution.*retention/);
    for (const { kind } of entries) assert.match(text, new RegExp(`Z .*${kind}`));
  }
});

test("a request whose records retention deletes during a search is left out, and is no altered one", async () => {
  const records = stored(requested, anEntry({ kind: "ended", detail: DETAILS.ended }));
  for (const left of [[], records.slice(1)]) {
    const trail = { ...toTrail(records), ofRequests: async () => left };
    assert.deepEqual(await collect(findInTrail(trail, { since: null, until: null }, EVERYTHING, sha256)), []);
  }
});

test("an altered request is named by a search and by the page of its execution, which continue with the other requests", async () => {
  const other = "99999999-8888-7777-6666-000000000002";
  const [first, second] = stored(requested, { ...requested, requestId: other });
  assert.ok(first !== undefined && second !== undefined);
  for (const detail of ["{", "{}", first.detail.replace('"userIds":[]', '"userIds":null')]) {
    const records: StoredRecord[] = [{ ...first, detail }, second];
    const trail = toTrail(records);
    const search = { document: null, person: "*rosa" };
    const found = await collect(findInTrail(trail, { since: null, until: null }, search, sha256));
    assert.deepEqual(
      found.map(({ intact }) => intact),
      [false, true],
    );
    assert.match(found[0]?.line ?? "", new RegExp(`${first.requestId}.*countersign audit verify`), detail);
    assert.match(found[1]?.line ?? "", /Prod-DB-Restart/);
    const shown = await showFromTrail(trail, "11111111", sha256);
    assert.equal(shown?.intact, false);
    assert.match(
      shown?.lines.join("\n") ?? "",
      new RegExp(`${first.requestId}.*countersign audit verify[^]*Prod-DB-Restart`),
      detail,
    );
  }
});
