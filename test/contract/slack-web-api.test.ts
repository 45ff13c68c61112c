import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { WebClient } from "@slack/web-api";
import { APP_TOKEN, BOT_TOKEN, GRANTED_SCOPES, OTHER_BOT_TOKEN } from "../../sandbox/slack/seed.ts";
import { getError, makeClient, type Reply, section, silentLogger, type World, world } from "./slack-support.ts";

/** Sends a call without a client, to send what no client would. */
async function raw(w: World, method: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(`${w.slack.url}/api/${method}`, { method: "POST", ...init });
  return { status: response.status, headers: response.headers, ...((await response.json()) as object) };
}

const form = (fields: Record<string, string>): RequestInit => ({ body: new URLSearchParams(fields) });
const asJson = (body: string, token?: string): RequestInit => ({
  body,
  headers: { "content-type": "application/json", ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
});

describe("a token", () => {
  it("identifies its bot", async (t) => {
    const { client } = await world(t);
    assert.partialDeepStrictEqual(await client.auth.test(), {
      ok: true,
      team_id: "T0SANDBOX01",
      user_id: "U0COUNTERSN",
      bot_id: "B0COUNTERSN",
    });
  });

  const INVALID_TOKENS: [what: string, token: string | undefined, method: string, error: string][] = [
    ["that is missing", undefined, "auth.test", "not_authed"],
    ["that was never issued", "xoxb-forged", "auth.test", "invalid_auth"],
    ["of the app for a method of the bot", APP_TOKEN, "chat.postMessage", "not_allowed_token_type"],
    ["of the bot for Socket Mode", BOT_TOKEN, "apps.connections.open", "not_allowed_token_type"],
  ];
  for (const [what, token, method, error] of INVALID_TOKENS) {
    it(`${what} fails with ${error}`, async (t) => {
      const { slack } = await world(t);
      const client = new WebClient(token, {
        slackApiUrl: `${slack.url}/api/`,
        retryConfig: { retries: 0 },
        logger: silentLogger,
      });
      assert.partialDeepStrictEqual(await getError(client.apiCall(method)), { ok: false, error });
    });
  }

  for (const state of ["token_revoked", "account_inactive", "token_expired", "invalid_auth"]) {
    it(`can become ${state}, and valid again`, async (t) => {
      const w = await world(t);
      await w.control("token", { token: "bot", state });
      assert.equal((await getError(w.client.auth.test())).error, state);
      await w.control("token", { token: "bot", state: "valid" });
      assert.equal((await w.client.auth.test()).ok, true);
    });
  }

  it("is accepted in a form body, but not in a JSON body or the URL", async (t) => {
    const w = await world(t);
    for (const method of ["GET", "POST"]) {
      assert.equal((await raw(w, `auth.test?token=${BOT_TOKEN}`, { method })).error, "not_authed");
    }
    assert.equal((await raw(w, "auth.test", form({ token: BOT_TOKEN }))).ok, true);
    assert.equal((await raw(w, "auth.test", asJson(JSON.stringify({ token: BOT_TOKEN })))).error, "not_authed");
    assert.equal((await raw(w, "auth.test", asJson("{}", BOT_TOKEN))).ok, true);
  });
});

describe("a call", () => {
  it("of an unknown method fails with unknown_method and HTTP 200", async (t) => {
    const answer = await raw(await world(t), "chat.sing", form({ token: BOT_TOKEN }));
    assert.deepEqual([answer.status, answer.ok, answer.error], [200, false, "unknown_method"]);
  });

  const INVALID_BODIES: [what: string, init: RequestInit, error: string][] = [
    ["invalid JSON", asJson("{", BOT_TOKEN), "invalid_json"],
    ["JSON but not an object", asJson("[]", BOT_TOKEN), "json_not_object"],
    ["of an unsupported type", { body: "<a/>", headers: { "content-type": "text/xml" } }, "invalid_post_type"],
  ];
  for (const [what, init, error] of INVALID_BODIES) {
    it(`whose body is ${what} fails with ${error}`, async (t) => {
      const answer = await raw(await world(t), "auth.test", init);
      assert.deepEqual([answer.status, answer.error], [200, error]);
    });
  }

  it("has the same meaning as JSON and as a form", async (t) => {
    const w = await world(t);
    const blocks = [section("hello")];
    const message = { channel: "C0APPROVALS", text: "hello" };
    const posted = await raw(w, "chat.postMessage", asJson(JSON.stringify({ ...message, blocks }), BOT_TOKEN));
    const formed = await raw(
      w,
      "chat.postMessage",
      form({ token: BOT_TOKEN, ...message, blocks: JSON.stringify(blocks) }),
    );
    assert.deepEqual(posted.message.blocks[0].text, formed.message.blocks[0].text);
  });

  it("is in the journal with decoded arguments", async (t) => {
    const w = await world(t);
    await w.client.chat.postMessage({ channel: "C0APPROVALS", text: "{", blocks: [section("hello")] });
    assert.deepEqual(w.requests("chat.postMessage")[0]?.input, {
      channel: "C0APPROVALS",
      text: "{",
      blocks: [section("hello")],
    });
  });

  it("returns the scopes of the app and of the method in headers", async (t) => {
    const answer = await raw(await world(t), "users.info", form({ token: BOT_TOKEN, user: "U0JANE" }));
    assert.equal(answer.headers.get("x-oauth-scopes"), GRANTED_SCOPES.join(","));
    assert.equal(answer.headers.get("x-accepted-oauth-scopes"), "users:read");
  });

  it("is in the journal with the owner of its token, but without the token", async (t) => {
    const w = await world(t);
    await w.client.auth.test();
    await getError(
      makeClient(w.slack, APP_TOKEN).chat.postMessage({ channel: "C0APPROVALS", text: `my ${BOT_TOKEN}` }),
    );
    const entries = w.slack.journal.list();
    assert.deepEqual(
      entries.map(({ operation, principal, executed }) => [operation, principal, executed]),
      [
        ["auth.test", "U0COUNTERSN", true],
        ["chat.postMessage", "A0COUNTERSN", false],
      ],
    );
    assert.doesNotMatch(JSON.stringify(entries), /xoxb-|xapp-/);
  });
});

describe("a missing scope", () => {
  const NEEDS: [scope: string, method: string, args: Record<string, unknown>][] = [
    ["chat:write", "chat.postMessage", { channel: "C0APPROVALS", text: "x" }],
    ["chat:write", "chat.update", { channel: "C0APPROVALS", ts: "1.1", text: "x" }],
    ["chat:write", "chat.postEphemeral", { channel: "C0APPROVALS", user: "U0JANE", text: "x" }],
    ["users:read", "users.info", { user: "U0JANE" }],
    ["users:read", "users.list", {}],
    ["users:read.email", "users.lookupByEmail", { email: "jane@example.com" }],
    ["usergroups:read", "usergroups.list", {}],
    ["usergroups:read", "usergroups.users.list", { usergroup: "S0DBA" }],
    ["channels:read", "conversations.info", { channel: "C0APPROVALS" }],
    ["groups:read", "conversations.info", { channel: "C0PRODDBA" }],
    ["channels:read", "conversations.list", {}],
    ["groups:read", "conversations.members", { channel: "C0PRODDBA" }],
    ["channels:history", "conversations.history", { channel: "C0APPROVALS" }],
    ["groups:history", "conversations.history", { channel: "C0PRODDBA" }],
    ["channels:history", "conversations.replies", { channel: "C0APPROVALS", ts: "1.1" }],
    ["im:write", "conversations.open", { users: "U0JANE" }],
  ];
  for (const [scope, method, args] of NEEDS) {
    it(`${scope} is required by ${method}${args.channel ? ` of ${args.channel}` : ""}`, async (t) => {
      const w = await world(t);
      const { scopes } = await w.control("scopes", { revoke: [scope] });
      assert.partialDeepStrictEqual(await getError(w.client.apiCall(method, args)), {
        error: "missing_scope",
        needed: scope,
        provided: scopes.join(","),
      });
    });
  }

  it("hides the email without users:read.email, and does not affect views", async (t) => {
    const w = await world(t);
    assert.equal((await w.client.users.info({ user: "U0JANE" })).user?.profile?.email, "jane@example.com");
    await w.control("scopes", { revoke: ["users:read.email", "chat:write"] });
    assert.equal((await w.client.users.info({ user: "U0JANE" })).user?.profile?.email, undefined);
    const home = { type: "home" as const, blocks: [section("x")] };
    assert.equal((await w.client.views.publish({ user_id: "U0JANE", view: home })).ok, true);
  });
});

describe("rate limits", () => {
  it("return HTTP 429 with Retry-After, and allow the call after that time", async (t) => {
    const w = await world(t);
    for (let call = 0; call < 20; call += 1) await w.client.usergroups.list();
    const refused = await raw(w, "usergroups.list", form({ token: BOT_TOKEN }));
    assert.deepEqual([refused.status, refused.ok, refused.error], [429, false, "ratelimited"]);
    const wait = Number(refused.headers.get("retry-after"));
    assert(wait > 0 && wait <= 60);
    w.slack.clock.advance(wait * 1000);
    assert.equal((await w.client.usergroups.list()).ok, true);
  });

  it("apply per channel and per app", async (t) => {
    const w = await world(t);
    const post = (channel: string) => w.client.chat.postMessage({ channel, text: "x" });
    for (let call = 0; call < 3; call += 1) await post("C0APPROVALS");
    await assert.rejects(post("C0APPROVALS"), { code: "slack_webapi_rate_limited_error", retryAfter: 1 });
    await post("C0ONCALL");
    await makeClient(w.slack, OTHER_BOT_TOKEN).chat.postMessage({ channel: "C0RANDOM", text: "x" });
    w.slack.clock.advance(1000);
    await post("C0APPROVALS");
  });

  it("count a channel once, under all of its names", async (t) => {
    const w = await world(t);
    const post = (channel: string) => w.client.chat.postMessage({ channel, text: "x" });
    for (const name of ["C0APPROVALS", "#approvals", "C0APPROVALS"]) await post(name);
    await assert.rejects(post("#approvals"), { code: "slack_webapi_rate_limited_error" });
    const im = String((await w.client.conversations.open({ users: "U0JANE" })).channel?.id);
    for (const name of ["U0JANE", im, "U0JANE"]) await post(name);
    await assert.rejects(post(im), { code: "slack_webapi_rate_limited_error" });
    await post("U0DAN"); // There is no direct message with Dan yet.
    for (const name of ["U0DAN", "U0DAN"]) await post(name);
    await assert.rejects(post("U0DAN"), { code: "slack_webapi_rate_limited_error" });
  });

  it("can be changed per method and disabled", async (t) => {
    const w = await world(t);
    await w.control("limits", { perMinute: { "auth.test": 1 } });
    await w.client.auth.test();
    await assert.rejects(w.client.auth.test(), { code: "slack_webapi_rate_limited_error" });
    await w.control("limits", { enabled: false });
    await w.client.auth.test();
  });
});

describe("blocks.validate", () => {
  it("needs no token, and returns each problem with its pointer", async (t) => {
    const w = await world(t);
    const bad = [{ type: "section", text: { type: "invalid", text: "x" } }];
    const answer = await raw(w, "blocks.validate", form({ blocks: JSON.stringify(bad) }));
    assert.equal(answer.error, "invalid_blocks");
    assert.deepEqual(answer.errors, [
      {
        code: "failed_constraint",
        message: "unsupported type: invalid",
        pointer: "/0/text/type",
        constraint: { type: "enum", expected: ["plain_text", "mrkdwn"] },
      },
    ]);
    assert.equal((await raw(w, "blocks.validate", form({ blocks: JSON.stringify([section("x")]) }))).ok, true);
  });

  it("accepts exactly one of blocks, message and view", async (t) => {
    const w = await world(t);
    const message = await raw(
      w,
      "blocks.validate",
      form({ message: JSON.stringify({ blocks: [{ type: "section" }] }) }),
    );
    assert.deepEqual([message.error, message.errors[0].pointer], ["invalid_message", "/blocks/0/type"]);
    const view = await raw(w, "blocks.validate", form({ view: JSON.stringify({ type: "modal", blocks: [] }) }));
    assert.deepEqual([view.error, view.errors[0].field], ["invalid_view", "title"]);
    const both = await raw(w, "blocks.validate", form({ blocks: "[]", view: "{}" }));
    assert.equal(both.error, "invalid_arguments");
  });
});
