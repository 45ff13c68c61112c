import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Loop, startLoop } from "../../src/workers/loop.ts";
import { makeWakeUps } from "../../src/workers/wake-ups.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { NO_PRIORITY } from "../support/no-priority.ts";
import { runEventLoop } from "../support/run-event-loop.ts";

function startTestLoop(t: TestContext, round: (abort: AbortSignal, woken: boolean) => Promise<number | undefined>) {
  const clock = testClock();
  const log = testLog();
  const wakeUps = makeWakeUps(NO_PRIORITY);
  const loop: Loop = startLoop({ name: "test", topics: ["deliver"], wakeUps, everyMs: 1_000, round, clock, log });
  t.after(() => loop.stop());
  return { clock, log, loop, wakeUps };
}

test("a loop runs immediately, then after each pause, and never twice at the same time", async (t) => {
  let rounds = 0;
  let inside = 0;
  const { clock } = startTestLoop(t, async () => {
    assert.equal(++inside, 1);
    await runEventLoop(2);
    inside--;
    rounds++;
    return undefined;
  });
  await runEventLoop();
  assert.equal(rounds, 1);
  clock.advance(999);
  await runEventLoop();
  assert.equal(rounds, 1);
  clock.advance(1);
  await runEventLoop();
  assert.equal(rounds, 2);
});

test("a wake-up ends the pause; one or more wake-ups during a round cause one more round", async (t) => {
  let rounds = 0;
  let release = () => {};
  const { loop } = startTestLoop(t, async () => {
    rounds++;
    await new Promise<void>((resolve) => (release = resolve));
    return undefined;
  });
  await runEventLoop();
  loop.wake();
  loop.wake();
  await runEventLoop();
  assert.equal(rounds, 1);
  release();
  await runEventLoop();
  assert.equal(rounds, 2);
  release();
  await runEventLoop();
  assert.equal(rounds, 2);
  loop.wake();
  await runEventLoop();
  assert.equal(rounds, 3);
  release();
});

test("a topic wakes the loop until it stops, and each round receives whether it was woken", async (t) => {
  const rounds: boolean[] = [];
  const { clock, loop, wakeUps } = startTestLoop(t, async (_, woken) => {
    rounds.push(woken);
    return undefined;
  });
  await runEventLoop();
  wakeUps.wake("deliver");
  wakeUps.wake("reply");
  await runEventLoop();
  clock.advance(1_000);
  await runEventLoop();
  await loop.stop();
  wakeUps.wake("deliver");
  await runEventLoop();
  assert.deepEqual(rounds, [false, true, false]);
});

test("wake-ups during the delay before a round cause no other round, and a loop that stops in the delay starts none", async (t) => {
  const rounds: boolean[] = [];
  let release = () => {};
  const loop = startLoop({
    ...{ name: "test", topics: [], wakeUps: makeWakeUps(NO_PRIORITY), everyMs: 1_000 },
    ...{ clock: testClock(), log: testLog() },
    before: () => new Promise<void>((resolve) => (release = resolve)),
    async round(_, woken) {
      rounds.push(woken);
      return undefined;
    },
  });
  t.after(() => loop.stop());
  t.after(() => release());
  await runEventLoop();
  loop.wake();
  loop.wake();
  await runEventLoop();
  assert.deepEqual(rounds, []);
  release();
  await runEventLoop();
  assert.deepEqual(rounds, [true]);
  loop.wake();
  await runEventLoop();
  const stopped = loop.stop();
  release();
  await stopped;
  assert.deepEqual(rounds, [true]);
});

test("a round can set the pause before the next round", async (t) => {
  const waits = [0, 50, undefined];
  let rounds = 0;
  const { clock } = startTestLoop(t, async () => waits[rounds++]);
  await runEventLoop();
  clock.advance(0);
  await runEventLoop();
  assert.deepEqual([rounds, clock.sleeping()], [2, [50]]);
  clock.advance(50);
  await runEventLoop();
  assert.deepEqual([rounds, clock.sleeping()], [3, [1_000]]);
});

test("a round that throws is logged and repeated after the pause", async (t) => {
  let rounds = 0;
  const { clock, log } = startTestLoop(t, async () => {
    rounds++;
    throw new Error("broken");
  });
  await runEventLoop();
  clock.advance(1_000);
  await runEventLoop();
  assert.equal(rounds, 2);
  assert.deepEqual(
    log.lines.map(({ level, fields }) => [level, fields.loop]),
    [
      ["error", "test"],
      ["error", "test"],
    ],
  );
});

test("stopping ends the pause, waits for the running round, and starts no other", async (t) => {
  let rounds = 0;
  let ended = false;
  const { loop, log } = startTestLoop(t, async (abort) => {
    rounds++;
    await new Promise((resolve) => abort.addEventListener("abort", resolve));
    await runEventLoop(3);
    ended = true;
    throw new Error("given up");
  });
  await runEventLoop();
  loop.wake();
  await loop.stop();
  await loop.stop();
  await runEventLoop();
  assert.deepEqual([rounds, ended, log.lines], [1, true, []]);
});
