import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makePublishAudit } from "../../src/app/audit/publish-audit.ts";
import { PUBLISHER, startAuditWorker } from "../../src/workers/audit-publisher.ts";
import { startClickWorker } from "../../src/workers/clicks.ts";
import { startRecipientWorker } from "../../src/workers/recipients.ts";
import { makeWakeUps, REQUEST_CHANGED } from "../../src/workers/wake-ups.ts";
import { eventually } from "../support/eventually.ts";
import { QUICK, testClock, testLog } from "../support/fakes.ts";
import { NO_PRIORITY } from "../support/no-priority.ts";
import { runEventLoop } from "../support/run-event-loop.ts";
import { aClick, anEntry, aRequest } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";
import { startTestTarget } from "./workers-target.ts";

/** A priority that blocks other work until `release`, and counts the parts of decisions. */
function blockedWork(t: TestContext) {
  const { promise, resolve } = Promise.withResolvers<void>();
  t.after(() => resolve());
  const priority = {
    asked: 0,
    decisions: 0,
    decide<T>(work: () => Promise<T>) {
      priority.decisions++;
      return work();
    },
    waitForDecisions() {
      priority.asked++;
      return promise;
    },
  };
  return { priority, release: resolve };
}

test("a signal is sent while reads of the same target wait", async (t) => {
  const store = await aStore(t, { now: Date.now });
  const target = "default/us-east-1";
  await store.owned.executions.watch({ target, executionId: "e", fingerprint: "x", nextReadAt: 0, unchangedReads: 0 });
  const decided = { state: "decided", decision: "approve", signal: "due", signalNextAt: 0 } as const;
  await store.requests.open({ request: aRequest(decided), channels: [], audit: anEntry() });
  const { priority, release } = blockedWork(t);
  const done: string[] = [];
  const work = {
    async sync(executionId: string) {
      done.push(executionId);
      await store.owned.executions.forget(target, executionId);
    },
    async sendSignal() {
      done.push("signal");
      const request = await store.requests.byId(aRequest().id);
      await store.requests.postponeSignal(aRequest().id, request?.version ?? 0, Date.now() + 60_000);
    },
  };
  const { automation } = await startTestTarget(t, store, work, { priority });
  automation.listing = { kind: "failed", code: "X", message: "not asked here", retry: true };
  await eventually("the signal is sent and the reads ask", () => done.length > 0 && priority.asked > 0);
  await runEventLoop();
  assert.deepEqual([done, priority.decisions], [["signal"], 1]);
  release();
  await eventually("the execution is read", () => done.includes("e"));
});

for (const { person, isApprover } of [
  { person: "an approver", isApprover: true },
  { person: "another person", isApprover: false },
])
  test(`a click of ${person} ${isApprover ? "has" : "has no"} priority over the lookups of recipients`, async (t) => {
    const store = await aStore(t, { now: Date.now });
    await store.requests.open({
      request: aRequest(),
      channels: [],
      audit: anEntry(),
      recipientLookup: "direct-messages",
    });
    await store.clicks.record(aClick());
    const { priority, release } = blockedWork(t);
    const deps = { wakeUps: makeWakeUps(priority), clock: QUICK, log: testLog() };
    const done: string[] = [];
    const workers = [
      startRecipientWorker({
        ...deps,
        recipientLookups: store.recipientLookups,
        resolve: async () => void done.push("lookup"),
      }),
      startClickWorker({
        ...deps,
        clicks: store.clicks,
        async evaluate({ id }) {
          done.push("click");
          await store.clicks.recordEvaluated(id, null, null);
          return { kind: "counted", completes: true };
        },
        named: [],
        own: { ids: () => [], begin: () => false },
        isApprover: () => isApprover,
      }),
    ];
    t.after(() => Promise.all(workers.map((worker) => worker.stop())));
    await eventually("the click is evaluated", () => done.includes("click") && priority.asked > 0);
    await runEventLoop();
    assert.deepEqual([done, priority.decisions], [["click"], isApprover ? 1 : 0]);
    release();
    await eventually("the recipients are looked up", () => done.includes("lookup"));
  });

test("the audit records of several decisions leave in one call at the next tick, not in a call for each", async (t) => {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  const calls: string[][] = [];
  let commits = 0;
  const publish = makePublishAudit({
    guardedBy: store.guardedBy,
    audit: {
      ...store.audit,
      recordPublished(eventIds) {
        commits++;
        return store.audit.recordPublished(eventIds);
      },
    },
    bus: {
      async publish(records) {
        calls.push(records.map(({ requestId }) => requestId));
        return records.map(({ id }) => ({ kind: "published", eventId: id }));
      },
    },
    clock,
    random: () => 0,
    log: testLog(),
  });
  const lease = await store.leases.acquire(PUBLISHER, "me", clock.now(), clock.now() + 60_000);
  const wakeUps = makeWakeUps(NO_PRIORITY);
  const worker = startAuditWorker({ publish, lease: () => lease, wakeUps, clock, log: testLog() });
  t.after(() => worker.stop());
  await eventually("the worker sleeps", () => clock.sleeping().length === 1);
  const ids = ["r1", "r2", "r3"];
  for (const id of ids) {
    const request = aRequest({ id, executionId: id, stepExecutionId: id });
    await store.requests.open({ request, channels: [], audit: anEntry({ requestId: id, kind: "requested" }) });
    wakeUps.wake(...REQUEST_CHANGED);
    await runEventLoop();
  }
  assert.deepEqual(calls, []);
  clock.advance(1_000);
  await eventually("the records are published", () => calls.length > 0 && clock.sleeping().length === 1);
  assert.deepEqual([calls, commits], [[ids], 1]);
});
