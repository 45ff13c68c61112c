/** One test for each setting of the workspace: `POST /_control/settings` changes it, and `POST reset` restores it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { UNKNOWNS, VARIANTS } from "../../sandbox/slack/unknowns.ts";
import { workspaceSettingsSchema } from "../../sandbox/slack/workspace/settings.ts";
import {
  eventually,
  getError,
  makeClick,
  postButton,
  type Reply,
  socketApp,
  type World,
  world,
} from "./slack-support.ts";

const CHANNEL = "C0APPROVALS";

it("each setting is explained, and each explained one exists", () => {
  const explained = [...UNKNOWNS.flatMap((each) => each.switch ?? []), ...VARIANTS.map((each) => each.switch)];
  assert.deepEqual(explained.sort(), Object.keys(workspaceSettingsSchema.shape).sort());
});

it("the README lists each setting", () => {
  const readme = readFileSync(new URL("../../sandbox/slack/README.md", import.meta.url), "utf8");
  const [, row = ""] = /^\| `POST settings` \|(.*)$/m.exec(readme) ?? [];
  for (const name of Object.keys(workspaceSettingsSchema.shape)) assert.ok(row.includes(`"${name}"`), name);
});

it("each setting has a test here or in slack-errors.test.ts", () => {
  const tests = ["slack-settings", "slack-errors"].map((name) =>
    readFileSync(new URL(`./${name}.test.ts`, import.meta.url), "utf8"),
  );
  for (const name of Object.keys(workspaceSettingsSchema.shape)) assert.match(tests.join(""), new RegExp(`${name}: `));
});

it("an unknown value is refused, an omitted setting keeps its value, and a reset restores the initial one", async (t) => {
  const { control, state } = await world(t, { settings: { historyLimit: "strict" } });
  assert.equal((await control("settings", { edits: "sometimes" })).status, 400);
  assert.equal((await control("settings", { retentionMs: 5 })).ok, true);
  assert.partialDeepStrictEqual((await state()).settings, { retentionMs: 5, historyLimit: "strict" });
  await control("reset");
  assert.partialDeepStrictEqual((await state()).settings, { retentionMs: 0, historyLimit: "strict" });
});

it("the strict history limit is one call per minute and 15 messages, for each method", async (t) => {
  const { client, control, slack } = await world(t, { settings: { historyLimit: "strict" } });
  const { ts = "" } = await client.chat.postMessage({ channel: CHANNEL, text: "first" });
  for (let count = 0; count < 16; count++)
    await control("post", { user: "U0JANE", channel: CHANNEL, text: `${count}`, thread_ts: ts });
  for (let count = 0; count < 16; count++)
    await control("post", { user: "U0JANE", channel: CHANNEL, text: `${count}` });
  const history = (more = {}) => client.conversations.history({ channel: CHANNEL, limit: 200, ...more });
  const first = await history();
  assert.equal(first.messages?.length, 15);
  assert.equal(first.has_more, true);
  assert.match((await getTooFast(history())).message, /60/);
  assert.equal((await client.conversations.replies({ channel: CHANNEL, ts, limit: 200 })).messages?.length, 15);
  await getTooFast(client.conversations.replies({ channel: CHANNEL, ts }));
  slack.clock.advance(60_000);
  const cursor = first.response_metadata?.next_cursor ?? "";
  assert.equal((await history({ cursor })).messages?.length, 2);
});

async function getTooFast(call: Promise<unknown>): Promise<Error> {
  try {
    await call;
  } catch (error) {
    return error as Error;
  }
  return assert.fail("the call was allowed");
}

it("a workspace may forbid edits, with one of two errors", async (t) => {
  const { client, control } = await world(t);
  const { ts = "" } = await client.chat.postMessage({ channel: CHANNEL, text: "x" });
  const edit = () => client.chat.update({ channel: CHANNEL, ts, text: "y" });
  for (const edits of ["edit_window_closed", "cant_update_message"]) {
    await control("settings", { edits: edits });
    assert.equal((await getError(edit())).error, edits);
  }
  await control("settings", { edits: "allowed" });
  assert.equal((await edit()).ok, true);
});

it("a deleted message with replies leaves nothing, or its place in the thread as long as it has replies", async (t) => {
  const { client, control, slack } = await world(t);
  const read = async (ts: string) => {
    const { messages = [] } = await client.conversations.replies({ channel: CHANNEL, ts });
    return messages.map((each: Reply) => [each.ts, each.subtype]);
  };
  const post = async (more = {}) => {
    slack.clock.advance(2_000);
    return (await client.chat.postMessage({ channel: CHANNEL, text: "x", ...more })).ts ?? "";
  };
  for (const deletedThreads of ["gone", "tombstone"] as const) {
    await control("settings", { deletedThreads: deletedThreads });
    const [ts, lonely] = [await post(), await post()];
    const reply = await post({ thread_ts: ts });
    for (const each of [ts, lonely]) await client.chat.delete({ channel: CHANNEL, ts: each });
    assert.equal((await getError(read(lonely))).error, "thread_not_found");
    assert.equal((await getError(client.chat.update({ channel: CHANNEL, ts, text: "y" }))).error, "message_not_found");
    assert.equal((await getError(post({ thread_ts: ts }))).error, "cannot_reply_to_message");
    if (deletedThreads === "gone") assert.equal((await getError(read(ts))).error, "thread_not_found");
    else {
      const tombstone = [ts, "tombstone"];
      assert.deepEqual(await read(ts), [tombstone, [reply, undefined]]);
      const { messages = [] } = await client.conversations.history({ channel: CHANNEL });
      assert.deepEqual(
        messages.filter((each) => each.ts === ts).map((each) => [each.text, each.subtype]),
        [["This message was deleted.", "tombstone"]],
      );
      await client.chat.delete({ channel: CHANNEL, ts: reply });
      assert.equal((await getError(read(ts))).error, "thread_not_found");
    }
  }
});

it("a further answer to a command comes after the first one or replaces it, and never replaces it unasked", async (t) => {
  const w = await world(t);
  const second = "second";
  let seen = 0;
  await socketApp(w, (app) => {
    app.command("/approvals", async ({ ack, respond }) => {
      await ack();
      await respond({ text: "first" });
      await respond({ text: "unasked", replace_original: false });
      await respond({ text: second, replace_original: true });
    });
  });
  for (const commandAnswers of ["added", "replaced"]) {
    await w.control("settings", { commandAnswers: commandAnswers });
    await w.control("command", { user: "U0JANE", channel: CHANNEL, text: "/approvals pending" });
    const answers = await eventually(async () => {
      const { messages } = (await w.state()).channels.find((each: Reply) => each.id === CHANNEL);
      const own = messages.filter((each: Reply) => each.onlyFor === "U0JANE").slice(seen);
      const texts = own.map((each: Reply) => each.text);
      return texts.includes(second) && texts;
    });
    assert.deepEqual(answers, commandAnswers === "added" ? ["first", "unasked", second] : [second, "unasked"]);
    seen += answers.length;
  }
});

it("a message vanishes when its retention period has ended", async (t) => {
  const w = await world(t, { settings: { retentionMs: 60_000 } });
  const { client, slack } = w;
  const at = await postButton(w);
  slack.clock.advance(30_000);
  const younger = await postButton(w);
  slack.clock.advance(30_000);
  const { messages = [] } = await client.conversations.history({ channel: CHANNEL });
  assert.deepEqual(
    messages.map((each) => each.ts),
    [younger.ts],
  );
  assert.equal((await getError(client.chat.update({ ...at, text: "y" }))).error, "message_not_found");
  assert.equal((await w.control("click", makeClick(at))).error, "message_not_found");
  const permalink = client.chat.getPermalink({ channel: CHANNEL, message_ts: at.ts });
  assert.equal((await getError(permalink)).error, "message_not_found");
});

/** Returns the payloads that an app gets for a click, a command and an opened Home. */
async function payloads(w: World, user: string): Promise<{ click: Reply; command: Reply; home: Reply; view: Reply }> {
  const found: Partial<Record<"click" | "command" | "home", Reply>> = {};
  let view: Reply;
  await socketApp(w, (app) => {
    app.action("go", async ({ ack, body }) => {
      await ack();
      found.click = body;
    });
    app.command("/approvals", async ({ ack, body }) => {
      await ack();
      found.command = body;
    });
    app.event("app_home_opened", async ({ event, body, client }) => {
      found.home = body;
      view = (await client.views.publish({ user_id: event.user, view: { type: "home", blocks: [] } })).view;
    });
  });
  await w.control("click", { ...makeClick(await postButton(w)), user });
  await w.control("command", { user, channel: CHANNEL, text: "/approvals" });
  await w.control("home", { user });
  return eventually(() => {
    const { click, command, home } = found;
    return view !== undefined && click !== undefined && command !== undefined && home !== undefined
      ? { click, command, home, view }
      : undefined;
  });
}

