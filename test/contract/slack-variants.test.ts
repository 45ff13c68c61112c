/** The bot's own adapters in the kinds of workspaces that the settings of the stand-in select. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { WorkspaceSettings } from "../../sandbox/slack/workspace/settings.ts";
import { reportUnavailable, type UnavailableDeps } from "../../src/app/deliver/unavailable-channel.ts";
import type { MessageRow } from "../../src/app/ports/delivery-store.ts";
import type { MessageContent } from "../../src/app/ports/slack.ts";
import { UNKNOWN_REQUESTER } from "../../src/core/requester.ts";
import { makeChat } from "../../src/slack/chat.ts";
import { readWorkspace } from "../../src/slack/connection/workspace.ts";
import { isFromHome } from "../../src/slack/listeners/payloads.ts";
import { makeDirectory } from "../../src/slack/people/directory.ts";
import { makeDirectoryCheck } from "../../src/slack/people/directory-check.ts";
import { makeSlackCall } from "../../src/slack/slack-call.ts";
import { testClock } from "../support/fakes.ts";
import { aRequest, aRoute, decidedAs, REQUEST_ID } from "../support/samples.ts";
import { settingOf } from "../support/setting.ts";
import { world } from "./slack-support.ts";

const ORGANIZATIONS: [WorkspaceSettings["enterpriseGrid"], teamId: string][] = [
  ["workspace", "T0SANDBOX01"],
  ["organization", "E0SANDBOX01"],
];

for (const [enterpriseGrid, teamId] of ORGANIZATIONS) {
  test(`in an organization with the app in the ${enterpriseGrid}, its people are members and others are not`, async (t) => {
    const { client, control } = await world(t, { settings: { enterpriseGrid } });
    const read = await readWorkspace(client);
    assert(read.kind === "workspace");
    const { workspace } = read;
    assert.partialDeepStrictEqual(workspace, { teamId, enterpriseId: "E0SANDBOX01", appId: "A0COUNTERSN" });

    const directory = makeDirectory(makeSlackCall(client), workspace, testClock());
    const statuses: Record<string, string> = {};
    for (const id of ["U0JANE", "W0WILMA", "W0SAM", "U0EVE", "U0GUEST", "U0GONE", "U0OTHERBOT"]) {
      const found = await directory.person(id);
      statuses[id] = found.kind === "person" ? found.person.accountStatus : found.error;
    }
    assert.deepEqual(statuses, {
      ...{ U0JANE: "member", W0WILMA: "member", W0SAM: "member" },
      ...{ U0EVE: "external", U0GUEST: "guest", U0GONE: "deactivated", U0OTHERBOT: "bot" },
    });

    await control("group", { group: "S0SRE", users: ["W0WILMA"] });
    const sre = { users: [], groups: ["S0SRE"] };
    const isSre = async (id: string) => (await directory.isAmong(sre, id, { since: 0 })).kind;
    assert.deepEqual([await isSre("W0WILMA"), await isSre("U0JANE")], ["member", "not-member"]);
    assert.deepEqual(await directory.isAmong({ users: [], groups: ["S0NOWHERE"] }, "U0JANE"), {
      kind: "not-member",
      gone: ["S0NOWHERE"],
    });

    const check = makeDirectoryCheck(client, workspace, async () => {});
    assert.deepEqual(await check.group("S0SRE"), { kind: "fine", members: ["W0WILMA"] });
    assert.deepEqual(await check.user("W0SAM"), { kind: "fine" });

    const from = (more: object) => isFromHome({ api_app_id: "A0COUNTERSN", ...more }, workspace);
    assert.equal(from({ team: null, enterprise: { id: "E0SANDBOX01" } }), true);
    assert.equal(from({ team: null, enterprise: { id: "E0OTHER" } }), false);
    assert.equal(from({ team: { id: "T0OTHER0001" }, enterprise: null }), false);
    assert.equal(from({ team: null, enterprise: null }), false);
  });
}

test("a list of workspaces that cannot be read is no reason to say that a group has no members", async (t) => {
  const { client, control } = await world(t, { settings: { enterpriseGrid: "organization" } });
  const read = await readWorkspace(client);
  assert(read.kind === "workspace");
  const directory = makeDirectory(makeSlackCall(client), read.workspace, testClock());
  await control("faults", { operation: "auth.teams.list", kind: "error", code: "internal_error", times: 1 });
  const isMember = () => directory.isAmong({ users: [], groups: ["S0SRE"] }, "U0JANE");
  assert.equal((await isMember()).kind, "unknown");
  assert.equal((await isMember()).kind, "member");
});

const AUTHOR = { appId: "A0COUNTERSN", botId: "B0COUNTERSN", url: "https://sandbox.slack.com/" };
const CHANNEL = "C0APPROVALS";

/** Starts a workspace, with the bot's own adapter for messages on the clock of the workspace. */
async function withChat(t: TestContext, settings: Partial<WorkspaceSettings> = {}) {
  const w = await world(t, { settings });
  const { clock } = w.slack;
  const chat = makeChat(makeSlackCall(w.client), AUTHOR, { ...testClock(), now: clock.now });
  return { ...w, clock, chat, notAfter: () => clock.now() + 60_000 };
}

const view = {
  request: aRequest(),
  votes: [],
  attempts: [],
  route: aRoute(),
  requester: UNKNOWN_REQUESTER,
  postedAt: 0,
};
const CONTENT: MessageContent = { id: REQUEST_ID, kind: "request", view };

