import assert from "node:assert/strict";
import { test } from "node:test";
import type { Directory } from "../../src/app/ports/slack.ts";
import { makeDirectory } from "../../src/slack/people/directory.ts";
import { limitedCall } from "../../src/slack/rate-limits/limited-call.ts";
import { makeReservedSlots } from "../../src/slack/rate-limits/reserved-slots.ts";
import { makeAcquireMethodSlot } from "../../src/slack/rate-limits/slots.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { WORKSPACE } from "../support/samples.ts";
import { fakeSlackCall } from "../support/slack-call.ts";
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

test("only a call for which a click waits uses a reserved slot, and other callers share what it read", async (t) => {
  const clock = testClock();
  const { rateLimits } = await aStore(t, { now: clock.now });
  const used: string[] = [];
  const reserved = { use: (method: string) => used.push(method) > 0 };
  const replies = {
    "users.info": ({ user }: Record<string, unknown>) => ({ user: { id: user, name: user, team_id: "T0HOME" } }),
    "users.lookupByEmail": () => ({ user: { id: "U0MIA" } }),
    "usergroups.users.list": () => ({ users: ["U0MIA"] }),
    "conversations.members": () => ({ members: ["U0MIA"] }),
  };
  const log = testLog();
  const acquireSlot = makeAcquireMethodSlot(rateLimits, clock, log);
  const call = limitedCall(fakeSlackCall(replies), { acquireSlot, reserved, rateLimits, clock, log });
  const directory = makeDirectory(call, WORKSPACE, clock);
  const lookUp = async ({ person, isAmong, byEmail }: Directory, email: string) => {
    const fresh = { since: clock.now() };
    await person("U0MIA", fresh);
    await isAmong({ users: [], groups: ["S0DBA"] }, "U0MIA", fresh);
    await isAmong({ users: [], groups: [], channel: "members" }, "U0MIA", fresh, ["C0DBA"]);
    await byEmail(email);
  };
  await lookUp(directory, "mia@example.com");
  assert.deepEqual(used, []);
  clock.advance(1);
  await lookUp(directory.forClicks, "mia2@example.com");
  assert.deepEqual(used, ["users.info", "usergroups.users.list", "conversations.members", "users.lookupByEmail"]);
  await lookUp(directory, "mia@example.com");
  assert.equal(used.length, 4, "the later lookups share the reads of the click");
});
