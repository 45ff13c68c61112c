import assert from "node:assert/strict";
import { test } from "node:test";
import type { SSMClient } from "@aws-sdk/client-ssm";
import { makeDefaults } from "../../src/aws/defaults.ts";
import { makeCallPacer } from "../../src/aws/pace.ts";
import { makeDirectory } from "../../src/slack/people/directory.ts";
import { makeGroups } from "../../src/slack/people/groups.ts";
import { makeSharedChannels } from "../../src/slack/people/shared-channels.ts";
import { makeSharedReads } from "../../src/slack/people/shared-reads.ts";
import { testClock } from "../support/fakes.ts";
import { WORKSPACE } from "../support/samples.ts";
import { fakeSlackCall, refusedBySlack } from "../support/slack-call.ts";

/** A workspace that counts its calls. A call in `pending` waits for `release`; calls of an id in `failing` fail. */
function countedCalls() {
  const calls = new Map<string, number>();
  const failing = new Map<unknown, Error>();
  const pending = new Map<string, Promise<void>>();
  const reply = async (id: unknown, response: object): Promise<object> => {
    assert(typeof id === "string");
    calls.set(id, (calls.get(id) ?? 0) + 1);
    await pending.get(id);
    const failure = failing.get(id);
    if (failure !== undefined) throw failure;
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
  const both = () => Promise.all([directory.person("U1"), directory.byEmail("Rosa@example.com")]);
  await both();
  clock.advance(14_999);
  await both();
  assert.deepEqual([count("U1"), count("Rosa@example.com")], [1, 1]);
  clock.advance(1);
  await both();
  assert.deepEqual([count("U1"), count("Rosa@example.com")], [2, 2]);
});

test("a click is allowed only by a read of its author that began after it, and renews the cache", async () => {
  const clock = testClock();
  const { call, count } = countedCalls();
  const directory = makeDirectory(call, WORKSPACE, clock);
  await directory.person("U1", { since: clock.now() });
  clock.advance(1);
  await directory.person("U1", { since: clock.now() });
  assert.equal(count("U1"), 2);
  await directory.person("U1");
  await directory.person("U1", { since: clock.now() });
  assert.equal(count("U1"), 2);
});

const userIds = (result: Awaited<ReturnType<ReturnType<typeof makeGroups>>>) =>
  result.kind === "found" ? [...result.value] : result.kind;

test("a list of members is as old as the start of its call", async () => {
  const clock = testClock();
  const { call, count, hold } = countedCalls();
  const groups = makeGroups(call, clock);
  const release = hold("S0DBA");
  const began = clock.now();
  const first = groups("S0DBA", began);
  clock.advance(2_000);
  release();
  assert.deepEqual(userIds(await first), ["U0JANE"]);
  await groups("S0DBA", began);
  assert.equal(count("S0DBA"), 1);
  await groups("S0DBA", began + 1);
  assert.equal(count("S0DBA"), 2);
});

test("callers that need a later read than the one in progress wait for it, and then share one more", async () => {
  const clock = testClock();
  const { call, count, hold } = countedCalls();
  const groups = makeGroups(call, clock);
  const release = hold("S0DBA");
  const first = groups("S0DBA", clock.now());
  clock.advance(10);
  const later = [0, 1, 2].map((ms) => groups("S0DBA", clock.now() - ms));
  await Promise.resolve();
  assert.equal(count("S0DBA"), 1);
  release();
  const began = (await first).kind === "found" && clock.now() - 10;
  assert.deepEqual(
    (await Promise.all(later)).map((read) => read.kind === "found" && read.at),
    [clock.now(), clock.now(), clock.now()],
  );
  assert.equal(began, clock.now() - 10);
  assert.equal(count("S0DBA"), 2);
});

