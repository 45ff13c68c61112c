import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { actionsBlock, button, type Reply, socketApp, type World, world } from "./slack-support.ts";

const plain = (text: string) => ({ type: "plain_text", text });
const option = (value: string) => ({ text: plain(value), value });

/** Starts an app that acknowledges and records every action. */
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

describe("a person can click only what they can see", () => {
  const NOT_ALLOWED: [what: string, click: object, error: string][] = [
    ["an unknown person", { user: "U0NOBODY" }, "user_not_found"],
    ["a deactivated person", { user: "U0GONE" }, "user_is_deactivated"],
    ["a bot", { user: "U0OTHERBOT" }, "user_is_bot"],
    ["a person outside the channel", { user: "U0EVE" }, "not_in_channel"],
    ["an unknown message", { ts: "1.000001" }, "message_not_found"],
    ["an unknown button", { action_id: "other" }, "element_not_found"],
    ["a button in another block", { block_id: "other" }, "element_not_found"],
  ];
  for (const [what, click, error] of NOT_ALLOWED) {
    it(`${what}: ${error}`, async (t) => {
      const w = await start(t);
      assert.partialDeepStrictEqual(await w.click(click), { status: 409, ok: false, error });
      assert.deepEqual(w.heard, []);
    });
  }

  it("an ephemeral message is visible to one person, and is not in the payload", async (t) => {
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

  it("a button that an update removed cannot be clicked", async (t) => {
    const w = await start(t);
    await w.client.chat.update({ ...w.at, text: "closed", blocks: [] });
    assert.equal((await w.click()).error, "element_not_found");
  });

  it("archived channels are read-only", async (t) => {
    const w = await start(t);
    await w.control("channel", { channel: "C0APPROVALS", archived: true });
    assert.equal((await w.click()).error, "is_archived");
  });
});

describe("the payload of a click", () => {
  it("contains the team of a person from another workspace, and the team of the app", async (t) => {
    const w = await start(t);
    await w.click({ user: "U0EVE", channel: "C0SHARED", ts: await w.post("C0SHARED") });
    assert.partialDeepStrictEqual(w.heard, [
      { user: { id: "U0EVE", team_id: "T0OTHER0001" }, team: { id: "T0SANDBOX01" } },
    ]);
  });

  it("hides the name of a private channel", async (t) => {
    const w = await start(t);
    await w.click({ channel: "C0PRODDBA", ts: await w.post("C0PRODDBA") });
    assert.deepEqual(w.heard[0].channel, { id: "C0PRODDBA", name: "privategroup" });
  });

  it("also comes from a guest who is a member of the channel", async (t) => {
    const w = await start(t);
    assert.equal((await w.click({ user: "U0GUEST" })).delivery.acked, true);
  });
});

describe("a confirmation", () => {
  it("is required before anything is sent", async (t) => {
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
  it("is marked as forged and contains the merged fields", async (t) => {
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

  it("can come from a client that still shows a removed button", async (t) => {
    const w = await start(t);
    await w.client.chat.update({ ...w.at, text: "closed", blocks: [] });
    await w.click({ forge: { actions: [{ value: "req-1" }] } });
    assert.partialDeepStrictEqual(w.heard, [{ actions: [{ action_id: "go", type: "button", value: "req-1" }] }]);
  });
});

describe("an element with a value", () => {
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
    it(`sends the selected value: ${what}`, async (t) => {
      const w = await start(t, [{ action_id: "go", ...element }]);
      assert.equal((await w.click({ value: given })).delivery.acked, true);
      assert.partialDeepStrictEqual(w.heard[0].actions[0], sent);
    });
  }

  it("accepts only its own options", async (t) => {
    const w = await start(t, [{ type: "static_select", action_id: "go", options: [option("a")] }]);
    assert.equal((await w.click({ value: "z" })).error, "cannot_enter");
  });

  it("keeps a separate value for each person", async (t) => {
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

  it("are available to members of the workspace, in their channels", async (t) => {
    const w = await start(t);
    assert.equal((await run(w, { text: "/unheard" })).error, "invalid_command");
    assert.equal((await run(w, { user: "U0EVE", channel: "C0SHARED" })).error, "not_available");
    assert.equal((await run(w, { user: "U0GUEST", channel: "C0ONCALL" })).error, "not_in_channel");
    assert.equal((await w.control("home", { user: "U0EVE" })).error, "no_home");
  });

  it("are escaped only if the manifest says so", async (t) => {
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

it("a control request with a misspelled field is rejected, not ignored", async (t) => {
  const w = await start(t);
  assert.partialDeepStrictEqual(await w.click({ acton_id: "go" }), { status: 400, error: "malformed" });
});
