import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { boundaryBefore, cut, cutMiddle } from "../../src/core/cut.ts";

const FAMILY = "👨‍👩‍👧";
const FLAG = "🇩🇪";
const LONG_ACCENTS = `a${"\u0301".repeat(200)}`;

const TABLE: [claim: string, text: string, length: number, expected: string][] = [
  ["a text that fits stays whole", "abcd", 4, "abcd"],
  ["a longer text ends in an ellipsis, which counts", "abcde", 4, "abc…"],
  ["no length leaves nothing", "abc", 0, ""],
  ["a surrogate pair that does not fit is left out", "ab😀cd", 4, "ab…"],
  ["a surrogate pair that fits is kept", "ab😀cd", 5, "ab😀…"],
  ["an accent stays with its letter", "cafe\u0301s", 5, "caf…"],
  ["a skin tone stays with its hand", "ok 👍🏽 now", 6, "ok …"],
  ["joined emoji stay together", `a${FAMILY}bc`, 7, "a…"],
  ["joined emoji that fit are kept", `a${FAMILY}bc`, 10, `a${FAMILY}…`],
  ["the two letters of a flag stay together", `a${FLAG}b`, 4, "a…"],
  ["a selector stays with its symbol", "a❤\uFE0Fbc", 3, "a…"],
  ["no joiner is left at the end", "نمی\u200Cخواهم", 5, "نم…"],
  ["a character without end is divided, between its code points", LONG_ACCENTS, 101, `${LONG_ACCENTS.slice(0, 100)}…`],
];

for (const [claim, text, length, expected] of TABLE)
  test(`in a cut text, ${claim}`, () => {
    assert.equal(cut(text, length), expected);
  });

test("a text can be cut without an ellipsis, or with another end", () => {
  assert.equal(cut("ab😀cd", 3, ""), "ab");
  assert.equal(cut("ab😀cd", 5, "..."), "ab...");
});

test("a truncated text has at most the maximum length, starts like the original, and shows that it is truncated", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.nat({ max: 40 }), (text, length) => {
      const short = cut(text, length);
      assert.ok(short.length <= length);
      if (text.length <= length) return assert.equal(short, text);
      if (length === 0) return;
      assert.ok(short.endsWith("…") && text.startsWith(short.slice(0, -1)));
      if (text.isWellFormed()) assert.ok(short.isWellFormed());
    }),
    { numRuns: 1_000 },
  );
});

test("a text of whole characters is never divided within one of them", () => {
  const characters = fc.array(fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }), { maxLength: 20 });
  const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
  fc.assert(
    fc.property(characters, fc.nat({ max: 60 }), (each, at) => {
      const text = each.join("");
      const starts = new Set([...graphemes.segment(text)].map(({ index }) => index)).add(text.length);
      assert.ok(starts.has(boundaryBefore(text, at)), `${JSON.stringify(text)} at ${at}`);
    }),
  );
});

test("a text without its middle keeps its start, more of its end, and whole characters", () => {
  assert.equal(cutMiddle("abcdefghij", 10), "abcdefghij");
  assert.equal(cutMiddle("abcdefghijkl", 10), "abc…ghijkl");
  const family = "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}";
  for (let length = 0; length < 40; length++) {
    const text = cutMiddle(family.repeat(6), length);
    assert.ok(text.length <= Math.max(1, length), `${length}`);
    assert.match(text, new RegExp(`^(${family})*…(${family})*$`));
  }
});