for (const edits of ["edit_window_closed", "cant_update_message"] as const)
  test(`in a workspace whose messages fail with ${edits}, the message is not editable, and its thread takes the outcome`, async (t) => {
    const { chat, notAfter, control, client } = await withChat(t, { edits: "allowed" });
    const posted = await chat.post(CHANNEL, CONTENT, notAfter());
    assert(posted.kind === "posted");
    assert.equal((await chat.update(CHANNEL, posted.ts, CONTENT, notAfter())).kind, "updated");
    await control("settings", { edits });
    const updated = await chat.update(CHANNEL, posted.ts, CONTENT, notAfter());
    assert.partialDeepStrictEqual(updated, { kind: "not-editable", code: edits });
    const thread = { ts: posted.ts, broadcast: false };
    const notice = { kind: "not-editable", request: { ...aRequest(), ...decidedAs("approve", "accepted") } } as const;
    const reply = await chat.post(
      CHANNEL,
      { id: "n1", kind: "notice", view: { ...view, ...notice } },
      notAfter(),
      thread,
    );
    assert(reply.kind === "posted", JSON.stringify(reply));
    const { messages = [] } = await client.conversations.replies({ channel: CHANNEL, ts: posted.ts });
    assert.deepEqual(
      messages.map(({ ts }) => ts),
      [posted.ts, reply.ts],
    );
  });

test("admins learn that the channel of a message was archived after the post", async (t) => {
  const { chat, notAfter, control } = await withChat(t, { edits: "allowed" });
  const posted = await chat.post(CHANNEL, CONTENT, notAfter());
  assert(posted.kind === "posted");
  await control("channel", { channel: CHANNEL, archived: true });
  const updated = await chat.update(CHANNEL, posted.ts, CONTENT, notAfter());
  assert(updated.kind === "refused", JSON.stringify(updated));
  assert.match(updated.advice, /The channel is archived/);
  const told: string[] = [];
  const row = { channelId: CHANNEL, ts: posted.ts, lastError: updated.error } as MessageRow;
  const deps: UnavailableDeps = {
    requests: { byId: async () => aRequest() },
    messages: { ofRequest: async () => [row], lastPosted: async () => posted.ts },
    notices: { ofRequest: async () => [] },
    recipientLookups: { add: async (_id, kind, _once, subject) => void told.push(`${kind} ${subject}`) },
    routes: [aRoute({ channels: [CHANNEL] })],
  };
  await reportUnavailable(deps, REQUEST_ID, CHANNEL, updated.code);
  assert.deepEqual(told, ["channel-unavailable posted"]);
});

for (const undocumentedErrors of ["replaced", "reported"] as const)
  test(`with errors ${undocumentedErrors}, a reply to a message that does not exist finds no thread`, async (t) => {
    const { chat, notAfter } = await withChat(t, { undocumentedErrors });
    const thread = { ts: "1700000000.000100", broadcast: false };
    assert.deepEqual(await chat.post(CHANNEL, CONTENT, notAfter(), thread), { kind: "no-thread", isDeleted: true });
  });

for (const deletedThreads of ["gone", "tombstone"] as const)
  test(`with deleted threads ${deletedThreads}, a message with a reply is known to be deleted, whichever call shows it`, async (t) => {
    const { chat, notAfter, client } = await withChat(t, { edits: "allowed", historyLimit: "tier3", deletedThreads });
    const posted = await chat.post(CHANNEL, CONTENT, notAfter());
    assert(posted.kind === "posted");
    const { ts } = posted;
    assert.deepEqual(await chat.isDeleted(CHANNEL, ts), { kind: "known", deleted: false });
    await client.chat.postMessage({ channel: CHANNEL, text: "x", thread_ts: ts });
    await client.chat.delete({ channel: CHANNEL, ts });
    assert.deepEqual(await chat.isDeleted(CHANNEL, ts), { kind: "known", deleted: true });
    const reply = await chat.post(CHANNEL, CONTENT, notAfter(), { ts, broadcast: false });
    assert.deepEqual(reply, { kind: "no-thread", isDeleted: true });
    assert.equal((await chat.update(CHANNEL, ts, CONTENT, notAfter())).kind, "deleted");
  });

test("a message is found and updated later, unless the workspace has deleted it by then", async (t) => {
  const { chat, notAfter, clock } = await withChat(t);
  const since = clock.now() - 1;
  const posted = await chat.post(CHANNEL, CONTENT, notAfter());
  assert(posted.kind === "posted");
  clock.advance(120_000);
  const isDeleted = "retentionMs" in settingOf("slack");
  assert.equal((await chat.find(CHANNEL, REQUEST_ID, since)).kind, isDeleted ? "absent" : "found");
  const isEditable = !("edits" in settingOf("slack"));
  const updated = await chat.update(CHANNEL, posted.ts, CONTENT, notAfter());
  assert.equal(updated.kind, isDeleted ? "deleted" : isEditable ? "updated" : "not-editable");
});

test("with the strict history limit, a message beyond the first page is found after a minute", async (t) => {
  const { client, control, slack } = await world(t, { settings: { historyLimit: "strict" }, rateLimits: true });
  const { clock } = slack;
  const channel = "C0APPROVALS";
  const since = clock.now() - 1;
  const metadata = { event_type: "countersign_request", event_payload: { request_id: "lost" } };
  const { ts } = await client.chat.postMessage({ channel, text: "x", metadata });
  for (let count = 0; count < 20; count++) await control("post", { user: "U0JANE", channel, text: "y" });
  const chat = makeChat(makeSlackCall(client), AUTHOR, { ...testClock(), now: clock.now });
  assert.deepEqual(await chat.find(channel, "lost", since), { kind: "limited", retryAfterMs: 60_000 });
  clock.advance(60_000);
  assert.deepEqual(await chat.find(channel, "lost", since), { kind: "found", ts });
});