it("in an organization, payloads and people name it, and ids may begin with W", async (t) => {
  const w = await world(t, { settings: { enterpriseGrid: "workspace" } });
  const { client } = w;
  const enterprise_id = "E0SANDBOX01";
  assert.partialDeepStrictEqual(await client.auth.test(), {
    team_id: "T0SANDBOX01",
    enterprise_id,
    is_enterprise_install: false,
  });
  const { user } = await client.users.info({ user: "W0WILMA" });
  assert.partialDeepStrictEqual(user, {
    team_id: "T0SANDBOX01",
    enterprise_user: { id: "W0WILMA", enterprise_id, teams: ["T0SANDBOX01"] },
  });
  const sister: Reply = (await client.users.info({ user: "W0SAM" })).user;
  assert.partialDeepStrictEqual(sister, { team_id: "T0SISTER001", enterprise_user: { enterprise_id } });
  assert.equal(sister.is_stranger, undefined);
  const external: Reply = (await client.users.info({ user: "U0EVE" })).user;
  assert.deepEqual([external.enterprise_user, external.is_stranger], [undefined, false]);

  const { click, command, home } = await payloads(w, "W0WILMA");
  assert.partialDeepStrictEqual(click, {
    user: { id: "W0WILMA", team_id: "T0SANDBOX01" },
    team: { id: "T0SANDBOX01", enterprise_id },
    enterprise: { id: enterprise_id, name: "Sandbox Organization" },
    is_enterprise_install: false,
  });
  assert.partialDeepStrictEqual(command, { team_id: "T0SANDBOX01", enterprise_id, is_enterprise_install: "false" });
  assert.partialDeepStrictEqual(home, {
    enterprise_id,
    authorizations: [{ enterprise_id, team_id: "T0SANDBOX01", is_enterprise_install: false }],
  });
  assert.equal((await w.control("home", { user: "W0SAM" })).error, "no_home");
  await w.control("settings", { enterpriseGrid: "none" });
  assert.equal((await getError(client.users.info({ user: "W0WILMA" }))).error, "user_not_found");
});

