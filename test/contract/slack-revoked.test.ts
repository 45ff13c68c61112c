import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { WebSocket } from "ws";
import { APP_TOKEN, BOT_TOKEN } from "../../sandbox/slack/seed.ts";
import {
  eventually,
  getError,
  makeClick,
  makeClient,
  postButton,
  type Reply,
  reasonModal,
  socketApp,
  type World,
  world,
} from "./slack-support.ts";

/** Starts an app that acknowledges everything, with a message, an open modal and the response URL of a click. */
async function start(t: Parameters<typeof world>[0]) {
  const w = await world(t);
  const seen: Reply[] = [];
  await socketApp(w, (app) => {
    app.use(async ({ body, next }) => {
      seen.push(body);
      await next();
    });
    app.action("go", async ({ ack }) => ack());
    app.command("/approvals", async ({ ack }) => ack());
  });
  const at = await postButton(w);
  await w.control("click", makeClick(at));
  await w.client.views.open({ trigger_id: seen[0].trigger_id, view: reasonModal({ notify_on_close: true }) });
  return { ...w, at, seen };
}
const command = (w: World) => w.control("command", { user: "U0JANE", channel: "C0APPROVALS", text: "/approvals" });

describe("an app that was removed from the workspace", () => {
  for (const state of ["token_revoked", "account_inactive"]) {
    it(`receives nothing (${state})`, async (t) => {
      const w = await start(t);
      await w.control("token", { token: "bot", state });
      assert.equal((await w.control("click", makeClick(w.at))).error, "app_not_installed");
      assert.equal((await w.control("submit", { user: "U0JANE", values: {} })).error, "app_not_installed");
      assert.equal((await w.control("home", { user: "U0JANE" })).error, "no_home");
      assert.equal((await command(w)).error, "invalid_command");
      assert.equal((await w.control("close", { user: "U0JANE" })).ok, true);
      const answered = await fetch(w.seen[0].response_url, { method: "POST", body: '{"text":"x"}' });
      assert.deepEqual([answered.status, ((await answered.json()) as Reply).error], [400, state]);
      assert.equal(w.seen.length, 1);
    });
  }

  it("gets no retries of earlier events", async (t) => {
    const w = await world(t);
    assert.equal((await w.control("home", { user: "U0JANE" })).delivery.problem, "no_connection");
    await w.control("token", { token: "bot", state: "token_revoked" });
    w.slack.clock.advance(3_600_000);
    assert.equal(w.requests("deliver:events_api").length, 1);
  });

  it("receives clicks again after it was reinstalled", async (t) => {
    const w = await start(t);
    await w.control("token", { token: "bot", state: "token_revoked" });
    await w.control("token", { token: "bot", state: "valid" });
    assert.equal((await w.control("click", makeClick(w.at))).delivery.acked, true);
  });
});

it("without the scope `commands`, an app has no commands", async (t) => {
  const w = await start(t);
  await w.control("scopes", { revoke: ["commands"] });
  assert.partialDeepStrictEqual(await command(w), { status: 409, error: "invalid_command" });
  assert.deepEqual(w.requests("deliver:slash_commands"), []);
  await w.control("scopes", { grant: ["commands"] });
  assert.equal((await command(w)).delivery.acked, true);
});

it("without users:read, users.lookupByEmail fails", async (t) => {
  const w = await world(t);
  await w.control("scopes", { revoke: ["users:read"] });
  const answer = await getError(w.client.users.lookupByEmail({ email: "jane@example.com" }));
  assert.deepEqual([answer.error, answer.needed], ["missing_scope", "users:read"]);
});

describe("an app with request URLs", () => {
  const open = (w: World) => makeClient(w.slack, APP_TOKEN).apps.connections.open();

  it("has no Socket Mode: its connections end with link_disabled, and it cannot open another", async (t) => {
    const w = await world(t);
    const socket = new WebSocket(String((await open(w)).url));
    const frames: Reply[] = [];
    socket.on("message", (data) => frames.push(JSON.parse(String(data))));
    await eventually(() => frames.length === 1);
    const unused = String((await open(w)).url);

    await w.control("settings", { requestUrl: "http://127.0.0.1:9/" });
    await eventually(() => socket.readyState === WebSocket.CLOSED);
    assert.partialDeepStrictEqual(frames.at(-1), { type: "disconnect", reason: "link_disabled" });
    assert.equal((await getError(open(w))).error, "socket_mode_disabled");
    const late = new WebSocket(unused);
    const status = await new Promise((resolve) => {
      late.on("error", () => {});
      late.on("unexpected-response", (_request, response) => resolve(response.statusCode));
    });
    assert.equal(status, 403);
    await w.control("settings", { requestUrl: null });
    assert.equal((await open(w)).ok, true);
  });
});

describe("apps.connections.open", () => {
  const ask = async (w: World, init: RequestInit): Promise<Reply> =>
    (await fetch(`${w.slack.url}/api/apps.connections.open`, init)).json();
  const headers = { authorization: `Bearer ${APP_TOKEN}` };

  it("accepts its token only in the header of a POST", async (t) => {
    const w = await world(t);
    assert.equal((await ask(w, { method: "POST", headers })).ok, true);
    assert.equal((await ask(w, { headers })).error, "insecure_request");
    const inBody = { method: "POST", body: new URLSearchParams({ token: APP_TOKEN }) };
    assert.equal((await ask(w, inBody)).error, "invalid_auth");
    assert.equal((await ask(w, { method: "POST" })).error, "not_authed");
    const bot = { method: "POST", headers: { authorization: `Bearer ${BOT_TOKEN}` } };
    assert.equal((await ask(w, bot)).error, "not_allowed_token_type");
  });
});
