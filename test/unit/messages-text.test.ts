import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { clean } from "../../src/core/clean-text.ts";
import { describePrincipal } from "../../src/core/principal.ts";
import { mentionGroup, mentionPeople, mentionUser, plainNames } from "../../src/slack/messages/mentions.ts";
import { requestMessage } from "../../src/slack/messages/request-message.ts";
import { code, lines, literal, plain, word } from "../../src/slack/messages/text.ts";
import { duration, moment } from "../../src/slack/messages/time.ts";
import { visibleText } from "../support/block-limits.ts";
import { hostile } from "./hostile-arbitraries.ts";
import { closedBy, view } from "./messages-examples.ts";

test("invisible characters are removed, and visible ones stay", () => {
  const table: [string, string][] = [
    ["a\u202Eb\u2066c\u200Bd\uFEFF", "abcd"],
    ["one\r\ntwo\u2028three\n\n\n\nfour", "one\ntwo\nthree\n\nfour"],
    ["tab\there\0\u001B[31m", "tab    here[31m"],
    ["half \uD83D pair", "half \uFFFD pair"],
    ["שלום ❤ 中文", "שלום ❤ 中文"],
    ["e\u0301\u0302\u0303\u0304\u0305\u0306", "e\u0301\u0302\u0303\u0304"],
  ];
  for (const [given, expected] of table) assert.equal(clean(given), expected);
});

test("Slack's three characters are escaped once, the ampersand first", () => {
  assert.equal(plain("<!channel> & &lt;", 100), "&lt;!channel&gt; &amp; &amp;lt;");
  assert.equal(code("a `b` <@U1>", 100), "`a 'b' &lt;@U1&gt;`");
});

test("a name of letters, digits, dots and hyphens needs no code span, and any other gets one", () => {
  for (const bare of ["us-east-1", "1111-2222-3333", "v2.1"]) assert.equal(word(bare, 100), bare);
  for (const risky of ["_it_", "*b*", "a b", "<!here>", "@here", ":fire:", "-x", "a--b", ""])
    assert.match(word(risky, 100), /^`.*`$/, risky);
  assert.equal(word("a".repeat(30), 10), "`aa…aaaaa`");
});

test("in rich text nothing is escaped, and text that looks like a mention loses its bracket", () => {
  assert.equal(literal("a < b && <!here> <@U1> <#C1>", 100), "a < b && ‹!here> ‹@U1> ‹#C1>");
});

test("a cut ends in an ellipsis, never inside an entity or a surrogate pair", () => {
  assert.equal(plain("ab&cd", 5), "ab…");
  assert.equal(plain("ab&cd", 8), "ab&amp;…");
  assert.equal(plain("ab😀cd", 4), "ab…");
  assert.equal(plain("ab😀cd", 5), "ab😀…");
});

test("a cut text states its full length", () => {
  const cut = literal("x".repeat(10_240), 200);
  assert.ok(cut.endsWith("… [cut: 10,240 characters in all]"), cut);
  assert.equal(cut.length, 200);
  assert.equal(lines("1\n2\n3\n4", 2), "1\n2\n… [cut: 4 lines in all]");
});

test("a cut long text says so, also if the visible part of its beginning fits exactly", () => {
  for (const length of [59, 60, 61]) {
    const cut = literal(`${"x".repeat(length)}${" ".repeat(2000)}end`, 60);
    assert.equal(cut, `${"x".repeat(59)}…`);
  }
});

test("any text cut to any length stays within the limit and well-formed", () => {
  fc.assert(
    fc.property(hostile(2000), fc.integer({ min: 0, max: 3000 }), (text, limit) => {
      for (const safe of [plain(text, limit), code(text, limit)]) {
        assert.ok(safe.length <= Math.max(limit, "(empty)".length + 2), `${safe.length} of ${limit}`);
        assert.ok(safe.isWellFormed());
        assert.doesNotMatch(safe, /[<>]|&(?!(?:amp|lt|gt);)/);
      }
      const shown = literal(text, limit);
      assert.ok(shown.isWellFormed() && shown.length >= 1 && shown.length <= Math.max(limit, "(empty)".length));
    }),
  );
});

