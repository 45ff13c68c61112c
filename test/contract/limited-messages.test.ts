import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { WebAPIRateLimitedError } from "@slack/web-api";
import { makeReplyToClicker } from "../../src/app/decide/reply-to-clicker.ts";
import type { Clock } from "../../src/app/ports/aws.ts";
import type { RateLimitStore } from "../../src/app/ports/coordination.ts";
import type { Chat } from "../../src/app/ports/slack.ts";
import { makeChat } from "../../src/slack/chat.ts";
import { eventually } from "../support/eventually.ts";
import { aliveUntil, testClock, testLog } from "../support/fakes.ts";
import { aClick, anEntry, aRequest } from "../support/samples.ts";
import { fakeSlackCall, limited } from "../support/slack-call.ts";
import { aStore } from "../support/stores.ts";

const AUTHOR = { appId: "A0OURS", botId: "B0OURS", url: "https://sandbox.slack.com/" };

const BURST = 20;

/** Fakes Slack and counts its calls. Each entry of `retryAfterSeconds` limits one call. */
function countedSlack() {
  const counted = { calls: 0, retryAfterSeconds: [] as number[] };
  const reply = (response: object) => () => {
    counted.calls++;
    const seconds = counted.retryAfterSeconds.shift();
    if (seconds !== undefined) throw new WebAPIRateLimitedError(seconds);
    return response;
  };
  const call = fakeSlackCall({
    "chat.postEphemeral": reply({}),
    "conversations.history": reply({ messages: [] }),
    "conversations.open": reply({ channel: { id: "D0JANE" } }),
  });
  /** Makes a replica with these rate limits. */
  const replica = (rateLimits: RateLimitStore, clock: Clock) =>
    makeChat(limited(call, rateLimits, clock), AUTHOR, clock);
  return { counted, replica };
}

test("ephemeral messages of all replicas keep to the rate limit, and none waits longer than its timeout", async (t) => {
  const clock = testClock();
  const { rateLimits } = await aStore(t, { now: clock.now });
  const { counted, replica } = countedSlack();
  const replicas = [replica(rateLimits, clock), replica(rateLimits, clock)];
  const all = Array.from({ length: BURST + 2 }, (_, index) =>
    replicas[index % 2]?.postEphemeral("C0DBA", "U0JANE", "no"),
  );
  await eventually("the burst is sent", () => counted.calls === BURST && clock.sleeping().length === 4);
  clock.advance(600);
  await eventually("one more is sent", () => counted.calls === BURST + 1);
  clock.advance(2_000);
  await Promise.all(all);
  assert.equal(counted.calls, BURST + 2);
});

test("a Retry-After is shared by all replicas; an unreachable database delays no call", async (t) => {
  const clock = testClock();
  const { rateLimits } = await aStore(t, { now: clock.now });
  const { counted, replica } = countedSlack();
  const chat = replica(rateLimits, clock);
  counted.retryAfterSeconds.push(5);
  await chat.find("C0DBA", "id", 0);
  assert.deepEqual([...(await rateLimits.blocked(clock.now()))], [["conversations.history", clock.now() + 5_000]]);

  const unreachable = async () => {
    throw new Error("the database is unreachable");
  };
  const lost = { acquireSlot: unreachable, blockUntil: unreachable, blocked: unreachable };
  counted.retryAfterSeconds.push(5);
  const result = await replica(lost, clock).postEphemeral("C0DBA", "U0JANE", "no");
  assert.deepEqual(result, { kind: "limited", retryAfterMs: 5_000 });
  assert.deepEqual(await chat.postEphemeral("C0DBA", "U0JANE", "yes"), { kind: "delivered" });
});

test("each page of a channel's history takes a slot", async (t) => {
  const clock = testClock();
  const { rateLimits } = await aStore(t, { now: clock.now });
  let pages = 0;
  const call = fakeSlackCall({
    "conversations.history": () => ({ messages: [], response_metadata: { next_cursor: `page ${++pages}` } }),
  });
  const found = makeChat(limited(call, rateLimits, clock), AUTHOR, clock).find("C0DBA", "id", 0);
  await eventually("the burst is read", () => pages === 10 && clock.sleeping().length === 2);
  clock.advance(1_200);
  await eventually("one more page is read", () => pages === 11 && clock.sleeping().length === 2);
  const ended = found.then(() => true);
  await eventually("the last page is read", () => {
    clock.advance(1_200);
    return pages === 50;
  });
  assert.equal(await ended, true);
});

