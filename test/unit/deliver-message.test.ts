import assert from "node:assert/strict";
import { test } from "node:test";
import { anAttempt, anEntry, aRequest, aVote, REQUEST_ID } from "../support/samples.ts";
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
  for (let second = 0; second < 30 * 60; second++) {
    for (const row of await due()) await deliver(row, new AbortController().signal);
    clock.advance(1_000);
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
  const { chat, round, row, move, due, log } = await setUp(t);
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
  assert.deepEqual([(await row()).shownVersion, chat.messages.size], [2, 1]);
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

test("admins learn once that the only channel of a request cannot be used", async (t) => {
  const { chat, clock, store, round } = await setUp(t);
  for (let attempt = 0; attempt < 2; attempt++) {
    chat.nextPost.push({ answer: { kind: "refused", code: "is_archived", error: "is_archived", advice: "x" } });
    await round();
    clock.advance(600_000);
  }
  const lookups = await store.recipientLookups.due(clock.now(), 10);
  assert.deepEqual(
    lookups.map(({ kind }) => kind),
    ["channel-unavailable"],
  );
});

test("admins learn once that a channel was archived after the post, and again after it worked", async (t) => {
  const { clock, store, chat, round, move } = await setUp(t);
  await round();
  const second = aRequest({ id: "second", stepExecutionId: "second", openedAt: clock.now() });
  await store.requests.open({ request: second, channels: ["C0DBA"], audit: anEntry() });
  const refused = { kind: "refused", code: "is_archived", error: "is_archived", advice: "x" } as const;
  const lookups = async () =>
    (await store.recipientLookups.due(clock.now(), 10)).filter(({ kind }) => kind === "channel-unavailable").length;
  chat.nextUpdate.push(refused);
  chat.nextPost.push({ answer: refused });
  await move();
  await round();
  assert.equal(await lookups(), 1);
  clock.advance(600_000);
  await round();
  const third = aRequest({ id: "third", stepExecutionId: "third", openedAt: clock.now() });
  await store.requests.open({ request: third, channels: ["C0DBA"], audit: anEntry() });
  chat.nextPost.push({ answer: refused });
  await round();
  assert.equal(await lookups(), 2, "the channel took a message in between");
});

test("no admin is told of a refused update while another channel has the message, or after the end", async (t) => {
  const { clock, store, chat, round, move } = await setUp(t);
  const second = aRequest({ id: "second", stepExecutionId: "second", openedAt: clock.now() });
  await store.requests.open({ request: second, channels: ["C0DBA", "C0TWO"], audit: anEntry() });
  await round();
  await store.requests.advance({ requestId: "second", expectedVersion: 1, patch: {}, audit: [] });
  await move({ state: "closed" });
  const refused = { kind: "refused", code: "is_archived", error: "is_archived", advice: "x" } as const;
  for (const row of await store.messages.due(clock.now(), 10))
    if (row.channelId === "C0DBA") chat.nextUpdate.push(refused);
  await round();
  const kinds = (await store.recipientLookups.due(clock.now(), 10)).map(({ kind }) => kind);
  assert.ok(!kinds.includes("channel-unavailable"), kinds.join());
});

test("a message that Slack no longer lets the bot edit gets its decision as a reply, once, without further attempts", async (t) => {
  const { store, chat, round, due, move } = await setUp(t);
  await round();
  for (const patch of [{ state: "decided", decision: "approve" }, {}, { state: "closed" }] as const) {
    await move(patch);
    chat.nextUpdate.push({
      kind: "not-editable",
      code: "edit_window_closed",
      error: "edit_window_closed",
      advice: "x",
    });
    await round();
    assert.deepEqual(await due(), []);
  }
  const replies = (await store.notices.ofRequest(REQUEST_ID)).filter(({ kind }) => kind === "not-editable");
  const { version } = (await store.requests.byId(REQUEST_ID)) ?? {};
  assert.deepEqual(replies.map(({ number }) => number).toSorted(), [2, version]);
});

test("a message that cannot be edited gets a reply for each vote and for each problem of the signal, and no flood", async (t) => {
  const { store, chat, round, move } = await setUp(t);
  await round();
  const change = async (more: object, patch = {}) => {
    const request = await store.requests.byId(REQUEST_ID);
    assert(request !== null);
    const about = { requestId: REQUEST_ID, expectedVersion: request.version, audit: [] };
    assert(await store.requests.advance({ ...about, patch, ...more }));
    const code = "edit_window_closed";
    chat.nextUpdate.push({ kind: "not-editable", code, error: code, advice: "x" });
    await round();
    return (await store.notices.ofRequest(REQUEST_ID)).length;
  };
  const denied = (attempt: number) => ({
    attempt: anAttempt({
      requestId: REQUEST_ID,
      attempt,
      state: "refused",
      error: `AccessDeniedException: try ${attempt}`,
    }),
  });
  assert.equal(await change({ vote: aVote("U0JANE", { at: 1 }) }), 1);
  assert.equal(await change({ removeVotes: ["U0JANE"] }), 2, "a withdrawal");
  assert.equal(await change({ vote: aVote("U0JANE", { at: 3 }) }), 3, "a vote after a withdrawal");
  assert.equal(await change({}), 3, "nothing that people see");
  assert.equal(await change({}, { state: "decided", decision: "approve", signal: "due" }), 4);
  assert.equal(await change(denied(1)), 5, "AWS refuses");
  assert.equal(await change(denied(2)), 5, "AWS refuses again");
  assert.equal(await change({}, { signal: "ambiguous" }), 6, "no clear reply");
  assert.equal(await change({}, { state: "closed" }), 7);
  await move();
});

test("a message that Slack no longer lets the bot edit gets one notice in its channel", async (t) => {
  const { clock, store, chat, round, move } = await setUp(t);
  await round();
  for (let attempt = 0; attempt < 3; attempt++) {
    await move();
    const code = "edit_window_closed";
    chat.nextUpdate.push({ kind: "not-editable", code, error: code, advice: "x" });
    await round();
    clock.advance(600_000);
  }
  assert.deepEqual(
    (await store.notices.ofRequest(REQUEST_ID)).map(({ kind, channelId }) => `${kind} ${channelId}`),
    ["not-editable C0DBA"],
  );
});
