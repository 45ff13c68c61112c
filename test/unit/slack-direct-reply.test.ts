import assert from "node:assert/strict";
import { test } from "node:test";
import type { Chat } from "../../src/app/ports/slack.ts";
import type { Person } from "../../src/core/person.ts";
import { makeChat } from "../../src/slack/chat.ts";
import { withDirectReplies } from "../../src/slack/direct-reply.ts";
import { fakeChat, fakeDirectory } from "../support/fake-slack.ts";
import { testClock } from "../support/fakes.ts";
import { aPerson, WORKSPACE } from "../support/samples.ts";
import { fakeSlackCall, refusedBySlack } from "../support/slack-call.ts";

const REFUSED = { kind: "refused", code: "user_not_in_channel", error: "user_not_in_channel", advice: "x" } as const;

/** A chat whose ephemeral message is refused, and the direct messages that it posts. */
function refusingChat(accountStatus: Person["accountStatus"] = "member", fails = false) {
  const posts: unknown[] = [];
  const own = fakeChat();
  own.nextEphemeral.push(REFUSED);
  const directory = fakeDirectory();
  directory.people.set("U0JANE", aPerson("U0JANE", { accountStatus }));
  const call = fakeSlackCall({
    "chat.postMessage"({ channel, text }) {
      if (fails) throw refusedBySlack("service_unavailable");
      posts.push([channel, text]);
      return { ts: "1.1" };
    },
  });
  const chat: Chat = withDirectReplies(own, directory, call);
  return { chat, own, directory, posts };
}

test("a reply that cannot be shown in the channel reaches a full member as a direct message", async () => {
  const { chat, posts } = refusingChat();
  assert.deepEqual(await chat.postEphemeral("C0DBA", "U0JANE", "No."), { kind: "delivered", by: "direct-message" });
  assert.deepEqual(posts, [["DU0JANE", "No."]]);
  assert.deepEqual(await chat.postEphemeral("C0DBA", "U0JANE", "No."), { kind: "delivered" });
  assert.equal(posts.length, 1, "an ephemeral message that Slack accepts is enough");
});

for (const status of ["guest", "external", "deactivated", "bot"] as const) {
  test(`a ${status} account gets no direct message`, async () => {
    const { chat, posts } = refusingChat(status);
    assert.deepEqual(await chat.postEphemeral("C0DBA", "U0JANE", "No."), REFUSED);
    assert.deepEqual(posts, []);
  });
}

test("while Slack is unavailable for the account or for the direct message, the reply is not given up", async () => {
  const unread = refusingChat();
  unread.directory.error = "internal_error";
  assert.equal((await unread.chat.postEphemeral("C0DBA", "U0JANE", "No.")).kind, "unavailable");
  assert.equal((await refusingChat("member", true).chat.postEphemeral("C0DBA", "U0JANE", "No.")).kind, "unavailable");
});

test("nothing is posted if the caller may no longer post, neither in the channel nor as a direct message", async () => {
  const posts: string[] = [];
  const call = fakeSlackCall({
    "chat.postEphemeral": () => ({ message_ts: `${posts.push("ephemeral")}` }),
    "chat.postMessage": () => ({ ts: `${posts.push("direct")}` }),
    "conversations.open": () => ({ channel: { id: "D1" } }),
  });
  const chat = withDirectReplies(
    makeChat(call, { ...WORKSPACE, url: "https://acme.slack.com/" }, testClock()),
    fakeDirectory(),
    call,
  );
  for (const channelId of ["C0DBA", "U0JANE"])
    assert.deepEqual(await chat.postEphemeral(channelId, "U0JANE", "No.", () => false), { kind: "too-late" });
  assert.deepEqual(posts, []);
  for (const channelId of ["C0DBA", "U0JANE"])
    assert.equal((await chat.postEphemeral(channelId, "U0JANE", "No.", () => true)).kind, "delivered");
  assert.deepEqual(posts, ["ephemeral", "direct"]);
});