const CALLS: [method: string, call: (chat: Chat) => Promise<{ kind: string }>][] = [
  ["conversations.history", (chat: Chat) => chat.find("C0DBA", "id", 0)],
  ["conversations.open", (chat: Chat) => chat.openDirectMessage("U0JANE")],
  ["chat.postEphemeral", (chat: Chat) => chat.postEphemeral("C0DBA", "U0JANE", "no")],
];

/** Returns the result without advancing the clock. */
async function promptly<T extends {}>(result: Promise<T>): Promise<T> {
  let found: T | undefined;
  result.then((value) => {
    found = value;
  });
  return eventually("the call ends", () => found);
}

/** Two replicas that share their rate limits. */
async function twoReplicas(t: TestContext) {
  const clock = testClock();
  const { rateLimits } = await aStore(t, { now: clock.now });
  const { counted, replica } = countedSlack();
  return {
    clock,
    rateLimits,
    one: replica(rateLimits, clock),
    other: replica(rateLimits, clock),
    calls: () => counted.calls,
  };
}

for (const [method, call] of CALLS) {
  test(`a Retry-After longer than the timeout lets no replica call ${method}: the call fails immediately with the remaining time`, async (t) => {
    const { clock, rateLimits, one, other, calls } = await twoReplicas(t);
    await rateLimits.blockUntil(method, clock.now() + 60_000);
    assert.deepEqual(await promptly(call(one)), { kind: "limited", retryAfterMs: 60_000 });
    clock.advance(20_000);
    assert.deepEqual(await promptly(call(other)), { kind: "limited", retryAfterMs: 40_000 });
    assert.equal(calls(), 0);
  });

  test(`a short Retry-After delays the call of ${method}`, async (t) => {
    const { clock, rateLimits, one, calls } = await twoReplicas(t);
    await rateLimits.blockUntil(method, clock.now() + 1_000);
    const result = call(one);
    await eventually("the call waits for its slot", () => clock.sleeping().includes(1_000));
    assert.equal(calls(), 0);
    clock.advance(1_000);
    assert.notEqual((await promptly(result)).kind, "limited");
    assert.equal(calls(), 1);
  });

  test(`a Retry-After that arrives while a call of ${method} waits for its slot applies to that call`, async (t) => {
    const { clock, rateLimits, one, calls } = await twoReplicas(t);
    await rateLimits.blockUntil(method, clock.now() + 1_000);
    const result = call(one);
    await eventually("the call waits for its slot", () => clock.sleeping().includes(1_000));
    await rateLimits.blockUntil(method, clock.now() + 60_000);
    clock.advance(10_000);
    assert.deepEqual(await promptly(result), { kind: "limited", retryAfterMs: 50_000 });
    assert.equal(calls(), 0);
  });
}

test("a rate-limited reply is sent after the Retry-After", async (t) => {
  const clock = testClock();
  const { rateLimits, clicks, ...store } = await aStore(t, { now: clock.now });
  await store.requests.open({ request: aRequest(), channels: ["C0DBA"], audit: anEntry() });
  await clicks.record(aClick("U0JANE"));
  await clicks.recordEvaluated(aClick("U0JANE").id, "because", anEntry());
  const { counted, replica } = countedSlack();
  const reply = makeReplyToClicker({
    clicks,
    chat: replica(rateLimits, clock),
    aliveUntil,
    clock,
    random: () => 0,
    log: testLog(),
  });
  await rateLimits.blockUntil("chat.postEphemeral", clock.now() + 60_000);
  const due = () => clicks.unreplied(clock.now(), 10);
  for (const click of await due()) await promptly(reply(click, clock.elapsed()).then(() => true));
  assert.deepEqual([counted.calls, (await due()).length], [0, 0]);
  clock.advance(60_000);
  for (const click of await due()) await reply(click, clock.elapsed());
  assert.deepEqual([counted.calls, (await due()).length], [1, 0]);
});
