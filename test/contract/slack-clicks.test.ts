import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { actionsBlock, button, type Reply, socketApp, type World, world } from "./slack-support.ts";

const plain = (text: string) => ({ type: "plain_text", text });
const option = (value: string) => ({ text: plain(value), value });

/** An app that acknowledges every action, and what it heard. */
async function start(t: Parameters<typeof world>[0], elements: object[] = [button("go")]) {
  const w = await world(t, { rateLimits: false });
  const heard: Reply[] = [];
  await socketApp(w, (app) => {
    app.action(/.*/, async ({ ack, body }) => {
      heard.push(body);
      await ack();
    });
  });
  const post = async (channel: string) =>
    String((await w.client.chat.postMessage({ channel, text: "x", blocks: [actionsBlock(...elements)] })).ts);
  const at = { channel: "C0APPROVALS", ts: await post("C0APPROVALS") };
  const click = (more: object = {}) => w.control("click", { user: "U0JANE", action_id: "go", ...at, ...more });
  return { ...w, heard, click, at, post };
}

describe("a person can click only what they see", () => {
  const NOT_ALLOWED: [what: string, click: object, error: string][] = [
    ["somebody who does not exist", { user: "U0NOBODY" }, "user_not_found"],
    ["a deactivated person", { user: "U0GONE" }, "user_is_deactivated"],
    ["a bot", { user: "U0OTHERBOT" }, "user_is_bot"],
    ["somebody outside of the channel", { user: "U0EVE" }, "not_in_channel"],
    ["a message that is not there", { ts: "1.000001" }, "message_not_found"],
    ["a button that is not there", { action_id: "other" }, "element_not_found"],
    ["a button in another block", { block_id: "other" }, "element_not_found"],
  ];
  for (const [what, click, error] of NOT_ALLOWED) {
    it(`${what}: ${error}`, async (t) => {
      const w = await start(t);
      assert.partialDeepStrictEqual(await w.click(click), { status: 409, ok: false, error });
      assert.deepEqual(w.heard, []);
    });
  }

  it("an ephemeral message belongs to one person, and is not sent along", async (t) => {
    const w = await start(t);
    const blocks = [actionsBlock(button("go"))];
    const { message_ts: ts } = await w.client.chat.postEphemeral({
      channel: "C0APPROVALS",
      user: "U0DAN",
      text: "x",
      blocks,
    });
    assert.equal((await w.click({ ts })).error, "message_not_found");
    assert.equal((await w.click({ ts, user: "U0DAN" })).delivery.acked, true);
    const [body] = w.heard;
    assert.equal(body.container.is_ephemeral, true);
    assert.equal("message" in body, false);
  });

  it("buttons that an update took away are gone", async (t) => {
    const w = await start(t);
    await w.client.chat.update({ ...w.at, text: "closed", blocks: [] });
    assert.equal((await w.click()).error, "element_not_found");
  });

  it("archived channels are read only", async (t) => {
    const w = await start(t);
    await w.control("channel", { channel: "C0APPROVALS", archived: true });
    assert.equal((await w.click()).error, "is_archived");
  });
});

describe("who clicked is told as Slack tells it", () => {
  it("a person of another workspace carries their own team, beside the app's", async (t) => {
    const w = await start(t);
    await w.click({ user: "U0EVE", channel: "C0SHARED", ts: await w.post("C0SHARED") });
    assert.partialDeepStrictEqual(w.heard, [
      { user: { id: "U0EVE", team_id: "T0OTHER0001" }, team: { id: "T0SANDBOX01" } },
    ]);
  });

  it("a private channel hides its name", async (t) => {
    const w = await start(t);
    await w.click({ channel: "C0PRODDBA", ts: await w.post("C0PRODDBA") });
    assert.deepEqual(w.heard[0].channel, { id: "C0PRODDBA", name: "privategroup" });
  });

  it("a guest can click where they are a member", async (t) => {
    const w = await start(t);
    assert.equal((await w.click({ user: "U0GUEST" })).delivery.acked, true);
  });
});

describe("a confirmation", () => {
  it("is asked before anything is sent", async (t) => {
    const confirm = { title: plain("Sure?"), text: plain("This runs it."), confirm: plain("Run"), deny: plain("Stop") };
    const w = await start(t, [button("go", { confirm })]);
    const asked = await w.click();
    assert.partialDeepStrictEqual(asked, {
      status: 409,
      error: "confirm_needed",
      confirm: { title: { text: "Sure?" } },
    });
    assert.deepEqual(w.heard, []);
    assert.equal((await w.click({ confirm: true })).delivery.acked, true);
  });
});

