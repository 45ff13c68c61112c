import assert from "node:assert/strict";
import { test } from "node:test";
import { makeSandboxClock } from "../../sandbox/wire/clock.ts";

/** A clock on a machine whose own time stands still. */
const still = () => makeSandboxClock(() => 1000);

test("moving the clock runs each timer at its own time, also those that earlier ones set", () => {
  const clock = still();
  const told: [string, number][] = [];
  const tell = (name: string) => () => void told.push([name, clock.now()]);
  clock.at(1300, tell("late"));
  clock.at(1100, () => {
    tell("early")();
    clock.at(1200, tell("between"));
    clock.at(9999, tell("never"));
  });
  clock.advance(500);
  assert.deepEqual(told, [
    ["early", 1100],
    ["between", 1200],
    ["late", 1300],
  ]);
  assert.equal(clock.now(), 1500);
  clock.close();
});

test("timers of one time run in the order in which they were set, whatever was cancelled among them", () => {
  const clock = still();
  const told: number[] = [];
  const cancellations = Array.from({ length: 100 }, (_, index) => clock.at(2000, () => void told.push(index)));
  for (const [index, cancel] of cancellations.entries()) if (index % 3 === 0) cancel();
  for (const cancel of cancellations.slice(0, 10)) cancel();
  clock.advance(1000);
  const expected = Array.from({ length: 100 }, (_, index) => index).filter((index) => index % 3 !== 0 && index >= 10);
  assert.deepEqual(told, expected);
  clock.close();
});

test("a timer that throws does not stop the clock for the others", () => {
  const clock = still();
  let ran = false;
  clock.at(1100, () => assert.fail("broken"));
  clock.at(1200, () => {
    ran = true;
  });
  assert.throws(() => clock.advance(500), /broken/);
  assert.equal(clock.now(), 1500);
  clock.advance(0);
  assert.equal(ran, true);
  clock.close();
});

test("fifty thousand timers, half of them cancelled, run in the order of their time", () => {
  const clock = still();
  const ran: number[] = [];
  const cancellations = Array.from({ length: 50_000 }, (_, index) => {
    const time = 1000 + ((index * 7919) % 50_000);
    return clock.at(time, () => ran.push(time));
  });
  for (const cancel of cancellations.slice(25_000)) cancel();
  clock.advance(60_000);
  assert.equal(ran.length, 25_000);
  assert.ok(ran.every((time, index) => index === 0 || time >= (ran[index - 1] ?? 0)));
  clock.close();
});
