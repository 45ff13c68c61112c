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

const ACCENTED = `a${"\u0301".repeat(80)}`;
const NONJOINED = "ن\u200C".repeat(100);
const JOINED = "😀\u200D".repeat(60);

const BOUNDARIES: [claim: string, text: string, at: number, boundary: number][] = [
  ["the end is a boundary, also after a joiner", "ab\u200D", 3, 3],
  ["a place after the end is the end", "ab\u200D", 9, 3],
  ["the start is a boundary", "ab", 0, 0],
  ["between two letters is a boundary", "ab", 1, 1],
  ["after a joiner is none", "ab\u200Dc", 3, 1],
  ["between joiners is none", "ab\u200C\u200Dc", 3, 1],
  ["a joiner at the start belongs to the letter after it", "\u200Cab", 1, 0],
  ["a character of 64 units is whole", ACCENTED, 64, 0],
  ["a longer character is divided", ACCENTED, 65, 65],
  ["letters joined for long are divided before a joiner", NONJOINED, 150, 149],
  ["letters joined for long are divided after a letter", NONJOINED, 151, 151],
  ["letters joined for 64 units are whole", NONJOINED, 64, 0],
  ["emoji joined for long are divided before the joiner, and not within a pair", JOINED, 100, 98],
  ["emoji joined for long are divided before the joiner", JOINED, 99, 98],
  ["emoji joined for long are divided after an emoji", JOINED, 101, 101],
  ["many joiners are divided after the first", "\u200D".repeat(100), 90, 1],
  ["marks on half a pair are divided where they are", `\uDC00${"\u0301".repeat(100)}`, 80, 80],
];

for (const [claim, text, at, boundary] of BOUNDARIES)
  test(`in a text, ${claim}`, () => {
    assert.equal(boundaryBefore(text, at), boundary);
  });

test("a place before the text has no boundary in it", () => {
  assert.ok(boundaryBefore("abc", -5) <= 0);
});

test("a text that loses its middle ends in whole characters, also if none fits", () => {
  assert.equal(cutMiddle("abcdef", 3), "a…f");
  assert.equal(cutMiddle("abcdef", 1), "…");
  assert.equal(cutMiddle("abcdef", 0), "…");
  assert.equal(cutMiddle("ab😀", 3), "a…");
  assert.equal(cutMiddle(`abc${ACCENTED}`, 6), "ab…\u0301\u0301\u0301");
});
