import assert from "node:assert/strict";
import { test } from "node:test";
import { type SearchedValues, searchValues } from "../support/search-values.ts";

/** Returns the text with each hidden place in brackets; null: withheld. */
function mark(given: SearchedValues, text: string): string | null {
  const { spans } = searchValues(given).find(text);
  if (spans === null) return null;
  let [marked, done] = ["", 0];
  for (const { start, end } of spans) {
    marked += `${text.slice(done, start)}[${text.slice(start, end)}]`;
    done = end;
  }
  return marked + text.slice(done);
}

const base64 = (text: string) => Buffer.from(text).toString("base64");
const BEGIN = "0123456789abcdef".repeat(4);
const WORDS = `${"words ".repeat(9)}1234`;
const CODES = "482913,193845,582910,483920,118273,993827,229384,102938,556677,887766";
const DIGITS = "8".repeat(64);

const PLACES: [claim: string, values: string[], text: string, marked: string][] = [
  ["six letters are found inside a word", ["abcdef"], "xabcdefx", "x[abcdef]x"],
  ["five letters are found only as a word", ["abcde"], "xabcde abcdex abcde.", "xabcde abcdex [abcde]."],
  ["a number is found only as a word", ["1234567"], "91234567 a1234567 1234567", "91234567 a1234567 [1234567]"],
  ["a negative number is a number", ["-123456"], "x-123456 (-123456)", "x-123456 ([-123456])"],
  ["a number with groups is a number", ["1.234,567"], "91.234,567 1.234,567", "91.234,567 [1.234,567]"],
  ["a number with an exponent is a number", ["123.5e10"], "9123.5e10 123.5E10", "9123.5e10 [123.5E10]"],
  ["a number with a negative exponent is a number", ["12.5e-10"], "912.5e-10 12.5e-10", "912.5e-10 [12.5e-10]"],
  ["a number after other characters is none", ["x 12345"], "xx 123456", "x[x 12345]6"],
  ["a number before other characters is none", ["12345 x"], "012345 xx", "0[12345 x]x"],
  ["a number with an empty group is none", ["12..345"], "012..3456", "0[12..345]6"],
  ["an address of digits and colons is none", ["12:34:56"], "012:34:567", "0[12:34:56]7"],
  ["a long list of codes is found as a word", [CODES], `use ${CODES} now`, `use [${CODES}] now`],
  ["a long list of codes goes on in no word", [CODES], `${CODES}0 0${CODES}`, `${CODES}0 0${CODES}`],
  [
    "a long value that begins like a number is found in words",
    [`${DIGITS}-abc`, `${DIGITS}123456789`, `${DIGITS}-abcdefg`],
    `0${DIGITS}-abcx`,
    `0[${DIGITS}-abc]x`,
  ],
  ["a long list is found if a longer one is no word there", [DIGITS, `${DIGITS},5`], `${DIGITS},57`, `[${DIGITS}],57`],
  ["the longest value is found", [BEGIN, `${BEGIN}-one`, `${BEGIN}-one-two`], `${BEGIN}-one-`, `[${BEGIN}-one-]`],
  ["the shorter value is found", [BEGIN, `${BEGIN}-one`], `x${BEGIN}-on x`, `x[${BEGIN}]-on x`],
  ["the beginning of a long value is none", [`${BEGIN}-one`], `x${BEGIN}-on x`, `x${BEGIN}-on x`],
  ["the beginning of a long value at the end is hidden", [`${BEGIN}-one`], `x${BEGIN}-on`, `x[${BEGIN}-on]`],
  [
    "a value of 64 characters is compared as a whole",
    [BEGIN],
    `x${BEGIN}x ${BEGIN.slice(1)}`,
    `x[${BEGIN}]x ${BEGIN.slice(1)}`,
  ],
  ["a value within another one is hidden once", ["hunter2", "my-hunter2"], "a my-hunter2", "a [my-hunter2]"],
  ["a line of several is hidden", ["first line\nsecond"], "a second, first line", "a [second], [first line]"],
  ["a short line of several is not", ["long line\nab\r\n a \n"], "ab a long line", "ab a [long line]"],
  ["a short value is found although a longer one with the same end is no word", ["b12", "a:b12"], "za:b12", "za:[b12]"],
  [
    "a value is found in the beginning of a longer one",
    ["cdefgh", `${WORDS}cdefgh-one`],
    `${WORDS}cdefgh-two`,
    `${WORDS}[cdefgh]-two`,
  ],
  ["a line of three letters is hidden", ["long line\rabc"], "abc", "[abc]"],
  ["letters of other scripts are found as bytes", ["pässwörd"], "p%C3%A4ssw%C3%B6rd", "[p%C3%A4ssw%C3%B6rd]"],
  ["an escaped value is found where it is written", ["hunter2"], "x\\u0068unter2x", "x[\\u0068unter2]x"],
];

for (const [claim, values, text, marked] of PLACES)
  test(`among hidden values, ${claim}`, () => {
    assert.equal(mark({ values }, text), marked);
  });

