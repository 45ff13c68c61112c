import assert from "node:assert/strict";
import { test } from "node:test";
import { anAttempt, anEntry, aRequest, aRoute, aVote, REQUEST_ID } from "../support/samples.ts";
import { setUp } from "./deliver-message-setup.ts";

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
  const { clock, store, chat, round, move, deliver } = await setUp(t);
  const abort = new AbortController().signal;
  await round();
  const second = aRequest({ id: "second", stepExecutionId: "second", openedAt: clock.now() });
  await store.requests.open({ request: second, channels: ["C0DBA"], audit: anEntry() });
  const refused = { kind: "refused", code: "is_archived", error: "is_archived", advice: "x" } as const;
  const lookups = async () =>
    (await store.recipientLookups.due(clock.now(), 10)).filter(({ kind }) => kind === "channel-unavailable").length;
  // Slack's code for an update in an archived channel.
  chat.nextUpdate.push({ ...refused, code: "is_inactive", error: "is_inactive" });
  await move();
  for (const row of await store.messages.due(clock.now(), 10)) if (row.ts !== null) await deliver(row, abort);
  assert.equal(await lookups(), 1, "the update alone is enough");
  chat.nextPost.push({ answer: refused });
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

test("admins learn of each escalation channel that cannot be used, once for each cause, and again after it worked", async (t) => {
  const escalate = { after: 60_000, channels: ["C0ONCALL", "C0NIGHT"], mention: ["S0ONCALL"] };
  const { clock, store, chat, round } = await setUp(t, aRoute({ escalate }));
  await round();
  const open = async (id: string) => {
    const request = aRequest({ id, stepExecutionId: id, openedAt: clock.now(), nextReminderAt: 1 });
    await store.requests.open({ request, channels: ["C0DBA"], audit: anEntry() });
    await round();
    const escalateTo = escalate.channels;
    const [kinds, channels, detail, next] = [["escalated"] as const, ["C0DBA"], "{}", null];
    assert(await store.requests.recordReminded({ request, kinds: [...kinds], channels, escalateTo, detail, next }));
  };
  const refuse = (code: string) => {
    for (const _ of escalate.channels)
      chat.nextPost.push({ answer: { kind: "refused", code, error: code, advice: "x" } });
  };
  const lookups = async () => {
    const due = await store.recipientLookups.due(clock.now(), 10);
    return due.map(({ kind, requestId, subject }) => [kind, requestId, subject].join(" ")).toSorted();
  };
  const expected = (requestId: string, code: string) =>
    ["C0NIGHT", "C0ONCALL"].map((channelId) =>
      ["escalation-unavailable", requestId, JSON.stringify({ channelId, code })].join(" "),
    );
  await open("first");
  refuse("is_archived");
  await round();
  assert.deepEqual(await lookups(), expected("first", "is_archived"));
  clock.advance(600_000);
  refuse("is_archived");
  await round();
  assert.deepEqual(await lookups(), expected("first", "is_archived"), "the same cause");
  clock.advance(600_000);
  refuse("not_in_channel");
  await round();
  const both = [...expected("first", "is_archived"), ...expected("first", "not_in_channel")].toSorted();
  assert.deepEqual(await lookups(), both, "another cause");
  clock.advance(600_000);
  await round();
  await open("second");
  refuse("is_archived");
  await round();
  assert.deepEqual(await lookups(), [...both, ...expected("second", "is_archived")], "after the channels worked");
});

