import assert from "node:assert/strict";
import { test } from "node:test";
import type { SSMClient } from "@aws-sdk/client-ssm";
import { makeDefaults } from "../../src/aws/defaults.ts";
import { makeDirectory } from "../../src/slack/people/directory.ts";
import { type MembersResult, makeGroups } from "../../src/slack/people/groups.ts";
import { makeSharedChannels } from "../../src/slack/people/shared-channels.ts";
import { testClock } from "../support/fakes.ts";
import { fakeSlackCall } from "../support/slack-call.ts";

const WORKSPACE = {
  ...{ teamId: "T0HOME", enterpriseId: null, url: "https://x.slack.com/", name: "x" },
  ...{ botId: "B0", botUserId: "U0BOT", appId: "A0" },
};

/** A workspace that counts its calls. A call in `pending` waits for `release`; calls of an id in `failing` fail. */
function countedCalls() {
  const calls = new Map<string, number>();
  const failing = new Set<string>();
  const pending = new Map<string, Promise<void>>();
  const reply = async (id: unknown, response: object): Promise<object> => {
    assert(typeof id === "string");
    calls.set(id, (calls.get(id) ?? 0) + 1);
    await pending.get(id);
    if (failing.has(id)) throw new Error(`no reply for ${id}`);
    return response;
  };
  const call = fakeSlackCall({
    "users.info": ({ user }) => reply(user, { user: { id: user, name: user, team_id: "T0HOME" } }),
    "users.lookupByEmail": ({ email }) => reply(email, { user: { id: `U-${email}` } }),
    "usergroups.users.list": ({ usergroup }) => reply(usergroup, { users: ["U0JANE"] }),
    "conversations.info": ({ channel }) => reply(channel, { channel: { is_ext_shared: false } }),
    "conversations.members": ({ channel }) => reply(channel, { members: ["U0JANE"] }),
  });
  /** Lets calls for this id wait until the returned function is called. */
  const hold = (id: string) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    pending.set(id, promise);
    return () => {
      pending.delete(id);
      resolve();
    };
  };
  return { call, failing, hold, count: (id: string) => calls.get(id) ?? 0 };
}

test("a cached person or address is fresh for exactly fifteen seconds of the injected clock", async () => {
  const clock = testClock();
  const { call, count } = countedCalls();
  const directory = makeDirectory(call, WORKSPACE, clock);
  const both = () => Promise.all([directory.person("U1", false), directory.byEmail("Rosa@example.com")]);
  await both();
  clock.advance(14_999);
  await both();
  assert.deepEqual([count("U1"), count("Rosa@example.com")], [1, 1]);
  clock.advance(1);
  await both();
  assert.deepEqual([count("U1"), count("Rosa@example.com")], [2, 2]);
});

test("a fresh read of a person ignores the cache and renews it", async () => {
  const clock = testClock();
  const { call, count } = countedCalls();
  const directory = makeDirectory(call, WORKSPACE, clock);
  await directory.person("U1", true);
  await directory.person("U1", true);
  assert.equal(count("U1"), 2);
  await directory.person("U1", false);
  assert.equal(count("U1"), 2);
});

const userIds = (result: MembersResult) => (result.kind === "members" ? [...result.members] : result.kind);

test("a list of members is as old as the start of its call", async () => {
  const clock = testClock();
  const { call, count, hold } = countedCalls();
  const groups = makeGroups(call, clock);
  const release = hold("S0DBA");
  const first = groups.members("S0DBA", 3_000);
  clock.advance(2_000);
  release();
  assert.deepEqual(userIds(await first), ["U0JANE"]);
  clock.advance(999);
  await groups.members("S0DBA", 3_000);
  assert.equal(count("S0DBA"), 1);
  clock.advance(1);
  await groups.members("S0DBA", 3_000);
  assert.equal(count("S0DBA"), 2);
});

