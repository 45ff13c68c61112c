import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { actionsBlock, button, getError, makeClick, type Reply, section, socketApp, world } from "./slack-support.ts";

describe("a seed", () => {
  it("adds people, groups, channels and messages, which the Web API then returns", async (t) => {
    const w = await world(t);
    const seeded = await w.control("seed", {
      people: [{ id: "U0KIM", name: "kim", realName: "Kim Park", email: "kim@example.com" }],
      groups: [{ id: "S0NEW", handle: "new-group", users: ["U0KIM"] }],
      channels: [{ id: "C0NEW", name: "new", kind: "private", members: ["U0KIM", "U0COUNTERSN"] }],
      messages: [{ channel: "C0NEW", user: "U0KIM", text: "hello" }],
    });
    assert.deepEqual([seeded.ok, seeded.messages.length], [true, 1]);
    assert.partialDeepStrictEqual((await w.client.users.lookupByEmail({ email: "kim@example.com" })).user, {
      id: "U0KIM",
      real_name: "Kim Park",
      team_id: "T0SANDBOX01",
    });
    assert.deepEqual((await w.client.usergroups.users.list({ usergroup: "S0NEW" })).users, ["U0KIM"]);
    const { messages } = await w.client.conversations.history({ channel: "C0NEW" });
    assert.partialDeepStrictEqual(messages, [{ user: "U0KIM", text: "hello", ts: seeded.messages[0].ts }]);
    assert.equal((await w.client.chat.postMessage({ channel: "C0NEW", text: "x" })).ok, true);
  });

  it("updates existing records and keeps their other fields", async (t) => {
    const w = await world(t);
    await w.client.chat.postMessage({ channel: "C0APPROVALS", text: "stays" });
    await w.control("seed", {
      people: [{ id: "U0JANE", title: "Director" }],
      groups: [{ id: "S0DBA", users: ["U0JANE"] }],
      channels: [{ id: "C0APPROVALS", topic: "New topic" }],
    });
    const { user } = await w.client.users.info({ user: "U0JANE" });
    assert.deepEqual([user?.profile?.title, user?.real_name], ["Director", "Jane Ito"]);
    const { usergroups } = await w.client.usergroups.list({ include_users: true });
    assert.partialDeepStrictEqual(
      usergroups?.find((each) => each.id === "S0DBA"),
      { handle: "dba", users: ["U0JANE"] },
    );
    const { messages } = await w.client.conversations.history({ channel: "C0APPROVALS" });
    assert.equal(messages?.[0]?.text, "stays");
  });

  it("posts messages of the bot user as the app, with working buttons", async (t) => {
    const w = await world(t);
    await socketApp(w, (app) => app.action("go", async ({ ack }) => ack()));
    const blocks = [section("x"), actionsBlock(button("go"))];
    const { messages } = await w.control("seed", {
      messages: [{ channel: "C0APPROVALS", user: "U0COUNTERSN", text: "Restart?", blocks }],
    });
    assert.equal((await w.control("click", makeClick(messages[0]))).delivery.acked, true);
  });

  it("is removed by a reset", async (t) => {
    const w = await world(t);
    await w.control("seed", { people: [{ id: "U0KIM" }] });
    await w.control("reset");
    assert.equal((await getError(w.client.users.info({ user: "U0KIM" }))).error, "user_not_found");
  });

  const person = { id: "U0KIM", name: "kim" };
  const INVALID: [what: string, body: object, error: string][] = [
    ["an unknown group member", { groups: [{ id: "S0NEW", users: ["U0NOBODY"] }] }, "user_not_found"],
    ["an unknown channel member", { channels: [{ id: "C0NEW", members: ["U0NOBODY"] }] }, "user_not_found"],
    ["an unknown workspace", { people: [{ id: "U0LEE", teamId: "T0NOWHERE" }] }, "team_not_found"],
    ["a channel name that is in use", { channels: [{ id: "C0NEW", name: "approvals" }] }, "name_taken"],
    [
      "a message in an unknown channel",
      { messages: [{ channel: "C0NOT", user: "U0KIM", text: "x" }] },
      "channel_not_found",
    ],
    [
      "a reply to an unknown message",
      { messages: [{ channel: "C0APPROVALS", user: "U0KIM", text: "x", thread_ts: "1.000001" }] },
      "thread_not_found",
    ],
    [
      "blocks that Slack would reject",
      { messages: [{ channel: "C0APPROVALS", user: "U0KIM", text: "x", blocks: [section("")] }] },
      "invalid_blocks",
    ],
  ];
  for (const [what, body, error] of INVALID) {
    it(`with ${what} fails with ${error} and changes nothing`, async (t) => {
      const w = await world(t);
      const answer = await w.control("seed", { people: [person], ...body });
      assert.deepEqual([answer.status, answer.error], [409, "people" in body ? "team_not_found" : error]);
      assert.equal(
        (await w.state()).people.some((each: Reply) => each.id === "U0KIM"),
        false,
      );
    });
  }

  for (const body of [
    { peple: [] },
    { people: [{ id: "jane" }] },
    { channels: [{ id: "C0X", kind: "im" }] },
    [],
    "x",
  ]) {
    it(`is malformed: ${JSON.stringify(body)}`, async (t) => {
      const answer = await (await world(t)).control("seed", body);
      assert.deepEqual([answer.status, answer.error], [400, "malformed"]);
    });
  }
});
