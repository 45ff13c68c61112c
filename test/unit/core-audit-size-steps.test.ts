import assert from "node:assert/strict";
import { test } from "node:test";
import { fit, fitEntry } from "../../src/core/audit-size.ts";
import { anEntry, DETAILS } from "../support/samples.ts";

/** The lengths of texts, and of lists and objects, from the longest to the shortest. */
const STEPS = [
  [3_000, 5_000],
  [600, 1_000],
  [250, 500],
  [100, 250],
  [40, 250],
  [40, 50],
] as const;

/** A value with long texts, lists and objects at each place. */
const aValue = (text: number, items: number, end = "") => {
  const list = Array.from({ length: items }, (_, index) => index % 10);
  const members = Object.fromEntries(list.map((each, index) => [`${index}`, each]));
  const short = (letter: string) => letter.repeat(text - end.length) + end;
  return { list, members, text: short("x"), inner: [{ text: short("y") }], [short("n")]: true, none: null };
};

test("a value keeps the longest texts and lists with which it fits, and the shortest in any case", () => {
  const value = aValue(3_001, 5_001);
  for (const [text, items] of STEPS) {
    const expected = JSON.stringify(aValue(text, items, "…"));
    assert.ok(JSON.stringify(fit(value, Buffer.byteLength(expected))) === expected, `${text} ${items}`);
  }
  assert.ok(JSON.stringify(fit(value, 1)) === JSON.stringify(aValue(40, 50, "…")));
});

test("a value that fits is not changed, and its size is counted in bytes of UTF-8", () => {
  for (const [bytes, characters] of [
    [1, "\u007F"],
    [2, "\u0080\u07FF"],
    [3, "\u0800\uFFFD"],
    [4, "\u{10000}\u{10FFFF}"],
  ] as const)
    for (const character of characters) {
      const value = { a: character.repeat(50) };
      const size = '{"a":""}'.length + 50 * bytes;
      assert.equal(fit(value, size), value, character);
      assert.equal(fit(value, size - 1).a, `${character.repeat(character.length === 1 ? 39 : 19)}…`, character);
    }
});

test("every text of an entry is cleaned, and no other value is changed", () => {
  const detail = { ...DETAILS.requested, "na\u200Bme": ["a\u202Eb", 1, null, true, { deep: ["c\u0007d"] }] };
  const fitted = fitEntry(anEntry({ kind: "requested", detail, actor: "U\u200B0" }));
  const name = ["ab", 1, null, true, { deep: ["cd"] }];
  assert.deepEqual(fitted, anEntry({ kind: "requested", detail: { ...DETAILS.requested, ...{ name } }, actor: "U0" }));
});

test("an actor has at most 2,500 characters, and a detail 235,000 bytes", () => {
  const entry = (length: number) => anEntry({ kind: "progress", detail: { text: "x".repeat(length) } as never });
  const envelope = '{"text":""}'.length;
  assert.deepEqual(fitEntry(entry(235_000 - envelope)), entry(235_000 - envelope));
  assert.deepEqual(fitEntry(entry(235_001 - envelope)).detail, { text: `${"x".repeat(2_999)}…` });
  const { actor } = fitEntry({ ...entry(1), actor: "a".repeat(2_501) });
  assert.equal(actor, `${"a".repeat(2_499)}…`);
});
