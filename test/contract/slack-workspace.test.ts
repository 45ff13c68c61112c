import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { getError, world } from "./slack-support.ts";

describe("the seeded people", () => {
  const PEOPLE: [user: string, what: string, expected: object][] = [
    ["U0JANE", "a member", { deleted: false, is_bot: false, is_restricted: false, team_id: "T0SANDBOX01" }],
    ["U0ADMIN", "an admin", { is_admin: true }],
    ["U0GUEST", "a single-channel guest", { is_restricted: true, is_ultra_restricted: true }],
    ["U0EVE", "a person from another workspace", { team_id: "T0OTHER0001", is_stranger: false }],
    ["U0GONE", "a deactivated person", { deleted: true }],
    ["U0OTHERBOT", "another bot", { is_bot: true }],
  ];
  for (const [user, what, expected] of PEOPLE) {
    it(`${user} is ${what}`, async (t) => {
      const { client } = await world(t);
      assert.partialDeepStrictEqual((await client.users.info({ user })).user, expected);
    });
  }

  it("an external person without a shared channel is a stranger", async (t) => {
    const w = await world(t);
    await w.control("channel", { channel: "C0SHARED", kick: ["U0EVE"] });
    assert.equal((await w.client.users.info({ user: "U0EVE" })).user?.is_stranger, true);
  });

  it("are found by email if they are active members of the workspace", async (t) => {
    const { client } = await world(t);
    assert.equal((await client.users.lookupByEmail({ email: "Rosa@Example.com" })).user?.id, "U0ROSA");
    for (const email of ["gone@example.com", "eve@example.com", "nobody@example.com"]) {
      assert.equal((await getError(client.users.lookupByEmail({ email }))).error, "users_not_found");
    }
    assert.equal((await getError(client.users.info({ user: "U0NOBODY" }))).error, "user_not_found");
  });

  it("are listed in pages", async (t) => {
    const { client } = await world(t);
    const seen: string[] = [];
    for await (const page of client.paginate("users.list", { limit: 4 })) {
      seen.push(...(page as unknown as { members: { id: string }[] }).members.map((each) => each.id));
    }
    assert.equal(seen.length, 10);
    assert.equal(new Set(seen).size, 10);
  });
});

it("a cursor is valid only for its own list", async (t) => {
  const { client } = await world(t);
  const nextCursor = (page: { response_metadata?: { next_cursor?: string } }) =>
    String(page.response_metadata?.next_cursor);
  const cursor = nextCursor(await client.conversations.list({ limit: 1 }));
  assert.equal((await client.conversations.list({ limit: 1, cursor })).ok, true);
  assert.equal((await getError(client.users.list({ limit: 1, cursor }))).error, "invalid_cursor");
  const ofApprovals = await client.conversations.members({ channel: "C0APPROVALS", limit: 1 });
  const elsewhere = { channel: "C0ONCALL", limit: 1, cursor: nextCursor(ofApprovals) };
  assert.equal((await getError(client.conversations.members(elsewhere))).error, "invalid_cursor");
});

it("a person can post in their channels and reply to existing messages, but not in an archived channel", async (t) => {
  const w = await world(t);
  const write = (more: object) => w.control("post", { user: "U0JANE", channel: "C0APPROVALS", text: "x", ...more });
  const { ts } = await write({});
  assert.equal((await write({ thread_ts: ts })).ok, true);
  for (const [more, error] of [
    [{ channel: "C0OLD" }, "is_archived"],
    [{ user: "U0GUEST", channel: "C0ONCALL" }, "not_in_channel"],
    [{ thread_ts: "1.000001" }, "thread_not_found"],
  ] as const) {
    assert.partialDeepStrictEqual(await write(more), { status: 409, error });
  }
});

it("a person can delete their own messages and an admin any, but not in an archived channel", async (t) => {
  const { client, control } = await world(t);
  const channel = "C0APPROVALS";
  const remove = (user: string, ts: string, more = {}) => control("delete", { user, channel, ts, ...more });
  const { ts = "" } = await client.chat.postMessage({ channel, text: "x" });
  const { ts: own } = await control("post", { user: "U0JANE", channel, text: "x" });
  for (const [user, more, error] of [
    ["U0JANE", {}, "cant_delete_message"],
    ["U0GUEST", { channel: "C0ONCALL" }, "not_in_channel"],
    ["U0ADMIN", { channel: "C0ONCALL" }, "message_not_found"],
  ] as const) {
    assert.partialDeepStrictEqual(await remove(user, ts, more), { status: 409, error });
  }
  assert.equal((await remove("U0JANE", own)).ok, true);
  await control("channel", { channel, archived: true });
  assert.equal((await remove("U0ADMIN", ts)).error, "is_archived");
  await control("channel", { channel, archived: false });
  assert.equal((await remove("U0ADMIN", ts)).ok, true);
  assert.equal((await getError(client.chat.update({ channel, ts, text: "y" }))).error, "message_not_found");
});

