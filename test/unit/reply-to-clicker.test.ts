import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeReplyToClicker } from "../../src/app/decide/reply-to-clicker.ts";
import { fakeChat } from "../support/fake-slack.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { aClick } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

async function withReply(t: TestContext) {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  const chat = fakeChat();
  const log = testLog();
  const reply = makeReplyToClicker({ clicks: store.clicks, chat, clock, random: () => 0, log });
  await store.clicks.record(aClick());
  await store.clicks.recordEvaluated("click-U0JANE", "Only others may.", null);
  const due = () => store.clicks.unreplied(clock.now(), 10);
  const round = async () => {
    for (const click of await due()) await reply(click);
  };
  return { clock, chat, log, round, due };
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