test("in base64, the whole run is hidden, and a short value or number only if it is everything", () => {
  const table: [value: string, text: string, isHidden: boolean][] = [
    ["hunter2", base64("jo:hunter2"), true],
    ["hunter2", base64("xhunter2x"), true],
    ["ab1de", base64("ab1de "), true],
    ["ab1de", base64("jo:ab1de"), false],
    ["123456", base64("jo:123456"), true],
    ["123456", base64("jo:0123456"), false],
    ["hunter2", base64("jo:hunter1"), false],
  ];
  for (const [value, text, isHidden] of table) {
    const run = text.replaceAll("=", "");
    const rest = text.slice(run.length);
    const expected = isHidden ? `use [${run}]${rest}` : `use ${text}`;
    assert.equal(mark({ values: [value] }, `use ${text}`), expected, `${value} in ${text}`);
  }
});

test("base64 is hidden although a word follows that may be its last line", () => {
  for (const value of ["12345678".repeat(6), "a hidden value of forty-eight characters, or so."]) {
    const run = base64(value);
    for (const word of ["EOF", "ENDOFFILE"]) {
      const text = `cat <<${word}\n${run}\n${word}`;
      const shown = mark({ values: [value], kept: { [text.toLowerCase().replaceAll("\n", " ")]: "visible" } }, text);
      assert.equal(shown, `cat <<${word}\n[${run}]\n${word}`);
    }
  }
});

test("a place has no quote, and its end and start are those of the text as written", () => {
  assert.deepEqual(searchValues({ values: ["a b"] }).find("x  A \n B").spans, [{ start: 3, end: 8, quote: "" }]);
});

const KEPT: [claim: string, given: SearchedValues, text: string, marked: string, kept: string[]][] = [
  ["a visible value stays", { values: ["orders"], kept: { orders: "visible" } }, "drop orders", "drop orders", ["P0"]],
  ["a common word stays", { values: ["enabled"], kept: { enabled: "common" } }, "enabled", "enabled", ["P0"]],
  ["two letters stay", { values: ["42"] }, "drop 42", "drop 42", ["P0"]],
  ["short lines are not named", { values: ["long line\nab\n c \n"] }, "ab c", "ab c", []],
  ["two letters in a word are not named", { values: ["42"] }, "drop 421", "drop 421", []],
  ["three letters do not stay", { values: ["424"] }, "drop 424", "drop [424]", []],
  [
    "each name of a value is named",
    { values: ["orders", "Orders "], kept: { orders: "visible" } },
    "drop orders",
    "drop orders",
    ["P0", "P1"],
  ],
  [
    "a hidden value at the end of a visible one is named too",
    { values: ["prod-orders", "orders"], kept: { "prod-orders": "visible" } },
    "drop prod-orders",
    "drop prod-orders",
    ["P0", "P1"],
  ],
  [
    "a value that begins like a visible one is hidden",
    { values: [`${BEGIN}1`, `${BEGIN}2`], kept: { [`${BEGIN}1`]: "visible" } },
    `a ${BEGIN}2`,
    `a [${BEGIN}2]`,
    [],
  ],
  [
    "a whole word of a visible value is hidden",
    { values: ["hunter2"], kept: { "login hunter2 now": "visible" } },
    "login hunter2 now",
    "login [hunter2] now",
    [],
  ],
  [
    "the end of a word of a visible value stays",
    { values: ["hunter2"], kept: { "login xhunter2 now": "visible" } },
    "login xhunter2 now",
    "login xhunter2 now",
    ["P0"],
  ],
  [
    "the beginning of a word of a visible value stays",
    { values: ["hunter2"], kept: { "login hunter2x now": "visible" } },
    "login hunter2x now",
    "login hunter2x now",
    ["P0"],
  ],
];

for (const [claim, given, text, marked, kept] of KEPT)
  test(`among hidden and visible values, ${claim}`, () => {
    assert.equal(mark(given, text), marked);
    assert.deepEqual(searchValues(given).find(text).kept, kept);
  });

test("in a visible value, base64 that decodes to a text is hidden, and a word that decodes to noise stays", () => {
  const run = base64("jo:hunter2").replaceAll("=", "");
  const text = `auth ${run} now`;
  assert.equal(mark({ values: ["hunter2"], kept: { [text.toLowerCase()]: "visible" } }, text), `auth [${run}] now`);
  const noise = Buffer.from("production", "base64").toString("latin1");
  const word = { values: [noise, "x"], kept: { "drop production now": "visible" } } as const;
  assert.equal(mark(word, "drop production now"), "drop production now");
  assert.deepEqual(searchValues(word).find("drop production now").kept, ["P0"]);
  assert.equal(mark({ values: ["hunter2"] }, `x${run}`), `[x${run}]`);
  assert.equal(
    mark({ values: ["hunter2"], kept: { [`a x${run} b`.toLowerCase()]: "visible" } }, `a x${run} b`),
    `a x${run} b`,
  );
});
