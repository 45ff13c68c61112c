import assert from "node:assert/strict";
import { test } from "node:test";
import { NOW } from "../support/samples.ts";
import { aStore, ENGINES } from "../support/stores.ts";

const POSTS = { intervalMs: 1_000, burst: 3 };

for (const engine of ENGINES) {
  test(`${engine.name}: after a rest three calls may go at once, then one a second`, async (t) => {
    const { rateLimits: lanes } = await aStore(t, { engine });
    const at = (after: number) => lanes.acquireSlot("C0DBA", POSTS, NOW + after);
    assert.deepEqual([await at(0), await at(0), await at(0)], [0, 0, 0]);
    assert.equal(await at(0), 1_000);
    assert.equal(await at(400), 600);
    assert.equal(await at(1_000), 0);
    assert.equal(await at(1_001), 999);
    assert.deepEqual([await at(60_000), await at(60_000), await at(60_000)], [0, 0, 0], "what rested is not saved up");
    assert.equal(await at(60_000), 1_000);
    assert.equal(await lanes.acquireSlot("C0OPS", POSTS, NOW), 0, "another lane is another");
  });

  test(`${engine.name}: of many who want the last turn one gets it`, async (t) => {
    const { rateLimits: lanes } = await aStore(t, { engine });
    const turns = await Promise.all(Array.from({ length: 12 }, () => lanes.acquireSlot("one", POSTS, NOW)));
    assert.equal(turns.filter((wait) => wait === 0).length, 3);
  });

  test(`${engine.name}: a clock that is set back blocks no lane: the pace goes on from the new time`, async (t) => {
    const { rateLimits: lanes } = await aStore(t, { engine });
    const HOUR = 3_600_000;
    for (let call = 0; call < 3; call++) await lanes.acquireSlot("one", POSTS, NOW + HOUR);
    const turns = await Promise.all(Array.from({ length: 12 }, () => lanes.acquireSlot("one", POSTS, NOW)));
    assert.equal(turns.filter((wait) => wait === 0).length, 3, "one burst, however many ask at once");
    assert.deepEqual([...new Set(turns)].toSorted(), [0, 1_000]);
    assert.equal(await lanes.acquireSlot("one", POSTS, NOW + 1_000), 0);
    assert.equal(await lanes.acquireSlot("one", POSTS, NOW + 1_000), 1_000);
  });

  test(`${engine.name}: a clock that is set back by less than a burst lets no more calls go than the pace has`, async (t) => {
    const { rateLimits: lanes } = await aStore(t, { engine });
    for (let call = 0; call < 3; call++) await lanes.acquireSlot("one", POSTS, NOW + 1_000);
    assert.equal(await lanes.acquireSlot("one", POSTS, NOW), 2_000);
    assert.equal(await lanes.acquireSlot("one", POSTS, NOW + 2_000), 0);
  });

  test(`${engine.name}: a replica whose clock is behind waits, and lets no burst go that another has used up`, async (t) => {
    const { rateLimits: lanes } = await aStore(t, { engine });
    for (let call = 0; call < 3; call++) await lanes.acquireSlot("one", POSTS, NOW + 20_000);
    assert.equal(await lanes.acquireSlot("one", POSTS, NOW), 21_000);
    assert.equal(await lanes.acquireSlot("one", POSTS, NOW + 20_000), 1_000);
  });

  test(`${engine.name}: a held lane stays held when the clock is set back, for no longer than it is held`, async (t) => {
    const { rateLimits: lanes } = await aStore(t, { engine });
    await lanes.acquireSlot("one", POSTS, NOW + 3_600_000);
    await lanes.blockUntil("one", NOW + 30_000);
    assert.equal(await lanes.acquireSlot("one", POSTS, NOW), 30_000);
  });

  test(`${engine.name}: a lane that is held lets nobody go, and the longest hold counts, also after a restart`, async (t) => {
    const store = await aStore(t, { engine });
    await store.rateLimits.blockUntil("one", NOW + 30_000);
    await store.rateLimits.blockUntil("one", NOW + 10_000);
    const { rateLimits: lanes } = await store.reopen();
    assert.equal(await lanes.acquireSlot("one", POSTS, NOW), 30_000);
    assert.deepEqual([...(await lanes.blocked(NOW))], [["one", NOW + 30_000]]);
    assert.deepEqual([...(await lanes.blocked(NOW + 30_000))], []);
    assert.equal(await lanes.acquireSlot("one", POSTS, NOW + 30_000), 0);
  });
}
