import assert from "node:assert/strict";
import { test } from "node:test";
import { WebAPIPlatformError } from "@slack/web-api";
import type { MessageContent } from "../../src/app/ports/slack.ts";
import { UNKNOWN_REQUESTER } from "../../src/core/requester.ts";
import { makeChat } from "../../src/slack/chat.ts";
import { testClock } from "../support/fakes.ts";
import { aFacts, aRequest, aRoute, aVote, REQUEST_ID } from "../support/samples.ts";
import { fakeSlackCall, refusedBySlack } from "../support/slack-call.ts";

const CONTENT: MessageContent & { kind: "request" } = {
  id: REQUEST_ID,
  kind: "request",
  view: { request: aRequest(), votes: [], attempts: [], route: aRoute(), requester: UNKNOWN_REQUESTER, postedAt: 0 },
};

const AUTHOR = { appId: "A0OURS", botId: "B0OURS", url: "https://sandbox.slack.com/" };

for (const setBackMs of [0, 3_600_000])
  test(`a call that is ready only after its time limit is not made, although the clock was set back by ${setBackMs} ms`, async () => {
    const clock = testClock();
    const sent: string[] = [];
    const call = fakeSlackCall({
      // The process is paused here, for longer than its claim on the message lasts.
      "conversations.info": () => {
        clock.advance(60_000);
        clock.advance(-setBackMs);
        return { channel: { is_ext_shared: false } };
      },
      "chat.postMessage": () => ({ sent: sent.push("post") }),
      "chat.update": () => ({ sent: sent.push("update") }),
    });
    const chat = () => makeChat(call, AUTHOR, clock);
    const notAfter = () => clock.now() + 40_000;
    assert.deepEqual(await chat().post("C0DBA", CONTENT, notAfter()), { kind: "too-late" });
    assert.deepEqual(await chat().update("C0DBA", "1.1", CONTENT, notAfter()), { kind: "too-late" });
    assert.deepEqual(sent, []);
  });

test("a deleted message is distinguished from one that Slack does not allow to edit", async () => {
  const answers = ["message_not_found", "edit_window_closed"];
  const call = fakeSlackCall({
    "conversations.info": () => ({ channel: {} }),
    "chat.update"() {
      throw new WebAPIPlatformError({ ok: false, error: answers.shift() ?? "" });
    },
  });
  const clock = testClock();
  const chat = makeChat(call, AUTHOR, clock);
  const update = async () => (await chat.update("C0DBA", "1.1", CONTENT, clock.now() + 1)).kind;
  assert.deepEqual([await update(), await update()], ["deleted", "not-editable"]);
});

test("a message is deleted if Slack has no thread for it, or a tombstone; a failed read says nothing", async () => {
  const rows: [thread: object | Error, expected: boolean | string][] = [
    [{ messages: [{ ts: "1.1" }] }, false],
    [{ messages: [{ ts: "1.1", subtype: "tombstone" }] }, true],
    [refusedBySlack("thread_not_found"), true],
    [refusedBySlack("channel_not_found"), "refused"],
    [refusedBySlack("missing_scope"), "refused"],
  ];
  for (const [thread, expected] of rows) {
    const call = fakeSlackCall({
      "conversations.replies"() {
        if (thread instanceof Error) throw thread;
        return thread;
      },
    });
    const found = await makeChat(call, AUTHOR, testClock()).isDeleted("C0DBA", "1.1");
    assert.equal(found.kind === "known" ? found.deleted : found.kind, expected);
  }
});

