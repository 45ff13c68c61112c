import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { takeShortest } from "../../src/core/secret-search.ts";
import { searchValues } from "../support/search-values.ts";

/** A value of some length; those of different numbers share no beginning. */
const value = (number: number, length: number) => `${number}:`.padEnd(length, "x");
const values = (count: number, length: number) => Array.from({ length: count }, (_, number) => value(number, length));
const isWithheld = (find: ReturnType<typeof searchValues>["find"], length: number) =>
  find("y".repeat(length)).spans === null;
const isHidden = (find: ReturnType<typeof searchValues>["find"], text: string) => find(text).spans?.length === 1;
const sum = (costs: readonly number[]) => costs.reduce((total, cost) => total + cost, 0);

test("the shortest items are taken for as long as they fit, and the length of the next one is named", () => {
  const take = (items: string[], room?: number) => takeShortest(items, ({ length }) => length, room);
  assert.deepEqual(take(["ccc", "a", "bb"], 6), { taken: ["a", "bb", "ccc"], shortestLeftOut: Infinity });
  assert.deepEqual(take(["ccc", "a", "bb"], 5), { taken: ["a", "bb"], shortestLeftOut: 3 });
  assert.deepEqual(take(["ccc", "bb"], 1), { taken: [], shortestLeftOut: 2 });
  assert.deepEqual(take([], 0), { taken: [], shortestLeftOut: Infinity });
  assert.deepEqual(take(["x".repeat(100_000)]).taken.length, 1);
  assert.deepEqual(take(["x".repeat(100_001)]), { taken: [], shortestLeftOut: 100_001 });
});

test("hidden values have room for 100,000 characters, and a text as long as the next one is withheld", () => {
  const { find } = searchValues({ values: values(100, 1_000) });
  assert.ok(!isWithheld(find, 5_000));
  const { find: findMost } = searchValues({ values: values(100, 1_001) });
  assert.ok(isWithheld(findMost, 1_001) && !isWithheld(findMost, 1_000));
});

test("the beginnings of hidden values have room for 20,000 characters, the shortest first", () => {
  const { find } = searchValues({ values: [...values(312, 64), value(312, 32)] });
  assert.ok(!isWithheld(find, 5_000));
  const { find: findMost } = searchValues({ values: [...values(312, 64), value(312, 33)] });
  assert.ok(isWithheld(findMost, 64) && !isWithheld(findMost, 63));
  assert.ok(isHidden(findMost, value(312, 33)), "the shortest value is found");
});

test("values with the same beginning need room for eight characters each", () => {
  const same = (count: number) => Array.from({ length: count }, (_, index) => `${"begin ".repeat(11)}${1_000 + index}`);
  const { find } = searchValues({ values: [...same(93), ...values(300, 64)] });
  assert.ok(!isWithheld(find, 5_000));
  const { find: findMost } = searchValues({ values: [...same(94), ...values(300, 64)] });
  assert.ok(isWithheld(findMost, 70) && !isWithheld(findMost, 69));
});

test("values as written have room before the bytes of values, which are longer", () => {
  const written = Array.from({ length: 200 }, (_, number) => `é${value(number, 63)}`);
  const { find } = searchValues({ values: written });
  for (const each of written) assert.ok(isHidden(find, each));
  assert.ok(isWithheld(find, 65));
});

test("a text is withheld if it can contain a value that was left out before, also if later ones have no room", () => {
  for (const few of [values(3, 64), values(320, 64)]) {
    const { find } = searchValues({ values: few, shortestLeftOut: 20 });
    assert.ok(isWithheld(find, 20) && !isWithheld(find, 19));
    // A line of a value can have three characters.
    const { find: findLine } = searchValues({ values: few, shortestLeftOut: 20, isLineLeftOut: true });
    assert.ok(isWithheld(findLine, 3) && !isWithheld(findLine, 2));
  }
});

test("making a search costs the characters of the values and a fixed number of steps for the patterns", () => {
  assert.deepEqual(searchValues({}).costs, [20_000]);
  assert.deepEqual(
    searchValues({ values: ["hunter2", "é-4567", "first\nline-two"] }).costs.toSorted(),
    [14, 20_000, 5, 6, 7, 8],
  );
});

test("without a value that has a character, a search costs nothing", () => {
  for (const none of [[], ["  ", "\n\t\n"]])
    assert.deepEqual(searchValues({ values: none }).find("a%20b cXVpY2sgYnJvd24="), {
      ...{ spans: [], kept: [], steps: 0 },
      costs: [],
    });
});

test("a search costs a step for each character of a view and two in base64, and stops before a part without room", () => {
  const { find } = searchValues({ values: ["@@@@@@"] });
  // The text, without its percent signs, and without them twice; then base64 from each of four places.
  const text = `%2541 ${Buffer.from("what is seen").toString("base64")}`;
  const { spans, steps, costs } = find(text);
  assert.deepEqual([spans, steps], [[], sum(costs)]);
  assert.equal(costs.length, 7);
  assert.deepEqual(costs.slice(0, 4), [22, 20, 18, 24]);
  for (const [index, cost] of costs.entries()) {
    const before = sum(costs.slice(0, index));
    const room = index < 3 ? cost : cost / 2;
    assert.deepEqual(find(text, before + room - 1), {
      spans: null,
      kept: [],
      steps: before,
      costs: costs.slice(0, index),
    });
    assert.ok(find(text, before + room).costs.length > index);
  }
});