describe("a forged payload", () => {
  it("says that it is one, and carries what was laid over it", async (t) => {
    const w = await start(t);
    const forged = await w.click({
      forge: { actions: [{ value: "req-2" }], user: { id: "U0ADMIN" }, container: { message_ts: "1.000001" } },
    });
    assert.equal(forged.forged, true);
    assert.partialDeepStrictEqual(w.heard, [
      {
        user: { id: "U0ADMIN", name: "jane" },
        container: { message_ts: "1.000001", channel_id: "C0APPROVALS" },
        actions: [{ action_id: "go", value: "req-2" }],
      },
    ]);
    assert.equal((await w.click()).forged, false);
  });

  it("can come from a client that still shows a button which is gone", async (t) => {
    const w = await start(t);
    await w.client.chat.update({ ...w.at, text: "closed", blocks: [] });
    await w.click({ forge: { actions: [{ value: "req-1" }] } });
    assert.partialDeepStrictEqual(w.heard, [{ actions: [{ action_id: "go", type: "button", value: "req-1" }] }]);
  });
});

describe("elements that hold a value", () => {
  const CASES: [what: string, element: object, given: unknown, sent: object][] = [
    [
      "a menu",
      { type: "static_select", options: [option("a"), option("b")] },
      "b",
      { selected_option: { value: "b" } },
    ],
    ["an overflow menu", { type: "overflow", options: [option("a")] }, "a", { selected_option: { value: "a" } }],
    [
      "checkboxes",
      { type: "checkboxes", options: [option("a"), option("b")] },
      ["a", "b"],
      { selected_options: [{ value: "a" }, { value: "b" }] },
    ],
    ["a menu of people", { type: "users_select" }, "U0DAN", { selected_user: "U0DAN" }],
    ["a date", { type: "datepicker" }, "2026-02-03", { selected_date: "2026-02-03" }],
    ["a time", { type: "timepicker" }, "09:30", { selected_time: "09:30" }],
  ];
  for (const [what, element, given, sent] of CASES) {
    it(`${what} sends what was chosen`, async (t) => {
      const w = await start(t, [{ action_id: "go", ...element }]);
      assert.equal((await w.click({ value: given })).delivery.acked, true);
      assert.partialDeepStrictEqual(w.heard[0].actions[0], sent);
    });
  }

  it("a menu has only its own options", async (t) => {
    const w = await start(t, [{ type: "static_select", action_id: "go", options: [option("a")] }]);
    assert.equal((await w.click({ value: "z" })).error, "cannot_enter");
  });

  it("what one person chose is in their state, and not in another's", async (t) => {
    const w = await start(t, [{ type: "static_select", action_id: "menu", options: [option("a")] }, button("go")]);
    await w.click({ action_id: "menu", value: "a" });
    await w.click();
    await w.click({ user: "U0DAN" });
    const states = w.heard.map((each) => each.state.values.strip.menu.selected_option?.value ?? null);
    assert.deepEqual(states, ["a", "a", null]);
  });
});

describe("commands", () => {
  const run = (w: World, more: object = {}) =>
    w.control("command", { user: "U0JANE", channel: "C0APPROVALS", text: "/approvals", ...more });

  it("are there for members of the workspace, in channels that they are in", async (t) => {
    const w = await start(t);
    assert.equal((await run(w, { text: "/unheard" })).error, "invalid_command");
    assert.equal((await run(w, { user: "U0EVE", channel: "C0SHARED" })).error, "not_available");
    assert.equal((await run(w, { user: "U0GUEST", channel: "C0ONCALL" })).error, "not_in_channel");
    assert.equal((await w.control("home", { user: "U0EVE" })).error, "no_home");
  });

  it("pass what was typed as it is where the manifest does not ask to escape it", async (t) => {
    const w = await world(t);
    for (const shouldEscape of [true, false]) {
      await w.control("settings", { shouldEscape });
      await run(w, { text: "/approvals show @jane https://example.com/x a@jane.example" });
    }
    assert.deepEqual(
      w.requests("deliver:slash_commands").map(({ input }) => (input as Reply).text),
      ["show <@U0JANE|jane> <https://example.com/x> a@jane.example", "show @jane https://example.com/x a@jane.example"],
    );
  });
});

it("a control request with a misspelt member is refused, not ignored", async (t) => {
  const w = await start(t);
  assert.partialDeepStrictEqual(await w.click({ acton_id: "go" }), { status: 400, error: "malformed" });
});