test("a reply finds no thread only if Slack says so: a message that cannot have replies may still be there", async () => {
  const rows: [code: string, thread: object | Error, kind: string][] = [
    ["thread_not_found", new Error("unexpected"), "no-thread"],
    ["cannot_reply_to_message", refusedBySlack("thread_not_found"), "no-thread"],
    ["cannot_reply_to_message", { messages: [{ ts: "1.1", subtype: "tombstone" }] }, "no-thread"],
    ["cannot_reply_to_message", { messages: [{ ts: "1.1" }] }, "refused"],
    ["restricted_action_thread_locked", new Error("unexpected"), "no-thread"],
    ["restricted_action_non_threadable_channel", new Error("unexpected"), "no-thread"],
    ["cannot_reply_to_message", refusedBySlack("missing_scope"), "refused"],
    ["cannot_reply_to_message", refusedBySlack("ratelimited", 3), "refused"],
    ["is_archived", new Error("unexpected"), "refused"],
  ];
  for (const [code, thread, kind] of rows) {
    const call = fakeSlackCall({
      "conversations.info": () => ({ channel: {} }),
      "chat.postMessage"() {
        throw refusedBySlack(code);
      },
      "conversations.replies"() {
        if (thread instanceof Error) throw thread;
        return thread;
      },
    });
    const chat = makeChat(call, AUTHOR, testClock());
    const replyTo = { ts: "1.1", broadcast: false };
    assert.equal((await chat.post("C0DBA", CONTENT, Number.MAX_SAFE_INTEGER, replyTo)).kind, kind, code);
  }
});

test("every kind of message in a shared channel leaves out the author's words, the parameters and the reasons", async () => {
  const sent: string[] = [];
  const call = fakeSlackCall({
    "conversations.info": ({ channel }) => ({ channel: { is_ext_shared: channel === "C0SHARED" } }),
    "chat.postMessage": (message) => ({ ts: String(sent.push(JSON.stringify(message))) }),
  });
  const chat = makeChat(call, AUTHOR, testClock());
  const parameters = [{ name: "Host", values: ["top-secret"], masked: false, isDefault: false }];
  const request = aRequest({ facts: aFacts({ message: "Restart top-secret?", parameters }) });
  const votes = [aVote("U0ADMIN", { authority: "break-glass", reason: "top-secret is down" })];
  const view = { ...CONTENT.view, request, votes };
  // A digest shows only the values in which requests differ.
  const others = [{ name: "Host", values: ["top-secret-2"], masked: false, isDefault: false }];
  const other = { ...request, id: "other", facts: aFacts({ message: "Restart top-secret?", parameters: others }) };
  const waiting = [view, { ...view, request: other }];
  const contents: MessageContent[] = [
    { id: "1", kind: "request", view },
    { id: "2", kind: "notice", view: { ...view, kind: "break-glass" } },
    { id: "3", kind: "digest", view: { since: 0, waiting, count: 2 } },
  ];
  for (const content of contents) {
    await chat.post("C0SHARED", content, Number.MAX_SAFE_INTEGER);
    assert.doesNotMatch(sent.at(-1) ?? "", /top-secret/, content.kind);
    await chat.post("C0DBA", content, Number.MAX_SAFE_INTEGER);
    assert.match(sent.at(-1) ?? "", /top-secret/, content.kind);
  }
});

/** A message with the metadata of our message, as conversations.history returns it. */
const message = (ts: string, author: { app_id?: string; bot_id?: string; user?: string }) => ({
  ts,
  ...author,
  metadata: { event_type: "countersign_request", event_payload: { request_id: REQUEST_ID } },
});
const OURS = { app_id: "A0OURS", bot_id: "B0OURS" };
const THEIRS = { app_id: "A0COPY", bot_id: "B0COPY" };
const found = (ts: string) => ({ kind: "found", ts });
const absent = { kind: "absent", asOf: testClock().now() };

const HISTORIES: [string, object[][], object, (Partial<typeof AUTHOR> | { appId: null })?][] = [
  ["another app's copy of the metadata is not ours", [[message("3.3", THEIRS), message("1.1", OURS)]], found("1.1")],
  ["only another app's copy: no message of ours", [[message("3.3", THEIRS)]], absent],
  ["an app_id of another app counts even with our bot_id", [[message("1.1", { ...OURS, app_id: "A0COPY" })]], absent],
  ["the oldest of several is adopted", [[message("3.3", OURS), message("2.2", OURS)]], found("2.2")],
  ["also across pages", [[message("3.3", OURS)], [message("2.2", THEIRS), message("1.1", OURS)]], found("1.1")],
  ["without an app_id, the bot_id counts", [[message("1.1", { bot_id: "B0OURS" })]], found("1.1")],
  ["without an app_id, another bot is not ours", [[message("1.1", { bot_id: "B0COPY" })]], absent],
  ["a person's message is not ours", [[message("1.1", { user: "U0MALLORY" })]], absent],
  ["while our app is unknown, the bot_id counts", [[message("1.1", OURS)]], found("1.1"), { appId: null }],
  ["while our app is unknown, another bot is not ours", [[message("1.1", THEIRS)]], absent, { appId: null }],
];

