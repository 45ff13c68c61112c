import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReadPriority } from "../../src/app/ports/aws.ts";
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
  await settle();
  assert.deepEqual(clock.sleeping(), [250]);
});

test("while AWS throttles, calls for people wait for one another, and neither for polls nor before a signal", async () => {
  const clock = testClock();
  const pace = makeCallPacer(clock);
  pace.record(throttled());
  clock.advance(10_000);
  for (let poll = 0; poll < 20; poll++) void pace.waitForSlot("routine");
  const left: string[] = [];
  const leave = (priority: "signal" | "people", name: string) =>
    void pace.waitForSlot(priority).then(() => left.push(name));
  for (let press = 1; press <= 4; press++) leave("people", `press ${press}`);
  leave("signal", "signal");
  await new Promise(setImmediate);
  assert.deepEqual(left.sort(), ["press 1", "signal"]);
  clock.advance(250);
  await new Promise(setImmediate);
  assert.deepEqual(left, ["press 1", "signal", "press 2"]);
});

/** Makes a pacer with an interval of eight seconds, whose next call of each priority may leave at once. */
async function slowPacer() {
  const clock = testClock();
  const pace = makeCallPacer(clock);
  for (let times = 0; times < 6; times++) pace.record(throttled());
  clock.advance(8_000);
  const left: string[] = [];
  const leave = (priority: ReadPriority, name: string, abort?: AbortSignal) =>
    void pace.waitForSlot(priority, abort).then(() => left.push(name));
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settle();
    return left.splice(0);
  };
  return { clock, pace, leave, pass };
}

const settle = () => new Promise(setImmediate);

for (const [when, jump] of [
  ["between two calls", { before: -3_600_000, after: 0 }],
  ["after a call that was throttled while the clock was ahead", { before: 3_600_000, after: -3_600_000 }],
] as const)
  test(`a clock that is set back ${when} stops no call for longer than the longest interval`, async () => {
    const { clock, pace, leave, pass } = await slowPacer();
    for (const priority of ["routine", "people"] as const) leave(priority, priority);
    assert.deepEqual((await pass(0)).sort(), ["people", "routine"]);
    clock.advance(jump.before);
    pace.record(throttled());
    clock.advance(jump.after);
    for (const priority of ["routine", "people"] as const) leave(priority, priority);
    await pass(0);
    await pass(8_000);
    for (const priority of ["routine", "people"] as const) leave(priority, `${priority} 2`);
    assert.deepEqual((await pass(8_000)).filter((name) => name.endsWith("2")).sort(), ["people 2", "routine 2"]);
  });

test("calls for people delay a poll by one interval, however many there are", async () => {
  const { leave, pass } = await slowPacer();
  for (let press = 1; press <= 10; press++) leave("people", `press ${press}`);
  assert.deepEqual(await pass(0), ["press 1"]);
  leave("routine", "poll");
  assert.deepEqual((await pass(8_000)).sort(), ["poll", "press 2"]);
});

test("a call that was aborted takes no slot, before it waits, while it waits or while others wait before it", async () => {
  const { leave, pass } = await slowPacer();
  const late = new AbortController();
  leave("routine", "first");
  assert.deepEqual(await pass(0), ["first"]);
  for (let poll = 1; poll <= 3; poll++) leave("routine", `given up ${poll}`, late.signal);
  leave("routine", "second");
  await pass(0);
  late.abort();
  assert.deepEqual((await pass(0)).sort(), ["given up 1", "given up 2", "given up 3"]);
  leave("routine", "given up 4", late.signal);
  assert.deepEqual(await pass(7_999), ["given up 4"]);
  assert.deepEqual(await pass(1), ["second"]);
});

test("while every connection for people is used, a call that ends makes room for the next, whichever it is", async () => {
  const { limit, begun, ends } = limitedCalls(2);
  for (let call = 0; call < 4; call++) void limit(call);
  await settle();
  ends[1]?.();
  await settle();
  ends[2]?.();
  await settle();
  assert.deepEqual(begun, [0, 1, 2, 3], "the first call still runs");
});

test("a call for people that was aborted while it waited does not begin", async () => {
  const { limit, begun, ends } = limitedCalls(1);
  const late = new AbortController();
  const first = limit(0).catch(() => "failed");
  const second = limit(1, late.signal).catch(() => "aborted");
  void limit(2);
  late.abort();
  assert.equal(await second, "aborted");
  ends[0]?.();
  assert.equal(await first, "failed");
  await settle();
  assert.deepEqual(begun, [0, 2]);
});

function limitedCalls(most: number) {
  const limited = limitConcurrency(most);
  const begun: number[] = [];
  const ends: Record<number, () => void> = {};
  const limit = (call: number, abort = new AbortController().signal) =>
    limited(async () => {
      begun.push(call);
      await new Promise<void>((resolve) => {
        ends[call] = resolve;
      });
      if (call === 0) throw new Error("no reply");
      return call;
    }, abort);
  return { limit, begun, ends };
}

test("at most so many calls for people are under way, and a call that fails makes room for the next", async () => {
  const { limit, begun, ends } = limitedCalls(2);
  const calls = Array.from({ length: 5 }, (_, call) => limit(call).catch(() => "failed"));
  await settle();
  assert.deepEqual(begun, [0, 1]);
  for (let call = 0; call < 5; call++) {
    ends[call]?.();
    await settle();
  }
  assert.deepEqual(await Promise.all(calls), ["failed", 1, 2, 3, 4]);
  assert.deepEqual(begun, [0, 1, 2, 3, 4]);
});
