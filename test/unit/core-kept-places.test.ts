import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type FoundSecret,
  type KeepReason,
  keepCost,
  keepVisible,
  makeKeptSearch,
} from "../../src/core/kept-places.ts";
import { decodedViews, viewText } from "../../src/core/search-view.ts";

const ENOUGH = 1_000_000;
type Kept = Record<string, KeepReason>;

/** Finds the kept values in all views of a text, as texts with their properties. */
function find(kept: Kept, text: string, most = ENOUGH) {
  const search = makeKeptSearch(new Map(Object.entries(kept)));
  const { places, steps } = search([viewText(text), ...decodedViews(text)], most);
  return {
    steps,
    found: places?.map(({ start, end, isAllowed, isWord }) => [
      text.slice(start, end),
      ...(isAllowed ? ["allowed"] : []),
      ...(isWord ? ["word"] : []),
    ]),
  };
}

const LONG = "arn:aws:ssm:eu-west-1:111122223333:parameter/production/databases/";
assert.ok(LONG.length > 64);

/** Kept values, a text, and the places that are found in it. */
const SEARCHES: [what: string, kept: Kept, text: string, found: string[][]][] = [
  ["a word", { prod: "visible" }, "in prod!", [["prod", "word"]]],
  ["a word in another case", { prod: "visible" }, "in PROD!", [["PROD", "word"]]],
  ["an allowed value", { prod: "allowed" }, "prod", [["prod", "allowed", "word"]]],
  ["a common word", { true: "common" }, "true", []],
  ["a value of two characters", { ab: "visible" }, "ab", []],
  ["a value of three characters", { abc: "visible" }, "abc", [["abc", "word"]]],
  ["a value of five characters inside a word", { prod1: "visible" }, "prod12", []],
  ["a value of six characters inside a word", { "prod-1": "visible" }, "prod-12", [["prod-1"]]],
  ["one of two values", { orders: "visible", invoices: "visible" }, "invoices", [["invoices", "word"]]],
  ["none of the values", { orders: "visible" }, "invoices", []],
  ["a value that is encoded", { "orders db": "visible" }, "%20 orders%20db", [["orders%20db", "word"]]],
  [
    "values with the same end",
    { "my prod": "visible", prod: "visible" },
    "my prod",
    [
      ["my prod", "word"],
      ["prod", "word"],
    ],
  ],
  [
    "values with the same long beginning, each by its end",
    { [`${LONG}a`]: "visible", [`${LONG}b`]: "allowed" },
    `${LONG}a ${LONG}b ${LONG}c`,
    [
      [`${LONG}a`, "word"],
      [`${LONG}b`, "allowed", "word"],
    ],
  ],
  [
    "a value and a longer one with the same long beginning",
    { [LONG]: "visible", [`${LONG}more`]: "visible" },
    `${LONG}more`,
    [[`${LONG}more`, "word"], [LONG]],
  ],
  ["no values", {}, "prod", []],
];

for (const [what, kept, text, found] of SEARCHES)
  test(`visible values in a text: ${what}`, () => {
    assert.deepEqual(find(kept, text).found, found);
  });

test("the search ends when it has cost too much", () => {
  const kept: Kept = { orders: "visible" };
  const { steps } = find(kept, "orders ".repeat(10));
  assert.equal(find(kept, "orders ".repeat(10), steps).found?.length, 10);
  assert.equal(find(kept, "orders ".repeat(10), steps - 1).found, undefined);
});

test("long values with the same beginning cost their length wherever the beginning is", () => {
  const values = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`${LONG}${index}`, "visible" as const]));
  const costs = [1, 2].map((count) => find(values, `${LONG}x `.repeat(count)).steps);
  const [once = 0, twice = 0] = costs;
  assert.ok(twice - once > 10 * LONG.length, `${costs}`);
  const { steps, found } = find(values, `${LONG}x `.repeat(1_000), 20_000);
  assert.equal(found, undefined);
  assert.ok(steps < 100_000, `${steps} steps: the comparisons stop at the limit`);
});

test("a search costs a step for each character, and the comparison of values of more than 64 characters", () => {
  const cost = (value: string, text: string, most = ENOUGH) => find({ [value]: "visible" }, text, most).steps;
  assert.equal(find({}, "orders").steps, 0);
  assert.equal(cost("orders", "any text"), 8);
  const [fits, exceeds] = [LONG.slice(0, 64), LONG.slice(0, 65)];
  assert.equal(cost(fits, `${fits}-`), cost(exceeds, `${fits}-`) - exceeds.length);
  // The comparisons end with the one that exceeds the limit.
  const text = `${exceeds} `.repeat(3);
  assert.equal(cost(exceeds, text, 65) - cost(exceeds, text, 64), 65);
});

test("of many visible values, the shortest are found", () => {
  const toValue = (index: number, length: number) => `${length}-${index}-${"x".repeat(length)}`.slice(0, length);
  const short = Array.from({ length: 100 }, (_, index) => toValue(index + 100, 10));
  const long = Array.from({ length: 1_000 }, (_, index) => toValue(index + 1_000, 60));
  const kept = Object.fromEntries([...long, ...short].map((value) => [value, "visible" as const]));
  // 20,000 characters: the 100 short ones have 1,000, and 316 long ones have 18,960.
  assert.equal(find(kept, [...short, ...long].join(" ")).found?.length, 416);
});

