import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lease } from "../../src/app/ports/coordination.ts";
import type { Store } from "../../src/app/ports/store.ts";
import { anEntry, aRequest, NOW, REQUEST_ID } from "../support/samples.ts";
import { aStore, ENGINES } from "../support/stores.ts";

const LEASE = "execution:1/r:e";
const UNTIL = NOW + 60_000;

const observe = async (store: Store, owner = "me:r1", now = NOW): Promise<Lease> =>
  (await store.leases.observe(LEASE, owner, now, now + 60_000)) ?? assert.fail("another owner has the lease");

/** Tries a write under the lease. */
const write = (store: Store, lease: Lease, expectedVersion = 1) =>
  store.guardedBy(lease).requests.advance({ requestId: REQUEST_ID, expectedVersion, patch: {}, audit: [] });

/** What another owner may do between the observation and the first write under it. */
const CHANGES: Record<string, (store: Store) => Promise<unknown>> = {
  "has it": ({ leases }) => leases.acquire(LEASE, "other:r1", NOW, UNTIL),
  "had it and released it": async ({ leases }) => {
    await leases.acquire(LEASE, "other:r1", NOW, UNTIL);
    await leases.release(LEASE, "other:r1");
  },
  "had it again under the name of its last owner, and released it": async ({ leases }) => {
    await leases.acquire(LEASE, "earlier:r0", NOW, UNTIL);
    await leases.release(LEASE, "earlier:r0");
  },
  "had it and released it, and a heartbeat removed old leases": async ({ leases, replicas }) => {
    await leases.acquire(LEASE, "other:r1", NOW, UNTIL);
    await leases.release(LEASE, "other:r1");
    await replicas.heartbeat("r2", NOW, UNTIL);
  },
  "had it until it expired": ({ leases }) => leases.acquire(LEASE, "other:r1", NOW - 10, NOW - 5),
  "acquired it by a write of its own": async (store) => {
    const lease = await observe(store, "other:r1");
    await store.guardedBy(lease).polls.record("a", NOW, null, "other", 1);
    await store.leases.release(LEASE, "other:r1");
  },
};

for (const engine of ENGINES) {
  test(`${engine.name}: nothing is written under a lease that its owner has released`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await store.requests.open({ request: aRequest(), channels: [], audit: anEntry() });
    const lease = (await store.leases.acquire(LEASE, "me:r1", NOW, UNTIL)) ?? assert.fail("the lease is not free");
    assert.equal(await write(store, lease), true);
    await store.leases.release(LEASE, "me:r1");
    assert.equal(await write(store, lease, 2), false);
  });

  for (const before of ["never existed", "was released"]) {
    const free = async (store: Store) => {
      if (before === "never existed") return;
      await store.leases.acquire(LEASE, "earlier:r0", NOW - 10, UNTIL);
      await store.leases.release(LEASE, "earlier:r0");
    };

    test(`${engine.name}: a lease that ${before} is observed without a write, and its first guarded write acquires it`, async (t) => {
      const store = await aStore(t, { engine, now: () => NOW });
      await store.requests.open({ request: aRequest(), channels: [], audit: anEntry() });
      await free(store);
      const lease = await observe(store);
      assert.deepEqual(await store.leases.findFree([LEASE], NOW), [LEASE]);
      assert.equal(await write(store, lease), true);
      assert.equal(await store.leases.acquire(LEASE, "other:r1", NOW, UNTIL), null);
      assert.equal(await store.leases.observe(LEASE, "other:r1", NOW, UNTIL), null);
      assert.equal(await write(store, lease, 2), true, "a later write counts too");
      await store.leases.release(LEASE, "me:r1");
      assert.ok((await observe(store, "other:r1")).token > lease.token);
    });

    for (const [change, act] of Object.entries(CHANGES)) {
      test(`${engine.name}: nothing is written under a lease that ${before} and was observed if another owner ${change}`, async (t) => {
        const store = await aStore(t, { engine, now: () => NOW });
        await store.requests.open({ request: aRequest(), channels: [], audit: anEntry() });
        await free(store);
        const lease = await observe(store);
        await act(store);
        assert.equal(await write(store, lease), false);
        assert.equal((await store.requests.byId(REQUEST_ID))?.version, 1);
      });
    }
  }

  test(`${engine.name}: of several observers of one free lease, one acquires it`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    const owners = ["a:r1", "b:r1", "c:r2"];
    const leases = await Promise.all(owners.map((owner) => observe(store, owner)));
    const opened = await Promise.all(
      leases.map((lease, index) => {
        const id = `r${index}`;
        const request = aRequest({ id, stepExecutionId: id });
        return store.guardedBy(lease).requests.open({ request, channels: [], audit: anEntry({ requestId: id }) });
      }),
    );
    assert.deepEqual(opened.toSorted(), ["lease-lost", "lease-lost", "opened"]);
  });

  test(`${engine.name}: an owner observes its own lease as it is`, async (t) => {
    const store = await aStore(t, { engine });
    const lease = await store.leases.acquire(LEASE, "me:r1", NOW, UNTIL);
    assert.deepEqual(await observe(store), lease);
  });
}
