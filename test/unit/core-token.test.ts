import assert from "node:assert/strict";
import { test } from "node:test";
import { continuesAfter, continuesBefore, isToken } from "../../src/core/token.ts";

/** Texts with a value between brackets, and whether a word continues before and after the value. */
const PLACES: [text: string, before: boolean, after: boolean][] = [
  ["[key]", false, false],
  [" [key] ", false, false],
  ["([key])", false, false],
  ["user:[key]@host", false, false],
  ["x[key]", true, false],
  ["7[key]", true, false],
  ["é[key]", true, false],
  ["[key]x", false, true],
  ["[key]7", false, true],
  ["[key]é", false, true],
  ["x[key]x", true, true],
  // One of these marks joins two words.
  ["my-[key]", true, false],
  ["my.[key]", true, false],
  ["my_[key]", true, false],
  ["[key]-1", false, true],
  ["[key].1", false, true],
  ["[key]_1", false, true],
  ["my:[key]", false, false],
  ["[key]/1", false, false],
  // Two of them, or one without a word, join nothing.
  ["my--[key]", false, false],
  ["[key]--1", false, false],
  ["-[key]", false, false],
  ["[key].", false, false],
  [" -[key]. ", false, false],
];

for (const [marked, before, after] of PLACES)
  test(`in ${JSON.stringify(marked)}, a word ${before ? "continues" : "ends"} before the value and ${after ? "continues" : "ends"} after it`, () => {
    const text = marked.replaceAll(/[[\]]/g, "");
    const [start, end] = [marked.indexOf("["), marked.indexOf("]") - 1];
    assert.equal(text.slice(start, end), "key", "only the brackets around the value are removed");
    assert.deepEqual(
      { before: continuesBefore(text, start), after: continuesAfter(text, end), isToken: isToken(text, start, end) },
      { before, after, isToken: !before && !after },
    );
  });
