import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeAcquireMethodSlot, makeAcquireSlot } from "../../src/slack/rate-limits/slots.ts";
import { type LeaseBalancer, startLeaseBalancer, TARGET_LEASE_MS } from "../../src/workers/lease-balancer.ts";
import { makeWakeUps } from "../../src/workers/wake-ups.ts";
import { eventually } from "../support/eventually.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { aStore, ENGINES, type OpenStore } from "../support/stores.ts";

const NAMES = ["a", "b", "c", "d", "e"];

for (const engine of ENGINES) {
  const setUp = async (t: TestContext) => {
    const clock = testClock();
    const store = await aStore(t, { engine, now: clock.now });
    const running = new Map<string, LeaseBalancer>();
    const join = (id: string) => {
      const tenancy = startLeaseBalancer({
        ...store,
        id,
        names: NAMES,
        clock,
        random: () => 0.5,
        log: testLog(),
        wakeUps: makeWakeUps(),
      });
      running.set(id, tenancy);
      return tenancy;
    };
    const leave = async (id: string) => {
      await running.get(id)?.stop();
      running.delete(id);
    };
    t.after(() => Promise.all([...running.values()].map((tenancy) => tenancy.stop())));
    return { clock, store, join, leave };
  };
  const held = (tenancy: LeaseBalancer) => NAMES.filter((name) => tenancy.lease(name) !== null);
  /** Lets time pass, beat by beat, until it is so; returns how many milliseconds went by. */
  const passing = async (clock: ReturnType<typeof testClock>, what: string, so: () => boolean): Promise<number> => {
    const began = clock.now();
    await eventually(what, () => {
      if (so()) return true;
      clock.advance(500);
      return false;
    });
    return clock.now() - began;
  };

  test(`${engine.name}: replicas share out evenly, and what one gives back at its end is another's at the next beat`, async (t) => {
    const { clock, join, leave } = await setUp(t);
    const one = join("one");
    await passing(clock, "one has all", () => held(one).length === 5);
    const two = join("two");
    await passing(clock, "each has its share", () => held(one).length === 3 && held(two).length === 2);
    assert.deepEqual([...held(one), ...held(two)].sort(), NAMES);
    const three = join("three");
    await passing(
      clock,
      "three have their shares",
      () =>
        [one, two, three].every((each) => held(each).length >= 1) &&
        held(one).length + held(two).length + held(three).length === 5,
    );
    await leave("three");
    await leave("two");
    const took = await passing(clock, "one has all again", () => held(one).length === 5);
    assert.ok(took <= TARGET_LEASE_MS, `${took} ms`);
  });

  test(`${engine.name}: a dead replica's share is taken within 30 s, and its tokens are worth nothing after`, async (t) => {
    const { clock, store, join } = await setUp(t);
    await store.replicas.heartbeat("dead", clock.now(), clock.now() + TARGET_LEASE_MS);
    const lease = await store.leases.acquire("a", "dead", clock.now(), clock.now() + TARGET_LEASE_MS);
    const one = join("one");
    const took = await passing(clock, "everything is taken", () => held(one).length === 5);
    assert.ok(took < 30_000 && took >= TARGET_LEASE_MS - 1_000, `${took} ms`);
    assert.ok((one.lease("a")?.token ?? 0) > (lease?.token ?? 0));
  });

  test(`${engine.name}: a replica whose time stood still holds nothing until it has asked again`, async (t) => {
    const { clock, join } = await setUp(t);
    const one = join("one");
    await passing(clock, "one has all", () => held(one).length === 5);
    clock.advance(TARGET_LEASE_MS);
    assert.deepEqual(held(one), []);
    await passing(clock, "it has all again", () => held(one).length === 5);
  });
}

/** Counts the slots of a shared rate limit that two processes acquire within so many milliseconds. */
async function slotsAcquired(t: TestContext, store: OpenStore, ms: number): Promise<number> {
  const clock = testClock();
  const stopping = new AbortController();
  let taken = 0;
  const process = async () => {
    const acquireSlot = makeAcquireSlot(makeAcquireMethodSlot(store.rateLimits, clock, testLog()));
    const one = async () => {
      for (;;) {
        await acquireSlot("post", "C0DBA", stopping.signal);
        if (stopping.signal.aborted) return;
        taken++;
      }
    };
    await Promise.all([one(), one()]);
  };
  const all = [process(), process()];
  t.after(async () => {
    stopping.abort();
    await Promise.all(all);
  });
  const end = clock.now() + ms;
  await eventually("the time is over", () => {
    if (clock.now() >= end && clock.sleeping().length === 2) return true;
    if (clock.sleeping().length === 2) clock.advance(100);
    return false;
  });
  return taken;
}

test("two processes together post no faster into a channel than one may", async (t) => {
  const store = await aStore(t);
  assert.equal(await slotsAcquired(t, store, 10_000), 3 + 10);
});
