import assert from "node:assert/strict";
import { test } from "node:test";
import { findBase64, isEncodedText, toUtf8Units } from "../../src/core/base64-runs.ts";

const encode = (text: string, encoding: "base64" | "base64url" = "base64") => Buffer.from(text).toString(encoding);
const runs = (text: string) => [...findBase64(text)];
/** The runs that are decoded from their first character. */
const wholeRuns = (text: string) => runs(text).filter(({ isWhole }) => isWhole);

test("a run of base64 is decoded from each of the four places at which its groups can begin", () => {
  const text = `auth ${encode("jane:hunter2")}!`;
  assert.deepEqual(
    runs(text).map(({ start, end, isWhole }) => [text.slice(start, end), isWhole]),
    [true, false, false, false].map((isWhole) => ["amFuZTpodW50ZXIy", isWhole]),
  );
  // Each later place leaves out six bits more. The view is in lower case.
  const bits = [...Buffer.from("jane:hunter2")].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  for (const [skipped, { text: decoded }] of runs(text).entries()) {
    const bytes = bits.slice(6 * skipped).match(/.{8}/g) ?? [];
    const units = bytes
      .map((byte) => Number.parseInt(byte, 2))
      .filter((unit) => (unit > 32 && unit < 127) || unit > 160);
    assert.equal(decoded, String.fromCharCode(...units).toLowerCase(), `from place ${skipped}`);
  }
});

test("a value is decoded whole although up to three characters of another word precede its base64", () => {
  for (const before of ["", "a", "ab", "abc"])
    assert.ok(
      runs(before + encode("hunter2-hunter2")).some(({ text }) => text.includes("hunter2-hunter2")),
      `after "${before}"`,
    );
});

/** A width of lines, and the text after the last one. */
const LINES: [width: number, after: string][] = [
  [60, ""],
  [64, "\r\nDone."],
  [72, "\n"],
  [76, '"}'],
  [76, "'"],
  [76, "\\nDone."],
];

for (const [width, after] of LINES)
  test(`a value that ends in a short line is decoded whole: ${width} characters, then ${JSON.stringify(after)}`, () => {
    for (const more of [1, 2, 3, 4, 5]) {
      const value = `${"x".repeat((width / 4) * 6 - 15 + more)}hunter2-hunter2`;
      const text = encode(value).replaceAll(new RegExp(`.{${width}}`, "g"), "$&\n") + after;
      assert.deepEqual(wholeRuns(text)[0]?.text, value, `${more} bytes in the last line`);
    }
  });

test("a word after base64, which may be its last line, hides nothing: the lines before it are also decoded without it", () => {
  const value = "the hidden value of forty-eight characters x-y-z";
  for (const word of ["EOF", "done", "-----END", "END_OF_THE_VALUE"])
    for (const lineBreak of ["\n", "\\n", "\\r\\n"]) {
      const text = ["cat <<EOF", encode(value), word, ""].join(lineBreak);
      assert.ok(
        wholeRuns(text).some((run) => run.text === value && text.slice(run.start, run.end) === encode(value)),
        `${word} after ${lineBreak}`,
      );
    }
});

test("every letter of both alphabets of base64 is decoded, and the other characters of a run carry no bits", () => {
  for (const value of ["~~~???>>>ÿÿÿ", "ABCxyz0189+/-_", "\x00\x10\x83\x10\x51\x87"]) {
    const expected = wholeRuns(encode(value))[0]?.text;
    assert.equal(wholeRuns(encode(value, "base64url"))[0]?.text, expected);
  }
  const all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const bytes = [...Buffer.from(all, "base64")].filter(
    (unit) => unit > 160 || (unit > 32 && unit < 127 && unit !== 43),
  );
  assert.equal(wholeRuns(all)[0]?.text.replaceAll(" ", ""), String.fromCharCode(...bytes).toLowerCase());
});

