import assert from "node:assert/strict";
import { test } from "node:test";
import { MASK, type Mask, makeMask, WITHHELD } from "../../src/core/mask.ts";
import { SLICE_STEPS } from "../../src/core/slices.ts";

/** The steps of the search that one execution may cost. */
const BUDGET = 500_000;
const GLOBS = ["*password*"];
const maskOf = (...secrets: string[]) => makeMask(GLOBS, { parameters: { Password: secrets } });

test("a withheld value says so", () => {
  assert.deepEqual([MASK, WITHHELD], ["(hidden)", "(withheld: too long to search for hidden values)"]);
});

test("a text of as many characters as the budget has steps is shown, and a longer one is withheld", () => {
  const [shown, withheld] = [".".repeat(BUDGET), ".".repeat(BUDGET + 1)];
  for (const [text, expected] of [
    [shown, shown],
    [withheld, WITHHELD],
  ] as const) {
    const mask = maskOf();
    assert.equal(mask.text(text), expected);
    assert.deepEqual([mask.withheld(), mask.steps(), mask.notReplaced()], [expected === text ? 0 : 1, 0, []]);
  }
});

test("without hidden names, a text of any length is shown", () => {
  const mask = makeMask([], { parameters: { Password: ["hunter2"] } });
  const text = "hunter2 ".repeat(BUDGET / 5);
  assert.equal(mask.text(text), text);
  assert.deepEqual([mask.withheld(), mask.steps()], [0, 0]);
});

test("a withheld text costs nothing, and shorter ones are searched as before", () => {
  const mask = maskOf("hunter2");
  assert.equal(mask.text("a hunter2"), `a ${MASK}`);
  const before = mask.steps();
  assert.ok(before > 0);
  assert.equal(mask.text(".".repeat(BUDGET)), WITHHELD);
  assert.equal(mask.steps(), before);
  assert.equal(mask.text("the hunter2"), `the ${MASK}`);
  assert.ok(mask.steps() > before);
  assert.equal(mask.withheld(), 1);
});

test("each object costs a step once, and those after the budget are withheld; an empty text is not", () => {
  const spent = () => {
    const mask = maskOf("hunter2");
    mask.text(".".repeat(BUDGET - 1_000));
    return mask;
  };
  const left = BUDGET - spent().steps();
  assert.ok(left > 100);
  const all = Array.from({ length: left }, () => []);
  const fits = spent();
  assert.deepEqual(fits.value("", all.slice(1)), all.slice(1));
  assert.equal(fits.steps(), BUDGET);

  const mask = spent();
  for (const _call of [1, 2]) assert.deepEqual(mask.value("", all), [...all.slice(1), WITHHELD]);
  assert.equal(mask.steps(), BUDGET + 1);
  assert.deepEqual([mask.text(""), mask.text("a")], ["", WITHHELD]);
});

test("an object that is masked again costs nothing more", () => {
  const mask = maskOf();
  const value = { a: [{ b: "c" }], d: {} };
  mask.value("", value);
  const before = mask.steps();
  mask.value("", value);
  assert.equal(mask.steps(), before);
});

/** Runs a task in slices, and returns their costs. */
function costsOf(mask: Mask, task: () => unknown): number[] {
  const costs: number[] = [];
  const work = mask.inSlices(task);
  for (let next = work.next(); next.done !== true; next = work.next()) {
    costs.push(next.value);
    assert.ok(costs.length < 100, "the task ends");
  }
  return costs;
}

/** JSON that is parsed because one of its members names another one. */
const named = (length: number) => `{"Name":"DbPassword","Value":"hunter2","x":"${".".repeat(length)}"}`;

/** Values without a secret parameter, and the costs of the slices before the last one. */
const SLICED: [what: string, values: string[], costs: number[]][] = [
  ["a short text", ["a", "b"], []],
  ["a long text costs a twentieth of its characters", [".".repeat(20 * SLICE_STEPS), "b"], [SLICE_STEPS + 1]],
  ["a withheld text costs one step", [".".repeat(BUDGET + 1), ".".repeat(20 * (SLICE_STEPS - 2)), "b"], [SLICE_STEPS]],
  ["a text that is not parsed costs nothing more", [".".repeat(SLICE_STEPS), "b"], []],
  ["JSON that is parsed costs its characters", [named(SLICE_STEPS), "b"], [named(SLICE_STEPS).length]],
];

for (const [what, values, costs] of SLICED)
  test(`a task in slices: ${what}`, () => {
    const mask = maskOf();
    mask.text("what makes the search");
    assert.deepEqual(
      costsOf(mask, () => values.map((value) => mask.value("", value))),
      costs,
    );
  });

test("a task in slices continues the search in a text that is longer than a slice", () => {
  const mask = maskOf("hunter2");
  const text = `${".".repeat(3 * SLICE_STEPS)}hunter2`;
  let shown = "";
  const costs = costsOf(mask, () => {
    shown = mask.text(text);
  });
  assert.equal(shown, text.replace("hunter2", MASK));
  assert.ok(costs.length > 0);
  const whole = maskOf("hunter2");
  whole.text(text);
  assert.equal(mask.steps(), whole.steps());
});
