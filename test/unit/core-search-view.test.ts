import assert from "node:assert/strict";
import { test } from "node:test";
import {
  decodedViews,
  normalizeText,
  type SearchView,
  unescapeLevels,
  viewBytes,
  viewText,
} from "../../src/core/search-view.ts";

const BACKSLASH = "\\";
/** Returns the place of each unit of a view in the original text, and the end. */
const toPlaces = ({ text, at }: SearchView) => at && [...at.subarray(0, text.length + 1)];

/** A text, its view, and for each unit of the view its place in the text. The last place is the end. */
const VIEWS: [claim: string, text: string, view: string, places: number[] | null][] = [
  ["visible ASCII with single spaces is only folded", " Az ~!/:9{ ", " az ~!/:9{ ", null],
  ["an empty text is empty", "", "", null],
  ["spaces become one", "a  b   c", "a b c", [0, 1, 3, 4, 7]],
  ["a space before another at the end is one", "a  ", "a ", [0, 1]],
  ["white space of all kinds is a space", "a\t\n\u00a0b", "a b", [0, 1, 4]],
  ["the space of forms is a space", "a+b", "a b", [0, 1, 2]],
  ["a space next to the space of forms is the same space", "a +b", "a b", [0, 1, 3]],
  ["control characters are left out", "a\u0000\u001f\u007fb\u0085c", "abc", [0, 4, 6]],
  ["invisible characters are left out", "a\u200bb\u00adc\u202ed", "abcd", [0, 2, 4, 6]],
  ["the tags of plane 14 are left out", "a\u{e0000}b\u{e0041}c\u{e0fff}d", "abcd", [0, 3, 6, 9]],
  ["other pairs stay", "\u{dffff}x\u{e1000}", "\u{dffff}x\u{e1000}", [0, 1, 2, 3, 4]],
  [
    "after half a tag, only the other half is left out",
    "a\udb40bc\udb43\udbffd\udb41\ue000",
    "abc\udbffd\ue000",
    [0, 2, 3, 5, 6, 8],
  ],
  ["an emoji stays", "a😀b", "a😀b", [0, 1, 2, 3]],
  ["half an emoji stays", "\ude00a", "\ude00a", [0, 1]],
  ["letters keep their places in lower case", "ÀİIÉ", "àiié", [0, 1, 2, 3]],
  ["each sigma is the same", "ΣΟΦΟΣ σοφος", "σοφοσ σοφοσ", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
];

for (const [claim, text, view, places] of VIEWS)
  test(`in the view of a text, ${claim}`, () => {
    const seen = viewText(text);
    assert.equal(seen.text, view);
    assert.deepEqual(toPlaces(seen), places && [...places, text.length]);
  });

test("a text without a place list has each unit at its own place, so only plain texts are without one", () => {
  assert.deepEqual(
    ["a ~", "a\u007f", "a\u001f", "a+", "a  b", "é"].map((text) => viewText(text).at === null),
    [true, false, false, false, false, false],
  );
});

test("a long text has the same view as its parts", () => {
  for (const length of [8_191, 8_192, 8_193, 20_000]) {
    const text = "0123456789+Abc\u200b".repeat(2_000).slice(0, length);
    const { text: view, at } = viewText(text);
    assert.equal(view, text.toLowerCase().replaceAll("+", " ").replaceAll("\u200b", ""), `${length}`);
    assert.equal(at?.[view.length], length);
    assert.equal(at?.[0], 0);
  }
});

test("whole values are compared without the space around them", () => {
  assert.equal(normalizeText(" \n Ab\u200b  C+"), "ab c");
});

/** A text, and its views with the places in the text at which their units begin, and the end. */
const DECODED: [claim: string, text: string, views: [view: string, ...places: number[]][]][] = [
  ["nothing encoded has no view", "a b% %g1 %1g %", []],
  ["a backslash at the end encodes nothing", `ab${BACKSLASH}`, []],
  ["a backslash at the end stays if others are decoded", String.raw`\"a` + BACKSLASH, [[`"a${BACKSLASH}`, 0, 2, 3, 4]]],
  ["only u and x begin a number", String.raw`\q41`, [["q41", 0, 2, 3, 4]]],
  ["an encoded zero is left out", String.raw`a\u0000b`, [["ab", 0, 7, 8]]],
  ["a percent sign without two digits stays if others are decoded", "%41%g1", [["a%g1", 0, 3, 4, 5, 6]]],
  ["JSON's short escapes are decoded", String.raw`a\n\r\t\b\fB`, [["a b", 0, 1, 11, 12]]],
  ["a marked character is itself", String.raw`\"\/\q`, [['"/q', 0, 2, 4, 6]]],
  ["JSON's numbers are decoded", String.raw`\u0041\u00e9\x4a.`, [["aéj.", 0, 6, 12, 16, 17]]],
  [
    "numbers that are cut off or wrong are letters",
    String.raw`\u12 \xg0 \u004`,
    [["u12 xg0 u004", 0, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 14, 15]],
  ],
  [
    "JSON is decoded twice",
    String.raw`\\u0041b`,
    [
      [String.raw`\u0041b`, 0, 2, 3, 4, 5, 6, 7, 8],
      ["ab", 0, 7, 8],
    ],
  ],
  [
    "JSON is not decoded three times",
    String.raw`\\\\n.`,
    [
      [String.raw`\\n.`, 0, 2, 4, 5, 6],
      [String.raw`\n.`, 0, 4, 5, 6],
    ],
  ],
  ["a backslash that stays at the end is a character", String.raw`\"\\`, [['"\\', 0, 2, 4]]],
  ["percent signs are decoded", "%41%c3%A9%2", [["aã©%2", 0, 3, 6, 9, 10, 11]]],
  [
    "percent signs are decoded twice",
    "%2541b",
    [
      ["%41b", 0, 3, 4, 5, 6],
      ["ab", 0, 5, 6],
    ],
  ],
  [
    "percent signs are not decoded three times",
    "%25252e",
    [
      ["%252e", 0, 3, 4, 5, 6, 7],
      ["%2e", 0, 5, 6, 7],
    ],
  ],
  ["decoded spaces become one, and what is invisible is left out", "a%20%20%00b", [["a b", 0, 1, 10, 11]]],
  [
    "JSON and percent signs are decoded apart",
    String.raw`\"%22`,
    [
      ['"%22', 0, 2, 3, 4, 5],
      ['\\""', 0, 1, 2, 5],
    ],
  ],
];

for (const [claim, text, views] of DECODED)
  test(`in the decoded views of a text, ${claim}`, () => {
    assert.deepEqual(
      decodedViews(text).map((view) => [view.text, ...(toPlaces(view) ?? [])]),
      views,
    );
  });

test("a text is unescaped up to three times, for as long as it has a backslash", () => {
  assert.deepEqual(unescapeLevels("plain"), ["plain"]);
  assert.deepEqual(unescapeLevels(String.raw`a\nb`), [String.raw`a\nb`, "a\nb"]);
  assert.deepEqual(
    unescapeLevels(String.raw`\\\\\\\\"`),
    [8, 4, 2, 1].map((count) => `${BACKSLASH.repeat(count)}"`),
  );
  assert.deepEqual(unescapeLevels(String.raw`\"A\u00C9`), [String.raw`\"A\u00C9`, '"AÉ']);
});

test("bytes are seen like a text, without the zero bytes of UTF-16", () => {
  const bytes = Uint8Array.from(Buffer.from("A\0b\0\u0001 \0\t\0+\0\u00a0C\0\u00c9", "latin1"));
  assert.equal(viewBytes(bytes, bytes.length), "ab cé");
  assert.equal(viewBytes(bytes, 3), "ab");
  assert.equal(viewBytes(Uint8Array.of(32, 32), 2), " ");
  assert.equal(viewBytes(new Uint8Array(20_000).fill(66), 20_000), "b".repeat(20_000));
});

test("white space between bytes is one space, and only the given number of bytes counts", () => {
  const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
  assert.equal(viewBytes(bytes("A\t\n b\0c+d"), 9), "a bc d");
  assert.equal(viewBytes(bytes("A\0BC"), 3), "ab");
});
