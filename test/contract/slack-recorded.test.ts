/**
 * The fields, headers and cursors of the stand-in, against responses of the real Slack. Sources: the recorded responses that
 * generate the response types of Slack's SDKs (java-slack-sdk, json-logs/samples), and the examples of the API reference.
 */
import assert from "node:assert/strict";
import { it } from "node:test";
import { METHODS } from "../../sandbox/slack/coverage.ts";
import { APP_TOKEN, BOT_TOKEN } from "../../sandbox/slack/seed.ts";
import { type Reply, socketApp, world } from "./slack-support.ts";

const CHANNEL = "C0APPROVALS";

/** Asserts that an object has the fields, and none of the `absent` ones. */
function hasFields(object: Reply, fields: string, absent = ""): void {
  const names = Object.keys(object);
  assert.deepEqual(
    fields.split(" ").filter((each) => !names.includes(each)),
    [],
    JSON.stringify(object),
  );
  assert.deepEqual(
    absent.split(" ").filter((each) => names.includes(each)),
    [],
  );
}

it("a thread has the recorded fields at its first message, at a reply, and at a reply shown in the channel", async (t) => {
  const { client, control } = await world(t);
  const { ts = "" } = await client.chat.postMessage({ channel: CHANNEL, text: "first" });
  await control("post", { user: "U0JANE", channel: CHANNEL, text: "hi", thread_ts: ts });
  await control("post", { user: "U0JANE", channel: CHANNEL, text: "hi again", thread_ts: ts });
  const reply = await client.chat.postMessage({ channel: CHANNEL, text: "yes", thread_ts: ts, reply_broadcast: true });
  assert.partialDeepStrictEqual(reply.message, { thread_ts: ts, parent_user_id: "U0COUNTERSN" });

  const { messages: thread = [] } = await client.conversations.replies({ channel: CHANNEL, ts });
  const users = ["U0JANE", "U0COUNTERSN"];
  const parent = { thread_ts: ts, reply_count: 3, reply_users_count: 2, reply_users: users, latest_reply: reply.ts };
  assert.partialDeepStrictEqual(thread[0], { ...parent, is_locked: false, subscribed: false });
  assert.partialDeepStrictEqual(thread[1], { thread_ts: ts, parent_user_id: "U0COUNTERSN" });

  const { messages: history = [] } = await client.conversations.history({ channel: CHANNEL });
  assert.deepEqual(
    history.map((each) => each.text),
    ["yes", "first"],
  );
  const root = { ts, text: "first", reply_count: 3 };
  assert.partialDeepStrictEqual(history[0], { subtype: "thread_broadcast", thread_ts: ts, root });
});

it("the editor of an app's message is its bot, not the user of the bot", async (t) => {
  const { client } = await world(t);
  const { ts = "" } = await client.chat.postMessage({ channel: CHANNEL, text: "x" });
  const { message } = await client.chat.update({ channel: CHANNEL, ts, text: "y" });
  assert.equal(message?.edited?.user, "B0COUNTERSN");
  const { messages } = await client.conversations.history({ channel: CHANNEL });
  assert.equal(messages?.[0]?.edited?.user, "B0COUNTERSN");
});

it("a person has the recorded fields, and a locale only on request", async (t) => {
  const { client } = await world(t);
  const { user } = await client.users.info({ user: "U0JANE" });
  hasFields(
    user,
    "id team_id name deleted color real_name tz tz_label tz_offset profile is_admin is_owner is_primary_owner is_restricted is_ultra_restricted is_bot is_app_user updated is_email_confirmed who_can_share_contact_card is_invited_user is_workflow_bot",
    "locale enterprise_user is_stranger",
  );
  assert.equal((await client.users.info({ user: "U0JANE", include_locale: true })).user?.locale, "en-US");
  assert.equal((await client.users.list({ include_locale: true })).members?.[0]?.locale, "en-US");
  assert.equal((await client.users.list({})).members?.[0]?.locale, undefined);
});

it("a channel has the recorded fields", async (t) => {
  const { client, control } = await world(t);
  const common =
    "id name is_channel is_group is_im is_mpim is_private created is_archived is_general unlinked name_normalized is_shared is_org_shared is_pending_ext_shared pending_shared pending_connected_team_ids context_team_id updated creator is_ext_shared shared_team_ids internal_team_ids is_moved is_member topic purpose properties previous_names";
  const read = async (channel: string, more = {}): Promise<Reply> =>
    (await client.conversations.info({ channel, ...more })).channel;
  const info = "last_read is_read_only is_thread_only is_non_threadable";
  hasFields(await read(CHANNEL), `${common} ${info}`, "locale num_members");
  hasFields(await read(CHANNEL, { include_locale: true, include_num_members: true }), "locale num_members");
  const { channels = [] } = await client.conversations.list();
  hasFields(channels[0], `${common} num_members`, info);
  assert.deepEqual((await read(CHANNEL)).internal_team_ids, ["T0SANDBOX01"]);

  const shared = await read("C0SHARED");
  assert.deepEqual([shared.internal_team_ids, shared.connected_team_ids.length], [[], 2]);
  assert.equal(shared.conversation_host_id, "T0SANDBOX01");

  assert.equal((await read(CHANNEL)).is_read_only, false);
  await control("channel", { channel: CHANNEL, restricted: true });
  const restricted = await read(CHANNEL);
  assert.equal(restricted.is_read_only, true);
  assert.ok(restricted.properties.posting_restricted_to);
});

