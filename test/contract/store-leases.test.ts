import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Lease } from "../../src/app/ports/coordination.ts";
import type { Store } from "../../src/app/ports/store.ts";
import { openStore } from "../../src/store/store.ts";
import { anEntry, aRequest, NOW, REQUEST_ID } from "../support/samples.ts";
import { aStore, ENGINES, postgresDatabase } from "../support/stores.ts";

const TARGET = "default/us-east-1";
const watched = { target: TARGET, executionId: "e1", fingerprint: "one", nextReadAt: NOW, unchangedReads: 0 };

for (const engine of ENGINES) {
  test(`${engine.name}: a stored poll says whether the replica that made it still runs`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await store.replicas.heartbeat("alive", NOW - 1, NOW + 1);
    await store.replicas.heartbeat("expired", NOW - 20, NOW);
    for (const replica of ["alive", "expired", "gone"])
      await store.owned.polls.record(replica, NOW, null, replica, 15_000);
    assert.deepEqual(
      (await store.polls.all()).map(({ target, live }) => [target, live]),
      [
        ["alive", true],
        ["expired", false],
        ["gone", false],
      ],
    );
  });

  /** Returns a lease that expired and that another owner has acquired since. */
  const lost = async (store: Store): Promise<Lease> => {
    const lease = await store.leases.acquire("one", "paused", NOW, NOW + 10);
    assert(lease !== null);
    assert(await store.leases.acquire("one", "other", NOW + 10, NOW + 20));
    return lease;
  };

  test(`${engine.name}: a lease has one owner until it expires; only its owner renews or releases it`, async (t) => {
    const store = await aStore(t, { engine });
    const { leases } = store;
    const won = await Promise.all(["a", "b", "c", "d"].map((owner) => leases.acquire("one", owner, NOW, NOW + 10)));
    const [winner = ""] = ["a", "b", "c", "d"].filter((_, index) => won[index] !== null);
    assert.equal(won.filter((each) => each !== null).length, 1);
    const holds = async (...[name, owner, now, until]: Parameters<typeof leases.acquire>) =>
      (await leases.acquire(name, owner, now, until)) !== null;
    assert.equal(await holds("two", "other", NOW, NOW + 10), true);
    assert.equal(await holds("one", winner, NOW + 9, NOW + 20), true);
    assert.equal(await holds("one", "other", NOW + 19, NOW + 30), false);
    await leases.release("one", "other");
    assert.equal(await holds("one", "other", NOW + 19, NOW + 30), false);
    assert.equal(await holds("one", "other", NOW + 20, NOW + 30), true);
    await leases.release("one", winner);
    const again = await store.reopen();
    assert.equal(await again.leases.acquire("one", "third", NOW + 29, NOW + 40), null);
    await again.leases.release("one", "other");
    assert.notEqual(await again.leases.acquire("one", "third", NOW + 21, NOW + 40), null);
  });

  test(`${engine.name}: several leases are acquired at once, except for those of another owner`, async (t) => {
    const { leases } = await aStore(t, { engine });
    await leases.acquire("theirs", "other", NOW, NOW + 10);
    await leases.acquire("expired", "other", NOW - 20, NOW - 10);
    const mine = await leases.acquire("mine", "me", NOW - 5, NOW + 5);
    const acquired = await leases.acquireAll(["theirs", "mine", "new", "expired"], "me", NOW, NOW + 10);
    assert.deepEqual(
      new Map(acquired.map(({ name, token, until }) => [name, { token, until }])),
      new Map([
        ["expired", { token: NOW, until: NOW + 10 }],
        ["mine", { token: mine?.token, until: NOW + 10 }],
        ["new", { token: NOW, until: NOW + 10 }],
      ]),
    );
  });

  test(`${engine.name}: a lease's token grows with each change of owner, and only then`, async (t) => {
    const { leases } = await aStore(t, { engine });
    const tokens: number[] = [];
    let now = NOW;
    for (const owner of ["a", "a", "b", "a"]) {
      const lease = await leases.acquire("one", owner, now, now + 10);
      tokens.push(lease?.token ?? assert.fail("not free"));
      now += owner === "a" && tokens.length === 1 ? 5 : 10;
    }
    const [first = 0, renewed = 0, second = 0, third = 0] = tokens;
    assert.equal(renewed, first);
    assert.ok(second > renewed && third > second, tokens.join());
    await leases.release("one", "a");
    const fourth = await leases.acquire("one", "b", 1, 2);
    assert.ok((fourth?.token ?? 0) > third, "even if the clock is far behind");
  });

  test(`${engine.name}: one call renews all leases of an owner except those that it lost or released`, async (t) => {
    const { leases } = await aStore(t, { engine });
    for (const name of ["kept", "lost", "returned"]) await leases.acquire(name, "me", NOW, NOW + 10);
    await leases.acquire("lost", "other", NOW + 10, NOW + 20);
    await leases.release("returned", "me");
    const renewed = await leases.renew("me", NOW + 50);
    assert.deepEqual(
      renewed.map(({ name, until }) => [name, until]),
      [["kept", NOW + 50]],
    );
    assert.deepEqual(await leases.findFree(["kept", "lost", "returned", "new"], NOW + 49), ["lost", "returned", "new"]);
    assert.deepEqual(await leases.renew("nobody", NOW + 50), []);
  });

  test(`${engine.name}: a process that was paused past its lease changes nothing`, async (t) => {
    const store = await aStore(t, { engine });
    const lease = await lost(store);
    const late = store.guardedBy(lease);
    assert.equal(
      await late.requests.open({ request: aRequest(), channels: ["C0DBA"], audit: anEntry() }),
      "lease-lost",
    );
    assert.equal(await store.requests.byId(REQUEST_ID), null);
    await late.executions.watch(watched);
    assert.deepEqual(await store.executions.watched(TARGET), []);
    await late.polls.record(TARGET, NOW, null, "paused", 15_000);
    assert.deepEqual(await store.polls.all(), []);

    await store.requests.open({ request: aRequest(), channels: [], audit: anEntry({ kind: "decided" }) });
    await store.owned.executions.watch(watched);
    const step = { requestId: REQUEST_ID, expectedVersion: 1, patch: { signal: "sending" as const }, audit: [] };
    assert.equal(await late.requests.advance(step), false);
    await late.executions.recordRead(watched, NOW + 99, 1);
    await late.executions.recordNotFound(watched, NOW + 99, NOW);
    await late.executions.forget(TARGET, "e1");
    assert.equal(await late.audit.claim([1], NOW, NOW + 10), false);
    assert.deepEqual(await store.executions.watched(TARGET), [watched]);
    assert.deepEqual(await store.requests.byId(REQUEST_ID), aRequest());

    const holder = await store.leases.acquire("one", "other", NOW + 15, NOW + 30);
    assert(holder !== null);
    const current = store.guardedBy(holder);
    assert.equal(await current.requests.advance(step), true);
    assert.equal(await current.audit.claim([1], NOW, NOW + 10), true);
    assert.equal(await current.audit.claim([1], NOW + 9, NOW + 20), false, "taken already");
  });

  test(`${engine.name}: a lease that returns to an earlier owner is a new one: writes under the first have no effect`, async (t) => {
    const store = await aStore(t, { engine });
    const first = await lost(store);
    const second = await store.leases.acquire("one", "paused", NOW + 20, NOW + 30);
    assert(second !== null);
    assert.equal(
      await store.guardedBy(first).requests.open({ request: aRequest(), channels: [], audit: anEntry() }),
      "lease-lost",
    );
    assert.equal(
      await store.guardedBy(second).requests.open({ request: aRequest(), channels: [], audit: anEntry() }),
      "opened",
    );
  });

  test(`${engine.name}: an expired lease is its owner's until another owner acquires it`, async (t) => {
    const store = await aStore(t, { engine });
    const lease = await store.leases.acquire("one", "slow", NOW, NOW + 10);
    assert(lease !== null);
    assert.equal(
      await store.guardedBy(lease).requests.open({ request: aRequest(), channels: [], audit: anEntry() }),
      "opened",
    );
  });

  test(`${engine.name}: replicas count as alive until their heartbeat expires or they deregister`, async (t) => {
    const { replicas } = await aStore(t, { engine });
    assert.equal(await replicas.heartbeat("a", NOW, NOW + 15), 1);
    assert.equal(await replicas.heartbeat("b", NOW + 1, NOW + 16), 2);
    assert.equal(await replicas.heartbeat("a", NOW + 16, NOW + 31), 1, "b is silent for too long");
    await replicas.heartbeat("b", NOW + 17, NOW + 32);
    await replicas.deregister("b");
    assert.equal(await replicas.heartbeat("a", NOW + 18, NOW + 33), 1);
  });

  test(`${engine.name}: a process with a database to itself frees the leases of earlier processes at once`, async (t) => {
    const store = await aStore(t, { engine });
    const lease = await store.leases.acquire("one", "dead", NOW, NOW + 99);
    await store.replicas.heartbeat("dead", NOW, NOW + 99);
    await store.releaseStaleClaims();
    const mine = await store.leases.acquire("one", "new", NOW + 1, NOW + 99);
    assert.ok((mine?.token ?? 0) > (lease?.token ?? 0));
    assert.equal(await store.replicas.heartbeat("new", NOW + 1, NOW + 99), 1);
  });
}

