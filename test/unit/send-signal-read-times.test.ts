import assert from "node:assert/strict";
import { test } from "node:test";
import { makeEarlyReads, SIGNAL_LEASE_MS } from "../../src/app/signal/early-reads.ts";
import { makeSendSignal } from "../../src/app/signal/send-signal.ts";
import { MAX_READ_AGE_MS } from "../../src/core/signal.ts";
import { NO_REPLY_UNCERTAIN_MS, READ_LAG_MS } from "../../src/core/signal-attempt.ts";
import { aRequest } from "../support/samples.ts";
import { setUp } from "./send-signal-setup.ts";

for (const [reply, answered, uncertainMs] of [
  ["no reply", false, NO_REPLY_UNCERTAIN_MS],
  ["an error as its reply", true, READ_LAG_MS],
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
    countStale: () => {},
    ...store,
    ...{ clock, early, log, random: () => 0, owner: "me", policyHash: "hash", workspace: "T0HOME" },
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

test("a clock that is set back during a read does not make the read younger", async (t) => {
  const { clock, automation, send, sent, error } = await setUp(t);
  automation.onRead = () => {
    clock.advance(MAX_READ_AGE_MS + 1);
    clock.advance(-MAX_READ_AGE_MS);
  };
  await send();
  assert.equal(sent().length, 0);
  assert.match((await error()) ?? "", /too old/);
});

test("a clock that is set back while the attempt is stored stops the signal, or shortens the time that it has to leave", async (t) => {
  for (const [storedMs, expected] of [
    [2_000, [MAX_READ_AGE_MS - 2_000]],
    [MAX_READ_AGE_MS + 1, []],
  ] as const) {
    const { clock, store, automation, abort, log } = await setUp(t);
    const margins: number[] = [];
    const own = automation.signal;
    automation.signal = (signer, executionId, order, notAfter) => {
      margins.push(notAfter - clock.now());
      return own(signer, executionId, order, notAfter);
    };
    const guardedBy: typeof store.guardedBy = (lease) => {
      const { requests, ...others } = store.guardedBy(lease);
      const advance: typeof requests.advance = async (change) => {
        const isStored = await requests.advance(change);
        if (change.attempt?.state === "sending") {
          clock.advance(storedMs);
          clock.advance(-storedMs);
        }
        return isStored;
      };
      return { ...others, requests: { ...requests, advance } };
    };
    const options = {
      ...store,
      clock,
      log,
      guardedBy,
      random: () => 0,
      owner: "me",
      policyHash: "hash",
      workspace: "T0HOME",
    };
    await makeSendSignal({ ...options, countStale: () => {}, aliveUntil: () => Number.POSITIVE_INFINITY })(
      automation,
      aRequest(),
      abort,
    );
    assert.deepEqual(margins, expected);
  }
});

test("a clock that is set back makes no early read younger", async (t) => {
  const { clock, store, automation } = await setUp(t);
  const early = makeEarlyReads({ leases: store.leases, clock, owner: "me" });
  automation.onRead = () => {
    clock.advance(MAX_READ_AGE_MS);
    clock.advance(100 - MAX_READ_AGE_MS);
  };
  early.begin(automation, aRequest());
  while (automation.calls.read.length === 0) await new Promise(setImmediate);
  assert.equal(await early.take(aRequest()), null);
});

test("a clock that is set back makes the execution's lease no longer: no signal leaves in the last half of it", async (t) => {
  for (const [beforeReadMs, expected] of [
    [SIGNAL_LEASE_MS / 2 - 2_000, [2_000]],
    [SIGNAL_LEASE_MS / 2 + 1, []],
  ] as const) {
    const { clock, automation, send, error } = await setUp(t);
    const margins: number[] = [];
    const own = automation.signal;
    automation.signal = (signer, executionId, order, notAfter) => {
      margins.push(notAfter - clock.now());
      return own(signer, executionId, order, notAfter);
    };
    automation.ready = async () => {
      clock.advance(beforeReadMs);
      clock.advance(-beforeReadMs);
      return { kind: "ready" };
    };
    await send();
    assert.deepEqual(margins, expected);
    if (margins.length === 0) assert.match((await error()) ?? "", /lease of the execution/);
  }
});
