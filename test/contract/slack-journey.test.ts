import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { App } from "@slack/bolt";
import {
  actionsBlock,
  button,
  eventually,
  httpApp,
  type Reply,
  reasonModal,
  section,
  socketApp,
  world,
} from "./slack-support.ts";

interface Heard {
  /** All deliveries that reached Bolt, including those without a listener. */
  arrived: number;
  actions: Reply[];
  submissions: Reply[];
  commands: Reply[];
  errors: string[];
}

/** A small approval bot: Approve responds through the response URL, Reject opens a modal for a reason. */
function approvalBot(heard: Heard): (app: App) => void {
  return (app) => {
    app.use(async ({ next }) => {
      heard.arrived += 1;
      await next();
    });
    app.action("approve", async ({ ack, body, respond }) => {
      heard.actions.push(body);
      await ack();
      await respond({ replace_original: true, text: "Approved", blocks: [section("Approved")] });
    });
    app.action("reject", async ({ ack, body, client }) => {
      heard.actions.push(body);
      await ack();
      if (body.type === "block_actions") await client.views.open({ trigger_id: body.trigger_id, view: reasonModal() });
    });
    app.view("reject-reason", async ({ ack, body, view }) => {
      heard.submissions.push(body);
      const reason = view.state.values.reason?.text?.value ?? "";
      if (reason.length < 5) await ack({ response_action: "errors", errors: { reason: "Say more." } });
      else await ack();
    });
    app.command("/approvals", async ({ ack, body }) => {
      heard.commands.push(body);
      await ack({ response_type: "ephemeral", text: "Nothing is waiting." });
    });
    app.event("app_home_opened", async ({ event, client }) => {
      await client.views.publish({ user_id: event.user, view: { type: "home", blocks: [section("Waiting for you")] } });
    });
    app.error(async (error) => {
      heard.errors.push(error.message);
    });
  };
}

