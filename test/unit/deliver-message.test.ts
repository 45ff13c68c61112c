import assert from "node:assert/strict";
import { test } from "node:test";
import { anEntry, aRequest, REQUEST_ID } from "../support/samples.ts";
import { setUp } from "./deliver-message-setup.ts";

test("the message shows when it was posted, also after an update", async (t) => {
  const { chat, clock, round, move } = await setUp(t);
  const posted = clock.now() + 3_600_000;
  chat.nextPost.push({ answer: { kind: "unavailable", error: "ECONNREFUSED" } });
  await round();
  clock.advance(3_600_000);
  await round();
  const shown = () => [...chat.messages.values()].map(({ view }) => view.postedAt);
  assert.deepEqual(shown(), [posted]);
  const [ts] = chat.messages.keys();
  clock.advance(60_000);
  await move();
  await round();
  assert.deepEqual(shown(), [Number(ts) * 1000]);
});

test("a request is posted once, with its votes and route, and then nothing is due", async (t) => {
  const { chat, round, row, due } = await setUp(t);
  await round();
  const [[ts, message] = assert.fail("nothing was posted"), ...more] = chat.messages;
  assert.deepEqual(more, []);
  assert.deepEqual(
    [message.channelId, message.view.request.id, message.view.route?.name],
    ["C0DBA", REQUEST_ID, "databases"],
  );
  assert.deepEqual([(await row()).ts, (await row()).shownVersion], [ts, 1]);
  assert.deepEqual(await due(), []);
});

test("many changes cause one update, which shows the last of them", async (t) => {
  const { chat, round, move, row, due } = await setUp(t);
  await round();
  await move({ executionStatus: "InProgress" });
  await move({ executionStatus: "Success" });
  await round();
  assert.equal([...chat.messages.values()][0]?.view.request.executionStatus, "Success");
  assert.deepEqual(chat.slots, ["post C0DBA", "update C0DBA"]);
  assert.equal((await row()).shownVersion, 3);
  assert.deepEqual(await due(), []);
});

test("a rate limit blocks the channel and the message for as long as Slack asks", async (t) => {
  const { clock, chat, log, round, due } = await setUp(t);
  chat.nextPost.push({ answer: { kind: "limited", retryAfterMs: 30_000 } });
  assert.deepEqual(await round(), [30_000]);
  const failed = log.lines.filter(({ fields }) => fields.event === "message.post-failed");
  assert.deepEqual(
    failed.map(({ level }) => level),
    ["debug"],
    "a 429 is normal",
  );
  clock.advance(29_999);
  assert.deepEqual(await due(), []);
  clock.advance(1);
  assert.deepEqual(await round(), [0]);
  assert.equal(chat.messages.size, 1);
});

test("a refused post logs the fix once, and is retried more and more rarely", async (t) => {
  const { clock, chat, log, round, row, due } = await setUp(t);
  const waits: number[] = [];
  for (let attempt = 0; attempt < 12; attempt++) {
    chat.nextPost.push({
      answer: { kind: "refused", code: "not_in_channel", error: "not_in_channel", advice: "Invite the bot." },
    });
    assert.deepEqual(await round(), [0]);
    waits.push((await row()).nextAttemptAt - clock.now());
    clock.advance(waits.at(-1) ?? 0);
  }
  assert.deepEqual(waits.slice(0, 3), [2_000, 4_000, 8_000]);
  assert.equal(waits.at(-1), 5 * 60_000);
  assert.match((await row()).lastError ?? "", /not_in_channel.*Invite the bot/);
  assert.equal(log.lines.filter(({ level }) => level === "error").length, 1, "logged once while it stays the same");
  await round();
  assert.deepEqual([chat.messages.size, await due()], [1, []]);
});

test("an update that fails is repeated until the message is current, whatever the failure", async (t) => {
  const { clock, chat, round, move } = await setUp(t);
  await round();
  await move({ executionStatus: "Success" });
  chat.nextUpdate.push(
    { kind: "ambiguous", error: "HTTP 502" },
    { kind: "unavailable", error: "ECONNREFUSED" },
    { kind: "limited", retryAfterMs: 1_000 },
    { kind: "refused", code: "edit_window_closed", error: "edit_window_closed", advice: "x" },
  );
  for (let attempt = 0; attempt < 5; attempt++) {
    await round();
    clock.advance(5 * 60_000);
  }
  assert.equal([...chat.messages.values()][0]?.view.request.executionStatus, "Success");
  assert.equal(chat.messages.size, 1);
});

