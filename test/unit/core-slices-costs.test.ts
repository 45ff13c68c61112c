import assert from "node:assert/strict";
import { test } from "node:test";
import { finishInTurns, inTurns, makeSlices, SLICE_STEPS, type Work } from "../../src/core/slices.ts";

function* work(costs: readonly number[], done: number[] = []): Work<string> {
  for (const cost of costs) {
    done.push(cost);
    yield cost;
  }
  return "done";
}

/** Runs work, and returns its result and the parts that were finished before each turn of the event loop. */
async function countTurns(finish: typeof inTurns, costs: readonly number[]) {
  const done: number[] = [];
  const turns: number[] = [];
  const result = await finish(work(costs, done), async () => void turns.push(done.length));
  return { result, turns };
}

test("work in turns has a turn of the event loop before each of its parts and before its end", async () => {
  assert.deepEqual(await countTurns(inTurns, [5, 90_000]), { result: "done", turns: [0, 1, 2] });
  assert.deepEqual(await countTurns(inTurns, []), { result: "done", turns: [0] });
});

const TURNS: [claim: string, costs: number[], turns: number[]][] = [
  ["work that fits into one slice needs no turn", [SLICE_STEPS - 2, 1], []],
  ["a slice that is used up is followed by a turn", [SLICE_STEPS - 1, 1, 5], [2]],
  ["each slice is as long as the first", [SLICE_STEPS, SLICE_STEPS - 1, 1, SLICE_STEPS + 9, 7], [1, 3, 4]],
];

for (const [claim, costs, turns] of TURNS)
  test(`when work is finished in turns, ${claim}`, async () => {
    assert.deepEqual(await countTurns(finishInTurns, costs), { result: "done", turns });
  });

/** Finishes a task in slices, and returns its result and the cost of each slice but the last. */
function runSlices<T>(run: Work<T>): { result: T; costs: number[] } {
  const costs: number[] = [];
  for (;;) {
    const next = run.next();
    if (next.done === true) return { result: next.value, costs };
    costs.push(next.value);
  }
}

test("a task pauses when its slice is used up, and goes on with the work that was left", () => {
  const slices = makeSlices();
  const done: number[] = [];
  const given = work([SLICE_STEPS - 1, 1, 30_000, SLICE_STEPS - 1], done);
  let starts = 0;
  const { result, costs } = runSlices(
    slices.run(() => {
      starts++;
      return slices.finish(given);
    }),
  );
  assert.deepEqual([result, costs, starts], ["done", [SLICE_STEPS, 30_000], 3]);
  assert.deepEqual(done, [SLICE_STEPS - 1, 1, 30_000, SLICE_STEPS - 1]);
});

test("what a task finished itself counts too", () => {
  const slices = makeSlices();
  let spent = 0;
  const { costs } = runSlices(
    slices.run(() => {
      if (spent++ < 2) slices.spend(SLICE_STEPS - 1);
      return slices.finish(work(spent === 1 ? [1, 7] : []));
    }),
  );
  assert.deepEqual(costs, [SLICE_STEPS]);
});

test("work that is remembered is started once, at its first call, also if a slice ended within it", () => {
  const slices = makeSlices();
  let starts = 0;
  const done: number[] = [];
  const once = slices.once(() => {
    starts++;
    return work([SLICE_STEPS, 4], done);
  });
  assert.equal(starts, 0);
  assert.deepEqual(runSlices(slices.run(() => [once(), once()])), { result: ["done", "done"], costs: [SLICE_STEPS] });
  assert.equal(once(), "done");
  assert.deepEqual([starts, done], [1, [SLICE_STEPS, 4]]);
});

test("outside of a task, and after it, any work is finished at once", () => {
  const slices = makeSlices();
  const large = () => work([SLICE_STEPS, SLICE_STEPS, 5]);
  assert.equal(slices.finish(large()), "done");
  runSlices(slices.run(() => slices.finish(work([1]))));
  assert.equal(slices.finish(large()), "done");
  const paused = slices.run(() => slices.finish(large()));
  paused.next();
  assert.equal(slices.finish(large()), "done");
});

test("an error of a task is thrown, and later work is whole again", () => {
  const slices = makeSlices();
  const failing = slices.run(() => {
    throw new Error("no such step");
  });
  assert.throws(() => failing.next(), /^Error: no such step$/);
  assert.equal(slices.finish(work([SLICE_STEPS, 5])), "done");
});
