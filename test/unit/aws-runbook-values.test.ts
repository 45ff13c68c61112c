import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTime } from "../../sandbox/aws/engine/iso-time.ts";
import { findConstraintProblem, isOfType } from "../../sandbox/aws/engine/parameter-constraints.ts";
import { compilePattern } from "../../sandbox/aws/engine/pattern.ts";
import { findPartition } from "../../sandbox/aws/engine/system-variables.ts";

const matches: [string, string, boolean][] = [
  ["[a-z]+", "abc", true],
  ["[a-z]+", "abcD", false],
  ["a|b", "b", true],
  ["a|b", "bc", false],
  ["(?i)^[a-z]+$", "ABC", true],
  ["(?i)(?s)a.b", "A\nB", true],
  ["(?is)a.b", "A\nB", true],
  ["(?i)[a-z]+", "ab1", false],
  ["\\A[0-9]{2}\\z", "12", true],
  ["\\w[\\w-.]*", "a-b.c", true],
  ["\\p{L}+", "é", true],
  [".{1,2}", "🙂🙂", true],
];
for (const [pattern, text, expected] of matches) {
  test(`the pattern ${pattern} ${expected ? "matches" : "does not match"} ${JSON.stringify(text)}`, () => {
    assert.equal(compilePattern(pattern)?.test(text), expected);
  });
}

for (const pattern of ["[", "a++", "a(?i)b", "(?x)a b", "\\p{Alpha}", "\\Qa\\E", "[a-z&&[^b]]", "(?<n>a)(?<n>b)"]) {
  test(`the pattern ${pattern} cannot be compiled`, () => assert.equal(compilePattern(pattern), undefined));
}

const times: [string, number | undefined][] = [
  ["2026-02-28T00:00:00Z", Date.UTC(2026, 1, 28)],
  ["2028-02-29", Date.UTC(2028, 1, 29)],
  ["2026-02-28T10:00", Date.UTC(2026, 1, 28, 10)],
  ["2026-02-28T10:00:00+01:00", Date.UTC(2026, 1, 28, 9)],
  ["2026-02-31T00:00:00Z", undefined],
  ["2026-02-29", undefined],
  ["2026-13-01", undefined],
  ["2026-00-10", undefined],
  ["2026-01-00", undefined],
  ["2026-01-01T25:00:00Z", undefined],
  ["5", undefined],
  ["", undefined],
];
for (const [text, expected] of times) {
  test(`"${text}" is ${expected === undefined ? "not a valid time" : "a valid time"}`, () =>
    assert.equal(parseTime(text), expected));
}

const partitions = { "us-east-1": "aws", "eu-west-3": "aws", "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov" };
for (const [region, partition] of Object.entries(partitions)) {
  test(`${region} is in the partition ${partition}`, () => assert.equal(findPartition(region), partition));
}

const typed: [string, unknown, boolean][] = [
  ["String", "a", true],
  ["String", 5, false],
  ["Integer", 5, true],
  ["Integer", "5", false],
  ["Integer", 1.5, false],
  ["Boolean", false, true],
  ["Boolean", "false", false],
  ["StringList", ["a"], true],
  ["StringList", "a", false],
  ["StringList", ["a", 1], false],
  ["StringMap", { a: 1 }, true],
  ["StringMap", [], false],
  ["MapList", [{ a: 1 }], true],
  ["MapList", ["a"], false],
  ["AWS::EC2::Instance::Id", "i-1", true],
  ["List<AWS::EC2::Instance::Id>", ["i-1"], true],
];
for (const [type, value, expected] of typed) {
  test(`${JSON.stringify(value)} is ${expected ? "" : "not "}of type ${type}`, () =>
    assert.equal(isOfType(type, value), expected));
}

test("a map matches allowedValues in any order of its keys", () => {
  const definition = { type: "StringMap", allowedValues: [{ a: "b", c: { e: 1, d: 2 } }] };
  assert.equal(findConstraintProblem(definition, { c: { d: 2, e: 1 }, a: "b" }), undefined);
  assert.match(findConstraintProblem(definition, { a: "c" }) ?? "", /"\{"a":"c"\}" not found in \[\{"a":"b"/);
});
