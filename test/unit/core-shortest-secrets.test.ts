import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { learnSecrets } from "../../src/core/learn-secrets.ts";
import { makeMask } from "../../src/core/mask.ts";
import { makeShortestSecrets } from "../../src/core/shortest-secrets.ts";
import { makeSlices } from "../../src/core/slices.ts";

test("the shortest values are kept for as long as they fit, and a text as long as one of the others is named", () => {
  const value = fc.string({ minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom("a", "b"), value)), fc.integer({ min: 1, max: 400 }), (all, room) => {
      const shortest = makeShortestSecrets(room);
      for (const [name, each] of all) shortest.add(name, each);
      const { secrets, shortestLeftOut, isLineLeftOut } = shortest.take();
      const toKey = (name: string, each: string) => `${name} ${each}`;
      const kept = new Set(secrets.map(({ name, value: each }) => toKey(name, each)));
      assert.equal(kept.size, secrets.length);
      for (const [name, each] of all)
        if (!kept.has(toKey(name, each))) {
          assert.ok(each.length >= shortestLeftOut);
          if (/[\r\n]/.test(each)) assert.ok(isLineLeftOut);
        }
      const lengths = secrets.map(({ value: each }) => each.length);
      assert.deepEqual(
        lengths,
        lengths.toSorted((a, b) => a - b),
      );
      assert.ok(lengths.every((length) => length < shortestLeftOut));
      assert.ok(lengths.reduce((sum, length) => sum + length + 8, 0) <= room);
      const needed = new Set(all.map(([name, each]) => toKey(name, each)));
      const used = [...needed].reduce((sum, key) => sum + key.length - 2 + 8, 0);
      if (used <= room) assert.equal(kept.size, needed.size, "everything fits");
    }),
  );
});

test("a value of several lines that is left out is named, and one of a single line is not", () => {
  const take = (...values: string[]) => {
    const shortest = makeShortestSecrets(30);
    for (const each of values) shortest.add("a", each);
    const { secrets, ...more } = shortest.take();
    return { values: secrets.map(({ value: each }) => each), ...more };
  };
  const long = "x".repeat(22);
  assert.deepEqual(take(long), { values: [long], shortestLeftOut: Infinity, isLineLeftOut: false });
  assert.deepEqual(take(`${long}y`), { values: [], shortestLeftOut: 23, isLineLeftOut: false });
  assert.deepEqual(take("a\nb", long), { values: ["a\nb"], shortestLeftOut: 22, isLineLeftOut: false });
  for (const line of ["\n", "\r"])
    assert.deepEqual(take(`${long}${line}`, "ab"), { values: ["ab"], shortestLeftOut: 23, isLineLeftOut: true });
  const line = "y".repeat(22);
  assert.deepEqual(take(`${line}\n`, "z".repeat(21), "ab"), {
    values: ["ab"],
    shortestLeftOut: 21,
    isLineLeftOut: true,
  });
  assert.deepEqual(take("12345", "1234", "123").values, ["123", "1234"]);
  assert.deepEqual(take("12345", "54321", "123").values, ["123"], "values of one length are dropped together");
});

test("a value under the same name counts once, and under another name again", () => {
  const shortest = makeShortestSecrets(30);
  for (const name of ["a", "a", "b", "a", "b"]) shortest.add(name, "1234567");
  assert.deepEqual(
    shortest.take().secrets.map(({ name }) => name),
    ["a", "b"],
  );
});

test("values are dropped in bulk when they need a quarter more than the room, and longer ones are no longer wanted", () => {
  const shortest = makeShortestSecrets(100);
  const add = (each: string) => shortest.add("a", each);
  const wants = () => [...Array(120).keys()].filter((length) => !shortest.wants("x".repeat(length)))[0];
  for (const letter of "abcde") add(letter.repeat(17));
  assert.equal(wants(), undefined, "five values need 125");
  add("abcd");
  assert.equal(wants(), 17);
  for (const length of [17, 18, 101]) add("y".repeat(length));
  assert.equal(wants(), 17);
  assert.deepEqual(shortest.take(), {
    secrets: [{ name: "a", value: "abcd" }],
    shortestLeftOut: 17,
    isLineLeftOut: false,
  });
  const other = makeShortestSecrets(100);
  other.add("a", "x".repeat(93));
  assert.deepEqual(
    [93, 92].map((length) => other.wants("x".repeat(length))),
    [false, true],
    "93 can never fit",
  );
  other.add("a", "x".repeat(92));
  assert.equal(other.take().secrets.length, 1);
});

test("hidden values have room for 100,000 characters, and each needs eight more", () => {
  const shortest = makeShortestSecrets();
  for (let index = 1_000; index < 1_100; index++) shortest.add("a", `${index}`.padEnd(992, "x"));
  assert.equal(shortest.take().secrets.length, 100);
  shortest.add("a", "one more");
  assert.deepEqual(shortest.take(), {
    ...{ secrets: [{ name: "a", value: "one more" }], shortestLeftOut: 992, isLineLeftOut: false },
  });
});

/** NAME=value pairs in the visible parameters, each with another value. */
const pairs = (count: number) => ({
  parameters: {
    Visible: Array.from({ length: Math.ceil(count / 50) }, (_, at) =>
      Array.from({ length: 50 }, (_, index) => `token=${(at * 50 + index + 1e6).toString(36)}`).join(" "),
    ),
  },
});
const hides = (name: string) => name === "token";

test("tens of thousands of values under hidden names are not collected, and no text that may contain one is shown", () => {
  const few = makeSlices().finish(learnSecrets(pairs(2_000), hides)).learned;
  assert.deepEqual([few.secrets.length, few.shortestLeftOut], [2_000, Infinity]);
  const many = makeSlices().finish(learnSecrets(pairs(60_000), hides)).learned;
  assert.ok(many.secrets.length <= 10_000, `${many.secrets.length} values`);
  assert.ok(many.shortestLeftOut <= 4, `texts of ${many.shortestLeftOut} characters are withheld`);
  const mask = makeMask(["token"], pairs(60_000));
  for (const at of [0, 30_000, 59_999]) {
    const secret = (at + 1e6).toString(36);
    assert.ok(!mask.text(`use ${secret}`).includes(secret));
  }
});
