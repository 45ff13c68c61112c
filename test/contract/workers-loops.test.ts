import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "../../src/app/ports/aws.ts";
import { fingerprint, NOT_WAITING } from "../../src/core/execution.ts";
import { startClickWorker } from "../../src/workers/clicks.ts";
import { startRecipientWorker } from "../../src/workers/recipients.ts";
import { makeWakeUps } from "../../src/workers/wake-ups.ts";
import { eventually } from "../support/eventually.ts";
import { QUICK, testLog } from "../support/fakes.ts";
import { NO_PRIORITY } from "../support/no-priority.ts";
import { runEventLoop } from "../support/run-event-loop.ts";
import { aClick, aFacts, anEntry, anExecution, aRequest } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";
import { startTestTarget } from "./workers-target.ts";

const listed = (executionId: string) => ({
  ...{ executionId, status: "Waiting", currentStepName: "approve", currentAction: "aws:approve" },
});

test("executions whose sync fails do not block later executions, and are not read in quick succession", async (t) => {
  const store = await aStore(t, { now: Date.now });
  const bad = Array.from({ length: 40 }, (_, index) => `bad-${index}`);
  for (const [index, executionId] of [...bad, "good"].entries())
    await store.owned.executions.watch({
      target: "default/us-east-1",
      executionId,
      fingerprint: "x",
      nextReadAt: index,
      unchangedReads: 0,
    });
  const read: string[] = [];
  const { automation, log } = await startTestTarget(t, store, {
    async sync(executionId) {
      read.push(executionId);
      if (executionId !== "good") throw new Error("broken");
      await store.owned.executions.forget("default/us-east-1", executionId);
    },
  });
  automation.listing = { kind: "failed", code: "X", message: "not asked here", retry: true };
  await eventually("the good execution is read", () => read.includes("good"));
  assert.ok(read.length < 100, `${read.length} reads`);
  assert.ok(log.lines.some(({ fields }) => fields.event === "row.failed"));
});

test("after a change of the signer, the executions of open requests are read again at once, and no others", async (t) => {
  const store = await aStore(t, { now: Date.now });
  const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
  const signers = { old: "CountersignBefore", same: "Countersign", closed: "CountersignBefore" };
  for (const [id, name] of Object.entries(signers)) {
    const facts = aFacts({ signer: { kind: "bot", arn: role(name) } });
    const state = id === "closed" ? "closed" : "open";
    await store.requests.open({
      request: aRequest({ id, executionId: id, stepExecutionId: id, facts, state }),
      channels: [],
      audit: anEntry({ requestId: id }),
    });
    await store.owned.executions.watch({
      target: "default/us-east-1",
      executionId: id,
      fingerprint: fingerprint(listed(id)),
      nextReadAt: Date.now() + 300_000,
      unchangedReads: 9,
    });
  }
  const read: string[] = [];
  const sync = async (executionId: string) => {
    read.push(executionId);
    await store.owned.executions.forget("default/us-east-1", executionId);
  };
  const { automation } = await startTestTarget(t, store, { sync }, { signsAs: role("Countersign") });
  automation.lists(...Object.keys(signers).map(listed));
  await eventually("the execution with the earlier signer is read", () => read.includes("old"));
  assert.deepEqual(read, ["old"]);
});

test("decisions whose signal fails do not block later decisions", async (t) => {
  const store = await aStore(t, { now: Date.now });
  const ids = [...Array.from({ length: 40 }, (_, index) => `bad-${index}`), "good"];
  for (const [index, id] of ids.entries())
    await store.requests.open({
      request: aRequest({
        id,
        stepExecutionId: id,
        state: "decided",
        decision: "approve",
        signal: "due",
        signalNextAt: index,
      }),
      channels: [],
      audit: anEntry(),
    });
  const sent: string[] = [];
  await startTestTarget(t, store, {
    async sendSignal(id) {
      sent.push(id);
      if (id !== "good") throw new Error("broken");
    },
  });
  await eventually("the good decision is sent", () => sent.includes("good"));
  assert.ok(new Set(sent).size <= ids.length);
});

test("a replica without the lease of a target sends signals only after a wake-up", async (t) => {
  const store = await aStore(t, { now: Date.now });
  const sent: string[] = [];
  let pauses = 0;
  const clock: Clock = {
    ...QUICK,
    sleep(...given) {
      pauses++;
      return QUICK.sleep(...given);
    },
  };
  const work = { sendSignal: async (id: string) => void sent.push(id) };
  const { connection, log, loseLease, wakeUps } = await startTestTarget(t, store, work, { clock });
  loseLease();
  await eventually("the target is identified", () => connection.automation() !== undefined);
  const decided = { state: "decided", decision: "approve", signal: "due", signalNextAt: 0 } as const;
  await store.requests.open({ request: aRequest(decided), channels: [], audit: anEntry() });
  const before = pauses;
  await eventually("many ticks pass", () => pauses > before + 20);
  assert.equal(sent.length, 0);
  wakeUps.wake("signal default/us-east-1");
  await eventually("it is sent", () => sent.includes(aRequest().id));
  assert.deepEqual(
    log.lines.filter(({ level }) => level === "error"),
    [],
  );
});

test("a replica that owned no target for a while polls as soon as it owns it again, not after an interval", async (t) => {
  const store = await aStore(t, { now: Date.now });
  const { automation, loseLease, regainLease, wakeUps } = await startTestTarget(t, store, {}, { everyMs: 86_400_000 });
  await eventually("the first poll", () => automation.calls.list === 1);
  loseLease();
  wakeUps.wake("poll default/us-east-1");
  await runEventLoop();
  assert.equal(automation.calls.list, 1);
  regainLease();
  wakeUps.wake("alive");
  await eventually("the next poll", () => automation.calls.list === 2);
});

