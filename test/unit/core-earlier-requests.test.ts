import assert from "node:assert/strict";
import { test } from "node:test";
import { lastEarlier } from "../../src/core/earlier-requests.ts";
import { aRequest, NOW } from "../support/samples.ts";

const OPENED = [1, 2, 3, 4].map((time) => aRequest({ id: `r${time}`, openedAt: NOW + time }));

test("the last requests before another one are shown, oldest first, and the others are counted", () => {
  const current = { id: "r5", openedAt: NOW + 5 };
  const shown = (most: number) => {
    const { shown, more } = lastEarlier(OPENED, current, most);
    return [shown.map(({ id }) => id).join(" "), more];
  };
  assert.deepEqual([2, 3, 4, 5].map(shown), [
    ["r3 r4", 2],
    ["r2 r3 r4", 1],
    ["r1 r2 r3 r4", 0],
    ["r1 r2 r3 r4", 0],
  ]);
});

test("a request itself and later ones are not earlier, and one that opened at the same time is", () => {
  const ids = (of: { id: string; openedAt: number }) => lastEarlier(OPENED, of, 9).shown.map(({ id }) => id);
  assert.deepEqual(ids({ id: "r3", openedAt: NOW + 3 }), ["r1", "r2"]);
  assert.deepEqual(ids({ id: "other", openedAt: NOW + 3 }), ["r1", "r2", "r3"]);
});