/** Two processes' worth of connections to one PostgreSQL database. */
async function twoStores(t: TestContext): Promise<[Store, Store]> {
  const database = await postgresDatabase();
  const open = () => openStore({ dialect: database.dialect(), publishes: true, now: () => NOW });
  const stores = await Promise.all([open(), open()]);
  t.after(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await database.remove();
  });
  return stores as [Store, Store];
}

test("PostgreSQL: replicas that start together bring the database up to date once", async (t) => {
  const database = await postgresDatabase();
  const stores = await Promise.all(
    Array.from({ length: 5 }, () => openStore({ dialect: database.dialect(), publishes: true, now: () => NOW })),
  );
  t.after(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await database.remove();
  });
  assert.equal(await stores[0]?.requests.open({ request: aRequest(), channels: [], audit: anEntry() }), "opened");
  assert.equal(
    await stores[4]?.requests.open({ request: aRequest({ id: "again" }), channels: [], audit: anEntry() }),
    "exists",
  );
});

test("PostgreSQL: of many processes that acquire a lease over many connections, exactly one succeeds each time", async (t) => {
  const stores = await twoStores(t);
  for (let round = 0; round < 10; round++) {
    const now = NOW + round * 10;
    const won = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        (stores[index % 2] as Store).leases.acquire("one", `r${round}-${index}`, now, now + 10),
      ),
    );
    assert.equal(won.filter((lease) => lease !== null).length, 1);
  }
});

