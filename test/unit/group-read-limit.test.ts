import assert from "node:assert/strict";
import { test } from "node:test";
import { makeGroupReadLimit } from "../../src/app/decide/group-read-limit.ts";
import { testClock } from "../support/fakes.ts";
import { aStore } from "../support/stores.ts";

test("a click's first read costs no write; after it, each read acquires its slot first until the credit is paid back", async (t) => {
  const clock = testClock();
  const { rateLimits } = await aStore(t, { now: clock.now });
  const acquired: string[] = [];
  const counting: Pick<typeof rateLimits, "acquireSlot"> = {
    async acquireSlot(name, ...rest) {
      acquired.push(name);
      return rateLimits.acquireSlot(name, ...rest);
    },
  };
  const limit = makeGroupReadLimit(counting, clock);
  const click = (userId = "U0JANE") => limit.acquire(userId, "clicks", ["S0DBA"]);
  assert.deepEqual([await click(), acquired], [0, []]);
  assert.deepEqual([await click(), await click("U0MIA"), acquired], [0, 0, ["clicks:U0JANE"]]);
  await limit.payDebts();
  assert.deepEqual(acquired, ["clicks:U0JANE", "clicks:U0JANE", "clicks:U0MIA"]);
  assert.deepEqual([await click(), acquired.length], [0, 3]);
});

test("clicks of one person that ask at the same time share a slot, because they share the read", async (t) => {
  const clock = testClock();
  const { rateLimits } = await aStore(t, { now: clock.now });
  const acquired: string[] = [];
  const limit = makeGroupReadLimit(
    {
      async acquireSlot(name, ...rest) {
        acquired.push(name);
        await new Promise(setImmediate);
        return rateLimits.acquireSlot(name, ...rest);
      },
    },
    clock,
  );
  const askTogether = (userId: string) =>
    Promise.all(Array.from({ length: 10 }, () => limit.acquire(userId, "clicks", ["S0DBA"])));
  await limit.acquire("U0JANE", "clicks", ["S0DBA"]);
  await limit.acquire("U0MIA", "clicks", ["S0DBA"]);
  const waits = await Promise.all([askTogether("U0JANE"), askTogether("U0MIA")]);
  assert.deepEqual(waits.flat(), Array(20).fill(0));
  assert.deepEqual(acquired, ["clicks:U0JANE", "clicks:U0MIA"]);
  await limit.acquire("U0JANE", "clicks", ["S0DBA"]);
  assert.equal(acquired.length, 3, "a later click takes a slot of its own");
  const lists = [["S0DBA"], ["S0SRE"], ["S0SRE", "S0DBA"], ["S0DBA", "S0SRE"]];
  await Promise.all(lists.map((each) => limit.acquire("U0JANE", "clicks", each)));
  assert.equal(acquired.length, 6, "clicks on requests of routes with other lists share no read");
});

test("two replicas: one person causes ten reads, one on credit in each replica, and then one every six seconds", async (t) => {
  const clock = testClock();
  const { rateLimits } = await aStore(t, { now: clock.now });
  const replicas = [makeGroupReadLimit(rateLimits, clock), makeGroupReadLimit(rateLimits, clock)] as const;
  const readsIn = async (seconds: number) => {
    let reads = 0;
    for (let second = 0; second < seconds; second++) {
      for (const limit of replicas) {
        for (let click = 0; click < 5; click++)
          if ((await limit.acquire("U0JANE", "clicks", ["S0DBA"])) === 0) reads += 1;
        await limit.payDebts();
      }
      clock.advance(1_000);
    }
    return reads;
  };
  const atOnce = await readsIn(1);
  assert.ok(atOnce <= 10 + replicas.length, `${atOnce} reads at once`);
  const inAMinute = await readsIn(60);
  assert.ok(inAMinute >= 8 && inAMinute <= 10 + 2 * replicas.length, `${inAMinute} reads in a minute`);
});

test("a form acquires its slot first", async (t) => {
  const clock = testClock();
  const { rateLimits } = await aStore(t, { now: clock.now });
  const limit = makeGroupReadLimit(rateLimits, clock);
  const waits = [];
  for (let form = 0; form < 11; form++) waits.push(await limit.acquire("U0JANE", "forms", ["S0DBA"]));
  assert.deepEqual(waits, [...Array(10).fill(0), 6_000]);
});
