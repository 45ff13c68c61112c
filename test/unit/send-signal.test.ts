import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeSendSignal } from "../../src/app/signal/send-signal.ts";
import type { ApprovalRequest } from "../../src/core/request.ts";
import { ERROR_REPLY_UNCERTAIN_MS, lastError, NO_REPLY_UNCERTAIN_MS } from "../../src/core/signal-attempt.ts";
import { fakeAutomation, TARGET, testClock, testLog } from "../support/fakes.ts";
import { anEntry, anExecution, aRequest, aStep, aVote, EXECUTION_ID, REQUEST_ID } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

const LEASE = `execution:${TARGET.account}/${TARGET.region}:${EXECUTION_ID}`;
const LEASE_MS = 60_000;

async function setUp(t: TestContext, more: Partial<ApprovalRequest> = {}) {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  const automation = fakeAutomation();
  const log = testLog();
  automation.shows(anExecution());
  const signalAs = (owner: string) =>
    makeSendSignal({ ...store, clock, random: () => 0, owner, workspace: "T0HOME", log });
  await store.requests.open({
    request: aRequest({ state: "decided", decision: "approve", signal: "due", signalNextAt: clock.now(), ...more }),
    channels: [],
    audit: anEntry(),
  });
  await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: 1, patch: {}, vote: aVote(), audit: [] });
  await store.owned.executions.watch({
    target: TARGET.key,
    executionId: EXECUTION_ID,
    fingerprint: "x",
    nextReadAt: clock.now() + 300_000,
    unchangedReads: 5,
  });
  const { signal: abort } = new AbortController();
  const send = (owner = "me") => signalAs(owner)(automation, REQUEST_ID, abort);
  /** What the loop does: only what is due. */
  const round = async (owner = "me") => {
    const due = await store.requests.dueToSignal(TARGET, clock.now(), 10);
    for (const request of due) await signalAs(owner)(automation, request.id, abort);
    return due.length;
  };
  const request = async () => (await store.requests.byId(REQUEST_ID)) ?? assert.fail("no request");
  const attempts = () => store.requests.signals(REQUEST_ID);
  const error = async () => lastError(await attempts());
  const sent = () => automation.calls.signal;
  const kinds = async () => (await store.requests.history(REQUEST_ID)).map(({ kind }) => kind).slice(1);
  const isWoken = async () => (await store.executions.due(TARGET.key, clock.now(), 10)).length === 1;
  return {
    clock,
    store,
    automation,
    log,
    send,
    round,
    request,
    attempts,
    error,
    sent,
    kinds,
    isWoken,
    abort,
    signalAs,
  };
}

test("a decision is sent once, with the person named, on record before it leaves, and is looked at afterwards", async (t) => {
  const { automation, round, request, sent, kinds, isWoken } = await setUp(t);
  let before: ApprovalRequest | undefined;
  automation.onSignal = async () => {
    before = await request();
    return { kind: "accepted" };
  };
  await round();
  assert.equal(before?.signal, "sending");
  const [only, ...more] = sent();
  assert.deepEqual(more, []);
  assert.deepEqual([only?.executionId, only?.verdict], [EXECUTION_ID, "approve"]);
  assert.match(only?.comment.join("\n") ?? "", /Person U0JANE.*U0JANE.*T0HOME/s);
  assert.equal((await request()).signal, "accepted");
  assert.deepEqual(await kinds(), ["signal-sending", "signal-accepted"]);
  assert.ok(await isWoken());
  assert.equal(await round(), 0);
});

test("a rejection is sent as a rejection", async (t) => {
  const { round, sent } = await setUp(t, { decision: "reject" });
  await round();
  assert.equal(sent()[0]?.verdict, "reject");
});

const NOT_OURS: [claim: string, steps: Parameters<typeof aStep>[0][]][] = [
  ["its step waits no longer", [{ status: "Success" }]],
  ["its step is gone", []],
  ["the same step name waits again", [{ status: "Success" }, { stepExecutionId: "again" }]],
  ["its step is a pause", [{ action: "aws:pause" }]],
];

for (const [claim, steps] of NOT_OURS) {
  test(`nothing is sent when ${claim}; the execution is looked at instead`, async (t) => {
    const { automation, round, sent, isWoken, request, clock } = await setUp(t);
    automation.shows(anExecution({ steps: steps.map((step) => aStep(step)) }));
    await round();
    assert.deepEqual(sent(), []);
    assert.ok(await isWoken());
    assert.equal((await request()).signal, "due");
    assert.ok(((await request()).signalNextAt ?? 0) > clock.now());
  });
}

test("nothing is sent to an execution that AWS no longer knows", async (t) => {
  const { automation, round, sent, isWoken } = await setUp(t);
  automation.readings.clear();
  await round();
  assert.deepEqual(sent(), []);
  assert.ok(await isWoken());
});

