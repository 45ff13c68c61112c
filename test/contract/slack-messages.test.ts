import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OTHER_BOT_TOKEN } from "../../sandbox/slack/seed.ts";
import { getError, makeClient, type Reply, section, type World, world } from "./slack-support.ts";

const post = (w: World, more: object = {}) =>
  w.client.chat.postMessage({ channel: "C0APPROVALS", text: "x", ...more } as never);
const readMessages = async (w: World, id: string): Promise<Reply[]> =>
  (await w.state()).channels.find((each: Reply) => each.id === id).messages;

describe("chat.postMessage", () => {
  it("returns the stored message", async (t) => {
    const w = await world(t);
    const metadata = { event_type: "approval", event_payload: { request_id: "req-1" } };
    const answer = await post(w, { text: "hello", blocks: [section("hello")], metadata });
    assert.match(String(answer.ts), /^\d{10}\.\d{6}$/);
    assert.partialDeepStrictEqual(answer, {
      channel: "C0APPROVALS",
      message: {
        type: "message",
        user: "U0COUNTERSN",
        bot_id: "B0COUNTERSN",
        app_id: "A0COUNTERSN",
        bot_profile: { app_id: "A0COUNTERSN", name: "Countersign", team_id: "T0SANDBOX01" },
        team: "T0SANDBOX01",
        text: "hello",
        ts: answer.ts,
        metadata,
      },
    });
  });

  it("gives each message of a channel a unique timestamp, even within a millisecond", async (t) => {
    const w = await world(t, { rateLimits: false });
    const answers = await Promise.all(Array.from({ length: 30 }, () => post(w)));
    assert.equal(new Set(answers.map((each) => each.ts)).size, 30);
  });

  const REJECTED: [error: string, args: object][] = [
    ["channel_not_found", { channel: "C0NOWHERE" }],
    ["channel_not_found", { channel: "C0SECRET" }],
    ["not_in_channel", { channel: "C0RANDOM" }],
    ["is_archived", { channel: "C0OLD" }],
    ["no_text", { text: undefined }],
    ["no_text", { text: "  " }],
    ["cannot_reply_to_message", { thread_ts: "1700000000.000001" }],
    ["invalid_blocks_format", { blocks: "[" }],
    ["invalid_blocks_format", { blocks: ["x"] }],
    ["invalid_blocks", { blocks: [section("")] }],
    ["msg_blocks_too_long", { blocks: Array.from({ length: 5 }, () => section("x".repeat(2641))) }],
    ["invalid_blocks", { attachments: "{" }],
    ["invalid_metadata_format", { metadata: "{" }],
    ["invalid_metadata_schema", { metadata: { event_type: "x" } }],
    ["markdown_text_conflict", { markdown_text: "**x**" }],
  ];
  for (const [error, args] of REJECTED) {
    it(`fails with ${error} for ${JSON.stringify(args).slice(0, 60)}`, async (t) => {
      const w = await world(t);
      assert.equal((await getError(post(w, args))).error, error);
      assert.equal(w.requests("chat.postMessage")[0]?.executed, false);
      assert.deepEqual(await readMessages(w, "C0APPROVALS"), []);
    });
  }

  it("accepts 13,200 characters of text in all blocks", async (t) => {
    const w = await world(t);
    const blocks = Array.from({ length: 5 }, () => section("x".repeat(2640)));
    assert.equal((await post(w, { blocks })).ok, true);
  });

  it("names the invalid block and its problem in the response", async (t) => {
    const w = await world(t);
    const answer = await getError(post(w, { blocks: [section("x".repeat(3001))] }));
    assert.deepEqual(answer.response_metadata.messages, [
      "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ]);
    assert.deepEqual(answer.errors, ["must be less than 3001 characters [json-pointer:/blocks/0/text/text]"]);
  });

  it("truncates its text at 40,000 characters", async (t) => {
    const w = await world(t);
    const answer = await post(w, { text: "x".repeat(40_001) });
    assert.equal(answer.message?.text?.length, 40_000);
  });

  it("fails with restricted_action if a workspace preference forbids it", async (t) => {
    const w = await world(t);
    await w.control("channel", { channel: "C0APPROVALS", restricted: true });
    assert.equal((await getError(post(w))).error, "restricted_action");
  });

  it("works in a private channel after an invitation, and not after a removal", async (t) => {
    const w = await world(t);
    await w.control("channel", { channel: "C0SECRET", invite: ["U0COUNTERSN"] });
    assert.equal((await post(w, { channel: "C0SECRET" })).ok, true);
    await w.control("channel", { channel: "C0SECRET", kick: ["U0COUNTERSN"] });
    assert.equal((await getError(post(w, { channel: "C0SECRET" }))).error, "channel_not_found");
  });

  it("posts to a person's id in the direct message with them", async (t) => {
    const w = await world(t);
    const { channel } = await post(w, { channel: "U0JANE" });
    const opened = await w.client.conversations.open({ users: "U0JANE" });
    assert.equal(opened.channel?.id, channel);
    assert.equal((await getError(post(w, { channel: "U0GONE" }))).error, "channel_not_found");
  });
});

describe("chat.update", () => {
  it("changes a message of the app, keeps its metadata, and marks it as edited", async (t) => {
    const w = await world(t);
    const metadata = { event_type: "approval", event_payload: { request_id: "req-1" } };
    const { ts } = await post(w, { blocks: [section("old")], metadata });
    const updated = await w.client.chat.update({
      channel: "C0APPROVALS",
      ts: String(ts),
      text: "new",
      blocks: [section("new")],
    });
    assert.partialDeepStrictEqual(updated, { text: "new", ts, channel: "C0APPROVALS" });
    const [message] = await readMessages(w, "C0APPROVALS");
    assert.partialDeepStrictEqual(message, { text: "new", metadata, edited: { user: "B0COUNTERSN" } });
    assert.equal(message.blocks[0].text.text, "new");
  });

  it("rejects text over 4,000 characters, which chat.postMessage accepts", async (t) => {
    const w = await world(t);
    const { ts } = await post(w, { text: "x".repeat(4001) });
    const update = (text: string) => w.client.chat.update({ channel: "C0APPROVALS", ts: String(ts), text });
    assert.equal((await getError(update("x".repeat(4001)))).error, "msg_too_long");
    assert.equal((await update("x".repeat(4000))).ok, true);
  });

  it("cannot change or delete a message of another app or a person", async (t) => {
    const w = await world(t);
    await w.control("channel", { channel: "C0RANDOM", invite: ["U0COUNTERSN"] });
    const theirs = await makeClient(w.slack, OTHER_BOT_TOKEN).chat.postMessage({ channel: "C0RANDOM", text: "x" });
    const { ts } = await w.control("post", { user: "U0JANE", channel: "C0RANDOM", text: "y" });
    for (const other of [String(theirs.ts), ts]) {
      const at = { channel: "C0RANDOM", ts: other };
      assert.equal((await getError(w.client.chat.update({ ...at, text: "mine" }))).error, "cant_update_message");
      assert.equal((await getError(w.client.chat.delete(at))).error, "cant_delete_message");
    }
  });

  it("fails with message_not_found, edit_window_closed or no_text", async (t) => {
    const w = await world(t);
    const { ts } = await post(w);
    const at = { channel: "C0APPROVALS", ts: String(ts) };
    assert.equal(
      (await getError(w.client.chat.update({ ...at, ts: "1.000001", text: "x" }))).error,
      "message_not_found",
    );
    assert.equal((await getError(w.client.chat.update({ ...at, text: "" }))).error, "no_text");
    await w.control("settings", { editWindowClosed: true });
    assert.equal((await getError(w.client.chat.update({ ...at, text: "x" }))).error, "edit_window_closed");
  });

  it("fails with message_not_found after chat.delete", async (t) => {
    const w = await world(t);
    const { ts } = await post(w);
    const at = { channel: "C0APPROVALS", ts: String(ts) };
    assert.match(
      String((await w.client.chat.getPermalink({ channel: at.channel, message_ts: at.ts })).permalink),
      /\/archives\/C0APPROVALS\/p\d{16}$/,
    );
    await w.client.chat.delete(at);
    assert.equal((await getError(w.client.chat.update({ ...at, text: "x" }))).error, "message_not_found");
  });
});

describe("chat.postEphemeral", () => {
  it("is visible to one person, is not in the history, and cannot be updated", async (t) => {
    const w = await world(t);
    const { message_ts: ts } = await w.client.chat.postEphemeral({
      channel: "C0APPROVALS",
      user: "U0ROSA",
      text: "psst",
    });
    assert.partialDeepStrictEqual(await readMessages(w, "C0APPROVALS"), [
      { text: "psst", onlyFor: "U0ROSA", is_ephemeral: true },
    ]);
    assert.deepEqual((await w.client.conversations.history({ channel: "C0APPROVALS" })).messages, []);
    const update = w.client.chat.update({ channel: "C0APPROVALS", ts: String(ts), text: "x" });
    assert.equal((await getError(update)).error, "message_not_found");
  });

  for (const [who, channel, user, error] of [
    ["a person outside the channel", "C0PRODDBA", "U0GUEST", "user_not_in_channel"],
    ["a channel without the app", "C0RANDOM", "U0JANE", "not_in_channel"],
    ["an archived channel", "C0OLD", "U0JANE", "is_archived"],
  ] as const) {
    it(`to ${who} fails with ${error}`, async (t) => {
      const { client } = await world(t);
      assert.equal((await getError(client.chat.postEphemeral({ channel, user, text: "x" }))).error, error);
    });
  }
});

describe("conversations.history", () => {
  it("returns the newest message first, with metadata only on request", async (t) => {
    const w = await world(t);
    const metadata = { event_type: "approval", event_payload: { request_id: "req-1" } };
    await post(w, { text: "first", metadata });
    await w.control("post", { user: "U0JANE", channel: "C0APPROVALS", text: "second" });
    const bare = await w.client.conversations.history({ channel: "C0APPROVALS" });
    assert.deepEqual(
      bare.messages?.map((each) => each.text),
      ["second", "first"],
    );
    assert.equal(bare.messages?.[1]?.metadata, undefined);
    const full = await w.client.conversations.history({ channel: "C0APPROVALS", include_all_metadata: true });
    assert.deepEqual(full.messages?.[1]?.metadata, metadata);
  });

  it("filters by oldest and latest, includes the ends only with inclusive, and pages with a cursor", async (t) => {
    const w = await world(t, { rateLimits: false });
    const ts: string[] = [];
    for (let each = 0; each < 5; each += 1) ts.push(String((await post(w, { text: String(each) })).ts));
    const read = async (more: object) =>
      (await w.client.conversations.history({ channel: "C0APPROVALS", ...more })).messages?.map((each) => each.text);
    assert.deepEqual(await read({ oldest: ts[1], latest: ts[3] }), ["2"]);
    assert.deepEqual(await read({ oldest: ts[1], latest: ts[3], inclusive: true }), ["3", "2", "1"]);
    const page = await w.client.conversations.history({ channel: "C0APPROVALS", limit: 2 });
    assert.equal(page.has_more, true);
    assert.deepEqual(await read({ limit: 2, cursor: page.response_metadata?.next_cursor }), ["2", "1"]);
    const unknownCursor = w.client.conversations.history({ channel: "C0APPROVALS", cursor: "never-given" });
    assert.equal((await getError(unknownCursor)).error, "invalid_cursor");
    const invalidTime = w.client.conversations.history({ channel: "C0APPROVALS", oldest: "yesterday" });
    assert.equal((await getError(invalidTime)).error, "invalid_ts_oldest");
  });

  it("fails for an app that is not in the channel", async (t) => {
    const { client } = await world(t);
    assert.equal((await getError(client.conversations.history({ channel: "C0RANDOM" }))).error, "not_in_channel");
    assert.equal((await getError(client.conversations.history({ channel: "C0SECRET" }))).error, "channel_not_found");
  });

  it("omits replies, which conversations.replies returns, unless they were broadcast", async (t) => {
    const w = await world(t, { rateLimits: false });
    const { ts } = await post(w, { text: "root" });
    await post(w, { text: "reply", thread_ts: ts });
    await post(w, { text: "shown", thread_ts: ts, reply_broadcast: true });
    const history = await w.client.conversations.history({ channel: "C0APPROVALS" });
    assert.deepEqual(
      history.messages?.map((each) => each.text),
      ["shown", "root"],
    );
    assert.partialDeepStrictEqual(history.messages?.[1], { reply_count: 2, thread_ts: ts });
    const replies = await w.client.conversations.replies({ channel: "C0APPROVALS", ts: String(ts) });
    assert.deepEqual(
      replies.messages?.map((each) => each.text),
      ["root", "reply", "shown"],
    );
  });
});
