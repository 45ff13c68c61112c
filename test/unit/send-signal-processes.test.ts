import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeAutomation, TARGET } from "../support/fakes.ts";
import { anEntry, anExecution, aRequest, aStep, REQUEST_ID } from "../support/samples.ts";
import { LEASE, LEASE_MS, setUp } from "./send-signal-setup.ts";

test("a process without the execution's lease reads nothing and sends nothing until the lease of the other process expires", async (t) => {
  const { clock, store, automation, round, sent } = await setUp(t);
  await store.leases.acquire(LEASE, "other", clock.now(), clock.now() + LEASE_MS);
  await round();
  assert.deepEqual([sent(), automation.calls.read], [[], []]);
  clock.advance(LEASE_MS);
  await round();
  assert.equal(sent().length, 1);
});

test("replicas with two names for one target share the execution's lease", async (t) => {
  const { clock, store, automation, send, sent, abort, signalAs } = await setUp(t);
  const gate = aStep({ stepExecutionId: "step-2" });
  const decided = { state: "decided", decision: "approve", signal: "due", signalNextAt: clock.now() } as const;
  const next = aRequest({ ...decided, id: "r-2", stepExecutionId: "step-2", target: "renamed/us-east-1" });
  await store.requests.open({ request: next, channels: [], audit: anEntry({ requestId: "r-2", kind: "decided" }) });
  const renamed = fakeAutomation({ ...TARGET, key: "renamed/us-east-1", name: "renamed" });
  automation.shows(anExecution({ steps: [aStep(), { ...gate, status: "InProgress" }] }));
  const decision = JSON.stringify({
    Decision: "Approve",
    Comment: `Countersign request ${REQUEST_ID}: Approved in Slack`,
  });
  const first = aStep({ status: "Success", outputs: { ApproverDecisions: [decision] } });
  renamed.shows(anExecution({ steps: [first, gate] }));
  // The other replica tries to signal for the next gate while the signal of this replica is in transit.
  automation.onSignal = async () => {
    await signalAs("other")(renamed, next, abort);
    assert.deepEqual([renamed.calls.read, renamed.calls.signal], [[], []]);
    return { kind: "accepted" };
  };
  await send();
  assert.equal(sent().length, 1);
  await signalAs("other")(renamed, next, abort);
  assert.equal(renamed.calls.signal.length, 1);
});

test("the execution of a request with an earlier target name is read again under the current name", async (t) => {
  const { round, sent, isWoken } = await setUp(t, { target: "old/us-east-1" });
  await round();
  assert.equal(sent().length, 1);
  assert.ok(await isWoken());
});

test("several processes send the same decision only once", async (t) => {
  const { automation, send, sent } = await setUp(t);
  let inside = 0;
  automation.onSignal = async () => {
    assert.equal(++inside, 1);
    await new Promise(setImmediate);
    inside--;
    return { kind: "accepted" };
  };
  await Promise.all([send("one"), send("two"), send("one"), send("three")]);
  assert.equal(sent().length, 1);
});

test("a decision that waits for a lease backs off, so that later decisions are sent", async (t) => {
  const { clock, store, round, sent } = await setUp(t);
  await store.leases.acquire(LEASE, "of-a-dead-process", clock.now(), clock.now() + LEASE_MS);
  assert.equal(await round(), 1);
  assert.equal(await round(), 0);
  clock.advance(1_000);
  assert.equal(await round(), 1);
  clock.advance(LEASE_MS);
  await round();
  assert.equal(sent().length, 1);
});

test("the lease is released, even after a failure", async (t) => {
  const { clock, store, automation, round } = await setUp(t);
  automation.onRead = () => {
    throw new Error("broken");
  };
  await assert.rejects(round());
  assert.notEqual(await store.leases.acquire(LEASE, "other", clock.now(), clock.now() + 1), null);
});