for (const [claim, pages, expected, author] of HISTORIES) {
  test(`search for a message whose reply was lost: ${claim}`, async () => {
    let page = 0;
    const call = fakeSlackCall({
      "conversations.history": () => {
        const messages = pages[page++];
        return { messages, response_metadata: { next_cursor: page < pages.length ? `page-${page}` : "" } };
      },
    });
    const chat = makeChat(call, { ...AUTHOR, ...author }, testClock());
    assert.deepEqual(await chat.find("C0DBA", REQUEST_ID, 0), expected);
  });
}

/** A history of pages of which Slack returns one per minute: the next call is limited until the clock has advanced. */
function strictHistory(pages: object[][], invalidCursors: string[] = []) {
  const clock = testClock();
  const read: string[] = [];
  let allowedAt = 0;
  const call = fakeSlackCall({
    "conversations.history": ({ cursor = "0" }) => {
      if (clock.now() < allowedAt) throw refusedBySlack("ratelimited", 60);
      if (invalidCursors.includes(String(cursor))) throw refusedBySlack("invalid_cursor");
      allowedAt = clock.now() + 60_000;
      read.push(String(cursor));
      const next = Number(cursor) + 1;
      return {
        messages: pages[Number(cursor)],
        response_metadata: { next_cursor: next < pages.length ? String(next) : "" },
      };
    },
  });
  const chat = makeChat(call, AUTHOR, clock);
  const find = (id = REQUEST_ID, since = 0) => chat.find("C0DBA", id, since);
  return { clock, read, find };
}
const LIMITED = { kind: "limited", retryAfterMs: 60_000 };
const other = (ts: string) => ({
  ...message(ts, OURS),
  metadata: { event_type: "countersign_request", event_payload: { request_id: "another" } },
});

test("a search that Slack limits after a page continues with the next page, and keeps what it found", async () => {
  const { clock, read, find } = strictHistory([[message("3.3", OURS)], [other("2.2")], [message("1.1", THEIRS)]]);
  assert.deepEqual(
    await find(),
    { kind: "found", ts: "3.3" },
    "the first page had it, and it may be all that is needed",
  );
  clock.advance(60_000);
  await find();
  clock.advance(60_000);
  assert.deepEqual(await find(), found("3.3"));
  assert.deepEqual(read, ["0", "1", "2"]);
});

test("a message is absent only as of the time of the first page", async () => {
  const { clock, find } = strictHistory([[], []]);
  const began = clock.now();
  assert.deepEqual(await find(), LIMITED);
  clock.advance(60_000);
  assert.deepEqual(await find(), { kind: "absent", asOf: began });
  clock.advance(60_000);
  assert.deepEqual(await find(), LIMITED, "the next search begins again");
});

test("while Slack limits the reads, a message that another search came across is found", async () => {
  const { find } = strictHistory([[message("7.3", OURS), other("6.2")], []]);
  assert.equal((await find("another")).kind, "found");
  assert.deepEqual(await find(), found("7.3"));
  assert.deepEqual(await find("another", 7_000), LIMITED, "a message from before the attempt is of an earlier one");
});

test("a search whose cursor is no longer valid begins again", async () => {
  const { clock, read, find } = strictHistory([[], [message("1.1", OURS)]], ["1"]);
  assert.deepEqual(await find(), LIMITED);
  clock.advance(60_000);
  assert.deepEqual(await find(), LIMITED);
  assert.deepEqual(read, ["0", "0"]);
});
