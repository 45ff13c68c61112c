import assert from "node:assert/strict";
import { test } from "node:test";
import { MASK, makeMask } from "../../src/core/mask.ts";

const GLOBS = ["*password*", "*token*"];

/** Places that overlap or follow each other: the hidden values, the text, and the text that is shown. */
const PLACES: [what: string, hidden: string[], text: string, shown: string][] = [
  ["a value under its name before a known one", ["hunter2"], "password=ab, hunter2", `password=${MASK}, ${MASK}`],
  ["a known value before one under its name", ["hunter2"], "hunter2, password=ab", `${MASK}, password=${MASK}`],
  ["a known value that is longer than the one under its name", ["ab cd"], "token=ab cd!", `token=${MASK}!`],
  ["a known value that is longer than the member", ["4711, x"], '{"token": 4711, x}', `{"token": "${MASK}"}`],
  ["two values that overlap", ["abc-def-ghi", "def-ghi-jkl"], "abc-def-ghi-jkl!", `${MASK}!`],
  ["a value inside another one", ["hunter2-and-more", "hunter2"], "hunter2-and-more!", `${MASK}!`],
  ["two values without a space between them", ["hunter2", "swordfish"], "hunter2swordfish", `${MASK}${MASK}`],
  ["the beginning of a longer member", ["hunter2"], '{"token":hunter2-xyz}', `{"token":"${MASK}"}`],
  ["a number in JSON", ["4711.50"], '{"token": 4711.50, "x": 1}', `{"token": "${MASK}", "x": 1}`],
  ["a string in JSON", ["hunter2"], '{"token": "hunter2", "x": 1}', `{"token": "${MASK}", "x": 1}`],
];

for (const [what, hidden, text, shown] of PLACES)
  test(`the text around hidden places stays: ${what}`, () => {
    assert.equal(makeMask(GLOBS, { parameters: { Password: hidden } }).text(text), shown);
  });

test("a common word inside a hidden value does not interrupt it", () => {
  const mask = makeMask(GLOBS, { parameters: { Password: ["battery true staple"], Visible: ["true"] } });
  assert.equal(mask.text("use battery true staple"), `use ${MASK}`);
  assert.deepEqual(mask.notReplaced(), []);
});

test("a mask that allows values shows them, and the mask that it was made from still hides them", () => {
  const mask = makeMask(GLOBS, { parameters: { Password: ["prod-blue"] } });
  assert.equal(mask.text("Switch to prod-blue?"), `Switch to ${MASK}?`);
  const allowing = mask.allowing(["prod-blue"]);
  assert.equal(allowing.text("Switch to prod-blue?"), "Switch to prod-blue?");
  assert.deepEqual([mask.notReplaced(), allowing.notReplaced()], [[], ["Password"]]);
});

test("the members of visible JSON stay visible, also with white space before it, and those of other texts do not", () => {
  const mask = makeMask(GLOBS, {
    parameters: { Password: ["eu-west-1", "us-east-1"], Visible: [' \n["eu-west-1"]', 'regions ["us-east-1"]'] },
  });
  assert.equal(mask.text("eu-west-1"), "eu-west-1");
  assert.equal(mask.text("us-east-1"), MASK);
});

test("the members of visible JSON of more than 100,000 characters do not stay visible, but short values do", () => {
  const long = JSON.stringify(["orders-primary", "x".repeat(100_000)]);
  const mask = makeMask(GLOBS, {
    parameters: { Password: ["orders-primary", "eu-west-1"], Long: [long], Short: ["eu-west-1"] },
  });
  assert.equal(mask.text("orders-primary"), MASK);
  assert.equal(mask.text("eu-west-1"), "eu-west-1");
});

/** A value in so many lists. */
const inLists = (depth: number, value: unknown): unknown => (depth === 0 ? value : [inLists(depth - 1, value)]);

test("members are shown to a depth of 60, also in JSON with names, and deeper ones are hidden", () => {
  const mask = makeMask(GLOBS, { parameters: {} });
  assert.deepEqual(mask.value("", inLists(60, "a")), inLists(60, "a"));
  assert.deepEqual(mask.value("", inLists(61, "a")), inLists(61, MASK));
  const pair = { Name: "DbPassword", Value: "x" };
  const inJson = (depth: number, value: unknown) => JSON.stringify([pair, inLists(depth, value)]);
  const shown = [{ Name: "DbPassword", Value: MASK }];
  assert.deepEqual(mask.value("", inJson(58, "a")), [...shown, inLists(58, "a")]);
  assert.deepEqual(mask.value("", inJson(59, "a")), [...shown, inLists(59, MASK)]);
  assert.deepEqual(mask.value("", inLists(30, inJson(28, "a"))), inLists(30, [...shown, inLists(28, "a")]));
  assert.deepEqual(mask.value("", inLists(30, inJson(29, "a"))), inLists(30, [...shown, inLists(29, MASK)]));
});

test("items of a list and JSON in a text have no name: a glob that matches any name does not hide them", () => {
  const mask = makeMask(["?*"], { parameters: {} });
  assert.deepEqual(mask.value("", ["a", ["b"]]), ["a", ["b"]]);
  assert.deepEqual(mask.value("", '["a",{"Key":"x","Value":"y"}]'), ["a", { Key: MASK, Value: MASK }]);
  assert.equal(mask.value("x", ["a"]), MASK);
});
