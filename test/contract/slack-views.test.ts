import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { SlackSandboxOptions } from "../../sandbox/slack/server.ts";
import { makeSandboxClock } from "../../sandbox/wire/clock.ts";
import {
  actionsBlock,
  button,
  getError,
  type Reply,
  reasonModal,
  section,
  socketApp,
  type World,
  world,
} from "./slack-support.ts";

/** A workspace with a button that issues triggers, and an app that only acknowledges. */
async function start(
  t: Parameters<typeof world>[0],
  respond: (body: Reply) => object | undefined = () => undefined,
  options: SlackSandboxOptions = {},
) {
  const w = await world(t, { rateLimits: false, ...options });
  const triggers: string[] = [];
  const closed: Reply[] = [];
  await socketApp(w, (app) => {
    app.action(/.*/, async ({ ack, body }) => {
      if ("trigger_id" in body) triggers.push(body.trigger_id);
      await ack();
    });
    app.view(/.*/, async ({ ack, body }) => {
      if ("trigger_id" in body) triggers.push(String(body.trigger_id));
      await ack(respond(body) as never);
    });
    app.view({ type: "view_closed", callback_id: /.*/ }, async ({ ack, body }) => {
      closed.push(body);
      await ack();
    });
  });
  const { ts } = await w.client.chat.postMessage({
    channel: "C0APPROVALS",
    text: "x",
    blocks: [actionsBlock(button("open"))],
  });
  const trigger = async (where: object = { channel: "C0APPROVALS", ts }) => {
    await w.control("click", { user: "U0JANE", action_id: "open", ...where });
    return String(triggers.at(-1));
  };
  const open = async (view: never = reasonModal()) =>
    (await w.client.views.open({ trigger_id: await trigger(), view })).view as Reply;
  return { ...w, trigger, open, triggers, closed };
}

const readStack = async (w: World): Promise<Reply[]> => (await w.state()).modals.U0JANE ?? [];
const withButton = (more: object = {}) =>
  reasonModal({
    blocks: [actionsBlock(button("open")), section("x")],
    submit: { type: "plain_text", text: "Next" },
    ...more,
  });

describe("a trigger", () => {
  it("opens one modal, and only once", async (t) => {
    const w = await start(t);
    const trigger_id = await w.trigger();
    const { view } = await w.client.views.open({ trigger_id, view: reasonModal() });
    assert.partialDeepStrictEqual(view, {
      type: "modal",
      team_id: "T0SANDBOX01",
      app_id: "A0COUNTERSN",
      bot_id: "B0COUNTERSN",
      callback_id: "reject-reason",
      private_metadata: "req-1",
      root_view_id: view?.id,
      previous_view_id: null,
    });
    const again = w.client.views.open({ trigger_id, view: reasonModal() });
    assert.equal((await getError(again)).error, "exchanged_trigger_id");
  });

  it("expires after three seconds", async (t) => {
    // The clock stands still, so that a slow machine does not use up the lifetime.
    const w = await start(t, undefined, { clock: makeSandboxClock(() => 1_800_000_000_000) });
    const [inTime, late] = [await w.trigger(), await w.trigger()];
    w.slack.clock.advance(3000);
    assert.equal((await w.client.views.open({ trigger_id: inTime, view: reasonModal() })).ok, true);
    w.slack.clock.advance(1);
    const opened = w.client.views.open({ trigger_id: late, view: reasonModal() });
    assert.equal((await getError(opened)).error, "expired_trigger_id");
  });

  it("that Slack did not issue fails with invalid_trigger_id", async (t) => {
    const { client } = await world(t);
    const opened = client.views.open({ trigger_id: "1.2.abc", view: reasonModal() });
    assert.equal((await getError(opened)).error, "invalid_trigger_id");
  });

  it("stays valid after a rejected view", async (t) => {
    const w = await start(t);
    const trigger_id = await w.trigger();
    const answer = await getError(w.client.views.open({ trigger_id, view: reasonModal({ submit: undefined }) }));
    assert.equal(answer.error, "invalid_arguments");
    assert.deepEqual(answer.response_metadata.messages, [
      "[ERROR] must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/0/input]",
    ]);
    assert.equal((await w.client.views.open({ trigger_id, view: reasonModal() })).ok, true);
  });
});

