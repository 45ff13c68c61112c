import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makePollTarget } from "../../src/app/watch/poll-target.ts";
import type { ListedExecution } from "../../src/core/execution.ts";
import { fingerprint, NOT_WAITING } from "../../src/core/execution.ts";
import { fakeAutomation, TARGET, testClock } from "../support/fakes.ts";
import { startSqlJournal, toCommits } from "../support/sql-journal.ts";
import { aStore } from "../support/stores.ts";

const listed = (executionId: string, more: Partial<ListedExecution> = {}): ListedExecution => ({
  executionId,
  status: "Waiting",
  currentStepName: "approve",
  currentAction: "aws:approve",
  ...more,
});

async function setUp(t: TestContext) {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  const automation = fakeAutomation();
  const pollTarget = makePollTarget({ automation, executions: store.owned.executions, clock });
  const poll = () => pollTarget(new AbortController().signal);
  const due = async () =>
    (await store.executions.due(TARGET.key, clock.now(), 100)).map(({ executionId }) => executionId);
  /** Records a read without a change for every execution that is due. */
  const readAll = async () => {
    for (const each of await store.executions.due(TARGET.key, clock.now(), 1_000))
      await store.owned.executions.recordRead(each, clock.now() + 300_000, each.unchangedReads + 1);
  };
  return { clock, store, automation, poll, due, readAll };
}

test("a new waiting execution is scheduled for a read, and the poll itself reads nothing", async (t) => {
  const { automation, poll, due } = await setUp(t);
  automation.lists(listed("a"), listed("b"));
  assert.deepEqual(await poll(), { kind: "listed", waiting: 2, changed: 2 });
  assert.deepEqual((await due()).toSorted(), ["a", "b"]);
  assert.deepEqual([automation.calls.list, automation.calls.read], [1, []]);
});

test("a poll without a change schedules no read", async (t) => {
  const { automation, poll, due, readAll } = await setUp(t);
  automation.lists(...Array.from({ length: 120 }, (_, index) => listed(`e${index}`)));
  await poll();
  await readAll();
  assert.deepEqual(await poll(), { kind: "listed", waiting: 120, changed: 0 });
  assert.deepEqual(await due(), []);
});

test("an execution whose step or action has changed in the list is read again", async (t) => {
  const { automation, poll, due, readAll } = await setUp(t);
  automation.lists(listed("a"), listed("b"), listed("c"));
  await poll();
  await readAll();
  automation.lists(
    listed("a", { currentStepName: "second" }),
    listed("b", { currentAction: "aws:pause" }),
    listed("c"),
  );
  assert.deepEqual(await poll(), { kind: "listed", waiting: 3, changed: 2 });
  assert.deepEqual((await due()).toSorted(), ["a", "b"]);
});

test("an execution that has left the list is read once, and again when it is back", async (t) => {
  const { automation, poll, due, readAll, store } = await setUp(t);
  automation.lists(listed("a"));
  await poll();
  await readAll();
  automation.lists();
  assert.deepEqual(await poll(), { kind: "listed", waiting: 0, changed: 1 });
  assert.deepEqual(await due(), ["a"]);
  assert.equal((await store.executions.watched(TARGET.key))[0]?.fingerprint, NOT_WAITING);
  await readAll();
  assert.deepEqual(await poll(), { kind: "listed", waiting: 0, changed: 0 });
  automation.lists(listed("a"));
  assert.deepEqual(await poll(), { kind: "listed", waiting: 1, changed: 1 });
});

test("an execution that has left the list after the clock was set back is read", async (t) => {
  const { clock, automation, poll, due } = await setUp(t);
  automation.lists(listed("a"));
  await poll();
  clock.advance(-3_600_000);
  automation.lists();
  assert.deepEqual(await poll(), { kind: "listed", waiting: 0, changed: 1 });
  assert.deepEqual(await due(), ["a"]);
});

test("an execution on two pages counts once", async (t) => {
  const { automation, poll } = await setUp(t);
  automation.lists(listed("a"), listed("a"));
  assert.deepEqual(await poll(), { kind: "listed", waiting: 1, changed: 1 });
});

