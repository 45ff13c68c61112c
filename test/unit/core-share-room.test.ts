import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { shareRoom } from "../../src/core/share-room.ts";

const TABLE: [claim: string, lengths: number[], room: number, shares: number[], longest?: number][] = [
  ["texts that fit have all they need", [3, 5, 2], 10, [3, 5, 2]],
  ["a long text takes no room from a short one", [100, 2], 10, [8, 2]],
  ["long texts share what short ones leave", [100, 2, 50, 4], 26, [10, 2, 10, 4]],
  ["what cannot be divided goes to the longest", [9, 7, 8], 11, [4, 3, 4]],
  ["a text has at most the length that is given", [3, 9, 50], 100, [3, 8, 8], 8],
  ["without room, each text has none", [3, 5], 0, [0, 0]],
  ["without texts, there are no shares", [], 10, []],
];

for (const [claim, lengths, room, shares, longest] of TABLE)
  test(`when texts share room, ${claim}`, () => {
    assert.deepEqual(shareRoom(lengths, room, longest), shares);
  });

test("shares fit into the room, use it if texts need it, and do not depend on the order of the texts", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(60), { minLength: 1, maxLength: 8 }), fc.nat(200), (lengths, room) => {
      const shares = shareRoom(lengths, room);
      const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
      assert.equal(sum(shares), Math.min(room, sum(lengths)));
      assert.ok(shares.every((share, index) => share <= (lengths[index] ?? 0)));
      const order = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);
      assert.deepEqual(order(shareRoom(lengths.toReversed(), room)), order(shares));
    }),
  );
});