describe("a view", () => {
  it("is updated by id or external_id, with a hash against races", async (t) => {
    const w = await start(t);
    const view = await w.open(reasonModal({ external_id: "mine" }));
    const update = (more: object) =>
      w.client.views.update({ view: reasonModal({ external_id: "mine" }), ...more } as never);
    const updated = await update({ view_id: view.id, hash: view.hash });
    assert.notEqual(updated.view?.hash, view.hash);
    assert.equal((await getError(update({ view_id: view.id, hash: view.hash }))).error, "hash_conflict");
    assert.equal((await update({ external_id: "mine" })).ok, true);
    assert.equal((await getError(update({ view_id: "V0NOTTHERE" }))).error, "not_found");
    const home = w.client.views.publish({ user_id: "U0DAN", view: { type: "home", external_id: "mine", blocks: [] } });
    assert.equal((await getError(home)).error, "duplicate_external_id");
  });

  it("keeps the entered value if an update keeps the input", async (t) => {
    const w = await start(t, () => ({ response_action: "errors", errors: { reason: "Say more." } }));
    const view = await w.open();
    await w.control("submit", { user: "U0JANE", values: { reason: { text: "because" } } });
    const updated = await w.client.views.update({ view_id: view.id, view: reasonModal() });
    assert.deepEqual(updated.view?.state, {
      values: { reason: { text: { type: "plain_text_input", value: "because" } } },
    });
  });

  it("can have at most two views on top of it", async (t) => {
    const w = await start(t);
    const root = await w.open(withButton());
    const push = async () => w.client.views.push({ trigger_id: await w.trigger({}), view: withButton() });
    const second = await push();
    assert.partialDeepStrictEqual(second.view, { root_view_id: root.id, previous_view_id: root.id });
    await push();
    assert.equal((await readStack(w)).length, 3);
    assert.equal((await getError(push())).error, "push_limit_reached");
  });

  it("cannot be pushed without an open modal", async (t) => {
    const w = await start(t);
    const pushed = w.client.views.push({ trigger_id: await w.trigger(), view: reasonModal() });
    assert.equal((await getError(pushed)).error, "invalid_arguments");
  });

  it("over 250 kB fails with view_too_large", async (t) => {
    const w = await start(t);
    const blocks = Array.from({ length: 90 }, () => section("x".repeat(3000)));
    const opened = w.client.views.open({
      trigger_id: await w.trigger(),
      view: reasonModal({ blocks, submit: undefined }),
    });
    assert.equal((await getError(opened)).error, "view_too_large");
  });

  it("of type home is only for active people of this workspace", async (t) => {
    const { client, control } = await world(t);
    const view = { type: "home" as const, blocks: [section("x")] };
    for (const user_id of ["U0EVE", "U0GONE", "U0OTHERBOT", "U0NOBODY"]) {
      assert.equal((await getError(client.views.publish({ user_id, view }))).error, "invalid_arguments");
    }
    await control("settings", { homeEnabled: false });
    assert.equal((await getError(client.views.publish({ user_id: "U0JANE", view }))).error, "not_enabled");
  });
});

describe("a submission", () => {
  const ACTIONS: [what: string, answer: object | undefined, result: string, left: number][] = [
    ["without a response closes the top view", undefined, "closed", 1],
    ["with the response clear closes the stack", { response_action: "clear" }, "cleared", 0],
    [
      "with the response update shows the new view",
      { response_action: "update", view: reasonModal({ callback_id: "new" }) },
      "updated",
      2,
    ],
    [
      "with the response push adds a view on top",
      { response_action: "push", view: reasonModal({ callback_id: "new" }) },
      "pushed",
      3,
    ],
    ["with the response errors keeps the view", { response_action: "errors", errors: { reason: "No." } }, "errors", 2],
    [
      "with errors for an unknown input fails",
      { response_action: "errors", errors: { elsewhere: "No." } },
      "invalid_response",
      2,
    ],
    [
      "with an invalid view in the response fails",
      { response_action: "update", view: { type: "modal" } },
      "invalid_response",
      2,
    ],
    ["with an unknown response_action fails", { response_action: "dance" }, "invalid_response", 2],
  ];
  for (const [what, answer, result, left] of ACTIONS) {
    it(what, async (t) => {
      const w = await start(t, () => answer);
      await w.open(withButton());
      await w.client.views.push({ trigger_id: await w.trigger({}), view: reasonModal() });
      const submitted = await w.control("submit", { user: "U0JANE", values: { reason: { text: "because" } } });
      assert.equal(submitted.result, result);
      assert.equal((await readStack(w)).length, left);
      const failed = result === "invalid_response";
      assert.equal(
        (await w.state()).notices.some((each: Reply) => each.kind === "view_error"),
        failed,
      );
    });
  }

  it("with an empty required input, or a text that is too long, is not sent", async (t) => {
    const w = await start(t);
    await w.open();
    for (const [text, message] of [
      ["", "Please complete this required field."],
      ["x".repeat(501), "Must be at most 500 characters."],
    ]) {
      const submitted = await w.control("submit", { user: "U0JANE", values: { reason: { text } } });
      assert.partialDeepStrictEqual(submitted, { status: 409, error: "invalid_input", errors: { reason: message } });
    }
    assert.deepEqual(w.requests("deliver:view_submission"), []);
  });

  it("issues a trigger with which the app can open the next modal", async (t) => {
    const w = await start(t, () => ({ response_action: "clear" }));
    await w.open();
    await w.control("submit", { user: "U0JANE", values: { reason: { text: "because" } } });
    assert.equal((await w.client.views.open({ trigger_id: String(w.triggers.at(-1)), view: reasonModal() })).ok, true);
  });
});

describe("closing", () => {
  it("sends view_closed for a view with notify_on_close, and shows the view below", async (t) => {
    const w = await start(t);
    const root = await w.open(withButton());
    await w.client.views.push({ trigger_id: await w.trigger({}), view: reasonModal({ notify_on_close: true }) });
    await w.control("close", { user: "U0JANE" });
    assert.deepEqual(
      (await readStack(w)).map((each) => each.id),
      [root.id],
    );
    assert.partialDeepStrictEqual(w.closed, [
      { type: "view_closed", is_cleared: false, view: { callback_id: "reject-reason" } },
    ]);
    await w.control("close", { user: "U0JANE" });
    assert.equal(w.closed.length, 1);
    assert.deepEqual(await readStack(w), []);
  });

  it("closes the whole stack for a view with clear_on_close", async (t) => {
    const w = await start(t);
    await w.open(withButton({ notify_on_close: true }));
    const above = reasonModal({ clear_on_close: true, notify_on_close: true });
    await w.client.views.push({ trigger_id: await w.trigger({}), view: above });
    await w.control("close", { user: "U0JANE" });
    assert.deepEqual(await readStack(w), []);
    assert.deepEqual(
      w.closed.map((each) => each.is_cleared),
      [true, true],
    );
  });
});