const part = fc.constantFrom(
  "hunter2",
  "orders",
  "aab",
  "aaaa",
  "%20",
  "%2568",
  "\\n",
  "cXVpY2s",
  " ",
  "aHVudGVyMg",
  "é",
);

test("a text is searched if its cost is exactly the limit, and else withheld", () => {
  const { find } = searchValues({ values: ["hunter2", "aaaaab", "orders"], kept: { "orders hunter2": "visible" } });
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 20 }), (parts) => {
      const text = parts.join("");
      const whole = find(text);
      const { costs: _, ...expected } = whole;
      const { costs: __, ...limited } = find(text, whole.steps);
      assert.deepEqual(limited, expected);
      const less = find(text, whole.steps - 1);
      assert.deepEqual([less.spans, less.kept], [null, []]);
      assert.ok(less.steps <= whole.steps && less.steps === sum(less.costs));
    }),
  );
});

/** The beginnings of long values: no base64. A short value is the end of the first. */
const BEGIN = `${"words ".repeat(9)}1234 cdefg`;
const END = "4 cdefg";
const OTHER = `${"other ".repeat(9)}9876 zzzzz`;
/** Ten values of 1,000 characters: a comparison with all of them costs 10,000 steps. */
const long = (begin: string) => Array.from({ length: 10 }, (_, index) => `${begin}-${index}-`.padEnd(1_000, "x"));
const COMPARISON = 10_000;

test("a comparison costs all characters of the long values, and a search that costs too much compares no more of them", () => {
  const { find } = searchValues({ values: [...long(BEGIN), END] });
  const text = `${BEGIN} `.repeat(20);
  // Each beginning costs its characters, two steps back from its end, and two occurrences. Without a comparison, the second is skipped.
  const pass = 20 * (65 + 2 + 2);
  assert.equal(find(text).steps, pass + 20 * COMPARISON);
  assert.equal(find(text, 3 * COMPARISON - 1).steps, pass - 17 + 3 * COMPARISON);
  assert.equal(find(text, 3 * COMPARISON).steps, pass - 16 + 4 * COMPARISON);
});

test("a value that is not longer than its beginning needs no comparison, unless others begin with it", () => {
  const text = `${BEGIN} `.repeat(20);
  const pass = 20 * (65 + 1 + 1);
  assert.equal(searchValues({ values: [BEGIN] }).find(text).costs[0], pass);
  const { find } = searchValues({ values: [BEGIN, ...long(BEGIN)] });
  assert.equal(find(text).costs[0], pass + 20 * 11 * BEGIN.length);
});

test("a long number needs no comparison inside a longer one", () => {
  const { find } = searchValues({ values: ["0".repeat(65)] });
  const inside = find("0".repeat(1_000)).costs[0] ?? 0;
  assert.ok(inside < 4 * 1_000, `${inside} steps`);
});

test("what the first part of a search costs is no longer left for its other parts", () => {
  const { find } = searchValues({
    values: [...long(BEGIN), "hunter2"],
    kept: Object.fromEntries(long(OTHER).map((each) => [each, "visible"])),
  });
  const texts = {
    "a decoded view": `${BEGIN} ${`%77${BEGIN.slice(1)} `.repeat(20)}`,
    base64: `${BEGIN} ${Buffer.from(`${BEGIN} `.repeat(20)).toString("base64")}`,
    "visible values": `${BEGIN} hunter2 ${`${OTHER} `.repeat(20)}`,
  };
  for (const [part, text] of Object.entries(texts)) {
    const { spans, costs } = find(text, 3 * COMPARISON);
    assert.equal(spans, null);
    assert.deepEqual(
      [costs.at(0), costs.at(-1)].map((cost = 0) => Math.floor(cost / COMPARISON)),
      [1, 2],
      part,
    );
  }
});

test("visible values are prepared once, and each pair of a hidden and a visible place costs a sixteenth of a step", () => {
  const { find } = searchValues({ values: ["hunter2"], kept: { orders: "visible" } });
  const text = "hunter2 orders ".repeat(20);
  const [first = 0, prepare, second = 0] = find(text).costs;
  assert.equal(prepare, 20_000);
  assert.equal(second - first, (20 * 20) / 16, "one pass over the text for each kind of values");
  assert.deepEqual(find(text).costs, [first, second]);
});

test("a text is withheld if only the comparison of its hidden and visible values goes beyond the limit", () => {
  const { find } = searchValues({ values: ["hunter2"], kept: { "use hunter2": "visible" } });
  const text = "use hunter2 ".repeat(500);
  const { spans, steps } = find(text);
  assert.ok(spans !== null);
  assert.ok(find(text, steps).spans !== null);
  assert.equal(find(text, steps - 1).spans, null);
});
