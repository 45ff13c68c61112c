import assert from "node:assert/strict";
import { test } from "node:test";
import { NOW } from "../support/samples.ts";
import { aStore, ENGINES } from "../support/stores.ts";

const POSTS = { intervalMs: 1_000, burst: 3 };

for (const engine of ENGINES) {
  test(`${engine.name}: after a pause a burst of three calls gets slots, then one call a second`, async (t) => {
    const { rateLimits } = await aStore(t, { engine });
    const at = (after: number) => rateLimits.acquireSlot("C0DBA", POSTS, NOW + after);
    assert.deepEqual([await at(0), await at(0), await at(0)], [0, 0, 0]);
    assert.equal(await at(0), 1_000);
    assert.equal(await at(400), 600);
    assert.equal(await at(1_000), 0);
    assert.equal(await at(1_001), 999);
    assert.deepEqual([await at(60_000), await at(60_000), await at(60_000)], [0, 0, 0], "unused slots do not add up");
    assert.equal(await at(60_000), 1_000);
    assert.equal(await rateLimits.acquireSlot("C0OPS", POSTS, NOW), 0, "rate limits are independent");
  });

  test(`${engine.name}: simultaneous calls get no more slots than the burst`, async (t) => {
    const { rateLimits } = await aStore(t, { engine });
    const waits = await Promise.all(Array.from({ length: 12 }, () => rateLimits.acquireSlot("one", POSTS, NOW)));
    assert.equal(waits.filter((wait) => wait === 0).length, 3);
  });

  test(`${engine.name}: a clock that is set back blocks no rate limit: slots continue from the new time`, async (t) => {
    const { rateLimits } = await aStore(t, { engine });
    const HOUR = 3_600_000;
    for (let call = 0; call < 3; call++) await rateLimits.acquireSlot("one", POSTS, NOW + HOUR);
    const waits = await Promise.all(Array.from({ length: 12 }, () => rateLimits.acquireSlot("one", POSTS, NOW)));
    assert.equal(waits.filter((wait) => wait === 0).length, 3, "one burst for all calls at once");
    assert.deepEqual([...new Set(waits)].toSorted(), [0, 1_000]);
    assert.equal(await rateLimits.acquireSlot("one", POSTS, NOW + 1_000), 0);
    assert.equal(await rateLimits.acquireSlot("one", POSTS, NOW + 1_000), 1_000);
  });

  test(`${engine.name}: a clock that is set back by less than a burst gives no extra slots`, async (t) => {
    const { rateLimits } = await aStore(t, { engine });
    for (let call = 0; call < 3; call++) await rateLimits.acquireSlot("one", POSTS, NOW + 1_000);
    assert.equal(await rateLimits.acquireSlot("one", POSTS, NOW), 2_000);
    assert.equal(await rateLimits.acquireSlot("one", POSTS, NOW + 2_000), 0);
  });

  test(`${engine.name}: a replica whose clock is behind gets no burst that another replica has used`, async (t) => {
    const { rateLimits } = await aStore(t, { engine });
    for (let call = 0; call < 3; call++) await rateLimits.acquireSlot("one", POSTS, NOW + 20_000);
    assert.equal(await rateLimits.acquireSlot("one", POSTS, NOW), 21_000);
    assert.equal(await rateLimits.acquireSlot("one", POSTS, NOW + 20_000), 1_000);
  });

  test(`${engine.name}: a block lasts when the clock is set back, and ends at its time`, async (t) => {
    const { rateLimits } = await aStore(t, { engine });
    await rateLimits.acquireSlot("one", POSTS, NOW + 3_600_000);
    await rateLimits.blockUntil("one", NOW + 30_000);
    assert.equal(await rateLimits.acquireSlot("one", POSTS, NOW), 30_000);
  });

  test(`${engine.name}: a blocked rate limit gives no slot until the latest of its ends, also after a restart`, async (t) => {
    const store = await aStore(t, { engine });
    await store.rateLimits.blockUntil("one", NOW + 30_000);
    await store.rateLimits.blockUntil("one", NOW + 10_000);
    const { rateLimits } = await store.reopen();
    assert.equal(await rateLimits.acquireSlot("one", POSTS, NOW), 30_000);
    assert.deepEqual([...(await rateLimits.blocked(NOW))], [["one", NOW + 30_000]]);
    assert.deepEqual([...(await rateLimits.blocked(NOW + 30_000))], []);
    assert.equal(await rateLimits.acquireSlot("one", POSTS, NOW + 30_000), 0);
  });
}
