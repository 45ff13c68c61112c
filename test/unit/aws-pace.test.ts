import assert from "node:assert/strict";
import { test } from "node:test";
import { limitConcurrency, makeCallPacer } from "../../src/aws/pace.ts";
import { testClock } from "../support/fakes.ts";

const throttled = () => Object.assign(new Error("slow down"), { name: "ThrottlingException" });

test("continuous reads for signals delay other calls by one interval each, and not forever", async () => {
  const clock = testClock();
  const pace = makeCallPacer(clock);
  for (let times = 0; times < 6; times++) pace.record(throttled());
  let polled = false;
  for (let second = 0; second < 20; second++) {
    for (let signal = 0; signal < 4; signal++) await pace.waitForSlot("signal");
    if (second === 10) void pace.waitForSlot("routine").then(() => (polled = true));
    clock.advance(1_000);
  }
  await new Promise(setImmediate);
  assert.equal(polled, true);
});

test("other calls wait a full interval after a call of a signal", async () => {
  const clock = testClock();
  const pace = makeCallPacer(clock);
  pace.record(throttled());
  clock.advance(10_000);
  await pace.waitForSlot("signal");
  void pace.waitForSlot("routine");
  assert.deepEqual(clock.sleeping(), [250]);
});

test("while AWS throttles, calls for people wait for one another, and neither for polls nor before a signal", async () => {
  const clock = testClock();
  const pace = makeCallPacer(clock);
  pace.record(throttled());
  clock.advance(10_000);
  for (let poll = 0; poll < 20; poll++) void pace.waitForSlot("routine");
  const left: string[] = [];
  const leave = (lane: "signal" | "people", name: string) => void pace.waitForSlot(lane).then(() => left.push(name));
  for (let press = 1; press <= 4; press++) leave("people", `press ${press}`);
  leave("signal", "signal");
  await new Promise(setImmediate);
  assert.deepEqual(left, ["press 1", "signal"]);
  clock.advance(250);
  await new Promise(setImmediate);
  assert.deepEqual(left, ["press 1", "signal", "press 2"]);
});

test("at most so many calls for people are under way, and a call that fails makes room for the next", async () => {
  const limit = limitConcurrency(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const calls = Array.from({ length: 5 }, (_, call) =>
    limit(async () => {
      begun.push(call);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (call === 0) throw new Error("no reply");
      return call;
    }).catch(() => "failed"),
  );
  const settle = () => new Promise(setImmediate);
  await settle();
  assert.deepEqual(begun, [0, 1]);
  for (let call = 0; call < 5; call++) {
    ends[call]?.();
    await settle();
  }
  assert.deepEqual(await Promise.all(calls), ["failed", 1, 2, 3, 4]);
  assert.deepEqual(begun, [0, 1, 2, 3, 4]);
});
