import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readTrail } from "../../src/app/audit/read-trail.ts";
import { canonicalJson } from "../../src/core/canonical-json.ts";
import { CSV_HEADER, toCsv, toJsonLine } from "../../src/core/trail-export.ts";
import { aChain, aTrail, sha256 } from "../support/chain.ts";

const [record = assert.fail()] = aChain(1);

/** Reads CSV as RFC 4180 describes it. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  for (const [, cell = "", end] of text.matchAll(/"((?:[^"]|"")*)"(,|\r\n)/gs)) {
    const row = rows.at(-1) ?? rows[rows.push([]) - 1];
    row?.push(cell.replaceAll('""', '"'));
    if (end === "\r\n") rows.push([]);
  }
  return rows.slice(0, -1);
}

test("a CSV line keeps every text, and no spreadsheet runs one as a formula", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      fc.constantFrom("", "=", "+", "-", "@", "\t=", " =", '"=', "\r\n"),
      (text, start) => {
        const actor = `${start}${text}`;
        const [header = [], cells = [], ...rest] = parseCsv(CSV_HEADER + toCsv({ ...record, actor }));
        assert.deepEqual([rest, cells.length], [[], header.length]);
        const cell = cells[header.indexOf("actor")] ?? "";
        assert.equal(cell.startsWith("'") && !actor.startsWith("'") ? cell.slice(1) : cell, actor);
        assert.doesNotMatch(cell, /^[\s"]*[=+\-@]/);
      },
    ),
  );
});

test("the time, the context and the detail of a record have their own columns in CSV", () => {
  const detail = '{"account":"111122223333","documentName":"Prod-DB","executionId":"e1","route":null,"target":"prod"}';
  const [header = [], cells = []] = parseCsv(CSV_HEADER + toCsv({ ...record, detail }));
  const row = Object.fromEntries(header.map((name, index) => [name, cells[index]]));
  assert.deepEqual(
    [row.at, row.account, row.documentName, row.executionId, row.route, row.detail, row.hash],
    ["1970-01-01T00:00:01.000Z", "111122223333", "Prod-DB", "e1", "", detail, record.hash],
  );
});

test("a JSON line proves itself: its hash is that of its other members in canonical form", () => {
  const { hash, ...hashed } = JSON.parse(toJsonLine(record));
  assert.equal(sha256(canonicalJson(hashed)), hash);
  assert.equal(toJsonLine(record).split("\n").length, 2);
});

test("a long trail is read in pages", async () => {
  const trail = aTrail(aChain(1_200));
  const pages: number[] = [];
  for await (const records of readTrail(trail, { since: null, until: null })) pages.push(records.length);
  assert.deepEqual([pages, trail.pages()], [[500, 500, 200], 4]);
});
