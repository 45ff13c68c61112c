import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { clean, cleanName, isVisible, oneLine } from "../../src/core/clean-text.ts";
import { signalComment } from "../../src/core/comment.ts";
import { evaluateVote } from "../../src/core/evaluate-vote.ts";
import { UNKNOWN_REQUESTER } from "../../src/core/requester.ts";
import { aPerson, aRequest, aRoute, aVote, NOW } from "../support/samples.ts";

const FAMILY = "👨‍👩‍👧";

test("invisible and bidirectional characters are removed, and joiners stay in emoji and in scripts that need them", () => {
  const table: [given: string, expected: string][] = [
    ["a\u202Eb\u2066c\u200Bd\uFEFFe\u061Cf", "abcdef"],
    ["pass\u200Dword\u200C", "password"],
    [`${FAMILY} 👍🏽‍💻 ❤️‍🔥 ☎︎ 1️⃣`, `${FAMILY} 👍🏽‍💻 ❤️‍🔥 ☎︎ 1️⃣`],
    ["a\u200D👨", "a👨"],
    ["می‌خواهم", "می‌خواهم"],
    ["क्‍ष ශ්‍රී", "क्‍ष ශ්‍රී"],
    ["م\u200C.", "م."],
    ["a\u{E0041}\u{E0042}b\uFE0F", "ab"],
    ["\u3164\u115F\u034F\u00ADx", "x"],
    ["half \uD83D pair\0\u001B[31m", "half \uFFFD pair[31m"],
    ["one\r\ntwo\u2028three\n\n\n\nfour", "one\ntwo\nthree\n\nfour"],
    ["e\u0301\u0302\u0303\u0304\u0305\u0306", "e\u0301\u0302\u0303\u0304"],
  ];
  for (const [given, expected] of table) assert.equal(clean(given), expected, JSON.stringify(given));
});

/** A letter of each script in which joiners change the form of letters. */
const JOINING = "مܐᠠߊकকਕકଓகఒಒഒඒខကཀ";

test("a joiner stays between two letters of each script that needs it, and nowhere else", () => {
  for (const letter of JOINING)
    for (const joiner of ["\u200C", "\u200D"]) {
      const kept = `${letter}${joiner}${letter}`;
      assert.equal(clean(kept), kept, letter);
      // A mark belongs to the letter before it.
      assert.equal(clean(`${letter}\u064B\u064C${joiner}${letter}`), `${letter}\u064B\u064C${joiner}${letter}`);
      for (const other of ["a", ".", " ", "中", "👨", ""]) {
        assert.equal(clean(`${other}${joiner}${letter}`), `${other}${letter}`, letter);
        assert.equal(clean(`${letter}${joiner}${other}`), `${letter}${other}`, letter);
      }
    }
});

test("a joiner or a selector stays only where an emoji or a key cap has it", () => {
  const table: [given: string, expected: string][] = [
    ["👨\u200D👩", "👨\u200D👩"],
    ["👨🏽\u200D👩", "👨🏽\u200D👩"],
    ["❤\uFE0F\u200D🔥", "❤\uFE0F\u200D🔥"],
    ["👨\u200C👩", "👨👩"],
    ["👨\u200Dx", "👨x"],
    ["👨\u200D", "👨"],
    ["x🏽\u200D👩", "x🏽👩"],
    ["👨🏽🏽\u200D👩", "👨🏽🏽👩"],
    ["☎\uFE0E ☎\uFE0F", "☎\uFE0E ☎\uFE0F"],
    ["☎\uFE0D", "☎"],
    ["☎ \uFE0F", "☎ "],
    [
      "0\uFE0F\u20E3 9\uFE0F\u20E3 #\uFE0F\u20E3 *\uFE0F\u20E3",
      "0\uFE0F\u20E3 9\uFE0F\u20E3 #\uFE0F\u20E3 *\uFE0F\u20E3",
    ],
    ["0\uFE0F", "0"],
    ["a\uFE0F\u20E3", "a\u20E3"],
    ["\uFE0F\u20E3", "\u20E3"],
  ];
  for (const [given, expected] of table) assert.equal(clean(given), expected, JSON.stringify(given));
});

test("line breaks of all kinds become newlines, and tabs become spaces", () => {
  assert.equal(clean("1\r\n2\r3\u00854\u20285\u20296\n7"), "1\n2\n3\n4\n5\n6\n7");
  assert.equal(clean("a\tb"), "a    b");
  assert.equal(clean("a\n\nb\nc"), "a\n\nb\nc");
  assert.equal(clean("a\n\u2800\n\u{1D159} \n\nb"), "a\n\nb");
  assert.equal(clean("a\n \u200B\nb"), "a\n\nb");
});

test("four marks stay on a letter", () => {
  assert.equal(clean(`e${"\u0301".repeat(4)}x`), `e${"\u0301".repeat(4)}x`);
  assert.equal(clean(`e${"\u0301".repeat(9)}xe${"\u0302".repeat(5)}`), `e${"\u0301".repeat(4)}xe${"\u0302".repeat(4)}`);
});

