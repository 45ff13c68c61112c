import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonicalJson } from "../../src/core/canonical-json.ts";

test("the sample of RFC 8785, section 3.2.2, has the canonical form and the bytes that the RFC publishes", () => {
  const sample = String.raw`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  }`;
  const text = canonicalJson(JSON.parse(sample));
  assert.equal(
    text,
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  );
  // Section 3.2.4: the sample in UTF-8.
  const bytes = `
    7b 22 6c 69 74 65 72 61 6c 73 22 3a 5b 6e 75 6c 6c 2c 74 72
    75 65 2c 66 61 6c 73 65 5d 2c 22 6e 75 6d 62 65 72 73 22 3a
    5b 33 33 33 33 33 33 33 33 33 2e 33 33 33 33 33 33 33 2c 31
    65 2b 33 30 2c 34 2e 35 2c 30 2e 30 30 32 2c 31 65 2d 32 37
    5d 2c 22 73 74 72 69 6e 67 22 3a 22 e2 82 ac 24 5c 75 30 30
    30 66 5c 6e 41 27 42 5c 22 5c 5c 5c 5c 5c 22 2f 22 7d`;
  assert.equal(Buffer.from(text).toString("hex"), bytes.replace(/\s/g, ""));
});

test("members are sorted by UTF-16 code units, as in the sample of RFC 8785, section 3.2.3", () => {
  const sample = String.raw`{
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\ud83d\ude00": "Emoji: Grinning Face",
    "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis"
  }`;
  assert.equal(
    canonicalJson(JSON.parse(sample)),
    [
      String.raw`{"\r":"Carriage Return"`,
      '"1":"One"',
      '"\u0080":"Control"',
      '"\u00f6":"Latin Small Letter O With Diaeresis"',
      '"\u20ac":"Euro Sign"',
      '"\ud83d\ude00":"Emoji: Grinning Face"',
      '"\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    ].join(),
  );
});

test("numbers are written as in RFC 8785, appendix B", () => {
  const samples: [bits: string, text: string][] = [
    ["0000000000000000", "0"],
    ["8000000000000000", "0"],
    ["0000000000000001", "5e-324"],
    ["7fefffffffffffff", "1.7976931348623157e+308"],
    ["4340000000000000", "9007199254740992"],
    ["4430000000000000", "295147905179352830000"],
    ["44b52d02c7e14af5", "9.999999999999997e+22"],
    ["44b52d02c7e14af6", "1e+23"],
    ["3eb0c6f7a0b5ed8d", "0.000001"],
    ["41b3de4355555554", "333333333.33333325"],
    ["becbf647612f3696", "-0.0000033333333333333333"],
  ];
  for (const [bits, text] of samples) assert.equal(canonicalJson(Buffer.from(bits, "hex").readDoubleBE()), text, bits);
});

test("canonical JSON parses to the same value, survives storage, and does not depend on the order of members", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      const stored: unknown = JSON.parse(JSON.stringify(value));
      assert.deepEqual(JSON.parse(text), stored);
      assert.equal(canonicalJson(stored), text);
      assert.equal(canonicalJson(JSON.parse(text)), text);
      assert.equal(canonicalJson(reversed(stored)), text);
    }),
    { numRuns: 1_000 },
  );
});

test("members without a value are omitted, as in JSON", () => {
  assert.equal(canonicalJson({ b: undefined, a: [undefined, null] }), '{"a":[null,null]}');
});

test("null, lists and texts are written as such, and members without a value in a list are null", () => {
  assert.equal(canonicalJson(null), "null");
  assert.equal(canonicalJson(undefined), "null");
  assert.equal(canonicalJson([]), "[]");
  assert.equal(canonicalJson({}), "{}");
  assert.equal(
    canonicalJson([null, [undefined], { a: null }, NaN, false, 0, ""]),
    '[null,[null],{"a":null},null,false,0,""]',
  );
});

test("members whose names become the same keep their order", () => {
  assert.equal(canonicalJson({ "a\udc00": 1, "a\ud800": 2, a: 3 }), '{"a":3,"a\ufffd":1,"a\ufffd":2}');
});

test("a lone surrogate becomes the replacement character, so that the stored text has the same hash", () => {
  const text = canonicalJson({ "a\udc00": "b\ud800" });
  assert.equal(text, '{"a\ufffd":"b\ufffd"}');
  assert.equal(canonicalJson(JSON.parse(Buffer.from(text).toString())), text);
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, each]) => [key, reversed(each)]),
  );
}
