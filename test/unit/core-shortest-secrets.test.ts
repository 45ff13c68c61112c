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
