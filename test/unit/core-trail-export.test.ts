import assert from "node:assert/strict";
import { test } from "node:test";
import { CSV_HEADER, toCsv, toIsoTime, toJsonLine } from "../../src/core/trail-export.ts";
import { aChain } from "../support/chain.ts";

const [record = assert.fail()] = aChain(1);
const detail =
  '{"account":"1","documentName":"Doc","executionId":"e1","region":"us-east-1","route":"db","stepName":"ask","target":"t"}';

/** The cell of the actor in a line of CSV. */
const toCell = (actor: string) =>
  /"kind","(.*)","request"/s.exec(toCsv({ ...record, kind: "kind", requestId: "request", actor }))?.[1];

test("a CSV file has the members of a record and of its context in this order", () => {
  assert.equal(
    CSV_HEADER,
    '"seq","at","kind","actor","requestId","target","account","region","executionId","documentName","stepName","route","detail","id","previous","hash"\r\n',
  );
  const { previous, hash } = record;
  assert.equal(
    toCsv({ ...record, detail }),
    `"1","1970-01-01T00:00:01.000Z","voted","U0","request-0","t","1","us-east-1","e1","Doc","ask","db",${JSON.stringify(detail).replaceAll('\\"', '""')},"id-1","${previous}","${hash}"\r\n`,
  );
});

test("a record whose detail is no JSON object has no context in CSV", () => {
  for (const text of ["{", "[]", "null"])
    assert.ok(toCsv({ ...record, detail: text }).includes(`"request-0","","","","","","","","${text}"`));
});

test("an altered context is exported as JSON, also an object that cannot become a text", () => {
  const altered = toCsv({
    ...record,
    detail: '{"account":{"toString":"x"},"region":[null,1],"route":7,"target":null}',
  });
  assert.ok(altered.includes('"request-0","","{""toString"":""x""}","[null,1]","","","","7",'), altered);
});

test("a cell that a spreadsheet would run begins with an apostrophe, and other cells are unchanged", () => {
  const formulas = [
    "=1",
    "+1",
    "-1",
    "@A1",
    " =1",
    "\n \t=1",
    "'=1",
    "' -1",
    "\uFF1D1",
    "\uFF0B1",
    "\uFF0D1",
    "\uFF20A",
  ];
  for (const text of [...formulas, "\tx", "\rx", "\nx"]) assert.equal(toCell(text), `'${text}`, JSON.stringify(text));
  for (const text of ["a=1", "1-2", " x", "'x", "x\n=1", "x\ty", ""])
    assert.equal(toCell(text), text, JSON.stringify(text));
  assert.equal(toCell('"=1"'), `'""=1""`);
  assert.equal(toCell('say "hi", "you"'), 'say ""hi"", ""you""');
});

test("a column that was altered to contain bytes or a wrong time does not end an export", () => {
  assert.equal(toCell(new Uint8Array([1, 2]) as unknown as string), "1,2");
  for (const [at, text] of [
    [1_000.5, "1970-01-01T00:00:01.000Z"],
    [8.64e15 + 1, "8640000000000001"],
    [Number.NaN, "NaN"],
  ] as const)
    assert.equal(toIsoTime(at), text);
});

test("a JSON line has the members of a record, and its hash as the last one", () => {
  const { seq, id, requestId, kind, at, actor, previous } = record;
  const hash = 'f"';
  const members = { actor, at, detail: JSON.parse(detail), id, kind, previous, requestId, seq, hash };
  assert.equal(toJsonLine({ ...record, detail, hash }), `${JSON.stringify(members)}\n`);
});
