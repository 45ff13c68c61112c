import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BOT_TOKEN } from "../../sandbox/slack/seed.ts";
import {
  actionsBlock,
  button,
  makeClick,
  postButton,
  type Reply,
  section,
  socketApp,
  type World,
  world,
} from "./slack-support.ts";

/** Makes `[[[...]]]` or `{"x":{"x":...}}` as text, since no serializer supports that depth. */
const nestedLists = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const nestedObjects = (depth: number) => `${'{"x":'.repeat(depth)}1${"}".repeat(depth)}`;
const nestedContainers = (depth: number) =>
  `[${'{"type":"container","child_blocks":['.repeat(depth)}${"]}".repeat(depth)}]`;

async function raw(w: World, method: string, type: string | undefined, body: string): Promise<Reply> {
  const response = await fetch(`${w.slack.url}/api/${method}`, {
    method: "POST",
    headers: { authorization: `Bearer ${BOT_TOKEN}`, ...(type === undefined ? {} : { "content-type": type }) },
    body: Buffer.from(body),
  });
  return { status: response.status, ...((await response.json()) as object) };
}
const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
const FORM = "application/x-www-form-urlencoded";

/** Checks that a call failed with a Slack error, is in the journal, changed nothing, and left the state readable. */
async function assertRefused(w: World, method: string, answer: Reply, error: string) {
  assert.deepEqual([answer.status, answer.ok, answer.error], [200, false, error]);
  const [entry] = w.requests(method);
  assert.partialDeepStrictEqual(entry, { executed: false, outcome: { status: 200, body: { error } } });
  const { channels } = await w.state();
  assert.deepEqual(channels.find((each: Reply) => each.id === "C0APPROVALS").messages, []);
}

describe("a form body", () => {
  for (const type of ["multipart/form-data", "multipart/form-data; boundary=x"]) {
    it(`that is not a form fails with invalid_form_data: ${type}`, async (t) => {
      const w = await world(t);
      await assertRefused(
        w,
        "chat.postMessage",
        await raw(w, "chat.postMessage", type, "garbage"),
        "invalid_form_data",
      );
    });
  }

  it("is accepted as multipart/form-data", async (t) => {
    const w = await world(t);
    const body = new FormData();
    for (const [name, value] of Object.entries({ token: BOT_TOKEN, channel: "C0APPROVALS", text: "x" })) {
      body.set(name, value);
    }
    const response = await fetch(`${w.slack.url}/api/chat.postMessage`, { method: "POST", body });
    assert.equal(((await response.json()) as Reply).ok, true);
  });
});

describe("JSON that is nested too deep", () => {
  const message = { channel: "C0APPROVALS", text: "x" };
  const deepMetadata = `{"event_type":"x","event_payload":${nestedObjects(20_000)}}`;
  const CASES: [what: string, method: string, type: string, body: string, error: string][] = [
    ["metadata", "chat.postMessage", FORM, form({ ...message, metadata: deepMetadata }), "invalid_metadata_format"],
    ["blocks", "chat.postMessage", FORM, form({ ...message, blocks: nestedContainers(6000) }), "invalid_blocks_format"],
    ["attachments", "chat.postMessage", FORM, form({ ...message, attachments: nestedLists(9000) }), "invalid_blocks"],
    ["a view", "views.publish", FORM, form({ user_id: "U0JANE", view: nestedObjects(9000) }), "invalid_arguments"],
    ["blocks to validate", "blocks.validate", FORM, form({ blocks: nestedContainers(6000) }), "invalid_blocks"],
    ["any argument as JSON", "api.test", "application/json; charset=utf-8", nestedObjects(20_000), "invalid_json"],
  ];
  for (const [what, method, type, body, error] of CASES) {
    it(`fails with ${error} for ${what}`, async (t) => {
      const w = await world(t, { settings: { undocumentedErrors: "replaced" } });
      await assertRefused(w, method, await raw(w, method, type, body), error);
    });
  }

  it("is malformed in a control request", async (t) => {
    const w = await world(t);
    const body = `{"user":"U0JANE","action_id":"go","forge":${nestedObjects(20_000)}}`;
    const response = await fetch(`${w.slack.url}/_control/click`, { method: "POST", body });
    assert.equal(response.status, 400);
  });

  it("fails with invalid_payload at a response URL", async (t) => {
    const w = await world(t);
    let url = "";
    await socketApp(w, (app) => {
      app.action("go", async ({ ack, body }) => {
        if ("response_url" in body) url = body.response_url;
        await ack();
      });
    });
    await w.control("click", makeClick(await postButton(w)));
    const response = await fetch(url, { method: "POST", body: `{"text":"x","blocks":${nestedContainers(6000)}}` });
    assert.deepEqual([response.status, ((await response.json()) as Reply).error], [400, "invalid_payload"]);
  });

  it("does not include the deepest blocks in Slack's documentation", async (t) => {
    const w = await world(t);
    const dialog = Object.fromEntries(
      ["title", "text", "confirm", "deny"].map((member) => [member, { type: "plain_text", text: member }]),
    );
    const container = {
      type: "container",
      title: { type: "plain_text", text: "x" },
      child_blocks: [section("x"), actionsBlock(button("go", { confirm: dialog }))],
    };
    const posted = await w.client.chat.postMessage({ ...message, blocks: [container] as never });
    assert.equal(posted.ok, true);
  });
});

describe("a charset", () => {
  const CASES: [type: string, body: string, ok: boolean, warning: string | undefined][] = [
    ["application/json", "{}", true, "missing_charset"],
    ["application/json; charset=UTF-8", "{}", true, undefined],
    [`${FORM}; charset=utf-8`, "", true, "superfluous_charset"],
    ["application/json; charset=utf-16", "{}", false, "invalid_charset"],
    [`${FORM}; charset=nonsense`, "", false, "invalid_charset"],
  ];
  for (const [type, body, ok, warning] of CASES) {
    it(`in ${type} gets ${warning ?? "no warning"}`, async (t) => {
      const answer = await raw(await world(t), "auth.test", type, body);
      assert.deepEqual([answer.ok, answer.warning ?? answer.error], [ok, warning]);
      assert.deepEqual(answer.response_metadata?.warnings, answer.warning && [answer.warning]);
    });
  }

  it("of iso-8859-1 is decoded as such", async (t) => {
    const w = await world(t);
    const answer = await fetch(`${w.slack.url}/api/api.test`, {
      method: "POST",
      headers: { "content-type": "application/json; charset=iso-8859-1" },
      body: Buffer.from('{"word":"café"}', "latin1"),
    });
    assert.equal(((await answer.json()) as Reply).args.word, "café");
  });
});
