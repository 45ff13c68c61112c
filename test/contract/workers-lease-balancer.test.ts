import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { RATE_LIMITS } from "../../src/slack/rate-limits/limits.ts";
import { makeAcquireMethodSlot, makeAcquireSlot } from "../../src/slack/rate-limits/slots.ts";
import {
  HEARTBEAT_MS,
  type LeaseBalancer,
  startLeaseBalancer,
  TARGET_LEASE_MS,
} from "../../src/workers/lease-balancer.ts";
import { makeWakeUps } from "../../src/workers/wake-ups.ts";
import { eventually } from "../support/eventually.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { NO_PRIORITY } from "../support/no-priority.ts";
import { aStore, ENGINES, type OpenStore } from "../support/stores.ts";

const NAMES = ["a", "b", "c", "d", "e"];

for (const engine of ENGINES) {
  const setUp = async (t: TestContext) => {
    const clock = testClock();
    const store = await aStore(t, { engine, now: clock.now });
    const wakeUps = makeWakeUps(NO_PRIORITY);
    const running = new Map<string, LeaseBalancer>();
    const join = (id: string) => {
      const balancer = startLeaseBalancer({
        ...store,
        id,
        names: NAMES,
        clock,
        random: () => 0.5,
        log: testLog(),
        wakeUps,
      });
      running.set(id, balancer);
      return balancer;
    };
    const leave = async (id: string) => {
      await running.get(id)?.stop();
      running.delete(id);
    };
    t.after(() => Promise.all([...running.values()].map((balancer) => balancer.stop())));
    return { clock, store, wakeUps, join, leave };
  };
  const owned = (balancer: LeaseBalancer) => NAMES.filter((name) => balancer.lease(name) !== null);
  /** Advances the clock in steps until the condition is true. Returns the elapsed milliseconds. */
  const advanceUntil = async (
    clock: ReturnType<typeof testClock>,
    description: string,
    isTrue: () => boolean,
  ): Promise<number> => {
    const began = clock.now();
    await eventually(description, () => {
      if (isTrue()) return true;
      clock.advance(500);
      return false;
    });
    return clock.now() - began;
  };

  test(`${engine.name}: replicas share the targets evenly, and a target that one releases at its stop goes to another at the next heartbeat`, async (t) => {
    const { clock, join, leave } = await setUp(t);
    const one = join("one");
    await advanceUntil(clock, "one replica has all targets", () => owned(one).length === 5);
    const two = join("two");
    await advanceUntil(clock, "each replica has its share", () => owned(one).length === 3 && owned(two).length === 2);
    assert.deepEqual([...owned(one), ...owned(two)].sort(), NAMES);
    const three = join("three");
    await advanceUntil(
      clock,
      "three replicas have their shares",
      () =>
        [one, two, three].every((each) => owned(each).length >= 1) &&
        owned(one).length + owned(two).length + owned(three).length === 5,
    );
    await leave("three");
    await leave("two");
    const took = await advanceUntil(clock, "one replica has all targets again", () => owned(one).length === 5);
    assert.ok(took <= TARGET_LEASE_MS, `${took} ms`);
  });

  test(`${engine.name}: the share of a dead replica is taken over within 30 s with higher fencing tokens`, async (t) => {
    const { clock, store, join } = await setUp(t);
    await store.replicas.heartbeat("dead", clock.now(), clock.now() + TARGET_LEASE_MS);
    const lease = await store.leases.acquire("a", "dead", clock.now(), clock.now() + TARGET_LEASE_MS);
    const one = join("one");
    const took = await advanceUntil(clock, "every target is taken over", () => owned(one).length === 5);
    assert.ok(took < 30_000 && took >= TARGET_LEASE_MS - 1_000, `${took} ms`);
    assert.ok((one.lease("a")?.token ?? 0) > (lease?.token ?? 0));
  });

  test(`${engine.name}: what a dead replica had claimed is released by the first heartbeat of another after its own expired`, async (t) => {
    const { clock, store, join } = await setUp(t);
    const name = "execution:1/us-east-1:e1";
    await store.replicas.heartbeat("dead", clock.now(), clock.now() + TARGET_LEASE_MS);
    await store.leases.acquire(name, "dead:r1", clock.now(), clock.now() + 60_000);
    const one = join("one");
    await advanceUntil(clock, "the replica has every free target", () => owned(one).length > 0);
    const until = clock.now();
    assert.equal(await store.leases.acquire(name, "one:r1", until, until + 60_000), null);
    const took = await eventually("the lease of the dead replica is free", async () => {
      if ((await store.leases.findFree([name], clock.now())).length > 0) return clock.now() - until;
      clock.advance(500);
      return false;
    });
    assert.ok(took <= TARGET_LEASE_MS + HEARTBEAT_MS + 1_000, `${took} ms`);
  });

  test(`${engine.name}: a replica is alive from its first heartbeat until the last one expires, without gaps`, async (t) => {
    const { clock, store, wakeUps, join } = await setUp(t);
    const { heartbeat } = store.replicas;
    let wakes = 0;
    wakeUps.subscribe(["alive"], () => wakes++);
    const one = join("one");
    assert.equal(one.aliveUntil(clock.elapsed()), 0);
    const [began, claimed] = [clock.now(), clock.elapsed()];
    await eventually("the first heartbeat", () => one.aliveUntil(claimed) > 0);
    assert.equal(one.aliveUntil(claimed), began + TARGET_LEASE_MS);
    await advanceUntil(clock, "the next heartbeat", () => one.aliveUntil(claimed) > began + TARGET_LEASE_MS);
    assert.equal(wakes, 1);

    store.replicas.heartbeat = async () => {
      throw new Error("the database is unreachable");
    };
    const last = one.aliveUntil(claimed);
    await advanceUntil(clock, "the heartbeat expires", () => clock.now() > last);
    assert.equal(one.aliveUntil(claimed), last);
    store.replicas.heartbeat = heartbeat;
    await advanceUntil(clock, "the heartbeat is back", () => one.aliveUntil(clock.elapsed()) > last);
    assert.equal(one.aliveUntil(claimed), 0, "a claim from before the gap may be another replica's");
    await eventually("the workers are woken again", () => wakes > 1);
    assert.equal(wakes, 2);
  });

  test(`${engine.name}: a clock that is set back makes no heartbeat, lease or claim younger`, async (t) => {
    const { clock, store, join } = await setUp(t);
    const one = join("one");
    await advanceUntil(clock, "one replica has all targets", () => owned(one).length === 5);
    const { heartbeat } = store.replicas;
    store.replicas.heartbeat = async () => {
      throw new Error("the database is unreachable");
    };
    const claimed = clock.elapsed();
    clock.advance(-60_000);
    assert.ok(one.aliveUntil(claimed) > clock.now(), "the last heartbeat is still young");
    assert.equal(owned(one).length, 5);
    clock.advance(TARGET_LEASE_MS + 1);
    assert.ok(one.aliveUntil(claimed) < clock.now(), "another replica may have taken over");
    assert.deepEqual(owned(one), []);
    store.replicas.heartbeat = heartbeat;
    await advanceUntil(clock, "the heartbeat is back", () => one.aliveUntil(clock.elapsed()) > clock.now());
    assert.equal(one.aliveUntil(claimed), 0, "a claim from before the gap may be another replica's");
  });

  test(`${engine.name}: a paused replica owns no target until it renews its leases`, async (t) => {
    const { clock, wakeUps, join } = await setUp(t);
    const one = join("one");
    await advanceUntil(clock, "one replica has all targets", () => owned(one).length === 5);
    let ownedAtWake = -1;
    wakeUps.subscribe(["alive"], () => {
      ownedAtWake = owned(one).length;
    });
    clock.advance(TARGET_LEASE_MS);
    assert.deepEqual(owned(one), []);
    await advanceUntil(clock, "the replica has all targets again", () => owned(one).length === 5);
    assert.equal(ownedAtWake, 5, "the woken polls would find no lease");
  });
}

/** Counts the slots of a shared rate limit that two processes acquire within so many milliseconds. */
async function slotsAcquired(t: TestContext, store: OpenStore, ms: number): Promise<number> {
  const clock = testClock();
  const stopping = new AbortController();
  let acquired = 0;
  const process = async () => {
    const acquireSlot = makeAcquireSlot(makeAcquireMethodSlot(store.rateLimits, clock, testLog()));
    const one = async () => {
      for (;;) {
        await acquireSlot("post", "C0DBA", stopping.signal);
        if (stopping.signal.aborted) return;
        acquired++;
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
  await eventually("the time has elapsed", () => {
    if (clock.now() >= end && clock.sleeping().length === 2) return true;
    if (clock.sleeping().length === 2) clock.advance(100);
    return false;
  });
  return acquired;
}

test("two processes together post to a channel no faster than the rate limit", async (t) => {
  const store = await aStore(t);
  const { burst, intervalMs } = RATE_LIMITS["chat.postMessage"];
  assert.equal(await slotsAcquired(t, store, 10_000), burst + Math.floor(10_000 / intervalMs));
});