test("PostgreSQL: a poll and events that change the same executions never deadlock", async (t) => {
  const [polls, events] = await twoStores(t);
  const lease = await polls.leases.acquire("one", "me", NOW, NOW + 1_000);
  assert(lease !== null);
  const all = Array.from({ length: 300 }, (_, index) => ({
    ...{ target: "t", executionId: `e${String(index).padStart(3, "0")}` },
    ...{ fingerprint: "waiting", nextReadAt: NOW, unchangedReads: 0 },
  }));
  // AWS lists the latest first.
  const listed = all.toReversed();
  for (let round = 0; round < 5; round++)
    await Promise.all([
      polls.guardedBy(lease).executions.watchAll(listed),
      events.executions.announce(
        all.map(({ target, executionId }) => ({ target, executionId, mayWait: true })),
        NOW + round,
      ),
    ]);
});

test("PostgreSQL: two processes that write votes, leases and records at the same time never deadlock", async (t) => {
  const stores = await twoStores(t);
  const count = 12;
  for (let index = 0; index < count; index++)
    await stores[0].requests.open({
      request: aRequest({ id: `r${index}`, stepExecutionId: `s${index}` }),
      channels: ["C0DBA"],
      audit: anEntry(),
    });
  const lease = await stores[0].leases.acquire("one", "me", NOW, NOW + 1_000);
  assert(lease !== null);
  const advance = async (store: Store, id: string) => {
    for (;;) {
      const request = await store.requests.byId(id);
      assert(request !== null);
      const step = { requestId: id, expectedVersion: request.version, patch: { executionFailure: "x" } };
      if (
        await store
          .guardedBy(lease)
          .requests.advance({ ...step, audit: [anEntry({ requestId: id }), anEntry({ requestId: id })] })
      )
        return;
    }
  };
  const work = stores.flatMap((store) =>
    Array.from({ length: count }, (_, index) => [
      advance(store, `r${index}`),
      store.leases.renew("me", NOW + 1_000 + index),
    ]),
  );
  await Promise.all(work.flat());
  const versions = await Promise.all(
    Array.from({ length: count }, async (_, index) => (await stores[1].requests.byId(`r${index}`))?.version),
  );
  assert.deepEqual(new Set(versions), new Set([3]));
  const seqs = (await stores[1].audit.unpublished(NOW, 1_000)).length;
  assert.ok(seqs <= count * 5);
});