test("nothing is sent while another step waits too; the message says why, once, and it is tried again", async (t) => {
  const { clock, automation, round, sent, kinds, error } = await setUp(t);
  automation.shows(anExecution({ steps: [aStep(), aStep({ stepExecutionId: "b", name: "second" })] }));
  for (let attempt = 0; attempt < 3; attempt++) {
    assert.equal(await round(), 1);
    clock.advance(5 * 60_000);
  }
  assert.deepEqual(sent(), []);
  assert.match((await error()) ?? "", /another step of the same execution waits too: second/);
  assert.deepEqual(await kinds(), ["signal-deferred"]);
  automation.shows(anExecution());
  await round();
  assert.equal(sent().length, 1);
});

test("nothing is sent when AWS cannot be asked first", async (t) => {
  const { clock, automation, round, sent, error } = await setUp(t);
  automation.readings.set(EXECUTION_ID, {
    kind: "failed",
    code: "ThrottlingException",
    message: "Rate exceeded",
    retry: true,
  });
  await round();
  assert.deepEqual(sent(), []);
  assert.match((await error()) ?? "", /ThrottlingException/);
  automation.shows(anExecution());
  assert.equal(await round(), 0);
  clock.advance(5 * 60_000);
  await round();
  assert.equal(sent().length, 1);
});

test("a signal without any answer is not sent again before it can no longer take effect", async (t) => {
  const { clock, automation, round, sent, request, kinds } = await setUp(t);
  automation.onSignal = () => ({ kind: "ambiguous", answered: false, code: "TimeoutError", message: "x" });
  await round();
  const sentAt = clock.now();
  assert.equal((await request()).signal, "ambiguous");
  while (clock.now() + 1_000 < sentAt + NO_REPLY_UNCERTAIN_MS) {
    clock.advance(1_000);
    await round();
    assert.equal(sent().length, 1, `sent again ${(clock.now() - sentAt) / 1000} s after`);
  }
  assert.ok(automation.calls.read.length > 60, "the step is looked at all the while");
  automation.onSignal = () => ({ kind: "accepted" });
  for (let attempt = 0; attempt < 10; attempt++) {
    clock.advance(1_000);
    await round();
  }
  assert.equal(sent().length, 2);
  assert.deepEqual(await kinds(), ["signal-sending", "signal-ambiguous", "signal-sending", "signal-accepted"]);
});

test("a signal that took effect although its answer was lost is never sent again", async (t) => {
  const { clock, automation, round, sent, isWoken } = await setUp(t);
  automation.onSignal = () => {
    automation.shows(
      anExecution({ steps: [aStep({ status: "Success" }), aStep({ stepExecutionId: "b", name: "second" })] }),
    );
    return { kind: "ambiguous", answered: false, code: "ECONNRESET", message: "x" };
  };
  await round();
  for (let attempt = 0; attempt < 20; attempt++) {
    clock.advance(60_000);
    await round();
  }
  assert.equal(sent().length, 1);
  assert.ok(await isWoken());
});

test("a signal that AWS answered with an error of its own settles soon", async (t) => {
  const { clock, automation, round, sent } = await setUp(t);
  automation.onSignal = () => ({ kind: "ambiguous", answered: true, code: "InternalServerError", message: "x" });
  await round();
  clock.advance(ERROR_REPLY_UNCERTAIN_MS - 1);
  await round();
  assert.equal(sent().length, 1);
  clock.advance(5_000);
  await round();
  assert.equal(sent().length, 2);
});

for (const kind of ["refused", "not-sent"] as const) {
  test(`a signal that was ${kind} surely had no effect: it is tried again, ever more rarely`, async (t) => {
    const { clock, automation, round, sent, request, attempts, error, kinds } = await setUp(t);
    automation.onSignal = () => ({ kind, code: "AccessDeniedException", message: "x" });
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 10; attempt++) {
      assert.equal(await round(), 1);
      const { signal, signalNextAt } = await request();
      assert.deepEqual([signal, (await attempts()).length], ["due", attempt]);
      assert.match((await error()) ?? "", /AccessDeniedException/);
      waits.push((signalNextAt ?? 0) - clock.now());
      clock.advance(waits.at(-1) ?? 0);
    }
    assert.deepEqual([waits[0], waits.at(-1)], [5_000, 5 * 60_000]);
    automation.onSignal = () => ({ kind: "accepted" });
    await round();
    assert.equal(sent().length, 11);
    assert.deepEqual((await kinds()).slice(-3), ["signal-refused", "signal-sending", "signal-accepted"]);
    assert.equal(await error(), null);
  });
}