test("admins learn once of an outage of several channels, whichever fails last, and that one has the message", async (t) => {
  const channels = ["C0DBA", "C0TWO"];
  const { clock, store, chat, round, deliver } = await setUp(t, aRoute({ channels }));
  await round();
  const refused = (code: string) => ({ kind: "refused", code, error: code, advice: "x" }) as const;
  const lookups = async () =>
    (await store.recipientLookups.due(clock.now(), 10)).map(({ requestId, kind, subject }) =>
      [requestId, kind, subject].join(" "),
    );
  for (const [id, first] of [
    ["second", "C0DBA"],
    ["third", "C0TWO"],
  ] as const) {
    const request = aRequest({ id, stepExecutionId: id, openedAt: clock.now() });
    await store.requests.open({ request, channels, audit: anEntry() });
    for (const code of ["no_permission", "ekm_access_denied"]) chat.nextPost.push({ answer: refused(code) });
    const rows = await store.messages.ofRequest(id);
    for (const row of first === "C0DBA" ? rows : rows.toReversed()) await deliver(row, new AbortController().signal);
  }
  assert.deepEqual(await lookups(), ["second channel-unavailable "]);
  clock.advance(600_000);
  const posts = (await store.messages.due(clock.now(), 10)).filter(({ channelId }) => channelId === "C0DBA");
  for (const row of posts) await store.messages.recordPosted(row.id, `1800000000.00000${row.id.length}`, 1);
  const open = aRequest({ id: "fourth", stepExecutionId: "fourth", openedAt: clock.now() });
  await store.requests.open({ request: open, channels, audit: anEntry() });
  const rows = await store.messages.ofRequest("fourth");
  await store.messages.recordPosted(rows[0]?.id ?? "", "1800000001.000000", 1);
  await store.requests.advance({ requestId: "fourth", expectedVersion: 1, patch: {}, audit: [] });
  for (let call = 0; call < 10; call++) {
    chat.nextPost.push({ answer: refused("is_archived") });
    chat.nextUpdate.push(refused("is_inactive"));
  }
  await round();
  assert.ok((await lookups()).includes("fourth channel-unavailable posted"), (await lookups()).join());
});

test("an escalation that Slack takes does not hide that the only channel of a request is unavailable", async (t) => {
  const escalate = { after: 60_000, channels: ["C0ONCALL"], mention: ["S0ONCALL"] };
  const { clock, store, chat, round, deliver } = await setUp(t, aRoute({ escalate }));
  await round();
  const request = aRequest({ id: "second", stepExecutionId: "second", openedAt: clock.now(), nextReminderAt: 1 });
  await store.requests.open({ request, channels: ["C0DBA"], audit: anEntry() });
  const [kinds, channels] = [["escalated"] as const, ["C0DBA"]];
  const escalateTo = ["C0ONCALL"];
  const reminded = { request, kinds: [...kinds], channels, escalateTo, detail: "{}", next: null };
  assert(await store.requests.recordReminded(reminded));
  for (const row of await store.messages.due(clock.now(), 10)) {
    const refused = { kind: "refused", code: "is_archived", error: "is_archived", advice: "x" } as const;
    if (row.channelId === "C0DBA") chat.nextPost.push({ answer: refused });
    await deliver(row, new AbortController().signal);
  }
  const lookups = (await store.recipientLookups.due(clock.now(), 10)).map(({ kind }) => kind);
  assert.deepEqual(lookups, ["channel-unavailable"]);
});

test("an escalation that could not be posted before the decision is not posted after it", async (t) => {
  const escalate = { after: 60_000, channels: ["C0ONCALL"], mention: ["S0ONCALL"] };
  const { clock, store, chat, round, due, move, deliver } = await setUp(t, aRoute({ escalate }));
  await round();
  const request = aRequest({ id: "second", stepExecutionId: "second", openedAt: clock.now(), nextReminderAt: 1 });
  await store.requests.open({ request, channels: ["C0DBA"], audit: anEntry() });
  await round();
  const kinds = ["escalated"] as const;
  const [channels, escalateTo] = [["C0DBA"], ["C0ONCALL"]];
  assert(
    await store.requests.recordReminded({ request, kinds: [...kinds], channels, escalateTo, detail: "{}", next: null }),
  );
  await move();
  const patch = { state: "decided", decision: "approve" } as const;
  await store.requests.advance({ requestId: "second", expectedVersion: 1, patch, audit: [] });
  for (const row of await due()) await deliver(row, new AbortController().signal);
  assert.ok(chat.contents.every(({ channelId }) => channelId === "C0DBA"));
  assert.ok(
    (await due()).every(({ channelId }) => channelId === "C0DBA"),
    "no slot is spent on it each second",
  );
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
  const { store, chat, lost, round, due, move } = await setUp(t);
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
  assert.deepEqual(lost, ["not-editable"], "the message is counted once, whatever changes");
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
