import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Directory, Freshness } from "../../src/app/ports/slack.ts";
import { readWorkspace } from "../../src/slack/connection/workspace.ts";
import { makeDirectory } from "../../src/slack/people/directory.ts";
import { makeSharedChannels } from "../../src/slack/people/shared-channels.ts";
import { makeSlackCall } from "../../src/slack/slack-call.ts";
import { eventually } from "../support/eventually.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { fakeSlackCall, limited, refusedBySlack } from "../support/slack-call.ts";
import { aStore } from "../support/stores.ts";
import { world } from "./slack-support.ts";

/** Two replicas that share a store, each with its own client and caches. */
async function twoReplicas(t: TestContext) {
  const slack = await world(t);
  const clock = testClock();
  const { rateLimits } = await aStore(t, { now: clock.now });
  const found = await readWorkspace(slack.client);
  assert(found.kind === "workspace");
  const { workspace } = found;
  const replica = () => {
    const call = limited(makeSlackCall(slack.client), rateLimits, clock);
    return { directory: makeDirectory(call, workspace, clock), isShared: makeSharedChannels(call, clock) };
  };
  return { slack, clock, rateLimits, one: replica(), other: replica() };
}

const dba = { users: [], groups: ["S0DBA"] };
const members = { users: [], groups: [], channel: "members" as const };
/** Reads Slack at every call. */
const FRESH: Freshness = { since: Number.MAX_SAFE_INTEGER };
const METHODS: [method: string, read: (directory: Directory) => Promise<{ kind: string }>, found: string][] = [
  ["users.info", (directory) => directory.person("U0JANE", FRESH), "person"],
  ["users.lookupByEmail", (directory) => directory.byEmail("mia@example.com"), "person"],
  ["usergroups.users.list", (directory) => directory.isAmong(dba, "U0MIA"), "member"],
  ["conversations.members", (directory) => directory.isAmong(members, "U0ROSA", "show", ["C0APPROVALS"]), "member"],
];

for (const [method, read, found] of METHODS) {
  test(`a Retry-After for ${method} applies to every replica: none calls the method until it has elapsed`, async (t) => {
    const { slack, clock, one, other } = await twoReplicas(t);
    await slack.control("faults", { operation: method, kind: "throttle", retryAfterSeconds: 60, times: 1 });
    const limited = { kind: "unknown", error: "ratelimited" };
    assert.deepEqual(await read(one.directory), { ...limited, retryAfterMs: 60_000 });
    clock.advance(20_000);
    for (const { directory } of [one, other])
      assert.deepEqual(await read(directory), { ...limited, retryAfterMs: 40_000 });
    assert.equal(slack.requests(method).length, 1);
    clock.advance(40_000);
    assert.equal((await read(other.directory)).kind, found);
    assert.equal(slack.requests(method).length, 2);
  });
}

test("whether a channel is shared stays open while a Retry-After prevents the call to Slack", async (t) => {
  const { slack, clock, rateLimits, one } = await twoReplicas(t);
  await rateLimits.blockUntil("conversations.info", clock.now() + 60_000);
  assert.deepEqual(await one.isShared("C0APPROVALS"), { kind: "limited", retryAfterMs: 60_000 });
  assert.equal(slack.requests("conversations.info").length, 0);
  clock.advance(60_000);
  assert.deepEqual(await one.isShared("C0APPROVALS"), { kind: "known", isShared: false });
});

test("a rate-limited method does not delay other methods", async (t) => {
  const { clock, rateLimits, one } = await twoReplicas(t);
  await rateLimits.blockUntil("users.info", clock.now() + 60_000);
  assert.deepEqual(await one.directory.isAmong(dba, "U0MIA"), { kind: "member" });
});

const PEOPLE = ["U0JANE", "U0MIA", "U0ROSA", "U0ADMIN", "U0GUEST"];

test("a lookup waits at most two seconds for its slot, then calls Slack anyway", async (t) => {
  const { slack, clock, rateLimits, one } = await twoReplicas(t);
  while ((await rateLimits.acquireSlot("users.info", { intervalMs: 600, burst: 50 }, clock.now())) === 0);
  const lookups = Promise.all(PEOPLE.map((id) => one.directory.person(id)));
  await eventually("the lookups wait for their slots", () => clock.sleeping().length === PEOPLE.length + 1);
  assert.equal(slack.requests("users.info").length, 0);
  clock.advance(2_000);
  assert.deepEqual(new Set((await lookups).map(({ kind }) => kind)), new Set(["person"]));
});

test("a failure other than a rate limit blocks no method", async (t) => {
  const { slack, clock, rateLimits, one } = await twoReplicas(t);
  await slack.control("faults", { operation: "users.info", kind: "error", code: "internal_error", times: 1 });
  assert.deepEqual(await one.directory.person("U0JANE"), {
    kind: "unknown",
    error: "internal_error",
    transient: true,
  });
  assert.equal((await rateLimits.blocked(clock.now())).size, 0);
});

test("a 429 is normal: it is logged at debug with the method and the wait, and so is a call that it prevents", async (t) => {
  const clock = testClock();
  const { rateLimits } = await aStore(t, { now: clock.now });
  const log = testLog();
  const refused = () => {
    throw refusedBySlack("ratelimited", 30);
  };
  const call = limited(fakeSlackCall({ "users.info": refused }), rateLimits, clock, log);
  for (let calls = 0; calls < 2; calls++)
    assert.deepEqual(await call("users.info", { user: "U0JANE" }), { kind: "limited", retryAfterMs: 30_000 });
  assert.deepEqual(
    log.lines.map(({ level, fields: { event, bucket, retryAfterMs } }) => [level, event, bucket, retryAfterMs]),
    [
      ["debug", "rate-limit.exceeded", "users.info", 30_000],
      ["debug", "rate-limit.blocked", "users.info", 30_000],
    ],
  );
});
