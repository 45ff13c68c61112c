import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { backoffMs } from "../../src/core/backoff.ts";

test("a pause between attempts doubles up to its cap, from the first attempt on", () => {
  const waits = [0, 1, 2, 3, 4, 5, 40, 10_000].map((attempt) => backoffMs(attempt, 1_000, 10_000, 0));
  assert.deepEqual(waits, [1_000, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
});

test("up to half of a pause is subtracted at random, and the rest is a whole number of milliseconds", () => {
  const waits = [0, 0.2, 0.5, 0.999_999].map((random) => backoffMs(3, 1_000, 60_000, random));
  assert.deepEqual(waits, [4_000, 3_600, 3_000, 2_000]);
  assert.equal(backoffMs(1, 5, 60_000, 0.3), 4);
});

test("for any attempt, a pause is between half of the doubled one and all of it, and the next one is no shorter", () => {
  const attempt = fc.integer({ min: -5, max: 10_000 });
  const [base, cap] = [fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 600_000 })];
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(attempt, base, cap, random, (n, first, most, r) => {
      const full = Math.min(most, first * 2 ** Math.max(0, n - 1));
      const wait = backoffMs(n, first, most, r);
      const isBetween = wait >= Math.floor(full / 2) && wait <= Math.ceil(full);
      assert.ok(Number.isInteger(wait) && isBetween, `${wait} of ${full}`);
      assert.ok(backoffMs(n + 1, first, most, r) >= wait);
    }),
  );
});