test("a list that is old enough for one purpose is used while another purpose reads it again", async () => {
  const clock = testClock();
  const { call, count, hold } = countedCalls();
  const groups = makeGroups(call, clock);
  const began = clock.now();
  await groups("S0DBA", began);
  clock.advance(5_000);
  const release = hold("S0DBA");
  const reading = groups("S0DBA", began + 2_000);
  const joined = groups("S0DBA", began + 2_000);
  assert.deepEqual(userIds(await groups("S0DBA", began)), ["U0JANE"]);
  release();
  await Promise.all([reading, joined]);
  assert.equal(count("S0DBA"), 2);
});

test("after a failed call the earlier list is still used where it is young enough, and the failure is returned", async () => {
  const clock = testClock();
  const { call, failing, count } = countedCalls();
  const groups = makeGroups(call, clock);
  const began = clock.now();
  await groups("S0DBA", began);
  clock.advance(5_000);
  failing.set("S0DBA", new Error("no reply for it"));
  const failed = { kind: "ambiguous", error: "no reply for it" };
  assert.deepEqual(await groups("S0DBA", clock.now()), failed);
  assert.deepEqual(userIds(await groups("S0DBA", began)), ["U0JANE"]);
  await groups("S0NEW", clock.now());
  assert.deepEqual(await groups("S0DBA", clock.now()), failed);
  assert.equal(count("S0DBA"), 3);
});

test("a read that throws blocks no later one", async () => {
  const clock = testClock();
  let reads = 0;
  const read = makeSharedReads(clock, { max: 10, keepMs: 1_000 }, async () => {
    if (++reads === 1) throw new Error("a defect");
    return { kind: "read", value: reads };
  });
  const broken = read("S0DBA", clock.now());
  clock.advance(1);
  const next = read("S0DBA", clock.now());
  await assert.rejects(broken, /a defect/);
  assert.deepEqual(await next, { kind: "found", at: clock.now(), event: 0, value: 2 });
});

test("a list that was read before the clock was set back allows nothing", async () => {
  const clock = testClock();
  const { call, count } = countedCalls();
  const groups = makeGroups(call, clock);
  await groups("S0DBA", clock.now());
  clock.advance(-30_000);
  await groups("S0DBA", clock.now());
  assert.equal(count("S0DBA"), 2);
});

test("a call that is overtaken by a thousand other groups still returns its list", async () => {
  const clock = testClock();
  const { call, hold } = countedCalls();
  const groups = makeGroups(call, clock);
  const release = hold("S0DBA");
  const slow = groups("S0DBA", clock.now());
  for (let index = 0; index < 1_000; index++) await groups(`S${index}`, clock.now());
  release();
  assert.deepEqual(userIds(await slow), ["U0JANE"]);
});

test("caches are bounded: the entry that was not used for longest is read again", async () => {
  const { call, count } = countedCalls();
  const directory = makeDirectory(call, WORKSPACE, testClock());
  for (let index = 0; index <= 10_000; index++) await directory.person(`U${index}`);
  await directory.person("U10000");
  await directory.person("U0");
  assert.deepEqual([count("U10000"), count("U0")], [1, 2]);
});

test("whether a channel is shared is cached for ten minutes, and after a refusal for thirty seconds", async () => {
  const clock = testClock();
  const { call, failing, count } = countedCalls();
  const isShared = makeSharedChannels(call, clock);
  const known = (isShared: boolean) => ({ kind: "known", isShared });
  failing.set("C0DBA", refusedBySlack("missing_scope"));
  assert.deepEqual(await isShared("C0DBA"), known(true));
  failing.clear();
  clock.advance(29_999);
  assert.deepEqual(await isShared("C0DBA"), known(true));
  clock.advance(1);
  assert.deepEqual(await isShared("C0DBA"), known(false));
  clock.advance(599_999);
  await isShared("C0DBA");
  assert.equal(count("C0DBA"), 2);
  clock.advance(1);
  await isShared("C0DBA");
  assert.equal(count("C0DBA"), 3);
});

