import assert from "node:assert/strict";
import { test } from "node:test";
import { makeCallPacer } from "../../src/aws/pace.ts";
import { testClock } from "../support/fakes.ts";

const throttled = () => Object.assign(new Error("slow down"), { name: "ThrottlingException" });

test("continuous reads for signals delay other calls by one interval each, and not forever", async () => {
  const clock = testClock();
  const pace = makeCallPacer(clock);
  for (let times = 0; times < 6; times++) pace.record(throttled());
  let polled = false;
  for (let second = 0; second < 20; second++) {
    for (let signal = 0; signal < 4; signal++) await pace.waitForSlot(true);
    if (second === 10) void pace.waitForSlot(false).then(() => (polled = true));
    clock.advance(1_000);
  }
  await new Promise(setImmediate);
  assert.equal(polled, true);
});

test("other calls wait a full interval after an urgent call", async () => {
  const clock = testClock();
  const pace = makeCallPacer(clock);
  pace.record(throttled());
  clock.advance(10_000);
  await pace.waitForSlot(true);
  void pace.waitForSlot(false);
  assert.deepEqual(clock.sleeping(), [250]);
});