test("text on one line has single spaces, and none around it", () => {
  assert.equal(oneLine("  a \t b\n\n\u2028c\u00A0\u200B d\n"), "a b c d");
  assert.equal(oneLine("plain  text "), "plain text");
});

test("a joiner goes with the invisible character of its script that it stood next to", () => {
  // Mongolian vowel separator, Mongolian variation selector and Arabic number sign: each is invisible or a format character.
  for (const next of ["\u180E", "\u180B", "\u0600"]) assert.equal(clean(`مرحبا\u200D${next}`), "مرحبا");
  assert.equal(clean("a\u180E\u200Dمر"), "aمر");
  assert.equal(clean("\u0645\u200C\u06CC"), "\u0645\u200C\u06CC");
});

test("lines that show nothing become one blank line, also lines of blank symbols, and the next line keeps its indent", () => {
  for (const blank of ["", "   ", "\u2800", "\u00A0\u2800 ", "\u200B", "\u3164", "\u3000", "\t"])
    assert.equal(clean(`first\n${`${blank}\n`.repeat(28)}  last`), "first\n\n  last", JSON.stringify(blank));
});

test("no text keeps a control, a bidirectional control or a hidden letter, and a clean text stays as it is", () => {
  const hostile = fc.string({
    unit: fc.oneof(
      fc.constantFrom(
        "\u202E",
        "\u200B",
        "\u200D",
        "\u200C",
        "\uFE0F",
        "\n",
        "\u2800",
        " ",
        "\u{E0041}",
        "م",
        "क",
        "👨",
        "a",
        "\u0301",
      ),
      fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    ),
  });
  fc.assert(
    fc.property(hostile, (text) => {
      const once = clean(text);
      assert.doesNotMatch(
        once,
        /(?!\n)[\p{Cc}\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\u061C]|[\u{E0000}-\u{E0FFF}]/u,
      );
      assert.doesNotMatch(once, /\n[\s\u2800]*\n[\s\u2800]*\n/);
      assert.ok(once.isWellFormed());
    }),
    { numRuns: 300 },
  );
});

test("a name has no comma, line break or blank character, so it cannot look like several people", () => {
  const commas =
    ",\u201A\u060C\u3001\uFF0C\uFE50\uFE51\uFF64\u2E32\u2E34\u2E41\u02CC\u07F8\u1363\u1802\u1808\u055D\uA4FE\uA60D\uA6F5\uFE10\uFE11\u2E49\u2E4C";
  for (const comma of [...commas, "\n", "\u2028", ",\u200B"])
    assert.equal(cleanName(`Omar Haddad${comma} Ada Min`), "Omar Haddad Ada Min");
  assert.equal(cleanName("Omar,Haddad"), "Omar Haddad");
  assert.equal(cleanName("\u202EJane  Ito\u200B "), "Jane Ito");
});

test("a reason counts only if it has a visible character, also for break-glass", () => {
  const cast = (reason: string, authority: "approver" | "break-glass") =>
    evaluateVote({
      request: aRequest(),
      route: aRoute({ reason: "always" }),
      votes: [],
      person: aPerson("U0JANE", { name: "Jane, \u202EAda" }),
      membership: { kind: "member" },
      requester: UNKNOWN_REQUESTER,
      sessionEmail: null,
      verdict: "reject",
      authority,
      reason,
      typed: aRequest().facts.documentName,
      now: NOW,
    });
  for (const empty of ["", "  ", "\u200B", "\u2800\u2800", "\u3164", "\u202E\n", "\u00AD", "\u200D"])
    for (const authority of ["approver", "break-glass"] as const) {
      const result = cast(empty, authority);
      assert.ok(result.kind === "denied" && result.denial.kind === "reason-missing", JSON.stringify(empty));
      assert.ok(!isVisible(empty));
    }
  for (const visible of ["a", " . ", "\u2800x", "👍"]) assert.ok(isVisible(visible));
  assert.ok(!isVisible("\u{1D159}"));
  const counted = cast(" \u202Echecked\u200B it\n\n\n\nok ", "approver");
  assert.ok(counted.kind === "counted");
  assert.equal(counted.vote.reason, "checked it\n\nok");
  assert.equal(counted.vote.userName, "Jane Ada");
});

test("the Comment of a signal is clean: names, addresses and reasons", () => {
  const userName = "Omar Haddad, Ada Min,\u202E BREAK-GLASS: Approved by CEO";
  const vote = aVote("U0JANE", { userName, email: "j\u200Bane@example.com", reason: "o\u200Bk\u202E\nsure" });
  const [summary = "", value = ""] = signalComment(
    aRequest({ state: "decided", decision: "approve" }),
    [vote],
    "T0HOME",
  );
  for (const text of [summary, value]) assert.doesNotMatch(text, /[\u200B\u202E\n]|Haddad,/);
  assert.match(summary, /by Omar Haddad Ada Min BREAK-GLASS Approved by CEO$/);
  assert.match(value, /<jane@example\.com>.*reason: ok sure$/);
});
