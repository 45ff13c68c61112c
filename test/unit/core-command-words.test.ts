import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { quote, splitWords } from "../../src/core/command-words.ts";

/** A word as `key:text`, with quotes if any part was in quotes. */
const show = (text: string) =>
  splitWords(text).map(
    ({ key, text: own, isQuoted }) => `${key === null ? "" : `${key}:`}${isQuoted ? `"${own}"` : own}`,
  );

const WORDS: [claim: string, typed: string, words: string[]][] = [
  ["no words", "", []],
  ["only white space", "  ", []],
  ["white space divides words", "  a  b ", ["a", "b"]],
  ["white space before a filter", " since:yesterday", ["since:yesterday"]],
  ["a name of a filter in any case", "Since:Yesterday", ["since:Yesterday"]],
  ["the colon of an Asian keyboard", "since：yesterday", ["since:yesterday"]],
  ["a space after the colon", "since: yesterday a", ["since:yesterday", "a"]],
  ["a quoted value after a space", 'since: "last monday"', ['since:"last monday"']],
  ["a filter after a filter without a value", "since: until:today", ["since:", "until:today"]],
  ["a word after an empty value in quotes", 'since:"" yesterday', ['since:""', "yesterday"]],
  ["a filter without a value at the end", "a since:", ["a", "since:"]],
  ["only the first colon ends a name", "arn:aws:ssm", ["arn:aws:ssm"]],
  ["the scheme of a URL is no filter", "https://example.com/a:b c", ["https://example.com/a:b", "c"]],
  ["one slash is a value", "document:/a", ["document:/a"]],
  ["two slashes later are a value", "document:a//b", ["document:a//b"]],
  ["double quotes", '"a b" c', ['"a b"', "c"]],
  ["no text in quotes", '"" a', ['""', "a"]],
  ["single quotes", "'a b' c", ['"a b"', "c"]],
  ["backticks", "`a b` c", ['"a b"', "c"]],
  ["another kind of quote inside", `"it's a" b`, [`"it's a"`, "b"]],
  ["an emoji in quotes", '"🚀 a" b', ['"🚀 a"', "b"]],
  ["white space at the ends of quotes", '" a " b', ['"a"', "b"]],
  ["letters right after the quotes", '"a b"c d', ['"a bc"', "d"]],
  ["a quote that nothing closes", 'a "b c', ["a", '"b c"']],
  ["a quote inside a word", 'a"b c', ['a"b', "c"]],
  ["a reference with spaces", "<@U0JANE|jane ito> a", ["<@U0JANE|jane ito>", "a"]],
  [
    "references without a space between",
    "a<@U0JANE|jane ito>,<@U0JOE|joe> b",
    ["a<@U0JANE|jane ito>,<@U0JOE|joe>", "b"],
  ],
  ["a sign that opens no reference", "a < b", ["a", "<", "b"]],
  ["the three characters that Slack escapes", "&lt;a&gt;&amp;b&lt;", ["<a>&b<"]],
  ["an escape that a person typed", "&amp;lt;", ["&lt;"]],
];
for (const [claim, typed, words] of WORDS)
  test(`a command is split into words: ${claim}`, () => {
    assert.deepEqual(show(typed), words);
  });

test("a name of a filter has two letters or more, and the scheme of a URL is none", () => {
  const keys = ["a:b", "12:30", "x1:b", "by:me", "https://example.com", "https:/example.com", `${"a".repeat(21)}:b`];
  assert.deepEqual(
    keys.map((typed) => splitWords(typed).map(({ key }) => key)),
    [[null], [null], [null], ["by"], [null], ["https"], [null]],
  );
});

test("a quote closes with each quote of its kind, and with no other", () => {
  const kinds = ['"“”„‟«»', "'‘’‚‛", "`"];
  for (const kind of kinds)
    for (const open of kind) {
      for (const close of kind) assert.deepEqual(show(`${open}a b${close} c`), ['"a b"', "c"], `${open}${close}`);
      for (const other of kinds.filter((each) => each !== kind).join(""))
        assert.deepEqual(show(`${open}a b${other} c`), [`"a b${other} c"`], `${open}${other}`);
    }
});

test("a text is quoted by marks that it does not contain", () => {
  for (const [text, quoted] of [
    ["a b", '"a b"'],
    ['say "a"', "'say \"a\"'"],
    ["“a” it's", "`“a” it's`"],
    ['„a‟ «b» “c” "d" it\'s `e`', '"?a? ?b? ?c? ?d? it\'s `e`"'],
    ["a & b <c> &", '"a &amp; b &lt;c&gt; &amp;"'],
  ] as const)
    assert.equal(quote(text), quoted);
});

test("a quoted text is one word with this text", () => {
  const text = fc
    .string({
      unit: fc.constantFrom("a", "b", " ", "&", "&lt;", "<", ">", '"', "”", "'", ":", "`", "🚀"),
      maxLength: 12,
    })
    .map((each) => each.trim())
    .filter((each) => !(/["”]/.test(each) && /'/.test(each) && /`/.test(each)));
  fc.assert(
    fc.property(text, (each) => {
      assert.deepEqual(splitWords(quote(each)), [{ key: null, text: each, isQuoted: true }]);
      assert.deepEqual(splitWords(`by:${quote(each)} x`)[0], { key: "by", text: each, isQuoted: true });
    }),
  );
});