test("after a crash in the middle of sending, nothing is sent until the attempt has settled", async (t) => {
  const { clock, automation, round, store, sent } = await setUp(t);
  automation.onSignal = () => {
    throw new Error("the process ends here");
  };
  await assert.rejects(round());
  automation.onSignal = () => ({ kind: "accepted" });
  const again = await store.reopen();
  const sendAfterRestart = async () => {
    const due = await again.requests.dueToSignal(TARGET, clock.now(), 10);
    const abort = makeSendSignal({ ...again, clock, random: () => 0, owner: "new", workspace: "T", log: testLog() });
    for (const each of due) await abort(automation, each.id, new AbortController().signal);
  };
  clock.advance(NO_REPLY_UNCERTAIN_MS - 10_000);
  await sendAfterRestart();
  assert.equal(sent().length, 1);
  clock.advance(11_000);
  await sendAfterRestart();
  assert.equal(sent().length, 2);
});

test("while another process holds the execution's lease, nothing is read and nothing is sent; its end frees it", async (t) => {
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
  await store.requests.open({ request: next, channels: [], audit: anEntry({ requestId: "r-2" }) });
  const renamed = fakeAutomation({ ...TARGET, key: "renamed/us-east-1", name: "renamed" });
  renamed.shows(anExecution({ steps: [gate] }));
  // The other replica wants to decide the next gate while this one's signal is on its way.
  automation.onSignal = async () => {
    await signalAs("other")(renamed, "r-2", abort);
    assert.deepEqual([renamed.calls.read, renamed.calls.signal], [[], []]);
    return { kind: "accepted" };
  };
  await send();
  assert.equal(sent().length, 1);
  await signalAs("other")(renamed, "r-2", abort);
  assert.equal(renamed.calls.signal.length, 1);
});

test("what was opened under another name of the target is looked at where this replica watches it", async (t) => {
  const { round, sent, isWoken } = await setUp(t, { target: "old/us-east-1" });
  await round();
  assert.equal(sent().length, 1);
  assert.ok(await isWoken());
});

test("two processes that want to send the same decision send it once", async (t) => {
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

test("a decision that waits for a lease rests, so that those behind it come to be sent", async (t) => {
  const { clock, store, round, sent } = await setUp(t);
  await store.leases.acquire(LEASE, "of-one-that-died", clock.now(), clock.now() + LEASE_MS);
  assert.equal(await round(), 1);
  assert.equal(await round(), 0);
  clock.advance(1_000);
  assert.equal(await round(), 1);
  clock.advance(LEASE_MS);
  await round();
  assert.equal(sent().length, 1);
});

test("the lease is given back, also after a failure", async (t) => {
  const { clock, store, automation, round } = await setUp(t);
  automation.onRead = () => {
    throw new Error("broken");
  };
  await assert.rejects(round());
  assert.notEqual(await store.leases.acquire(LEASE, "other", clock.now(), clock.now() + 1), null);
});

test("a process that was held up until its lease is nearly over does not send, and tries again", async (t) => {
  const { clock, store, automation, send, sent, request } = await setUp(t);
  automation.onRead = () => clock.advance(LEASE_MS / 2 + 1);
  await send();
  assert.deepEqual(sent(), []);
  assert.equal((await request()).signal, "due");
  automation.onRead = () => undefined;
  clock.advance(5 * 60_000);
  assert.equal((await store.requests.dueToSignal(TARGET, clock.now(), 1)).length, 1);
  await send();
  assert.equal(sent().length, 1);
});

test("a decision that changed hands while AWS was asked is not sent by what was known before", async (t) => {
  const { store, automation, send, sent } = await setUp(t);
  automation.onRead = async () => {
    await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: 2, patch: { state: "closed" }, audit: [] });
  };
  await send();
  assert.deepEqual(sent(), []);
});

test("when the bot stops while AWS is asked, nothing is sent", async (t) => {
  const { automation, signalAs, sent } = await setUp(t);
  const stopping = new AbortController();
  automation.onRead = () => stopping.abort();
  await signalAs("me")(automation, REQUEST_ID, stopping.signal);
  assert.deepEqual(sent(), []);
});

for (const [claim, more] of [
  ["open", { state: "open", decision: null, signal: "none" }],
  ["closed", { state: "closed" }],
  ["already signalled", { signal: "accepted" }],
] as const) {
  test(`a request that is ${claim} is not signalled, and AWS is not even asked`, async (t) => {
    const { automation, send, sent } = await setUp(t, more);
    await send();
    assert.deepEqual([sent(), automation.calls.read], [[], []]);
  });
}

test("a process whose lease another has had since its reading writes no attempt and sends nothing", async (t) => {
  const { clock, store, automation, send, sent, request, attempts } = await setUp(t);
  automation.onRead = async () => {
    // Paused here, while the machine's clock stands as well: only the token tells.
    assert.notEqual(
      await store.leases.acquire(LEASE, "other", clock.now() + LEASE_MS, clock.now() + LEASE_MS + 1),
      null,
    );
  };
  await send();
  assert.deepEqual([sent(), (await request()).signal, await attempts()], [[], "due", []]);
});

test("a process that is held up after its attempt was written does not send, and takes the attempt back", async (t) => {
  const { clock, store, send, sent, request } = await setUp(t);
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
});