test("a poll that finds a new execution wakes the sync; a target is identified before its first call", async (t) => {
  const store = await aStore(t, { now: Date.now });
  const read: string[] = [];
  const { automation, connection } = await startTestTarget(t, store, {
    async sync(executionId) {
      read.push(executionId);
      await store.owned.executions.forget("default/us-east-1", executionId);
    },
  });
  const { executionId, status } = anExecution();
  automation.lists({ executionId, status, currentStepName: "approve", currentAction: "aws:approve" });
  await eventually("the execution is read", () => read.includes(executionId));
  assert.equal(connection.automation()?.target.account, "111122223333");
});

test("each page of a list shows that the target works", async (t) => {
  const store = await aStore(t);
  const { automation, health } = await startTestTarget(t, store, {});
  const works: string[] = [];
  health.listing = (target) => void works.push(target);
  automation.listWaiting = async (_, onPage) => {
    onPage?.();
    return automation.listing;
  };
  await eventually("a page is reported", () => works.includes("default/us-east-1"));
});

test("a poll records that a change came without an event, for all replicas", async (t) => {
  const store = await aStore(t);
  const { health } = await startTestTarget(t, store, {}, { unannouncedAt: 5 });
  await eventually("a poll is recorded", async () => (await store.polls.all())[0]?.unannouncedAt === 5);
  assert.match(JSON.stringify(health.report(null).parts.targets), /"events":"distrusted"/);
});

test("a takeover keeps the distrust of events that another replica has stored", async (t) => {
  const store = await aStore(t);
  await store.owned.polls.record("default/us-east-1", 1, null, "other", 1_000, 5);
  await startTestTarget(t, store, {});
  await eventually("this replica polls", async () => (await store.polls.all())[0]?.polledAt !== 1);
  assert.equal((await store.polls.all())[0]?.unannouncedAt, 5);
});

test("a slow recipient lookup does not delay other lookups", async (t) => {
  const store = await aStore(t, { now: Date.now });
  for (const id of ["slow", "quick"])
    await store.requests.open({
      request: aRequest({ id, stepExecutionId: id }),
      channels: [],
      audit: anEntry(),
      recipientLookup: "no-route",
    });
  const hang = Promise.withResolvers<void>();
  const run: string[] = [];
  const worker = startRecipientWorker({
    recipientLookups: store.recipientLookups,
    async resolve(each) {
      run.push(each.requestId);
      if (each.requestId === "slow") await hang.promise;
      await store.recipientLookups.recordDone(each, [], Date.now());
    },
    clock: QUICK,
    log: testLog(),
    wakeUps: makeWakeUps(NO_PRIORITY),
  });
  t.after(async () => {
    hang.resolve();
    await worker.stop();
  });
  await eventually(
    "the quick lookup is complete",
    async () => (await store.recipientLookups.due(Date.now(), 10)).length === 1,
  );
  assert.deepEqual(run.toSorted(), ["quick", "slow"]);
});

test("a click whose evaluation fails is repeated later and does not delay other clicks", async (t) => {
  const store = await aStore(t, { now: Date.now });
  const users = ["U0BAD", ...Array.from({ length: 30 }, (_, index) => `U${index}`)];
  for (const [index, user] of users.entries()) await store.clicks.record(aClick(user, { receivedAt: index }));
  const evaluated: string[] = [];
  const log = testLog();
  const worker = startClickWorker({
    named: [],
    clicks: store.clicks,
    async evaluate(click) {
      evaluated.push(click.userId);
      if (click.userId === "U0BAD" && evaluated.filter((each) => each === "U0BAD").length < 2)
        throw new Error("broken");
      await store.clicks.recordEvaluated(click.id, null, null);
      return { kind: "later", why: "not yet" };
    },
    clock: QUICK,
    log,
    own: { ids: () => [], begin: () => false },
    isApprover: () => true,
    wakeUps: makeWakeUps(NO_PRIORITY),
  });
  t.after(() => worker.stop());
  await eventually(
    "all clicks are evaluated",
    async () => (await store.clicks.unevaluated(Number.MAX_SAFE_INTEGER, 100)).length === 0,
  );
  assert.equal(evaluated.length, users.length + 1);
  assert.equal(log.lines.filter(({ level }) => level === "error").length, 1);
});

test("one look for all targets finds what is due, and an idle target costs no look of its own", async (t) => {
  const store = await aStore(t, { now: Date.now });
  const { executions, requests } = store;
  const { dueTargets, due } = executions;
  const { dueToSignal } = requests;
  const looks = { all: 0, own: 0 };
  executions.dueTargets = (...call) => {
    looks.all += 1;
    return dueTargets(...call);
  };
  executions.due = (...call) => {
    looks.own += 1;
    return due(...call);
  };
  requests.dueToSignal = (...call) => {
    looks.own += 1;
    return dueToSignal(...call);
  };
  const read: string[] = [];
  const sync = async (executionId: string) => {
    read.push(executionId);
    await store.owned.executions.forget("default/us-east-1", executionId);
  };
  await startTestTarget(t, store, { sync });
  await eventually("the first looks", () => looks.all >= 2);
  const before = { ...looks };
  await eventually("more looks for all targets", () => looks.all >= before.all + 5);
  assert.equal(looks.own, before.own);

  await store.owned.executions.watch({
    ...{ target: "default/us-east-1", executionId: "later", fingerprint: NOT_WAITING },
    ...{ nextReadAt: Date.now() + 100, unchangedReads: 0 },
  });
  await eventually("the execution is read when it is due", () => read.includes("later"));
  assert.equal(looks.own - before.own <= 3, true, `${looks.own - before.own} looks`);
});
