import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Directory } from "../../src/app/ports/slack.ts";
import { readWorkspace } from "../../src/slack/connection/workspace.ts";
import { makeDirectory } from "../../src/slack/people/directory.ts";
import { makeSharedChannels } from "../../src/slack/people/shared-channels.ts";
import { makeSlackCall } from "../../src/slack/slack-call.ts";
import { eventually } from "../support/eventually.ts";
import { testClock } from "../support/fakes.ts";
import { limited } from "../support/slack-call.ts";
import { aStore } from "../support/stores.ts";
import { world } from "./slack-support.ts";

/** Two replicas that share a store, each with its own client and memory. */
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
const METHODS: [method: string, ask: (directory: Directory) => Promise<{ kind: string }>, found: string][] = [
  ["users.info", (directory) => directory.person("U0JANE", true), "person"],
  ["users.lookupByEmail", (directory) => directory.byEmail("mia@example.com"), "person"],
  ["usergroups.users.list", (directory) => directory.isAmong(dba, "U0MIA"), "member"],
  ["conversations.members", (directory) => directory.isAmong(members, "U0ROSA", "decide", ["C0APPROVALS"]), "member"],
];

for (const [method, ask, found] of METHODS) {
  test(`what Slack asks to wait for before ${method} is kept by every replica: none of them calls until then`, async (t) => {
    const { slack, clock, one, other } = await twoReplicas(t);
    await slack.control("faults", { operation: method, kind: "throttle", retryAfterSeconds: 60, times: 1 });
    const limited = { kind: "unknown", error: "ratelimited" };
    assert.deepEqual(await ask(one.directory), { ...limited, retryAfterMs: 60_000 });
    clock.advance(20_000);
    for (const { directory } of [one, other])
      assert.deepEqual(await ask(directory), { ...limited, retryAfterMs: 40_000 });
    assert.equal(slack.requests(method).length, 1);
    clock.advance(40_000);
    assert.equal((await ask(other.directory)).kind, found);
    assert.equal(slack.requests(method).length, 2);
  });
}

test("whether a channel is shared is not asked of Slack while it asks to wait: it counts as shared", async (t) => {
  const { slack, clock, rateLimits, one } = await twoReplicas(t);
  await rateLimits.blockUntil("conversations.info", clock.now() + 60_000);
  assert.equal(await one.isShared("C0APPROVALS"), true);
  assert.equal(slack.requests("conversations.info").length, 0);
  clock.advance(60_000);
  assert.equal(await one.isShared("C0APPROVALS"), false);
});

test("a method that is limited holds up no other", async (t) => {
  const { clock, rateLimits, one } = await twoReplicas(t);
  await rateLimits.blockUntil("users.info", clock.now() + 60_000);
  assert.deepEqual(await one.directory.isAmong(dba, "U0MIA"), { kind: "member" });
});

test("who clicked is not held for long by the pace alone: after two seconds Slack is asked all the same", async (t) => {
  const { slack, clock, rateLimits, one } = await twoReplicas(t);
  while ((await rateLimits.acquireSlot("users.info", { intervalMs: 600, burst: 50 }, clock.now())) === 0);
  const asked = Promise.all(Array.from({ length: 10 }, () => one.directory.person("U0JANE", true)));
  await eventually("they wait for their turns", () => clock.sleeping().length === 11);
  assert.equal(slack.requests("users.info").length, 0);
  clock.advance(2_000);
  assert.deepEqual(new Set((await asked).map(({ kind }) => kind)), new Set(["person"]));
});

test("what fails for another reason than a limit holds no lane", async (t) => {
  const { slack, clock, rateLimits, one } = await twoReplicas(t);
  await slack.control("faults", { operation: "users.info", kind: "error", code: "internal_error", times: 1 });
  assert.deepEqual(await one.directory.person("U0JANE", true), { kind: "unknown", error: "internal_error" });
  assert.equal((await rateLimits.blocked(clock.now())).size, 0);
});
