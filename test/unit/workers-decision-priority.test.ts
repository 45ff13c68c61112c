import assert from "node:assert/strict";
import { test } from "node:test";
import { makeDecisionPriority } from "../../src/workers/decision-priority.ts";
import { testClock } from "../support/fakes.ts";
import { runEventLoop } from "../support/run-event-loop.ts";

function setUp() {
  const clock = testClock();
  const priority = makeDecisionPriority(clock);
  return {
    priority,
    /** Starts a decision and returns the function that ends it. */
    decide() {
      const { promise, resolve } = Promise.withResolvers<void>();
      const done = priority.decide(() => promise);
      return async () => {
        resolve();
        await done;
      };
    },
    /** Asks for other work, and tells whether it may begin. */
    ask() {
      const asked = { began: false };
      void priority.waitForDecisions().then(() => {
        asked.began = true;
      });
      return asked;
    },
    /** Lets milliseconds pass, one at a time. */
    async pass(ms: number) {
      for (let each = 0; each < ms; each++) {
        clock.advance(1);
        await runEventLoop();
      }
    },
  };
}

test("without a decision in progress, other work begins at once", async () => {
  const { ask, pass } = setUp();
  const asked = ask();
  await pass(0);
  await runEventLoop();
  assert.equal(asked.began, true);
});

test("other work waits for the end of the decisions in progress and for the signal that follows", async () => {
  const { decide, ask, pass } = setUp();
  const [endFirst, endSecond] = [decide(), decide()];
  const asked = ask();
  await endFirst();
  await pass(20);
  assert.equal(asked.began, false, "the second evaluation is in progress");
  await endSecond();
  await pass(9);
  assert.equal(asked.began, false, "the signal may begin");
  const endSignal = decide();
  await pass(20);
  assert.equal(asked.began, false, "the signal is in progress");
  await endSignal();
  await pass(5);
  await decide()();
  await pass(9);
  assert.equal(asked.began, false, "another decision ended 9 ms ago");
  await pass(1);
  assert.equal(asked.began, true);
});

test("work that asks right after a decision, or during the next one, waits too", async () => {
  const { decide, ask, pass } = setUp();
  await decide()();
  const asked = ask();
  await pass(9);
  assert.equal(asked.began, false);
  await pass(1);
  assert.equal(asked.began, true);
  const end = decide();
  const askedAgain = ask();
  await pass(20);
  assert.equal(askedAgain.began, false);
  await end();
  await pass(10);
  assert.equal(askedAgain.began, true);
});

test("under constant load, other work begins after half a second, for half a second", async () => {
  const { decide, ask, pass } = setUp();
  let end = decide();
  /** A decision begins every 50 ms, before the one before it ends. */
  const load = async (ms: number) => {
    for (let each = 0; each < ms; each += 50) {
      await pass(50);
      const endNext = decide();
      await end();
      end = endNext;
    }
  };
  const first = ask();
  await load(450);
  assert.equal(first.began, false);
  await load(50);
  assert.equal(first.began, true);
  await load(450);
  const second = ask();
  await pass(1);
  assert.equal(second.began, true, "its half a second is not over");
  await load(100);
  const third = ask();
  await load(450);
  assert.equal(third.began, false);
  await load(100);
  assert.equal(third.began, true);
  await end();
});

test("a decision that waits, for instance for a rate limit, delays other work for half a second only", async () => {
  const { decide, ask, pass } = setUp();
  const end = decide();
  await pass(300);
  const early = ask();
  await pass(199);
  assert.equal(early.began, false);
  await pass(1);
  assert.equal(early.began, true);
  for (let each = 0; each < 5; each++) {
    const asked = ask();
    await pass(1);
    assert.equal(asked.began, true);
    await pass(300);
  }
  await end();
});

test("next to a decision that waits, another decision delays other work until its own end", async () => {
  const { decide, ask, pass } = setUp();
  const endStuck = decide();
  await pass(600);
  const endShort = decide();
  const asked = ask();
  await pass(20);
  assert.equal(asked.began, false);
  await endShort();
  await pass(10);
  assert.equal(asked.began, true);
  await endStuck();
});

test("the result and the failure of a decision are those of its work", async () => {
  const { priority, ask, pass } = setUp();
  assert.equal(await priority.decide(async () => "sent"), "sent");
  await assert.rejects(
    priority.decide(async () => {
      throw new Error("broken");
    }),
    /broken/,
  );
  await pass(10);
  const asked = ask();
  await runEventLoop();
  assert.equal(asked.began, true, "a decision that failed is not in progress");
});
