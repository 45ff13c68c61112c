import assert from "node:assert/strict";
import { test } from "node:test";
import { makeSandboxClock } from "../../sandbox/wire/clock.ts";
import { FULL_MATRIX } from "../support/full-matrix.ts";

/** A sandbox clock on a machine whose time never changes. */
const frozenClock = () => makeSandboxClock(() => 1000);

test("moving the clock runs each timer at its own time, including timers that earlier timers set", () => {
  const clock = frozenClock();
  const ran: [string, number][] = [];
  const note = (name: string) => () => void ran.push([name, clock.now()]);
  clock.at(1300, note("late"));
  clock.at(1100, () => {
    note("early")();
    clock.at(1200, note("between"));
    clock.at(9999, note("never"));
  });
  clock.advance(500);
  assert.deepEqual(ran, [
    ["early", 1100],
    ["between", 1200],
    ["late", 1300],
  ]);
  assert.equal(clock.now(), 1500);
  clock.close();
});

test("timers for the same time run in the order in which they were set, even if some are cancelled", () => {
  const clock = frozenClock();
  const ran: number[] = [];
  const cancellations = Array.from({ length: 100 }, (_, index) => clock.at(2000, () => void ran.push(index)));
  for (const [index, cancel] of cancellations.entries()) if (index % 3 === 0) cancel();
  for (const cancel of cancellations.slice(0, 10)) cancel();
  clock.advance(1000);
  const expected = Array.from({ length: 100 }, (_, index) => index).filter((index) => index % 3 !== 0 && index >= 10);
  assert.deepEqual(ran, expected);
  clock.close();
});

test("a timer that throws does not stop the other timers", () => {
  const clock = frozenClock();
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

const COUNT = FULL_MATRIX ? 50_000 : 10_000;

test("half of many timers are cancelled, and the others run in order of time", () => {
  const clock = frozenClock();
  const ran: number[] = [];
  const cancellations = Array.from({ length: COUNT }, (_, index) => {
    const time = 1000 + ((index * 7919) % COUNT);
    return clock.at(time, () => ran.push(time));
  });
  for (const cancel of cancellations.slice(COUNT / 2)) cancel();
  clock.advance(60_000);
  assert.equal(ran.length, COUNT / 2);
  assert.ok(ran.every((time, index) => index === 0 || time >= (ran[index - 1] ?? 0)));
  clock.close();
});