/** The parts of a text that are decoded: of eight characters or more. */
const RUNS: [what: string, text: string, found: string[]][] = [
  ["seven characters are too few for a value", "QUJDREV QUJDREV", []],
  ["eight characters are enough", "QUJDREVG", ["QUJDREVG"]],
  ["other characters divide runs", "QUJDREVG.R0hJSktM", ["QUJDREVG", "R0hJSktM"]],
  ["the padding is not a part of the run", "QUJDREU1QQ==", ["QUJDREU1QQ"]],
  ["a short line does not continue on the next one", "QUJDREVG\nR0hJSktM", ["QUJDREVG", "R0hJSktM"]],
  [
    "the letter of an escaped line break or tab is not a part of the run",
    "\\nQUJDREVG\\tQUJDREVG",
    ["QUJDREVG", "QUJDREVG"],
  ],
  ["a letter after a backslash may begin a run", "\\QUJDREVG", ["QUJDREVG"]],
  ["a sentence after a long line is not a part of it", `${"QUJD".repeat(16)}\nIt works`, ["QUJD".repeat(16)]],
];

for (const [what, text, found] of RUNS)
  test(`base64 in a text: ${what}`, () => {
    assert.deepEqual(
      wholeRuns(text).map(({ start, end }) => text.slice(start, end)),
      found,
    );
  });

test("lines of 60 to 76 characters are one run, with each kind of line break, also an escaped one", () => {
  const value = `${"x".repeat(90)}hunter2-hunter2${"y".repeat(90)}`;
  for (const width of [60, 68, 76])
    for (const lineBreak of ["\n", "\r\n", "\\n", "\\r\\n"]) {
      const text = lineBreak + encode(value).replaceAll(new RegExp(`.{${width}}`, "g"), `$&${lineBreak}`);
      assert.deepEqual(
        wholeRuns(text).map((run) => run.text),
        [value],
        `${width} characters`,
      );
    }
  for (const width of [59, 77]) {
    const text = encode(value).replaceAll(new RegExp(`.{${width}}`, "g"), "$&\n");
    assert.ok(wholeRuns(text).length > 1, `${width} characters`);
  }
});

/** Base64 and whether it is an encoded text: only then is a visible word that contains it hidden. */
const ENCODED: [what: string, base64: string, isText: boolean][] = [
  ["ASCII", encode("jane:hunter2"), true],
  ["several lines with tabs", encode("user\tjane\r\npass\thunter2\n"), true],
  ["UTF-8", encode("pässwörd €"), true],
  ["UTF-16", Buffer.from("hunter2", "utf16le").toString("base64"), true],
  ["a text with a control character", encode("hunter2\x07"), false],
  ["a text with a character for private use", encode("hunter2\ue000"), false],
  ["a text with an unassigned character", encode("hunter2\u0378"), false],
  ["bytes below 16 that are no text", encode("\x01\x02\x03hunter"), false],
  ["bytes that are no UTF-8", Buffer.from("hünter2", "latin1").toString("base64"), false],
  ["a word that only looks like base64", "production", false],
  ["a name that only looks like base64", "orders-primary", false],
];

for (const [what, base64, isText] of ENCODED)
  test(`${what} is ${isText ? "" : "not "}taken for an encoded text`, () => {
    assert.equal(isEncodedText(base64.replace(/=+$/, "")), isText);
  });

/** Texts and their bytes in UTF-8, one character for each byte. */
const UNITS: [text: string, units: string | null][] = [
  ["hunter2 \x7f\x00", null],
  ["", null],
  ["ü", "Ã¼"],
  ["a é%b", "a Ã©%b"],
  ["€", "\xe2\x82\xac"],
  ["😀", "\xf0\x9f\x98\x80"],
  ["\ud800", "\xef\xbf\xbd"],
  ["\x80", "\xc2\x80"],
];

for (const [text, units] of UNITS)
  test(`${JSON.stringify(text)} has ${units === null ? "no bytes other than its characters" : "its bytes in UTF-8"}`, () => {
    assert.equal(toUtf8Units(text), units);
  });
