import assert from "node:assert/strict";
import { test } from "node:test";
import { capNames, listNames } from "../../src/core/name-renderer.ts";

test("names are listed with a conjunction before the last one, and counted beyond the maximum", () => {
  const NAMES = ["a", "b", "c", "d"];
  const list = (count: number, max?: number) => listNames(NAMES.slice(0, count), "or", max);
  assert.deepEqual(
    [0, 1, 2, 3].map((count) => list(count)),
    ["", "a", "a or b", "a, b or c"],
  );
  assert.deepEqual(
    [1, 2, 3, 4].map((max) => list(4, max)),
    [...["a or 3 more", "a, b or 2 more", "a, b, c or 1 more", "a, b, c or d"]],
  );
  assert.equal(listNames(NAMES, "and"), "a, b, c and d");
});

test("up to ten names are listed unless another maximum is given", () => {
  const names = Array.from({ length: 11 }, (_, index) => `n${index}`);
  assert.deepEqual(capNames(names.slice(0, 10)), names.slice(0, 10));
  assert.deepEqual(capNames(names), [...names.slice(0, 10), "1 more"]);
  assert.match(listNames(names, "or"), /, n9 or 1 more$/);
});
