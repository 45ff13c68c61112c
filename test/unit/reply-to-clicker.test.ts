import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeReplyToClicker, REPLY_CLAIM_MS } from "../../src/app/decide/reply-to-clicker.ts";
import type { Chat } from "../../src/app/ports/slack.ts";
import { withDirectReplies } from "../../src/slack/direct-reply.ts";
import { fakeChat, fakeDirectory } from "../support/fake-slack.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { aClick } from "../support/samples.ts";
import { fakeSlackCall } from "../support/slack-call.ts";
import { aStore } from "../support/stores.ts";

async function withReply(t: TestContext) {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  const chat = fakeChat();
  const log = testLog();
  const life = { since: 0, until: Number.POSITIVE_INFINITY };
  const aliveUntil = (since: number) => (since >= life.since ? life.until : 0);
  const makeReply = (over: Chat = chat) =>
    makeReplyToClicker({ clicks: store.clicks, chat: over, aliveUntil, clock, random: () => 0, log });
  const reply = makeReply();
  await store.clicks.record(aClick());
  await store.clicks.recordEvaluated("click-U0JANE", "Only others may.", null);
  const due = () => store.clicks.unreplied(clock.now(), 10);
  const round = async () => {
    for (const click of await due()) await reply(click, clock.elapsed());
  };
  /** Claims the reply as a replica does, and returns it with the time before the claim. */
  const claim = async () => {
    const since = clock.elapsed();
    const [click] = await due();
    assert(click !== undefined && (await store.clicks.claim(click.id, clock.now(), clock.now() + REPLY_CLAIM_MS)));
    return [click, since] as const;
  };
  return { clock, chat, log, life, makeReply, reply, round, due, claim };
}

test("a reply is delivered once, in the channel of the click, to its author alone", async (t) => {
  const { chat, round } = await withReply(t);
  await round();
  await round();
  assert.deepEqual(chat.ephemerals, [{ channelId: "C0DBA", userId: "U0JANE", text: "Only others may." }]);
});

for (const [claim, failure, wait] of [
  ["Slack is unavailable", { kind: "unavailable", error: "ECONNREFUSED" }, 60_000],
  ["Slack asks to wait", { kind: "limited", retryAfterMs: 30_000 }, 30_000],
] as const) {
  test(`while ${claim}, the reply stays stored, however long that takes`, async (t) => {
    const { clock, chat, round, due } = await withReply(t);
    for (let attempt = 0; attempt < 30; attempt++) {
      chat.nextEphemeral.push(failure);
      await round();
      assert.deepEqual(await due(), [], "it backs off between attempts");
      clock.advance(wait);
    }
    await round();
    assert.equal(chat.ephemerals.length, 1);
  });
}

test("a reply that Slack refuses is logged and abandoned", async (t) => {
  const { clock, chat, log, round, due } = await withReply(t);
  chat.nextEphemeral.push({
    kind: "refused",
    code: "user_not_in_channel",
    error: "user_not_in_channel",
    advice: "The person has left.",
  });
  await round();
  clock.advance(3_600_000);
  assert.deepEqual(await due(), []);
  assert.deepEqual(
    log.lines.map(({ level, fields }) => [level, fields.error]),
    [["error", "user_not_in_channel"]],
  );
});

test("an ambiguous reply is repeated through an outage of ten minutes that resets every connection", async (t) => {
  const { clock, chat, round } = await withReply(t);
  for (const outageEndsAt = clock.now() + 600_000; clock.now() < outageEndsAt; clock.advance(1_000)) {
    chat.nextEphemeral = [{ kind: "ambiguous", error: "UND_ERR_SOCKET" }];
    await round();
  }
  chat.nextEphemeral = [];
  clock.advance(300_000);
  await round();
  assert.equal(chat.ephemerals.length, 1);
});

