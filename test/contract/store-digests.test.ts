import assert from "node:assert/strict";
import { test } from "node:test";
import { aFacts, anEntry, aRequest, NOW } from "../support/samples.ts";
import { aStore, ENGINES, type OpenStore } from "../support/stores.ts";

const open = (store: OpenStore, id: string, channels: string[], timeoutSeconds = 3600) =>
  store.requests.open({
    request: aRequest({ id, stepExecutionId: id, facts: aFacts({ timeoutSeconds }) }),
    channels,
    audit: anEntry(),
  });

for (const engine of ENGINES) {
  test(`${engine.name}: a channel that is too far behind gets one digest, even if several processes begin it; other channels get none`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    for (const id of ["a", "b", "c"]) await open(store, id, id === "c" ? ["C0DBA"] : ["C0DBA", "C0OPS"]);
    await Promise.all(Array.from({ length: 5 }, () => store.digests.begin(2, NOW)));
    const current = await store.digests.current();
    assert.deepEqual(
      current.map(({ channelId, beganAt, ts, shownVersion: version }) => [channelId, beganAt, ts, version]),
      [["C0DBA", NOW, null, 0]],
    );
    await store.digests.end({ id: current[0]?.id ?? "", ts: null, shownVersion: 0 }, NOW + 1);
    assert.deepEqual(await store.digests.current(), []);
    await store.digests.begin(2, NOW + 2);
    assert.deepEqual(
      (await store.digests.current()).map(({ beganAt }) => beganAt),
      [NOW + 2],
    );
  });

  test(`${engine.name}: the waiting requests of a channel are the open ones without a message there, earliest deadline first`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await open(store, "late", ["C0DBA"], 7200);
    await open(store, "soon", ["C0DBA"], 600);
    await open(store, "posted", ["C0DBA", "C0OPS"]);
    await open(store, "decided", ["C0DBA"]);
    await open(store, "elsewhere", ["C0OPS"]);
    const [row] = (await store.messages.ofRequest("posted")).filter(({ channelId }) => channelId === "C0DBA");
    await store.messages.recordPosted(row?.id ?? "", "1.1", 1);
    await store.requests.advance({ requestId: "decided", expectedVersion: 1, patch: { state: "decided" }, audit: [] });
    const ids = async (channel: string, limit: number) => {
      const { requests, count } = await store.digests.waiting(channel, limit);
      return [requests.map(({ id }) => id), count];
    };
    assert.deepEqual(await ids("C0DBA", 10), [["soon", "late"], 2]);
    assert.deepEqual(await ids("C0DBA", 1), [["soon"], 2]);
    assert.deepEqual(await ids("C0NONE", 10), [[], 0]);
  });

  test(`${engine.name}: a digest is claimed once, and recognized by channel and ts even after it has ended`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await open(store, "a", ["C0DBA"]);
    await store.digests.begin(0, NOW);
    const [row] = await store.digests.current();
    assert(row !== undefined);
    const won = await Promise.all(["x", "y"].map((claim) => store.digests.claim(row.id, claim, NOW, NOW + 60)));
    assert.equal(won.filter(Boolean).length, 1);
    assert.deepEqual(
      [await store.digests.identify("C0DBA", "7.7"), await store.digests.identify("C0OPS", "7.7")],
      ["unresolved", "none"],
      "its claim may have posted it",
    );
    await store.digests.recordPosted(row.id, "7.7", 4711);
    await store.digests.end(row, NOW);
    await store.digests.end({ ...row, shownVersion: 4711 }, NOW);
    await store.digests.end({ ...row, ts: "7.7" }, NOW);
    assert.equal((await store.digests.current()).length, 1, "it was posted since it was read");
    await store.digests.end({ id: row.id, ts: "7.7", shownVersion: 4711 }, NOW);
    assert.deepEqual(await store.digests.current(), []);
    assert.equal(await store.digests.identify("C0DBA", "7.7"), "digest");
    assert.equal(await store.digests.identify("C0OPS", "7.7"), "none");
    assert.equal(await store.digests.identify("C0DBA", "8.8"), "none");
  });

  test(`${engine.name}: a digest that another process has claimed does not end: it may be posted, and would never be updated`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await open(store, "a", ["C0DBA"]);
    await store.digests.begin(0, NOW);
    const [row] = await store.digests.current();
    assert(row !== undefined);
    const isCurrent = async () => (await store.digests.current()).length === 1;
    await store.digests.claim(row.id, "theirs", NOW, NOW + 60);
    await store.digests.end(row, NOW);
    await store.digests.end(row, NOW + 60);
    assert.equal(await isCurrent(), true);
    await store.digests.recordPosted(row.id, "7.7", 1);
    const posted = { id: row.id, ts: "7.7", shownVersion: 1 };
    await store.digests.claimUpdate(row.id, "update", NOW, NOW + 60);
    await store.digests.end(posted, NOW + 59);
    assert.equal(await isCurrent(), true);
    await store.digests.end(posted, NOW + 60);
    assert.equal(await isCurrent(), true, "the process that claimed the update may have applied it");
    await store.digests.recordUpdated(row.id, 2, "update");
    await store.digests.end(posted, NOW + 60);
    assert.equal(await isCurrent(), true, "it was updated since it was read");
    await store.digests.end({ ...posted, shownVersion: 2 }, NOW + 60);
    assert.equal(await isCurrent(), false);
  });

  test(`${engine.name}: a digest that has ended is neither posted nor updated by a process that read it before`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await open(store, "a", ["C0DBA"]);
    await store.digests.begin(0, NOW);
    const [unposted] = await store.digests.current();
    assert(unposted !== undefined);
    await store.digests.end(unposted, NOW);
    assert.equal(await store.digests.claim(unposted.id, "late", NOW, NOW + 60), false);

    await store.digests.begin(0, NOW);
    const [posted] = await store.digests.current();
    assert(posted !== undefined);
    await store.digests.recordPosted(posted.id, "7.7", 1);
    await store.digests.end({ ...posted, ts: "7.7", shownVersion: 1 }, NOW);
    assert.equal(await store.digests.claimUpdate(posted.id, "late", NOW, NOW + 60), false);
  });

  test(`${engine.name}: a digest that is lost in Slack ends, whoever has a claim on it`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await open(store, "a", ["C0DBA"]);
    await store.digests.begin(0, NOW);
    const [row] = await store.digests.current();
    assert(row !== undefined);
    await store.digests.recordPosted(row.id, "7.7", 1);
    await store.digests.claimUpdate(row.id, "theirs", NOW, NOW + 60);
    await store.digests.endLost(row.id, "6.6", NOW);
    assert.equal((await store.digests.current()).length, 1, "another message");
    await store.digests.endLost(row.id, "7.7", NOW);
    assert.deepEqual(await store.digests.current(), []);
  });

  test(`${engine.name}: a digest that cannot be updated counts as failing, with its error`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await open(store, "a", ["C0DBA"]);
    await store.digests.begin(0, NOW);
    const [row] = await store.digests.current();
    assert(row !== undefined);
    const backlog = async () => (await store.effects.backlog()).effects.find(({ kind }) => kind === "digest");
    await store.digests.recordPosted(row.id, "7.7", 1);
    assert.equal((await backlog())?.due, 0);
    await store.digests.claimUpdate(row.id, "mine", NOW, NOW + 60);
    await store.digests.release(row.id, "mine", "is_archived", NOW + 60);
    const { due, failing, lastError } = (await backlog()) ?? assert.fail("no such effect");
    assert.deepEqual([due, failing, lastError], [1, 1, { about: "C0DBA", error: "is_archived" }]);
  });
}
