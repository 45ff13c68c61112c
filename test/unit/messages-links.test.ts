import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { linkSpans, type Span } from "../../src/slack/messages/links.ts";
import { chunkSpans } from "../../src/slack/messages/rich-chunks.ts";
import { hostile } from "./hostile-arbitraries.ts";

const textOf = (spans: readonly Span[]) => spans.map((each) => (each.type === "link" ? each.url : each.text)).join("");
const links = (text: string) => linkSpans(text).flatMap((each) => (each.type === "link" ? [each.url] : []));

const LINKS: [claim: string, text: string, urls: string[]][] = [
  ["an address", "See https://ci.example.com/run/7?x=1#log for it", ["https://ci.example.com/run/7?x=1#log"]],
  ["an address of http with a port", "http://10.0.0.1:8080/a", ["http://10.0.0.1:8080/a"]],
  ["two addresses", "https://a.example https://b.example", ["https://a.example", "https://b.example"]],
  ["the end of a sentence", "Read https://a.example/x.", ["https://a.example/x"]],
  [
    "brackets around it",
    "(see https://a.example/x) or https://a.example/y_(z)",
    ["https://a.example/x", "https://a.example/y_(z)"],
  ],
  ["quotation marks of JSON", '{"url":"https://a.example/x","n":1}', ["https://a.example/x"]],
  [
    "markup around it",
    "*https://a.example/x* <https://a.example/y|Click here>",
    ["https://a.example/x", "https://a.example/y"],
  ],
  ["another scheme", "javascript:alert(1) ftp://a.example file:///etc slack://x", []],
  ["a letter of another script in the host", "https://\u0430ws.amazon.com/x", []],
  ["a letter of another script later in the host", "https://aws.am\u0430zon.com/x", []],
  ["user information, which looks like a host", "https://console.aws.amazon.com@evil.example/x", []],
  ["a hidden part", "https://a.example/?token=(hidden)", []],
  ["an address that was cut", "https://a.example/very-lo… [cut: 90 characters in all]", []],
  ["no host", "https:// https://?x", []],
  ["a backslash, which browsers read as a slash", "https://good.example\\@evil.example", ["https://good.example"]],
];

for (const [claim, text, urls] of LINKS)
  test(`links in a text: ${claim}`, () => {
    assert.deepEqual(links(text), urls);
    assert.equal(textOf(linkSpans(text)), text);
  });

test("many brackets after an address cost little time", () => {
  const before = performance.now();
  assert.deepEqual(links(`https://a.example/${")".repeat(1_900)}`), ["https://a.example/"]);
  links(`https://a.example/${")(".repeat(500_000)}`);
  assert.ok(performance.now() - before < 2_000);
});

const JOINERS = /\u200C|\u200D|\uFE0E|\uFE0F|\u20E3/g;

test("parts of a text have at most the given length, lose nothing and divide no address", () => {
  const texts = fc.oneof(hostile(9_000), fc.constant(`${"see https://a.example/xyz ".repeat(300)}`));
  fc.assert(
    fc.property(texts, fc.integer({ min: 100, max: 600 }), (text, max) => {
      const spans = linkSpans(text);
      const parts = chunkSpans(spans, max);
      // A sequence of joined characters that is longer than a part loses the joiner where it is divided.
      const compared = (each: string) => each.replaceAll(JOINERS, "");
      assert.equal(compared(textOf(parts.flat())), compared(text));
      if (text.length <= max) assert.equal(textOf(parts.flat()), text);
      for (const part of parts) assert.ok(textOf(part).length <= max && part.length > 0);
      assert.deepEqual(
        parts.flat().filter(({ type }) => type === "link"),
        spans.filter(({ type }) => type === "link"),
      );
    }),
    { numRuns: 30, examples: [["\u2620\u200D".repeat(52), 100]] },
  );
});