test("values with the same beginning of 64 characters need little more room than one", () => {
  const same = Array.from({ length: 3_000 }, (_, index) => `${LONG.slice(0, 64)}${index + 10_000}`);
  const kept = Object.fromEntries(same.map((value) => [value, "visible" as const]));
  const isFound = (value: string) => (find(kept, value).found?.length ?? 0) > 0;
  // 64 characters for the first value, and 8 for each other one.
  assert.deepEqual([isFound(same[2_492] ?? ""), isFound(same[2_493] ?? "")], [true, false]);
});

test("the cost of taking out visible values is a sixteenth of all comparisons", () => {
  assert.deepEqual(
    [keepCost([], [1]), keepCost([1], [1]), keepCost(Array(16), [1]), keepCost(Array(17), [1, 2])],
    [0, 1, 1, 3],
  );
});

type Place = Parameters<typeof keepVisible>[1][number];

/** Finds a marked place: `[` and `]` are around the secret, `<` and `>` around visible values. */
function parseMarks(marked: string): { text: string; secret: FoundSecret; places: Place[] } {
  let text = "";
  const opened: number[] = [];
  const places: Place[] = [];
  const secret = { start: 0, end: 0, quote: "'", names: new Set(["Password"]), isNoise: false };
  for (const unit of marked) {
    if (unit === "[") secret.start = text.length;
    else if (unit === "]") secret.end = text.length;
    else if (unit === "<") opened.push(text.length);
    else if (unit === ">") places.push({ start: opened.pop() ?? 0, end: text.length, isAllowed: false, isWord: true });
    else text += unit;
  }
  return { text, secret: { ...secret, continues: [false, false] }, places };
}

/** A secret, visible values, and the text that is shown: the hidden parts are dots. */
const KEPT: [what: string, marked: string, shown: string, more?: Partial<FoundSecret>, of?: Partial<Place>][] = [
  ["no visible value", "use [hunter2] now", "use ....... now"],
  ["a visible value elsewhere", "<use> [hunter2] now", "use ....... now"],
  ["a visible value after it", "[hunter2] or <use>", "....... or use"],
  ["a visible value right before it", "<use>[hunter2]", "use......."],
  ["a visible value right after it", "[hunter2]<use>", ".......use"],
  ["the same value", "use <[hunter2]>", "use hunter2"],
  ["a whole word in a visible value", "<jane:[hunter2]@db>", "jane:.......@db"],
  ["a word that continues before it", "<x[hunter2] db>", "xhunter2 db", { continues: [true, false] }],
  ["a word that continues after it", "<db [hunter2]x>", "db hunter2x", { continues: [false, true] }],
  ["the beginning of a value, in a longer word", "x<[hunter2] db>", "x....... db", { continues: [true, false] }],
  ["the end of a value, in a longer word", "<db [hunter2]>x", "db .......x", { continues: [false, true] }],
  ["the beginning of the word of a value", "<[hunter2]x>", "hunter2x", { continues: [false, true] }],
  ["the end of the word of a value", "<x[hunter2]>", "xhunter2", { continues: [true, false] }],
  ["a word that also is base64 noise", "<db [hunter2] x>", "db hunter2 x", { isNoise: true }],
  ["base64 noise in no value", "db [hunter2] x", "db ....... x", { isNoise: true }],
  ["a part of an allowed value", "<db [hunter2] x>", "db hunter2 x", {}, { isAllowed: true }],
  ["an allowed value before it", "<db> [hunter2] x", "db ....... x", {}, { isAllowed: true }],
  ["a value inside", "[drop <orders> now]", ".....orders...."],
  ["two values inside", "[a <b> c <d> e]", "..b...d.."],
  ["overlapping values inside", "[a <b <c> d> e]", "..b c d.."],
  ["a value at the beginning", "[<drop> it]", "drop..."],
  ["a value at the end", "[drop <it>]", ".....it"],
  ["a value that ends inside", "<really [drop> it]", "really drop..."],
  ["a value that begins inside", "[drop <it] now>", ".....it now"],
  ["a value inside that is a part of a word", "[drop <orders> now]", "...............", {}, { isWord: false }],
  ["an allowed value inside", "[drop <it>]", ".....it", {}, { isAllowed: true }],
];

for (const [what, marked, shown, more, of] of KEPT)
  test(`a hidden value with a visible one: ${what}`, () => {
    const { text, secret, places } = parseMarks(marked);
    const names: string[] = [];
    const spans = keepVisible(
      [{ ...secret, ...more }],
      places.map((place) => ({ ...place, ...of })),
      (kept) => names.push(...kept),
    );
    let hidden = text;
    for (const { start, end, quote } of spans) {
      assert.equal(quote, "'");
      assert.ok(start < end, "no place is empty");
      hidden = hidden.slice(0, start) + ".".repeat(end - start) + hidden.slice(end);
    }
    assert.equal(hidden, shown);
    assert.deepEqual(names, spans.length === 0 ? ["Password"] : []);
  });