test("a process that is delayed until its lease has almost expired does not send, and repeats the attempt later", async (t) => {
  const { clock, store, automation, send, sent, request, kinds } = await setUp(t);
  automation.onRead = () => clock.advance(LEASE_MS / 2 + 1);
  await send();
  assert.deepEqual([sent(), await kinds()], [[], ["signal-deferred"]]);
  assert.equal((await request()).signal, "due");
  automation.onRead = () => undefined;
  clock.advance(5 * 60_000);
  assert.equal((await store.requests.dueToSignal(TARGET, clock.now(), 1)).length, 1);
  await send();
  assert.equal(sent().length, 1);
});

test("a request that changes during the read before the signal is not signaled", async (t) => {
  const { store, automation, send, sent } = await setUp(t);
  automation.onRead = async () => {
    await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: 2, patch: { state: "closed" }, audit: [] });
  };
  await send();
  assert.deepEqual(sent(), []);
});

test("a bot that stops during the read before the signal does not send", async (t) => {
  const { automation, signalAs, sent, request } = await setUp(t);
  const stopping = new AbortController();
  automation.onRead = () => stopping.abort();
  await signalAs("me")(automation, await request(), stopping.signal);
  assert.deepEqual(sent(), []);
});

for (const [claim, more] of [
  ["open", { state: "open", decision: null, signal: "none" }],
  ["closed", { state: "closed" }],
  ["already signaled", { signal: "accepted" }],
] as const) {
  test(`a request that is ${claim} is not signaled, and its execution is not read`, async (t) => {
    const { automation, send, sent } = await setUp(t, more);
    await send();
    assert.deepEqual([sent(), automation.calls.read], [[], []]);
  });
}

test("a process that lost its lease to another process since its read records no attempt and sends nothing", async (t) => {
  const { clock, store, automation, send, sent, request, attempts } = await setUp(t);
  automation.onRead = async () => {
    // The process and its clock are paused here: only the fencing token shows the change.
    assert.notEqual(
      await store.leases.acquire(LEASE, "other", clock.now() + LEASE_MS, clock.now() + LEASE_MS + 1),
      null,
    );
  };
  await send();
  assert.deepEqual([sent(), (await request()).signal, await attempts()], [[], "due", []]);
});

test("a process that is delayed after it recorded its attempt does not send, and withdraws the attempt", async (t) => {
  const { clock, store, send, sent, request, log } = await setUp(t);
  const { guardedBy } = store;
  store.guardedBy = (lease) => {
    const guarded = guardedBy(lease);
    const advance: typeof guarded.requests.advance = async (change) => {
      const isStored = await guarded.requests.advance(change);
      if (change.patch.signal === "sending") clock.advance(LEASE_MS);
      return isStored;
    };
    return { ...guarded, requests: { ...guarded.requests, advance } };
  };
  await send();
  assert.deepEqual([sent(), (await request()).signal], [[], "due"]);
  assert.deepEqual(
    log.lines.filter(({ level }) => level !== "debug").map(({ fields }) => [fields.event, fields.code]),
    [["signal.not-sent", "TooLate"]],
  );
});

test("a process whose heartbeat has expired sends nothing, whether that happens before its attempt is recorded or after", async (t) => {
  const { clock, automation, life, store, round, sent, attempts } = await setUp(t);
  life.until = clock.now() + 10;
  automation.onRead = () => clock.advance(11);
  await round();
  assert.deepEqual([sent(), (await attempts()).map(({ state }) => state)], [[], ["deferred"]]);

  automation.onRead = () => undefined;
  clock.advance(5 * 60_000);
  life.until = clock.now() + 10;
  const { guardedBy } = store;
  store.guardedBy = (lease) => {
    clock.advance(11);
    return guardedBy(lease);
  };
  await round();
  assert.deepEqual([sent(), (await attempts()).map(({ state }) => state)], [[], ["refused"]]);

  store.guardedBy = guardedBy;
  clock.advance(5 * 60_000);
  life.until = clock.now() + 10;
  await round();
  assert.equal(sent().length, 1);
});
