import assert from "node:assert/strict";
import { test } from "node:test";
import { makeInFlight } from "../../src/workers/in-flight.ts";
import { testClock, testLog } from "../support/fakes.ts";

function setUp(most: number, work: (item: string) => Promise<void>) {
  const done: [boolean, boolean][] = [];
  const rested: string[] = [];
  const inFlight = makeInFlight<string>({
    most,
    keyOf: (item) => item,
    work,
    rest: async (item) => void rested.push(item),
    restMs: 1_000,
    onDone: (well, more) => done.push([well, more]),
    what: "a test",
    clock: testClock(),
    log: testLog(),
  });
  return { inFlight, done, rested };
}

test("one that hangs holds up none behind it, and is not started twice", async () => {
  const hang = Promise.withResolvers<void>();
  const started: string[] = [];
  const { inFlight } = setUp(2, async (item) => {
    started.push(item);
    if (item === "slow") await hang.promise;
  });
  inFlight.take(["slow", "a", "b"]);
  await Promise.resolve();
  assert.deepEqual(started, ["slow", "a"], "there is room for two");
  await new Promise(setImmediate);
  inFlight.take(["slow", "b", "c"]);
  assert.deepEqual(started, ["slow", "a", "b"]);
  assert.equal(inFlight.capacity(), 6);
  hang.resolve();
  await inFlight.drained();
});

test("what fails rests; only where others found no room is it told that there is more", async () => {
  const { inFlight, done, rested } = setUp(1, async (item) => {
    if (item === "broken") throw new Error("broken");
  });
  inFlight.take(["broken", "next"]);
  await inFlight.drained();
  inFlight.take(["next"]);
  await inFlight.drained();
  assert.deepEqual(rested, ["broken"]);
  assert.deepEqual(done, [
    [false, true],
    [true, false],
  ]);
});
