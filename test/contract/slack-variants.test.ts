/** The bot's own adapters in the kinds of workspaces that the settings of the stand-in select. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { WorkspaceSettings } from "../../sandbox/slack/workspace/settings.ts";
import { makeChat } from "../../src/slack/chat.ts";
import { readWorkspace } from "../../src/slack/connection/workspace.ts";
import { isFromHome } from "../../src/slack/listeners/payloads.ts";
import { makeDirectory } from "../../src/slack/people/directory.ts";
import { makeDirectoryCheck } from "../../src/slack/people/directory-check.ts";
import { makeSlackCall } from "../../src/slack/slack-call.ts";
import { testClock } from "../support/fakes.ts";
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

    const check = makeDirectoryCheck(client, workspace);
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

test("with the strict history limit, a message beyond the first page is found after a minute", async (t) => {
  const { client, control, slack } = await world(t, { settings: { historyLimit: "strict" }, rateLimits: true });
  const { clock } = slack;
  const channel = "C0APPROVALS";
  const since = clock.now() - 1;
  const metadata = { event_type: "countersign_request", event_payload: { request_id: "lost" } };
  const { ts } = await client.chat.postMessage({ channel, text: "x", metadata });
  for (let count = 0; count < 20; count++) await control("post", { user: "U0JANE", channel, text: "y" });
  const author = { appId: "A0COUNTERSN", botId: "B0COUNTERSN", url: "https://sandbox.slack.com/" };
  const chat = makeChat(makeSlackCall(client), author, { ...testClock(), now: clock.now });
  assert.deepEqual(await chat.find(channel, "lost", since), { kind: "limited", retryAfterMs: 60_000 });
  clock.advance(60_000);
  assert.deepEqual(await chat.find(channel, "lost", since), { kind: "found", ts });
});