test("empty text is replaced, because Slack refuses it", () => {
  for (const text of ["", "  ", "\u200B"]) assert.equal(plain(text, 20), "(empty)");
});

test("an ARN is described for people who do not read ARNs", () => {
  const table: [string | null, string][] = [
    ["arn:aws:iam::111122223333:user/ops/jane", "jane"],
    ["arn:aws:sts::111122223333:assumed-role/Deployer/run-7", "Deployer/run-7"],
    [
      "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Power_User_0123456789abcdef/jane@example.com",
      "jane@example.com (Identity Center, Power_User)",
    ],
    ["arn:aws-cn:iam::111122223333:root", "the account's root user"],
    ["arn:aws:sts::111122223333:federated-user/bob", "bob (federated)"],
    ["arn:aws:iam::111122223333:role/service/Nightly", "role Nightly"],
    ["ssm.amazonaws.com", "ssm.amazonaws.com"],
    [null, "unknown"],
    ["", "unknown"],
  ];
  for (const [arn, expected] of table) assert.equal(describePrincipal(arn, plainNames()), expected);
});

test("only IDs become mentions", () => {
  assert.equal(mentionUser("W0GRID"), "<@W0GRID>");
  assert.equal(mentionUser("U0> <!channel"), "`U0&gt; &lt;!channel`");
  assert.equal(mentionGroup("S0DBA"), "<!subteam^S0DBA>");
  assert.equal(mentionGroup("channel"), "`channel`");
  const users = Array.from({ length: 14 }, (_, i) => `U0${i}`);
  assert.ok(mentionPeople({ users, groups: [] }).endsWith("<@U09> and 4 more"));
});

test("where the Region is not shown, a target with several accounts is named with its account", () => {
  const of = { target: "production/111122223333/us-east-1" };
  assert.match(requestMessage(view(of)).text, /in production 1111-2222-3333/);
  assert.match(visibleText(requestMessage(view({ ...of, ...closedBy({}) })).blocks), /production 1111-2222-3333/);
});

test("a duration has at most two units", () => {
  const table: [number, string][] = [
    [-5, "0 seconds"],
    [1000, "1 second"],
    [4 * 60_000 + 59_000, "4 minutes"],
    [7_500_000, "2 hours 5 minutes"],
    [3 * 86_400_000 + 60_000, "3 days"],
    [86_400_000 + 3_600_000 + 60_000, "1 day 1 hour"],
  ];
  for (const [ms, expected] of table) assert.equal(duration(ms), expected);
});

test("a time that no client can show becomes no date token", () => {
  assert.equal(moment(1_772_445_600_000), "<!date^1772445600^{date_short_pretty} at {time}|2026-03-02 10:00 UTC>");
  for (const at of [null, 0, -1, Number.NaN, 9e15]) assert.equal(moment(at), "an unknown time");
});

test("of a text of millions of characters only the beginning is cleaned, and the cut is said", () => {
  const family = "👩‍👩‍👧 ";
  const cut = literal(family.repeat(500_000), 200);
  assert.match(cut, /^(👩‍👩‍👧 ){10,}.*… \[cut: 4,500,000 characters in all\]$/u);
  assert.ok(cut.length <= 200);
  // Nothing of the beginning can be seen, and the text is not shown as complete.
  assert.equal(literal(`${"\u200B".repeat(20_000)}rm -rf`, 200), "… [cut: 20,006 characters in all]");
  assert.equal(literal(`a${"\u200B".repeat(20_000)}rm -rf`, 10), "a…");
  /** Returns the processor time of this thread, in microseconds: other processes do not count. */
  const cost = (text: string) => {
    const runs = Array.from({ length: 3 }, () => {
      const since = process.threadCpuUsage();
      literal(text, 1_000);
      const { user, system } = process.threadCpuUsage(since);
      return user + system;
    });
    return Math.min(...runs);
  };
  const [short, long] = [family.repeat(5_000), family.repeat(500_000)];
  assert.ok(cost(long) < 10 * Math.max(cost(short), 4_000));
});