test("a change during a post or an update is not lost", async (t) => {
  const { chat, round, move, due } = await setUp(t);
  const { post, update } = chat;
  chat.post = async (...call) => {
    await move({ executionStatus: "InProgress" });
    return post(...call);
  };
  await round();
  assert.equal((await due()).length, 1);
  chat.update = async (...call) => {
    chat.update = update;
    await move({ executionStatus: "Success" });
    return update(...call);
  };
  await round();
  await round();
  assert.equal([...chat.messages.values()][0]?.view.request.executionStatus, "Success");
});

test("a request that closes before its message is posted gets no message", async (t) => {
  const { chat, round, move } = await setUp(t);
  await move({ state: "closed", outcome: { kind: "not-found", where: "aws", by: [], detail: null } });
  await round();
  assert.equal(chat.messages.size, 0);
});

test("a post that stays ambiguous is retried more and more rarely, and does not make other messages retry each time", async (t) => {
  const { clock, chat, store, deliver, due } = await setUp(t);
  await store.requests.open({
    request: aRequest({ id: "other", stepExecutionId: "other" }),
    channels: ["C0DBA"],
    audit: anEntry(),
  });
  const posts: number[] = [];
  let refusals = 0;
  chat.post = async (_, { id }) => {
    if (id === "other") {
      refusals++;
      return { kind: "refused", code: "invalid_blocks", error: "invalid_blocks", advice: "x" };
    }
    posts.push(clock.now());
    return { kind: "ambiguous", error: "fatal_error" };
  };
  for (let second = 0; second < 30 * 60; second += 3) {
    for (const row of await due()) await deliver(row, new AbortController().signal);
    clock.advance(3_000);
  }
  assert.ok(posts.length < 60, `${posts.length} posts in half an hour`);
  assert.ok(refusals < 80, `${refusals} refusals in half an hour`);
});

test("every log line about a message names its request and its channel", async (t) => {
  const { chat, log, round, move } = await setUp(t);
  chat.nextPost.push({ answer: { kind: "unavailable", error: "ECONNREFUSED" } });
  for (let go = 0; go < 3; go++) await round();
  await move({ executionStatus: "Success" });
  await round();
  const events = log.lines.map(({ fields }) => fields.event);
  for (const event of ["message.post-failed", "message.posted", "message.updated"])
    assert.ok(events.includes(event), event);
  for (const { fields } of log.lines) assert.deepEqual([fields.requestId, fields.channelId], [REQUEST_ID, "C0DBA"]);
});

test("a message that was deleted in Slack is posted again while its request is not closed", async (t) => {
  const { chat, round, row, move, due, log, lost } = await setUp(t);
  await round();
  const first = (await row()).ts;
  await move();
  const deleted = { kind: "deleted", code: "message_not_found", error: "message_not_found", advice: "x" } as const;
  chat.nextUpdate.push(deleted);
  await round();
  assert.equal((await row()).ts, null);
  assert.ok(log.lines.some(({ fields }) => fields.event === "message.update-failed"));
  chat.messages.delete(first ?? "");
  await round();
  assert.notEqual((await row()).ts, first);
  assert.deepEqual([(await row()).shownVersion, chat.messages.size, lost], [2, 1, ["deleted"]]);
  await move({ state: "closed" });
  chat.nextUpdate.push(deleted);
  await round();
  assert.deepEqual(await due(), [], "a closed request needs no new message");
});

test("a message that is deleted a second time is not posted again", async (t) => {
  const { chat, round, row, move, due } = await setUp(t);
  await round();
  for (const count of [1, 2]) {
    await move();
    chat.nextUpdate.push({ kind: "deleted", code: "message_not_found", error: "message_not_found", advice: "x" });
    await round();
    assert.equal((await due()).length, 2 - count);
    await round();
    assert.equal([...chat.messages.values()].at(-1)?.view.isReplacement, true);
  }
  assert.equal((await row()).ts, null);
});