describe("user groups", () => {
  it("list their members, without deactivated people", async (t) => {
    const w = await world(t);
    const members = async () => (await w.client.usergroups.users.list({ usergroup: "S0SRE" })).users;
    assert.deepEqual(await members(), ["U0JANE", "U0DAN"]);
    await w.control("person", { user: "U0DAN", deleted: true });
    assert.deepEqual(await members(), ["U0JANE"]);
    await w.control("group", { group: "S0SRE", users: ["U0MIA"] });
    assert.deepEqual(await members(), ["U0MIA"]);
  });

  it("that are disabled or unknown fail instead of returning members", async (t) => {
    const { client } = await world(t);
    for (const usergroup of ["S0FORMER", "S0NOTHING"]) {
      assert.equal((await getError(client.usergroups.users.list({ usergroup }))).error, "no_such_subteam");
    }
    const shown = await client.usergroups.list({ include_users: true });
    assert.deepEqual(shown.usergroups?.find((each) => each.id === "S0DBA")?.users, ["U0MIA"]);
    assert.equal(
      shown.usergroups?.some((each) => each.id === "S0FORMER"),
      false,
    );
    const all = await client.usergroups.list({ include_disabled: true });
    assert.notEqual(all.usergroups?.find((each) => each.id === "S0FORMER")?.date_delete, 0);
  });
});

describe("channels", () => {
  it("are listed if the app can see them", async (t) => {
    const { client } = await world(t);
    const list = async (types: string, more: object = {}) =>
      (await client.conversations.list({ types, ...more })).channels?.map((each) => each.id).sort();
    assert.deepEqual(await list("private_channel"), ["C0PRODDBA"]);
    assert.deepEqual(await list("public_channel", { exclude_archived: true }), [
      "C0APPROVALS",
      "C0ONCALL",
      "C0RANDOM",
      "C0SHARED",
    ]);
    assert.equal((await getError(client.conversations.list({ types: "im" }))).needed, "im:read");
    assert.equal((await getError(client.conversations.list({ types: "secret" }))).error, "invalid_types");
  });

  it("have flags for shared, archived, private and joined", async (t) => {
    const { client } = await world(t);
    const info = async (channel: string) => (await client.conversations.info({ channel })).channel;
    assert.partialDeepStrictEqual(await info("C0SHARED"), { is_ext_shared: true, is_shared: true, is_member: true });
    assert.partialDeepStrictEqual(await info("C0OLD"), { is_archived: true });
    assert.partialDeepStrictEqual(await info("C0PRODDBA"), { is_private: true, is_ext_shared: false });
    assert.partialDeepStrictEqual(await info("C0RANDOM"), { is_member: false });
    assert.equal((await getError(info("C0SECRET"))).error, "channel_not_found");
  });

  it("list their members", async (t) => {
    const { client } = await world(t);
    const { members } = await client.conversations.members({ channel: "C0SHARED" });
    assert(members?.includes("U0EVE"));
  });

  it("that are direct messages are opened once, and only with active people", async (t) => {
    const { client } = await world(t);
    const first = await client.conversations.open({ users: "U0JANE" });
    assert.partialDeepStrictEqual(await client.conversations.open({ users: "U0JANE" }), {
      channel: { id: first.channel?.id },
      already_open: true,
    });
    for (const [users, error] of [
      ["U0GONE", "user_disabled"],
      ["U0OTHERBOT", "user_not_found"],
      ["U0NOBODY", "user_not_found"],
      ["U0JANE,U0DAN", "missing_scope"],
    ] as const) {
      assert.equal((await getError(client.conversations.open({ users }))).error, error);
    }
  });
});

it("a reset restores the seed and clears the journal and the faults", async (t) => {
  const w = await world(t);
  await w.client.chat.postMessage({ channel: "C0APPROVALS", text: "x" });
  await w.control("channel", { channel: "C0APPROVALS", kick: ["U0COUNTERSN"] });
  await w.control("scopes", { revoke: ["chat:write"] });
  await w.control("faults", { operation: "chat.postMessage", kind: "error", code: "fatal_error" });
  await w.control("reset");
  assert.equal((await w.client.chat.postMessage({ channel: "C0APPROVALS", text: "y" })).ok, true);
  assert.equal(w.slack.journal.list().length, 1);
});
