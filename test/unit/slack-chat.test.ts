import assert from "node:assert/strict";
import { test } from "node:test";
import { WebAPIPlatformError } from "@slack/web-api";
import type { MessageContent } from "../../src/app/ports/slack.ts";
import { UNKNOWN_REQUESTER } from "../../src/core/requester.ts";
import { makeChat } from "../../src/slack/chat.ts";
import { testClock } from "../support/fakes.ts";
import { aRequest, aRoute, REQUEST_ID } from "../support/samples.ts";
import { fakeSlackCall } from "../support/slack-call.ts";

const CONTENT: MessageContent = {
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