for (const mode of ["Socket Mode", "signed HTTP"] as const) {
  describe(`over ${mode}`, () => {
    const start = async (t: Parameters<typeof world>[0]) => {
      const w = await world(t);
      const heard: Heard = { arrived: 0, actions: [], submissions: [], commands: [], errors: [] };
      if (mode === "Socket Mode") await socketApp(w, approvalBot(heard));
      else await w.control("settings", { requestUrl: await httpApp(w, approvalBot(heard)) });
      const posted = await w.client.chat.postMessage({
        channel: "C0APPROVALS",
        text: "Restart?",
        blocks: [section("Restart?"), actionsBlock(button("approve"), button("reject"))],
      });
      return { ...w, heard, ts: String(posted.ts) };
    };

    it("a click reaches Bolt with a real payload, and the response URL replaces the message", async (t) => {
      const w = await start(t);
      const clicked = await w.control("click", {
        user: "U0JANE",
        channel: "C0APPROVALS",
        ts: w.ts,
        action_id: "approve",
      });
      assert.equal(clicked.delivery.acked, true);
      assert.equal(clicked.delivery.via, mode === "Socket Mode" ? "socket" : "http");
      assert(clicked.delivery.ms < 3000);
      const [body] = w.heard.actions;
      assert.partialDeepStrictEqual(body, {
        type: "block_actions",
        user: { id: "U0JANE", username: "jane", name: "jane", team_id: "T0SANDBOX01" },
        api_app_id: "A0COUNTERSN",
        container: { type: "message", message_ts: w.ts, channel_id: "C0APPROVALS", is_ephemeral: false },
        team: { id: "T0SANDBOX01", domain: "sandbox" },
        enterprise: null,
        is_enterprise_install: false,
        channel: { id: "C0APPROVALS", name: "approvals" },
        message: { type: "message", bot_id: "B0COUNTERSN", app_id: "A0COUNTERSN", ts: w.ts },
        state: { values: {} },
        actions: [{ type: "button", action_id: "approve", block_id: "strip", value: "req-1" }],
      });
      assert.match(body.actions[0].action_ts, /^\d+\.\d{6}$/);
      assert.match(body.trigger_id, /^\d+\.\d+\.[0-9a-f]{32}$/);
      await eventually(async () => (await channel(w, "C0APPROVALS")).messages[0].text === "Approved");
      assert.deepEqual(w.heard.errors, []);
    });

    it("a modal opened with the trigger is filled in, corrected after response_action errors, and closed", async (t) => {
      const w = await start(t);
      await w.control("click", { user: "U0DAN", channel: "C0APPROVALS", ts: w.ts, action_id: "reject" });
      await eventually(async () => (await w.state()).modals.U0DAN?.length === 1);
      const refused = await w.control("submit", { user: "U0DAN", values: { reason: { text: "no" } } });
      assert.partialDeepStrictEqual(refused, { ok: true, result: "errors", errors: { reason: "Say more." } });
      assert.equal((await w.state()).modals.U0DAN.length, 1);
      const taken = await w.control("submit", { user: "U0DAN", values: { reason: { text: "not today" } } });
      assert.partialDeepStrictEqual(taken, { ok: true, result: "closed", delivery: { acked: true } });
      assert.equal((await w.state()).modals.U0DAN, undefined);
      const submission = w.heard.submissions.at(-1);
      assert.partialDeepStrictEqual(submission, {
        type: "view_submission",
        user: { id: "U0DAN", team_id: "T0SANDBOX01" },
        view: {
          callback_id: "reject-reason",
          private_metadata: "req-1",
          app_id: "A0COUNTERSN",
          state: { values: { reason: { text: { type: "plain_text_input", value: "not today" } } } },
        },
        response_urls: [],
        is_enterprise_install: false,
        enterprise: null,
      });
      assert.deepEqual(w.heard.errors, []);
    });

    it("a command has only strings, and the reply in its acknowledgement is ephemeral", async (t) => {
      const w = await start(t);
      const ran = await w.control("command", {
        user: "U0ADMIN",
        channel: "C0PRODDBA",
        text: "/approvals pending @jane in #approvals",
      });
      assert.equal(ran.delivery.acked, true);
      const [body] = w.heard.commands;
      assert.partialDeepStrictEqual(body, {
        command: "/approvals",
        text: "pending <@U0JANE|jane> in <#C0APPROVALS|approvals>",
        user_id: "U0ADMIN",
        user_name: "ada",
        team_id: "T0SANDBOX01",
        team_domain: "sandbox",
        channel_id: "C0PRODDBA",
        channel_name: "privategroup",
        api_app_id: "A0COUNTERSN",
        is_enterprise_install: "false",
      });
      const { messages } = await channel(w, "C0PRODDBA");
      assert.partialDeepStrictEqual(messages, [{ text: "Nothing is waiting.", onlyFor: "U0ADMIN" }]);
    });

    it("opening App Home sends app_home_opened, and the app publishes the Home of that person", async (t) => {
      const w = await start(t);
      const opened = await w.control("home", { user: "U0MIA" });
      assert.equal(opened.delivery.acked, true);
      const home = await eventually(async () => (await w.state()).homes.U0MIA);
      assert.equal(home.blocks[0].text.text, "Waiting for you");
    });

    it("an action without a listener is not acknowledged, and the person sees a warning", async (t) => {
      const w = await start(t);
      const { ts } = await w.client.chat.postMessage({
        channel: "C0ONCALL",
        text: "x",
        blocks: [actionsBlock(button("nobody"))],
      });
      const click = w.control("click", { user: "U0JANE", channel: "C0ONCALL", ts, action_id: "nobody" });
      await eventually(() => w.heard.arrived === 1);
      w.slack.clock.advance(3000);
      assert.equal((await click).delivery.acked, false);
      assert.partialDeepStrictEqual((await w.state()).notices, [{ user: "U0JANE", kind: "action_not_acknowledged" }]);
    });
  });
}

async function channel(w: { state(): Promise<Reply> }, id: string): Promise<Reply> {
  return (await w.state()).channels.find((each: Reply) => each.id === id);
}
