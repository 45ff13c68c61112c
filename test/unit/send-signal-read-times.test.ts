import assert from "node:assert/strict";
import { test } from "node:test";
import { makeEarlyReads } from "../../src/app/signal/early-reads.ts";
import { makeSendSignal } from "../../src/app/signal/send-signal.ts";
import { MAX_READ_AGE_MS } from "../../src/core/signal.ts";
import { ERROR_REPLY_UNCERTAIN_MS, NO_REPLY_UNCERTAIN_MS } from "../../src/core/signal-attempt.ts";
import { aRequest } from "../support/samples.ts";
import { setUp } from "./send-signal-setup.ts";

for (const [reply, answered, uncertainMs] of [
  ["no reply", false, NO_REPLY_UNCERTAIN_MS],
  ["an error as its reply", true, ERROR_REPLY_UNCERTAIN_MS],
] as const)
  test(`after a signal with ${reply}, a read that was asked before the signal became certain allows none, however late it ends`, async (t) => {
    const { clock, automation, send, sent } = await setUp(t);
    automation.onSignal = () => ({ kind: "ambiguous", answered, code: "x", message: "x" });
    await send();
    assert.equal(sent().length, 1);
    clock.advance(uncertainMs - 1);
    automation.onRead = () => clock.advance(2);
    await send();
    assert.equal(sent().length, 1, "AWS may have replied before the first signal took effect");
    await send();
    assert.equal(sent().length, 2);
  });

test("an early read that was asked before an earlier signal became certain allows none: the execution is read again", async (t) => {
  const { clock, store, automation, send, sent, request, abort, log } = await setUp(t);
  automation.onSignal = () => ({ kind: "ambiguous", answered: false, code: "x", message: "x" });
  await send();
  clock.advance(NO_REPLY_UNCERTAIN_MS - 1);
  const early = makeEarlyReads({ leases: store.leases, clock, owner: "me" });
  early.begin(automation, aRequest());
  while (automation.calls.read.length < 2) await new Promise(setImmediate);
  clock.advance(2);
  const sendEarly = makeSendSignal({
    ...store,
    ...{ clock, early, log, random: () => 0, owner: "me", workspace: "T0HOME" },
    aliveUntil: () => Number.POSITIVE_INFINITY,
  });
  await sendEarly(automation, await request(), abort);
  assert.deepEqual([sent().length, automation.calls.read.length], [2, 3]);
});

test("a signal may leave until three seconds after its read was asked, not after the reply", async (t) => {
  const { clock, automation, send } = await setUp(t);
  const own = automation.signal;
  const margins: number[] = [];
  automation.signal = (signer, executionId, order, notAfter) => {
    margins.push(notAfter - clock.now());
    return own(signer, executionId, order, notAfter);
  };
  automation.onRead = () => clock.advance(2_000);
  await send();
  assert.deepEqual(margins, [MAX_READ_AGE_MS - 2_000]);
});