test("a failure that can pass does not say that a channel is shared, and the next call reads it again", async () => {
  const { call, failing } = countedCalls();
  const isShared = makeSharedChannels(call, testClock());
  failing.set("C0DBA", refusedBySlack("ratelimited", 7));
  assert.deepEqual(await isShared("C0DBA"), { kind: "limited", retryAfterMs: 7_000 });
  failing.set("C0DBA", new Error("no reply"));
  assert.deepEqual(await isShared("C0DBA"), { kind: "unavailable", error: "no reply" });
  failing.clear();
  assert.deepEqual(await isShared("C0DBA"), { kind: "known", isShared: false });
});

/** The reader of runbooks, over a client that fails with `error` or returns one runbook. */
function defaultsReader() {
  const clock = testClock();
  const state = { calls: 0, error: null as Error | null };
  const client = {
    send: async () => {
      state.calls += 1;
      if (state.error !== null) throw state.error;
      const parameters = {
        Size: { type: "String", default: "small", allowedValues: ["small", "large"] },
        Force: { type: "Boolean", default: false },
        Name: { type: "String" },
      };
      const restart = { name: "restart", action: "aws:sleep", description: "Restarts it." };
      const loop = { name: "each", action: "aws:loop", inputs: { Steps: [restart, { name: "approve" }, null] } };
      return { Content: JSON.stringify({ description: "Restarts a database.", parameters, mainSteps: [loop] }) };
    },
  } as unknown as SSMClient;
  const defaults = makeDefaults(client, clock.now, makeCallPacer(clock));
  const read = (version: string | null = "1") => defaults("Prod-DB-Restart", version, new AbortController().signal);
  return { clock, state, read };
}

test("the defaults and descriptions of a runbook are cached for ten minutes, and after a failure for five seconds", async () => {
  const { clock, state, read } = defaultsReader();
  state.error = new Error("AccessDenied");
  assert.equal((await read()).kind, "failed");
  state.error = null;
  clock.advance(4_999);
  assert.equal((await read()).kind, "failed");
  clock.advance(1);
  assert.deepEqual(await read(), {
    kind: "read",
    defaults: { Size: ["small"], Force: ["false"] },
    allowedValues: { Size: ["small", "large"], Force: ["true", "false"] },
    descriptions: { runbook: "Restarts a database.", steps: new Map([["restart", "Restarts it."]]) },
  });
  clock.advance(599_999);
  await read();
  assert.equal(state.calls, 2);
  clock.advance(1);
  await read();
  assert.equal(state.calls, 3);
});

test("a failure to read a runbook names its first time, and whether a retry can help", async () => {
  const { clock, state, read } = defaultsReader();
  const since = clock.now();
  state.error = Object.assign(new Error("Rate exceeded"), { name: "ThrottlingException" });
  const failed = { kind: "failed", code: "ThrottlingException", message: "Rate exceeded", retry: true };
  assert.deepEqual(await read(), { ...failed, since });
  clock.advance(60_000);
  assert.deepEqual(await read(), { ...failed, since });
  clock.advance(5_000);
  state.error = null;
  assert.equal((await read()).kind, "read");
  clock.advance(600_000);
  for (const code of ["AccessDeniedException", "InvalidDocument", "InvalidDocumentVersion"]) {
    state.error = Object.assign(new Error("No"), { name: code });
    clock.advance(5_000);
    const { retry, since: later } = (await read()) as Awaited<ReturnType<typeof read>> & {
      retry: boolean;
      since: number;
    };
    assert.deepEqual([retry, later], [false, since + 670_000]);
  }
});

test("a version that may name another document by now is not read", async () => {
  const { state, read } = defaultsReader();
  for (const version of [null, "$DEFAULT", "$LATEST"]) {
    const result = await read(version);
    assert.deepEqual(result.kind === "failed" && [result.code, result.retry], ["VersionUnknown", false]);
  }
  assert.equal(state.calls, 0);
});