it("an app of the whole organization has no workspace, and must name one where a method acts on one", async (t) => {
  const w = await world(t, { settings: { enterpriseGrid: "organization" } });
  const { client } = w;
  const enterprise_id = "E0SANDBOX01";
  assert.partialDeepStrictEqual(await client.auth.test(), {
    team_id: null,
    enterprise_id,
    is_enterprise_install: true,
  });
  const { teams = [] } = await client.auth.teams.list();
  assert.deepEqual(
    teams.map((each) => each.id),
    ["T0SANDBOX01", "T0SISTER001"],
  );
  const user: Reply = (await client.users.info({ user: "W0SAM" })).user;
  assert.deepEqual([user.team_id, user.enterprise_id, user.teams], [undefined, enterprise_id, ["T0SISTER001"]]);

  const team_id = "T0SANDBOX01";
  for (const list of [client.usergroups.list, client.users.list, client.conversations.list, client.bots.info]) {
    const call = list as (args: object) => Promise<{ ok: boolean }>;
    assert.equal((await getError(call({}))).error, "missing_argument");
    assert.equal((await call({ team_id })).ok, true);
  }
  const members = (more = {}) => client.usergroups.users.list({ usergroup: "S0SRE", ...more });
  assert.equal((await getError(members())).error, "no_such_subteam");
  assert.equal((await getError(members({ team_id: "T0SISTER001" }))).error, "no_such_subteam");
  assert.deepEqual((await members({ team_id })).users, ["U0JANE", "U0DAN"]);

  const { click, command, home, view } = await payloads(w, "W0SAM");
  assert.partialDeepStrictEqual(click, {
    team: null,
    enterprise: { id: enterprise_id },
    is_enterprise_install: true,
    user: { team_id: "T0SISTER001" },
  });
  assert.partialDeepStrictEqual(command, { enterprise_id, is_enterprise_install: "true" });
  assert.partialDeepStrictEqual(home.authorizations, [{ enterprise_id, team_id: null, is_enterprise_install: true }]);
  assert.equal(view.app_installed_team_id, enterprise_id);
});
