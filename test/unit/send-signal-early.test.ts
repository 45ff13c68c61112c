import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeEarlyReads } from "../../src/app/signal/early-reads.ts";
import { makeSendSignal } from "../../src/app/signal/send-signal.ts";
import { eventually } from "../support/eventually.ts";
import { type FakeAutomation, testLog } from "../support/fakes.ts";
import { anExecution, aRequest, aStep, EXECUTION_ID } from "../support/samples.ts";
import { LEASE, LEASE_MS, setUp } from "./send-signal-setup.ts";

/** A decided request whose execution was read before the decision. */
async function setUpEarly(t: TestContext) {
  const base = await setUp(t);
  const { store, clock, log, automation, abort } = base;
  const early = makeEarlyReads({ leases: store.leases, clock, owner: "me" });
  const send = makeSendSignal({
    countStale: () => {},
    ...store,
    ...{ clock, early, log, random: () => 0, owner: "me", policyHash: "hash", workspace: "T0HOME" },
    aliveUntil: () => Number.POSITIVE_INFINITY,
  });
  const begin = () => early.begin(automation, aRequest());
  const due = async () => base.request();
  return { ...base, begin, send: async () => send(automation, await due(), abort), reads: automation.calls.read };
}

test("a read that began before the decision is the one before the signal", async (t) => {
  const { begin, send, sent, reads, clock } = await setUpEarly(t);
  begin();
  await eventually("the early read ends", () => reads.length === 1);
  clock.advance(1_000);
  await send();
  assert.deepEqual([sent().length, reads.length], [1, 1]);
});

test("a read leads to one signal: the next one has a read of its own", async (t) => {
  const { begin, send, sent, reads, clock, automation } = await setUpEarly(t);
  automation.onSignal = () => ({ kind: "refused", code: "x", message: "x" });
  begin();
  await send();
  clock.advance(1);
  await send();
  assert.deepEqual([sent().length, reads.length], [2, 2]);
});

test("a read that is too old is made again, and the signal leaves within three seconds of the new one", async (t) => {
  const { begin, send, sent, reads, clock } = await setUpEarly(t);
  begin();
  await eventually("the early read ends", () => reads.length === 1);
  clock.advance(1_501);
  await send();
  assert.deepEqual([sent().length, reads.length], [1, 2]);
});

test("a read that becomes too old while the signer is made ready is made again", async (t) => {
  const { begin, send, sent, reads, clock, automation } = await setUpEarly(t);
  automation.ready = async () => {
    clock.advance(1_600);
    return { kind: "ready" };
  };
  begin();
  await send();
  assert.deepEqual([sent().length, reads.length], [1, 2]);
});

const NO_PERMISSION: Record<string, (automation: FakeAutomation) => void> = {
  "shows another waiting step": (automation) =>
    automation.shows(anExecution({ steps: [aStep(), aStep({ stepExecutionId: "b", name: "other" })] })),
  "shows that the step is over": (automation) =>
    automation.shows(anExecution({ steps: [aStep({ status: "Success" })] })),
  fails: (automation) => automation.reads.set(EXECUTION_ID, { kind: "failed", code: "x", message: "x", retry: true }),
  "finds no execution": (automation) => automation.reads.delete(EXECUTION_ID),
};

for (const [claim, show] of Object.entries(NO_PERMISSION))
  test(`an early read that ${claim} decides nothing: the execution is read again`, async (t) => {
    const { begin, send, sent, reads, automation } = await setUpEarly(t);
    show(automation);
    begin();
    await eventually("the early read ends", () => reads.length === 1);
    automation.shows(anExecution());
    await send();
    assert.deepEqual([sent().length, reads.length], [1, 2]);
  });

test("nothing is sent after a read during which another process had the lease, even if it has released it", async (t) => {
  const { begin, send, sent, automation, store, clock, request, attempts } = await setUpEarly(t);
  automation.onRead = async () => {
    await store.leases.acquire(LEASE, "other:r-2", clock.now(), clock.now() + LEASE_MS);
    await store.leases.release(LEASE, "other:r-2");
  };
  begin();
  await send();
  assert.deepEqual([sent(), (await request()).signal, await attempts()], [[], "due", []]);
  automation.onRead = () => undefined;
  await send();
  assert.equal(sent().length, 1);
});

test("no execution is read early while another process has its lease", async (t) => {
  const { begin, send, reads, store, clock } = await setUpEarly(t);
  await store.leases.acquire(LEASE, "other", clock.now(), clock.now() + LEASE_MS);
  begin();
  await send();
  assert.equal(reads.length, 0);
});

test("an execution is read early once a second at most, however often people click", async (t) => {
  const { begin, reads, clock } = await setUpEarly(t);
  for (let clicks = 0; clicks < 5; clicks++) begin();
  clock.advance(1_000);
  begin();
  await eventually("both reads have begun", () => reads.length >= 2);
  assert.equal(reads.length, 2);
});

test("an early read that hangs delays the signal until it would be too old, and is given up", async (t) => {
  const { begin, send, sent, reads, clock, automation } = await setUpEarly(t);
  const early: { abort?: AbortSignal } = {};
  const own = automation.read;
  automation.read = async (id, abort, priority) => {
    const reading = await own(id, abort, priority);
    if (reads.length > 1) return reading;
    early.abort = abort;
    return new Promise(() => undefined);
  };
  begin();
  await eventually("the early read has begun", () => early.abort !== undefined);
  clock.advance(500);
  const sending = send();
  await eventually("the signal waits for the early read", () => clock.sleeping().length > 0);
  assert.deepEqual(clock.sleeping(), [1_000]);
  clock.advance(1_000);
  await sending;
  assert.deepEqual([sent().length, reads.length, early.abort?.aborted], [1, 2, true]);
});

test("an early read that observes the lease for too long is given up in the same way", async (t) => {
  const { store, clock, automation, abort, request, sent, reads } = await setUpEarly(t);
  const hanging = { observe: () => new Promise<never>(() => undefined) };
  const early = makeEarlyReads({ leases: hanging, clock, owner: "me" });
  const send = makeSendSignal({
    countStale: () => {},
    ...store,
    ...{ clock, early, log: testLog(), random: () => 0, owner: "me", policyHash: "hash", workspace: "T0HOME" },
    aliveUntil: () => Number.POSITIVE_INFINITY,
  });
  early.begin(automation, aRequest());
  const sending = send(automation, await request(), abort);
  await eventually("the signal waits for the early read", () => clock.sleeping().length > 0);
  clock.advance(1_500);
  await sending;
  assert.deepEqual([sent().length, reads.length], [1, 1]);
});
