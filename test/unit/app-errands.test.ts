import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type ErrandDeps, makeErrand } from "../../src/app/errands.ts";
import type { ErrandKind } from "../../src/app/ports-store.ts";
import { fakeChat, fakeDirectory, testClock, testLog } from "../support/fakes.ts";
import { anEntry, aRequest, aRoute, REQUEST_ID } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

const MINUTE = 60_000;

/** A request with one errand, and a workspace that the test dictates. */
async function setUp(t: TestContext, kind: ErrandKind) {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  const chat = fakeChat();
  const directory = fakeDirectory();
  const deps: ErrandDeps = {
    ...{ notices: store.notices, requests: store.requests, messages: store.messages, directory, chat, clock },
    routes: [aRoute({ approvers: { users: [], groups: ["S0MANY"] } })],
    admins: { users: ["U0ADMIN"], groups: ["S0ADMINS"] },
    random: () => 0,
    log: testLog(),
  };
  await store.requests.open(aRequest(), ["C0DBA"], anEntry(), undefined, kind);
  const errand = makeErrand(deps);
  const round = async () => {
    for (const each of await store.notices.errands(clock.now(), 10)) await errand(each);
  };
  const isDone = async () => (await store.notices.errands(Number.MAX_SAFE_INTEGER, 10)).length === 0;
  const places = async () =>
    kind === "direct-messages"
      ? (await store.messages.ofRequest(REQUEST_ID)).map((row) => row.channelId)
      : (await store.notices.ofRequest(REQUEST_ID)).map((row) => row.channelId);
  return { clock, chat, directory, round, isDone, places };
}

test("a group of hundreds gets its direct messages although Slack lets fifty people be written to a minute", async (t) => {
  const { clock, chat, directory, round, isDone, places } = await setUp(t, "direct-messages");
  const people = Array.from({ length: 230 }, (_, index) => `U${index}`);
  directory.groups.set("S0MANY", new Set(people));
  const { direct } = chat;
  let used = 0;
  chat.direct = async (userId) => {
    if (used >= 50) return { kind: "limited", retryAfterMs: MINUTE };
    used++;
    return direct(userId);
  };
  await round();
  assert.equal((await places()).length, 1 + 50, "those who could be found have it at once");
  let minutes = 0;
  for (; !(await isDone()) && minutes < 20; minutes++) {
    clock.advance(MINUTE);
    used = 0;
    await round();
  }
  assert.ok(minutes <= 5, `not done after ${minutes} minutes`);
  assert.deepEqual(new Set(await places()), new Set(["C0DBA", ...people.map((userId) => `D${userId}`)]));
});

test("break-glass is announced to the channel also while Slack does not tell who the admins are", async (t) => {
  const { clock, directory, round, isDone, places } = await setUp(t, "break-glass");
  directory.away = "internal_error";
  await round();
  assert.deepEqual([await places(), await isDone()], [["C0DBA"], false]);
  directory.away = null;
  directory.groups.set("S0ADMINS", new Set(["U0ADMIN", "U0OPS"]));
  clock.advance(MINUTE);
  await round();
  assert.deepEqual([await places(), await isDone()], [["C0DBA", "DU0ADMIN", "DU0OPS"], true]);
});

test("somebody who cannot be written to, such as a deactivated account, holds up nobody", async (t) => {
  const { chat, directory, round, isDone, places } = await setUp(t, "no-route");
  directory.groups.set("S0ADMINS", new Set(["U0GONE", "U0OPS"]));
  const { direct } = chat;
  chat.direct = async (userId) =>
    userId === "U0GONE" ? { kind: "refused", error: "user_not_found", advice: "" } : direct(userId);
  await round();
  assert.deepEqual([await places(), await isDone()], [["DU0ADMIN", "DU0OPS"], true]);
});
