import assert from "node:assert/strict";
import { test } from "node:test";
import { asText, isObject, parseObject } from "../../src/core/parse-object.ts";

test("only the text of a JSON object is parsed: lists, null, other values and broken JSON are no object", () => {
  assert.deepEqual(parseObject('{"a":[1]}'), { a: [1] });
  for (const text of ["[]", '[{"a":1}]', "null", "1", '"{}"', "true", "{", ""])
    assert.equal(parseObject(text), null, text);
});

test("a function and a missing value are no object", () => {
  for (const value of [undefined, null, () => ({}), [], "text", 1]) assert.equal(isObject(value), false);
  assert.equal(isObject({}), true);
});

test("a text stays as it is, and any other value becomes JSON, also one that cannot become a text by itself", () => {
  const table: [unknown, string][] = [
    ['a"b', 'a"b'],
    ["", ""],
    [7, "7"],
    [null, "null"],
    [["a", 1], '["a",1]'],
    [{ toString: "x" }, '{"toString":"x"}'],
    [undefined, ""],
  ];
  for (const [value, expected] of table) assert.equal(asText(value), expected);
});