test("a failed list call schedules no read", async (t) => {
  const { automation, poll, due, readAll } = await setUp(t);
  automation.lists(listed("a"));
  await poll();
  await readAll();
  automation.listing = { kind: "failed", code: "ThrottlingException", message: "Rate exceeded", retry: true };
  assert.equal((await poll()).kind, "failed");
  assert.deepEqual(await due(), []);
});

test("a poll does not touch the executions of another target", async (t) => {
  const { clock, store, automation, poll } = await setUp(t);
  const other = { target: "other", executionId: "a", fingerprint: "x", nextReadAt: clock.now() + 9, unchangedReads: 1 };
  await store.owned.executions.watch(other);
  automation.lists(listed("a"));
  await poll();
  assert.deepEqual(await store.executions.watched("other"), [other]);
});

test("a list that is older than an event or a read ends no watch, and a newer one does", async (t) => {
  const { clock, store, automation, poll, due } = await setUp(t);
  await store.executions.announce([{ target: TARGET.key, executionId: "a", mayWait: true }], clock.now() + 1);
  const row = await store.executions.find(TARGET.key, "a");
  assert(row !== null);
  await store.owned.executions.recordRead(row, clock.now() + 300_000, 1);
  automation.lists();
  await poll();
  assert.deepEqual(await due(), []);
  clock.advance(1_000);
  assert.deepEqual(await poll(), { kind: "listed", waiting: 0, changed: 1 });
  assert.deepEqual(await due(), ["a"]);
});

test("an execution that an event announced and a read has shown is no change for the list", async (t) => {
  const { clock, store, automation, poll, due } = await setUp(t);
  await store.executions.announce([{ target: TARGET.key, executionId: "a", mayWait: true }], clock.now());
  const row = await store.executions.find(TARGET.key, "a");
  assert(row !== null);
  const shown = { fingerprint: fingerprint(listed("a")), listedAt: clock.now() };
  await store.owned.executions.recordRead(row, clock.now() + 300_000, 0, shown);
  clock.advance(15_000);
  automation.lists(listed("a"));
  assert.deepEqual(await poll(), { kind: "listed", waiting: 1, changed: 0 });
  assert.deepEqual(await due(), []);
});

test("a poll that finds many executions stores them in one commit", async (t) => {
  const { store, automation, poll } = await setUp(t);
  await poll();
  const commits: Record<number, number> = {};
  for (const count of [5, 350]) {
    automation.lists(...Array.from({ length: count }, (_, index) => listed(`${count}-${index}`)));
    const journal = startSqlJournal();
    try {
      await poll();
      journal.mark("end");
      commits[count] = toCommits(journal.until("end").from("begin")).length;
    } finally {
      journal.stop();
    }
  }
  assert.deepEqual(commits, { 5: 1, 350: 1 });
  const waiting = (await store.executions.watched(TARGET.key)).filter(({ fingerprint }) => fingerprint !== NOT_WAITING);
  assert.equal(waiting.length, 350);
});

test("a poll reads the watched executions in pages, in different turns of the event loop, and once each", async (t) => {
  const { clock, automation, poll, readAll } = await setUp(t);
  const costs: unknown[] = [];
  for (const count of [249, 600]) {
    automation.lists(...Array.from({ length: count }, (_, index) => listed(`e${String(index).padStart(4, "0")}`)));
    await poll();
    await readAll();
    let turns = 0;
    const { turn } = clock;
    clock.turn = () => {
      turns++;
      return turn();
    };
    const journal = startSqlJournal();
    try {
      assert.deepEqual(await poll(), { kind: "listed", waiting: count, changed: 0 });
      journal.mark("end");
      costs.push({ statements: journal.until("end").from("select").length, turns });
    } finally {
      journal.stop();
      clock.turn = turn;
    }
  }
  assert.deepEqual(costs, [
    { statements: 1, turns: 0 },
    { statements: 3, turns: 2 },
  ]);
});