it("a direct message has the recorded fields", async (t) => {
  const { client, control } = await world(t);
  await control("scopes", { grant: ["im:read"] });
  const { channel: id = "" } = await client.chat.postMessage({ channel: "U0JANE", text: "hello" });
  const { channel } = await client.conversations.info({ channel: id });
  hasFields(channel, "id created is_im user is_open last_read latest unread_count unread_count_display priority");
  const { channel: opened } = await client.conversations.open({ users: "U0JANE", return_im: true });
  hasFields(opened, "id created is_im user is_open last_read latest");
});

it("a user group has its numbers only on request", async (t) => {
  const { client } = await world(t);
  const list = async (more = {}) => (await client.usergroups.list(more)).usergroups?.[1];
  hasFields(
    await list(),
    "id team_id is_usergroup is_subteam name description handle is_external date_create date_update date_delete auto_provision enterprise_subteam_id created_by updated_by prefs is_section is_visible is_idp_group is_membership_locked",
    "user_count channel_count users",
  );
  assert.partialDeepStrictEqual(await list({ include_count: true }), { user_count: 2, channel_count: 0 });
});

it("an event says in which context it happened", async (t) => {
  const w = await world(t);
  const bodies: Reply[] = [];
  await socketApp(w, (app) => app.event("app_home_opened", async ({ body }) => void bodies.push(body)));
  await w.control("home", { user: "U0JANE" });
  const context = String(bodies[0].event_context);
  assert.match(context, /^4-[\w-]+$/);
  assert.partialDeepStrictEqual(JSON.parse(Buffer.from(context.slice(2), "base64url").toString()), {
    et: "app_home_opened",
    tid: "T0SANDBOX01",
    aid: "A0COUNTERSN",
  });
});

it("each reply has a charset and both headers about scopes", async (t) => {
  const { slack } = await world(t);
  const call = async (method: string, token: string) => {
    const response = await fetch(`${slack.url}/api/${method}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
    });
    await response.body?.cancel();
    return response.headers;
  };
  for (const { name: method, state } of METHODS) {
    if (state === "not started") continue;
    const isForApp = method.startsWith("apps.");
    const headers = await call(method, isForApp ? APP_TOKEN : BOT_TOKEN);
    assert.equal(headers.get("content-type"), "application/json; charset=utf-8", method);
    assert.match(headers.get("x-oauth-scopes") ?? "", isForApp ? /connections:write/ : /chat:write/, method);
    assert.notEqual(headers.get("x-accepted-oauth-scopes"), null, method);
  }
  const accepted = (await call("conversations.info", BOT_TOKEN)).get("x-accepted-oauth-scopes");
  assert.equal(accepted, "channels:read,groups:read,mpim:read,im:read,read");
  const opened = await call("apps.connections.open", APP_TOKEN);
  assert.equal(opened.get("x-oauth-scopes"), "connections:write");
});

it("a cursor must be encoded in a URL, and an altered one is refused", async (t) => {
  const { client, control, slack } = await world(t);
  for (let count = 0; count < 4; count++) await control("post", { user: "U0JANE", channel: CHANNEL, text: "x" });
  const cursors = [
    (await client.users.list({ limit: 2 })).response_metadata?.next_cursor,
    (await client.conversations.list({ limit: 1 })).response_metadata?.next_cursor,
    (await client.conversations.members({ channel: CHANNEL, limit: 2 })).response_metadata?.next_cursor,
    (await client.conversations.history({ channel: CHANNEL, limit: 2 })).response_metadata?.next_cursor,
  ];
  for (const cursor of cursors) assert.match(cursor ?? "", /^[A-Za-z0-9+/]+=+$/);
  const cursor = cursors[3] ?? "";
  const second = await client.conversations.history({ channel: CHANNEL, limit: 2, cursor });
  assert.equal(second.messages?.length, 2);
  const altered = new URLSearchParams({ channel: CHANNEL, cursor: cursor.replaceAll("=", "") });
  const response = await fetch(`${slack.url}/api/conversations.history?${altered}`, {
    headers: { authorization: `Bearer ${BOT_TOKEN}` },
  });
  assert.equal(((await response.json()) as Reply).error, "invalid_cursor");
});
