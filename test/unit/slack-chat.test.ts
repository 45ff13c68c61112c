import assert from "node:assert/strict";
import { test } from "node:test";
import { WebAPIPlatformError } from "@slack/web-api";
import type { MessageContent } from "../../src/app/ports/slack.ts";
import { UNKNOWN_REQUESTER } from "../../src/core/requester.ts";
import { makeChat } from "../../src/slack/chat.ts";
import { testClock } from "../support/fakes.ts";
import { aFacts, aRequest, aRoute, aVote, REQUEST_ID } from "../support/samples.ts";
import { fakeSlackCall } from "../support/slack-call.ts";

const CONTENT: MessageContent & { kind: "request" } = {
  id: REQUEST_ID,
  kind: "request",
  view: { request: aRequest(), votes: [], attempts: [], route: aRoute(), requester: UNKNOWN_REQUESTER, postedAt: 0 },
};

test("a call that is ready only after its time limit is not made", async () => {
  const clock = testClock();
  const sent: string[] = [];
  const call = fakeSlackCall({
    // The process is paused here, for longer than its claim on the message lasts.
    "conversations.info": () => {
      clock.advance(60_000);
      return { channel: { is_ext_shared: false } };
    },
    "chat.postMessage": () => ({ sent: sent.push("post") }),
    "chat.update": () => ({ sent: sent.push("update") }),
  });
  const chat = () => makeChat(call, clock);
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
  const chat = makeChat(call, clock);
  const update = async () => (await chat.update("C0DBA", "1.1", CONTENT, clock.now() + 1)).kind;
  assert.deepEqual([await update(), await update()], ["deleted", "refused"]);
});

test("every kind of message in a shared channel leaves out the author's words, the parameters and the reasons", async () => {
  const sent: string[] = [];
  const call = fakeSlackCall({
    "conversations.info": ({ channel }) => ({ channel: { is_ext_shared: channel === "C0SHARED" } }),
    "chat.postMessage": (message) => ({ ts: String(sent.push(JSON.stringify(message))) }),
  });
  const chat = makeChat(call, testClock());
  const parameters = [{ name: "Host", values: ["top-secret"], masked: false, isDefault: false }];
  const request = aRequest({ facts: aFacts({ message: "Restart top-secret?", parameters }) });
  const votes = [aVote("U0ADMIN", { authority: "break-glass", reason: "top-secret is down" })];
  const view = { ...CONTENT.view, request, votes };
  const contents: MessageContent[] = [
    { id: "1", kind: "request", view },
    { id: "2", kind: "notice", view: { ...view, kind: "break-glass" } },
    { id: "3", kind: "digest", view: { since: 0, waiting: [view], count: 1 } },
  ];
  for (const content of contents) {
    await chat.post("C0SHARED", content, Number.MAX_SAFE_INTEGER);
    assert.doesNotMatch(sent.at(-1) ?? "", /top-secret/, content.kind);
    await chat.post("C0DBA", content, Number.MAX_SAFE_INTEGER);
    if (content.kind !== "digest") assert.match(sent.at(-1) ?? "", /top-secret/, content.kind);
  }
});
