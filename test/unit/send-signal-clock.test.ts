import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_REPLY_UNCERTAIN_MS } from "../../src/core/signal-attempt.ts";
import { TARGET, type TestClock } from "../support/fakes.ts";
import { setUp } from "./send-signal-setup.ts";

const HOUR_MS = 60 * 60_000;

/** Sets the clock without time passing. */
function makeSetClock(clock: TestClock): (ms: number) => void {
  const { elapsed } = clock;
  let set = 0;
  clock.elapsed = () => elapsed() - set;
  return (ms) => {
    clock.advance(ms);
    set += Math.max(0, ms);
  };
}

for (const [how, ms] of [
  ["forward", HOUR_MS],
  ["back", -HOUR_MS],
] as const)
  test(`a clock that is set ${how} changes nothing in the time in which a signal without a reply is not repeated`, async (t) => {
    const { clock, store, automation, sent, signalAs, abort } = await setUp(t);
    const setClock = makeSetClock(clock);
    const send = signalAs("me");
    const round = async () => {
      for (const due of await store.requests.dueToSignal(TARGET, clock.now(), 10)) await send(automation, due, abort);
    };
    automation.onSignal = () => ({ kind: "ambiguous", answered: false, code: "TimeoutError", message: "x" });
    await round();
    setClock(ms);
    const sentAt = clock.elapsed();
    while (clock.elapsed() + 10_000 < sentAt + NO_REPLY_UNCERTAIN_MS) {
      clock.advance(10_000);
      await round();
      assert.equal(sent().length, 1, `sent again after ${(clock.elapsed() - sentAt) / 1_000} s`);
    }
    for (let attempt = 0; attempt < 4; attempt++) {
      clock.advance(10_000);
      await round();
    }
    assert.equal(sent().length, 2, "the decision does not wait for the clock");
  });
