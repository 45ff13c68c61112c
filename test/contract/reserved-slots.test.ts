import assert from "node:assert/strict";
import { test } from "node:test";
import { makeReservedSlots } from "../../src/slack/rate-limits/reserved-slots.ts";
import { testClock } from "../support/fakes.ts";
import { aStore, ENGINES } from "../support/stores.ts";

for (const engine of ENGINES)
  test(`${engine.name}: reserved slots count when they are acquired, are used without a write, and are replaced`, async (t) => {
    const clock = testClock();
    const { rateLimits } = await aStore(t, { engine, now: clock.now });
    const acquired: string[] = [];
    const acquireSlot: typeof rateLimits.acquireSlot = async (name, ...rest) => {
      const wait = await rateLimits.acquireSlot(name, ...rest);
      if (wait === 0) acquired.push(name);
      return wait;
    };
    const slots = makeReservedSlots({ acquireSlot }, clock);
    const count = () => acquired.filter((name) => name === "users.info").length;
    assert.equal(slots.use("users.info"), false);
    await slots.refill();
    assert.equal(count(), 5);
    for (let uses = 0; uses < 5; uses++) assert.equal(slots.use("users.info"), true);
    assert.deepEqual([slots.use("users.info"), count()], [false, 5]);
    await slots.refill();
    await slots.refill();
    assert.equal(count(), 10);
    assert.equal(slots.use("chat.postEphemeral"), false, "only the lookups of a click have reserved slots");
  });

test("a rate limit without room is not waited for", async (t) => {
  const clock = testClock();
  const { rateLimits } = await aStore(t, { now: clock.now });
  await rateLimits.blockUntil("users.info", clock.now() + 60_000);
  const slots = makeReservedSlots(rateLimits, clock);
  await slots.refill();
  assert.deepEqual([slots.use("users.info"), slots.use("conversations.members")], [false, true]);
});
