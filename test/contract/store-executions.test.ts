import assert from "node:assert/strict";
import { test } from "node:test";
import type { WatchedExecution } from "../../src/app/ports/execution-store.ts";
import { ANNOUNCED } from "../../src/core/execution.ts";
import { NOW } from "../support/samples.ts";
import { aStore, ENGINES } from "../support/stores.ts";

const TARGET = "default/us-east-1";

const watched = (more: Partial<WatchedExecution> = {}): WatchedExecution => ({
  target: TARGET,
  executionId: "e1",
  fingerprint: "one",
  nextReadAt: NOW,
  unchangedReads: 3,
  ...more,
});

for (const engine of ENGINES) {
  test(`${engine.name}: watched executions are due in the order of their next read, for each target separately`, async (t) => {
    const { owned, executions } = await aStore(t, { engine });
    await owned.executions.watch(watched());
    await owned.executions.watch(watched({ executionId: "e2", nextReadAt: NOW - 5 }));
    await owned.executions.watch(watched({ executionId: "e3", nextReadAt: NOW + 5 }));
    await owned.executions.watch(watched({ target: "other" }));
    const due = async (now: number, limit = 10) =>
      (await executions.due(TARGET, now, limit)).map(({ executionId }) => executionId);
    assert.deepEqual(await due(NOW), ["e2", "e1"]);
    assert.deepEqual(await due(NOW + 5, 2), ["e2", "e1"]);
    assert.equal((await executions.watched(TARGET)).length, 3);
    assert.deepEqual(await Promise.all([executions.count(TARGET), owned.executions.count("other")]), [3, 1]);
    await owned.executions.forget(TARGET, "e1");
    assert.deepEqual(await due(NOW + 5), ["e2", "e3"]);
    assert.equal((await executions.watched("other")).length, 1);
  });

  test(`${engine.name}: a finished read sets the next one, unless the list has changed since it began`, async (t) => {
    const { owned, executions } = await aStore(t, { engine });
    await owned.executions.watch(watched());
    await owned.executions.recordRead(watched(), NOW + 100, 4);
    assert.deepEqual(await executions.watched(TARGET), [watched({ nextReadAt: NOW + 100, unchangedReads: 4 })]);
    await owned.executions.watch(watched({ fingerprint: "two", nextReadAt: NOW + 1, unchangedReads: 0 }));
    await owned.executions.recordRead(watched({ nextReadAt: NOW + 100 }), NOW + 200, 5);
    assert.deepEqual(await executions.watched(TARGET), [
      watched({ fingerprint: "two", nextReadAt: NOW + 1, unchangedReads: 0 }),
    ]);
  });

  test(`${engine.name}: the first of several reads that contradict a newer observation counts, until one does not`, async (t) => {
    const { owned, executions } = await aStore(t, { engine });
    await owned.executions.watch(watched({ listedAt: NOW - 1 }));
    assert.deepEqual(await executions.find(TARGET, "e1"), watched({ listedAt: NOW - 1 }));
    assert.equal(await executions.find(TARGET, "e2"), null);
    assert.equal(await executions.recordStale(watched(), NOW + 1), NOW + 1);
    assert.equal(await owned.executions.recordStale(watched(), NOW + 2), NOW + 1);
    await owned.executions.recordRead(watched(), NOW + 100, 4);
    assert.equal((await executions.find(TARGET, "e1"))?.staleSince, NOW + 1);
    await executions.clearStale(watched());
    assert.equal((await executions.find(TARGET, "e1"))?.staleSince, undefined);
    assert.equal(await executions.recordStale(watched(), NOW + 3), NOW + 3);
  });

  test(`${engine.name}: after the clock was set back, an execution whose next read is an hour ahead is due`, async (t) => {
    const { owned, executions } = await aStore(t, { engine });
    await owned.executions.watch(watched({ nextReadAt: NOW + 3_600_000 }));
    await owned.executions.watch(watched({ target: "quiet", nextReadAt: NOW + 36 * 60_000 }));
    assert.deepEqual(await executions.dueTargets(NOW), [TARGET]);
    assert.deepEqual(
      (await executions.due(TARGET, NOW, 10)).map(({ executionId }) => executionId),
      ["e1"],
    );
    assert.deepEqual(await executions.due("quiet", NOW, 10), []);
  });

  test(`${engine.name}: the first read that contradicts a newer observation is stored also if no one watches the execution`, async (t) => {
    const { owned, executions, reopen } = await aStore(t, { engine });
    const of = { target: TARGET, executionId: "e2" };
    assert.equal(await executions.recordStale(of, NOW + 4), NOW + 4);
    assert.equal(await owned.executions.recordStale(of, NOW + 70_000), NOW + 4);
    const again = (await reopen()).executions;
    assert.equal(await again.recordStale(of, NOW + 80_000), NOW + 4);
    assert.deepEqual(
      (await again.due(TARGET, NOW + 4, 10)).map(({ executionId }) => executionId),
      ["e2"],
      "it is read, and forgotten if nothing waits",
    );
  });

  test(`${engine.name}: a woken execution is due now, also if a read was in progress`, async (t) => {
    const { owned, executions } = await aStore(t, { engine });
    await owned.executions.watch(watched({ nextReadAt: NOW + 300_000 }));
    await executions.wake(TARGET, "e1", NOW + 1);
    assert.deepEqual(await executions.due(TARGET, NOW + 1, 10), [watched({ nextReadAt: NOW + 1, unchangedReads: 0 })]);
    const seen = watched({ nextReadAt: NOW + 1, unchangedReads: 0 });
    await executions.wake(TARGET, "e1", NOW + 2);
    await owned.executions.recordRead(seen, NOW + 300_000, 1);
    assert.equal((await executions.due(TARGET, NOW + 2, 10)).length, 1);
  });

  test(`${engine.name}: an announced execution is watched if it may wait, and due at once, also if a read was in progress`, async (t) => {
    const { owned, executions } = await aStore(t, { engine });
    await owned.executions.watch(watched({ nextReadAt: NOW + 300_000, listedAt: NOW - 9 }));
    const announce = (at: number, ...ids: [string, boolean][]) =>
      executions.announce(
        ids.map(([executionId, mayWait]) => ({ target: TARGET, executionId, mayWait })),
        at,
      );
    await announce(NOW + 1, ["e1", false], ["e2", true], ["e3", false]);
    const known = watched({ nextReadAt: NOW + 1, unchangedReads: 0, listedAt: NOW - 9, announcedAt: NOW + 1 });
    const fresh = watched({ ...known, executionId: "e2", fingerprint: ANNOUNCED, listedAt: NOW + 1 });
    assert.deepEqual(await executions.watched(TARGET), [known, fresh]);
    await announce(NOW + 1, ["e1", true]);
    await owned.executions.recordRead(known, NOW + 300_000, 1);
    assert.equal((await executions.find(TARGET, "e1"))?.nextReadAt, NOW, "an event of the same millisecond counts");
    await announce(NOW + 2, ["e2", true], ["e2", true]);
    await owned.executions.forget(TARGET, "e2", fresh.nextReadAt);
    assert.equal((await executions.find(TARGET, "e2"))?.announcedAt, NOW + 2, "an event during the read keeps it");
    await owned.executions.forget(TARGET, "e2", (await executions.find(TARGET, "e2"))?.nextReadAt);
    assert.equal(await executions.find(TARGET, "e2"), null);
  });

  test(`${engine.name}: a read stores what it shows of an execution, unless the list has changed since it began`, async (t) => {
    const { owned, executions } = await aStore(t, { engine });
    await owned.executions.watch(watched());
    const shown = { fingerprint: "shown", listedAt: NOW + 5 };
    await owned.executions.recordRead(watched(), NOW + 100, 4, shown);
    assert.deepEqual(await executions.watched(TARGET), [
      watched({ ...shown, nextReadAt: NOW + 100, unchangedReads: 4 }),
    ]);
    await owned.executions.recordRead(watched(), NOW + 200, 5, { fingerprint: "old", listedAt: NOW });
    assert.equal((await executions.find(TARGET, "e1"))?.fingerprint, "shown");
  });

  test(`${engine.name}: replicas that announce the same executions at the same time do not block each other`, async (t) => {
    const { executions } = await aStore(t, { engine });
    const events = ["e1", "e2", "e3", "e4"].map((executionId) => ({ target: TARGET, executionId, mayWait: true }));
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        executions.announce(index % 2 === 0 ? events : events.toReversed(), NOW + index),
      ),
    );
    assert.equal((await executions.watched(TARGET)).length, 4);
  });
}
