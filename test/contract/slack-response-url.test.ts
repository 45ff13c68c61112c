import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { actionsBlock, button, type Reply, section, socketApp, world } from "./slack-support.ts";

/** Performs a click, and returns a function that uses its response URL. */
async function start(t: Parameters<typeof world>[0], ephemeral = false) {
  const w = await world(t);
  const urls: string[] = [];
  await socketApp(w, (app) => {
    app.action("go", async ({ ack, body }) => {
      if ("response_url" in body) urls.push(body.response_url);
      await ack();
    });
  });
  const message = { channel: "C0APPROVALS", text: "before", blocks: [actionsBlock(button("go"))] };
  const ts = ephemeral
    ? (await w.client.chat.postEphemeral({ ...message, user: "U0JANE" })).message_ts
    : (await w.client.chat.postMessage(message)).ts;
  await w.control("click", { user: "U0JANE", channel: "C0APPROVALS", ts, action_id: "go" });
  const respond = async (body: unknown, url = String(urls[0])): Promise<Reply> => {
    const response = await fetch(url, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    });
    return { status: response.status, ...((await response.json()) as object) };
  };
  const messages = async (): Promise<Reply[]> =>
    (await w.state()).channels.find((each: Reply) => each.id === "C0APPROVALS").messages;
  return { ...w, respond, messages, url: String(urls[0]) };
}

describe("a response URL", () => {
  it("works exactly five times", async (t) => {
    const w = await start(t);
    for (let use = 0; use < 5; use += 1) assert.equal((await w.respond({ text: `${use}` })).status, 200);
    assert.partialDeepStrictEqual(await w.respond({ text: "6" }), { status: 404, ok: false, error: "used_url" });
    assert.equal((await w.messages()).length, 6);
  });

  it("works for 30 minutes", async (t) => {
    const w = await start(t);
    w.slack.clock.advance(29 * 60_000);
    assert.equal((await w.respond({ text: "in time" })).ok, true);
    w.slack.clock.advance(2 * 60_000);
    assert.partialDeepStrictEqual(await w.respond({ text: "late" }), { status: 404, error: "expired_url" });
  });

  it("posts an ephemeral message unless response_type is in_channel", async (t) => {
    const w = await start(t);
    await w.respond({ text: "for you" });
    await w.respond({ text: "for all", response_type: "in_channel" });
    const [, first, second] = await w.messages();
    assert.partialDeepStrictEqual(first, { text: "for you", onlyFor: "U0JANE" });
    assert.deepEqual([second.text, second.onlyFor], ["for all", undefined]);
  });

  for (const ephemeral of [false, true]) {
    it(`replaces and deletes the clicked ${ephemeral ? "ephemeral message" : "message"}`, async (t) => {
      const w = await start(t, ephemeral);
      await w.respond({ replace_original: true, text: "after", blocks: [section("after")] });
      const [message] = await w.messages();
      assert.deepEqual([message.text, message.blocks[0].text.text], ["after", "after"]);
      await w.respond({ delete_original: true });
      assert.deepEqual(await w.messages(), []);
    });
  }

  const REJECTED: [what: string, body: unknown, status: number, error: string][] = [
    ["invalid blocks", { text: "x", blocks: [section("")] }, 400, "invalid_blocks"],
    ["no content", {}, 400, "no_text"],
    ["a body that is not an object", "x", 400, "invalid_payload"],
  ];
  for (const [what, body, status, error] of REJECTED) {
    it(`with ${what} fails with ${error}`, async (t) => {
      const w = await start(t);
      assert.partialDeepStrictEqual(await w.respond(body), { status, error });
    });
  }

  const NOT_ALLOWED: [what: string, change: object, body: object, error: string][] = [
    ["posts nothing in an archived channel", { archived: true }, { response_type: "in_channel" }, "is_archived"],
    ["replaces nothing in an archived channel", { archived: true }, { replace_original: true }, "is_archived"],
    ["deletes nothing in an archived channel", { archived: true }, { delete_original: true }, "is_archived"],
    [
      "posts nothing in a restricted channel",
      { restricted: true },
      { response_type: "in_channel" },
      "restricted_action",
    ],
    ["posts no reply in an unknown thread", {}, { thread_ts: "1.000001" }, "thread_not_found"],
    [
      "replaces with at most as much text as chat.update",
      {},
      { replace_original: true, text: "x".repeat(4001) },
      "msg_too_long",
    ],
  ];
  for (const [what, change, body, error] of NOT_ALLOWED) {
    it(what, async (t) => {
      const w = await start(t);
      await w.control("channel", { channel: "C0APPROVALS", ...change });
      const before = await w.messages();
      assert.partialDeepStrictEqual(await w.respond({ text: "x", ...body }), { status: 400, error });
      assert.deepEqual(await w.messages(), before);
    });
  }

  it("posts in the given thread, and in the thread of a given reply", async (t) => {
    const w = await start(t);
    const [root] = await w.messages();
    await w.respond({ text: "reply", response_type: "in_channel", thread_ts: root.ts });
    const [, reply] = await w.messages();
    await w.respond({ text: "reply to it", response_type: "in_channel", thread_ts: reply.ts });
    const { messages } = await w.client.conversations.replies({ channel: "C0APPROVALS", ts: root.ts });
    assert.deepEqual(
      messages?.map((each) => each.text),
      ["before", "reply", "reply to it"],
    );
  });

  it("that was guessed is not found, and a real one is not in the journal", async (t) => {
    const w = await start(t);
    assert.equal((await w.respond({ text: "x" }, `${w.slack.url}/actions/T0SANDBOX01/1/abc`)).status, 404);
    assert.doesNotMatch(JSON.stringify(w.slack.journal.list()), new RegExp(String(w.url.split("/").at(-1))));
    assert.match(JSON.stringify(w.requests("deliver:block_actions")), /\/actions\/T0SANDBOX01\/\[redacted\]/);
  });
});
