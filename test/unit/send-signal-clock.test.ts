import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { NO_REPLY_UNCERTAIN_MS, type SignalResult } from "../../src/core/signal-attempt.ts";
import { makeSetClock, TARGET } from "../support/fakes.ts";
import { setUp } from "./send-signal-setup.ts";

const HOUR_MS = 60 * 60_000;
const STEP_MS = 10_000;
const NO_REPLY: SignalResult = { kind: "ambiguous", answered: false, code: "TimeoutError", message: "x" };

/** A signal without a reply, which one process sent. `round`: the due signals of a process. */
async function sendWithoutReply(t: TestContext, onSignal: () => SignalResult = () => NO_REPLY) {
  const { clock, store, automation, sent, signalAs, abort } = await setUp(t);
  const makeRound = (owner: string) => {
    const send = signalAs(owner);
    return async () => {
      for (const due of await store.requests.dueToSignal(TARGET, clock.now(), 10))
        await send(automation, due, abort).catch((error) => assert.equal(error, CRASH));
    };
  };
  const setClock = makeSetClock(clock);
  automation.onSignal = onSignal;
  const round = makeRound("me");
  await round();
  automation.onSignal = () => NO_REPLY;
  const sentAt = clock.elapsed();
  /** Passes time, and returns how long after the first signal the second one was sent. */
  const findSecond = async (run: () => Promise<void>, mostMs: number) => {
    while (sent().length === 1 && clock.elapsed() - sentAt <= mostMs) {
      clock.advance(STEP_MS);
      await run();
    }
    return clock.elapsed() - sentAt;
  };
  return { round, makeRound, setClock, sent, findSecond };
}

const CRASH = new Error("the process stopped");

function assertOnTime(waitedMs: number): void {
  assert.ok(waitedMs >= NO_REPLY_UNCERTAIN_MS, `sent again after ${waitedMs / 1_000} s`);
  assert.ok(waitedMs <= NO_REPLY_UNCERTAIN_MS + 4 * STEP_MS, `the decision waited ${waitedMs / 1_000} s`);
}

for (const [how, ms] of [
  ["forward", HOUR_MS],
  ["back", -HOUR_MS],
] as const) {
  test(`a clock that is set ${how} changes nothing in the time in which a signal without a reply is not repeated`, async (t) => {
    const { round, setClock, findSecond } = await sendWithoutReply(t);
    setClock(ms);
    assertOnTime(await findSecond(round, HOUR_MS));
  });

  test(`nor does it if the process could not record that there was no reply, and the clock is set ${how}`, async (t) => {
    const { round, setClock, findSecond } = await sendWithoutReply(t, () => {
      throw CRASH;
    });
    setClock(ms);
    assertOnTime(await findSecond(round, HOUR_MS));
  });
}

test("a clock that is set forward repeats no signal of another process, or from before a restart, that this one has read", async (t) => {
  const { makeRound, setClock, findSecond } = await sendWithoutReply(t);
  const other = makeRound("other");
  await other();
  setClock(HOUR_MS);
  assertOnTime(await findSecond(other, HOUR_MS));
});

test("a clock that was wrong when this process read the signal of another one, and is set right, repeats no signal too early", async (t) => {
  const { makeRound, setClock, findSecond, sent } = await sendWithoutReply(t);
  const other = makeRound("other");
  setClock(2 * 60_000);
  await other();
  setClock(-2 * 60_000);
  assert.ok((await findSecond(other, HOUR_MS)) >= NO_REPLY_UNCERTAIN_MS);
  assert.equal(sent().length, 2);
});
