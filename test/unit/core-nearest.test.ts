import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { editDistance, findNearest } from "../../src/core/nearest.ts";

test("each added, removed, replaced or swapped letter counts once", () => {
  for (const [typed, known, distance] of [
    ["", "", 0],
    ["", "help", 4],
    ["pending", "pending", 0],
    ["pendng", "pending", 1],
    ["pendingg", "pending", 1],
    ["pandin", "pending", 2],
    ["pendign", "pending", 1],
    ["epnding", "pending", 1],
    ["epndign", "pending", 2],
    ["abcd", "badc", 2],
    ["ba", "ab", 1],
    ["bca", "abc", 2],
    ["ca", "abc", 3],
    ["kitten", "sitting", 3],
    ["aab", "aba", 1],
    ["xyz", "abc", 3],
  ] as const) {
    assert.equal(editDistance(typed, known), distance, `${typed} ${known}`);
    assert.equal(editDistance(known, typed), distance, `${known} ${typed}`);
  }
});

test("the distance of two words is the least number of changes of any way from one to the other", () => {
  /** By its definition: the last letters are equal, or one of four changes comes last. */
  const count = (a: string, b: string): number => {
    if (a === "" || b === "") return a.length + b.length;
    const ways = [
      count(a.slice(0, -1), b) + 1,
      count(a, b.slice(0, -1)) + 1,
      count(a.slice(0, -1), b.slice(0, -1)) + (a.at(-1) === b.at(-1) ? 0 : 1),
    ];
    if (a.length > 1 && b.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1))
      ways.push(count(a.slice(0, -2), b.slice(0, -2)) + 1);
    return Math.min(...ways);
  };
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 5 });
  fc.assert(fc.property(word, word, (a, b) => assert.equal(editDistance(a, b), count(a, b))));
});

test("a known word is meant if at most a third of its letters differ, or one", () => {
  const KNOWN = ["by", "since", "status", "Document"];
  for (const [typed, meant] of [
    ["by", "by"],
    ["bye", "by"],
    ["bxyz", null],
    ["sinec", "since"],
    ["snic", null],
    ["sttaus", "status"],
    ["stts", "status"],
    ["sts", null],
    ["DOCUMENT", "Document"],
    ["dcmnt", null],
    ["docmnt", "Document"],
    ["", null],
  ] as const)
    assert.equal(findNearest(typed, KNOWN), meant, typed);
  assert.equal(findNearest("since", []), null);
});

test("of several close words, the closest one is meant, and of equally close ones the first", () => {
  assert.equal(findNearest("status", ["statue", "status", "states"]), "status");
  assert.equal(findNearest("statux", ["statue", "status"]), "statue");
  assert.equal(findNearest("statux", ["status", "statue"]), "status");
});