test("an ambiguous reply is repeated less and less often, and abandoned after an hour", async (t) => {
  const { clock, chat, log, round, due } = await withReply(t);
  const began = clock.now();
  let attempts = 0;
  for (; log.lines.every(({ level }) => level !== "error") && attempts < 50; attempts++) {
    while ((await due()).length === 0) clock.advance(1_000);
    chat.nextEphemeral.push({ kind: "ambiguous", error: "HTTP 502" });
    await round();
  }
  assert.ok(attempts > 10 && attempts < 25, `${attempts} attempts`);
  assert.ok(clock.now() - began >= 3_600_000, "an hour passed");
  clock.advance(3_600_000);
  assert.deepEqual(await due(), []);
});

for (const [claim, die] of [
  ["the heartbeat has expired", (life: { since: number; until: number }, now: number) => (life.until = now - 1)],
  [
    "the heartbeat is about to expire",
    (life: { since: number; until: number }, now: number) => (life.until = now + 2_999),
  ],
  [
    "the heartbeat expired after the claim, and is back",
    (life: { since: number; until: number }) => (life.since = 1_000),
  ],
] as const)
  test(`if ${claim}, a process sends no reply and leaves it to another replica`, async (t) => {
    const { clock, chat, life, reply, round, due, claim } = await withReply(t);
    const claimed = await claim();
    die(life, clock.now());
    await reply(...claimed);
    assert.deepEqual(chat.ephemerals, []);
    clock.advance(REPLY_CLAIM_MS - 1);
    assert.deepEqual(await due(), [], "the claim is not extended or ended");
    clock.advance(1);
    assert.deepEqual(
      (await due()).map(({ attempts, lastError }) => [attempts, lastError]),
      [[0, null]],
    );
    Object.assign(life, { since: 0, until: Number.POSITIVE_INFINITY });
    await round();
    assert.equal(chat.ephemerals.length, 1, "another replica replies");
  });

test("a process whose heartbeat lasts long enough replies", async (t) => {
  const { clock, chat, life, reply, claim } = await withReply(t);
  const claimed = await claim();
  life.until = clock.now() + 3_000;
  await reply(...claimed);
  assert.equal(chat.ephemerals.length, 1);
});

test("if the heartbeat expires during the lookup that a direct message needs, none is posted", async (t) => {
  const { clock, chat, life, makeReply, claim, due } = await withReply(t);
  const refused = { kind: "refused", code: "user_not_in_channel", error: "user_not_in_channel", advice: "" } as const;
  chat.nextEphemeral.push(refused, refused);
  const posts: unknown[] = [];
  const call = fakeSlackCall({ "chat.postMessage": ({ channel }) => ({ ts: `${posts.push(channel)}` }) });
  const directory = fakeDirectory();
  const { person } = directory;
  directory.person = async (userId) => {
    life.until = clock.now() - 1;
    return person(userId);
  };
  const reply = makeReply(withDirectReplies(chat, directory, call));
  await reply(...(await claim()));
  assert.deepEqual(posts, []);
  clock.advance(REPLY_CLAIM_MS);
  assert.equal((await due()).length, 1);
  directory.person = person;
  life.until = Number.POSITIVE_INFINITY;
  await reply(...(await claim()));
  assert.deepEqual([posts, await due()], [["DU0JANE"], []]);
});

test("no post begins that could outlast the claim: another replica could post the same reply", async (t) => {
  const refused = { kind: "refused", code: "user_not_in_channel", error: "user_not_in_channel", advice: "" } as const;
  for (const [tookMs, expected] of [
    [25_000, ["DU0JANE"]],
    [25_001, []],
  ] as const) {
    const { clock, chat, makeReply, claim, due } = await withReply(t);
    chat.nextEphemeral.push(refused);
    const posts: unknown[] = [];
    const call = fakeSlackCall({ "chat.postMessage": ({ channel }) => ({ ts: `${posts.push(channel)}` }) });
    const directory = fakeDirectory();
    const { person } = directory;
    directory.person = async (userId) => {
      clock.advance(tookMs);
      return person(userId);
    };
    await makeReply(withDirectReplies(chat, directory, call))(...(await claim()));
    assert.deepEqual(posts, expected);
    clock.advance(REPLY_CLAIM_MS - tookMs);
    assert.equal((await due()).length, 1 - expected.length);
  }
});