test("a list that is old enough for one purpose is used while another purpose reads it again", async () => {
  const clock = testClock();
  const { call, count, hold } = countedCalls();
  const groups = makeGroups(call, clock);
  await groups.members("S0DBA", 3_000);
  clock.advance(5_000);
  const release = hold("S0DBA");
  const reading = groups.members("S0DBA", 3_000);
  const joined = groups.members("S0DBA", 3_000);
  assert.deepEqual(userIds(await groups.members("S0DBA", 15_000)), ["U0JANE"]);
  release();
  await Promise.all([reading, joined]);
  assert.equal(count("S0DBA"), 2);
});

test("after a failed call the earlier list is still used where it is young enough, and the failure is returned", async () => {
  const clock = testClock();
  const { call, failing, count } = countedCalls();
  const groups = makeGroups(call, clock);
  await groups.members("S0DBA", 3_000);
  clock.advance(5_000);
  failing.add("S0DBA");
  const failed = { kind: "ambiguous", error: "no reply for S0DBA" };
  assert.deepEqual(await groups.members("S0DBA", 3_000), failed);
  assert.deepEqual(userIds(await groups.members("S0DBA", 15_000)), ["U0JANE"]);
  await groups.members("S0NEW", 3_000);
  assert.deepEqual(await groups.members("S0DBA", 3_000), failed);
  assert.equal(count("S0DBA"), 3);
});

test("a call whose entry is evicted by a thousand other groups still returns its list", async () => {
  const { call, hold, count } = countedCalls();
  const groups = makeGroups(call, testClock());
  const release = hold("S0DBA");
  const slow = groups.members("S0DBA", 3_000);
  for (let index = 0; index < 1_000; index++) await groups.members(`S${index}`, 3_000);
  release();
  assert.deepEqual(userIds(await slow), ["U0JANE"]);
  await groups.members("S0DBA", 3_000);
  assert.equal(count("S0DBA"), 2);
});

test("caches are bounded: the entry that was not used for longest is read again", async () => {
  const { call, count } = countedCalls();
  const directory = makeDirectory(call, WORKSPACE, testClock());
  for (let index = 0; index <= 10_000; index++) await directory.person(`U${index}`, false);
  await directory.person("U10000", false);
  await directory.person("U0", false);
  assert.deepEqual([count("U10000"), count("U0")], [1, 2]);
});

test("whether a channel is shared is cached for ten minutes, and after a failure for thirty seconds", async () => {
  const clock = testClock();
  const { call, failing, count } = countedCalls();
  const isShared = makeSharedChannels(call, clock);
  failing.add("C0DBA");
  assert.equal(await isShared("C0DBA"), true);
  failing.clear();
  clock.advance(29_999);
  assert.equal(await isShared("C0DBA"), true);
  clock.advance(1);
  assert.equal(await isShared("C0DBA"), false);
  clock.advance(599_999);
  await isShared("C0DBA");
  assert.equal(count("C0DBA"), 2);
  clock.advance(1);
  await isShared("C0DBA");
  assert.equal(count("C0DBA"), 3);
});

test("the defaults of a runbook are cached for ten minutes, and after a failure for thirty seconds", async () => {
  const clock = testClock();
  let calls = 0;
  let works = false;
  const client = {
    send: async () => {
      calls += 1;
      if (!works) throw new Error("AccessDenied");
      return { Content: JSON.stringify({ parameters: { Size: { default: "small" } } }) };
    },
  } as unknown as SSMClient;
  const defaults = makeDefaults(client, clock.now);
  const read = () => defaults("Prod-DB-Restart", "1", new AbortController().signal);
  assert.equal(await read(), null);
  works = true;
  clock.advance(29_999);
  assert.equal(await read(), null);
  clock.advance(1);
  assert.deepEqual(await read(), { Size: ["small"] });
  clock.advance(599_999);
  await read();
  assert.equal(calls, 2);
  clock.advance(1);
  await read();
  assert.equal(calls, 3);
});
