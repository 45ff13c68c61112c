import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  actionsBlock,
  button,
  eventually,
  type Reply,
  reasonModal,
  section,
  socketApp,
  type World,
  world,
} from "./slack-support.ts";

type Handle = (body: Reply, w: World) => Promise<object | undefined>;

/** A person opens a modal from a message. `onSubmit` returns the response to its submissions. */
async function start(t: Parameters<typeof world>[0], user: string, channel: string, onSubmit: Handle) {
  const w = await world(t, { rateLimits: false });
  const heard: Reply[] = [];
  await socketApp(w, (app) => {
    app.action("open", async ({ ack, body }) => {
      heard.push(body);
      await ack();
      if (!("trigger_id" in body)) return;
      await w.client.views.open({ trigger_id: body.trigger_id, view: reasonModal({ callback_id: "root" }) });
    });
    app.view(/.*/, async ({ ack, body }) => {
      heard.push(body);
      await ack((await onSubmit(body, w)) as never);
    });
    app.view({ type: "view_closed", callback_id: /.*/ }, async ({ ack, body }) => {
      heard.push(body);
      await ack();
    });
  });
  const { ts } = await w.client.chat.postMessage({ channel, text: "x", blocks: [actionsBlock(button("open"))] });
  await w.control("click", { user, channel, ts, action_id: "open" });
  const stack = async (): Promise<string[]> =>
    ((await w.state()).modals[user] ?? []).map((each: Reply) => each.callback_id);
  await eventually(async () => (await stack()).length === 1);
  const submit = () => w.control("submit", { user, values: { reason: { text: "because" } } });
  return { ...w, heard, stack, submit };
}

describe("a view that is pushed during a submission", () => {
  it("is closed by an empty acknowledgement: the person sees the submitted view again", async (t) => {
    const w = await start(t, "U0JANE", "C0APPROVALS", async (body, { client }) => {
      await client.views.push({ trigger_id: body.trigger_id, view: reasonModal({ callback_id: "pushed" }) });
      return undefined;
    });
    assert.equal((await w.submit()).result, "closed");
    assert.deepEqual(await w.stack(), ["root"]);
  });

  it("stays open if it is the response to the submission", async (t) => {
    const view = reasonModal({ callback_id: "pushed" });
    const w = await start(t, "U0JANE", "C0APPROVALS", async () => ({ response_action: "push", view }));
    assert.equal((await w.submit()).result, "pushed");
    assert.deepEqual(await w.stack(), ["root", "pushed"]);
  });
});

describe("a stack of three", () => {
  const view = reasonModal({ callback_id: "pushed", notify_on_close: true });

  it("accepts no fourth view, and the person sees an error", async (t) => {
    const w = await start(t, "U0JANE", "C0APPROVALS", async () => ({ response_action: "push", view }));
    assert.deepEqual([(await w.submit()).result, (await w.submit()).result], ["pushed", "pushed"]);
    assert.partialDeepStrictEqual(await w.submit(), { result: "invalid_response", problem: "push_limit_reached" });
    assert.deepEqual(await w.stack(), ["root", "pushed", "pushed"]);
    assert.equal((await w.state()).notices.at(-1).kind, "view_error");
  });

  it("can be closed as a whole, and the app gets view_closed for each view with notify_on_close", async (t) => {
    const w = await start(t, "U0JANE", "C0APPROVALS", async () => ({ response_action: "push", view }));
    await w.submit();
    await w.submit();
    const closed = await w.control("close", { user: "U0JANE", all: true });
    assert.deepEqual([closed.closed.length, closed.deliveries.length], [3, 2]);
    assert.deepEqual(await w.stack(), []);
    const closings = w.heard.filter((each) => each.type === "view_closed");
    assert.deepEqual(
      closings.map((each) => each.is_cleared),
      [true, true],
    );
  });

  it("shows only its top view: lower views cannot be clicked or submitted", async (t) => {
    const w = await start(t, "U0JANE", "C0APPROVALS", async () => ({ response_action: "push", view }));
    const [root] = (await w.state()).modals.U0JANE;
    await w.submit();
    for (const act of ["click", "submit"]) {
      const more = act === "click" ? { action_id: "text" } : { values: {} };
      const answer = await w.control(act, { user: "U0JANE", view_id: root.id, ...more });
      assert.equal(answer.error, "view_not_shown");
    }
  });
});

describe("a submission", () => {
  for (const [who, user, channel, teamId] of [
    ["a guest", "U0GUEST", "C0APPROVALS", "T0SANDBOX01"],
    ["a person from another workspace", "U0EVE", "C0SHARED", "T0OTHER0001"],
  ] as const) {
    it(`names its author: ${who}`, async (t) => {
      const w = await start(t, user, channel, async () => undefined);
      assert.equal((await w.submit()).result, "closed");
      const [click, submission] = w.heard;
      for (const body of [click, submission]) {
        assert.partialDeepStrictEqual(body, { user: { id: user, team_id: teamId }, team: { id: "T0SANDBOX01" } });
      }
      assert.partialDeepStrictEqual(submission, { type: "view_submission", view: { callback_id: "root" } });
    });
  }

  it("is impossible for another person, who has no such view", async (t) => {
    const w = await start(t, "U0JANE", "C0APPROVALS", async () => undefined);
    const [root] = (await w.state()).modals.U0JANE;
    assert.equal((await w.control("submit", { user: "U0DAN", view_id: root.id })).error, "view_not_shown");
    assert.equal((await w.control("submit", { user: "U0DAN" })).error, "no_view");
    assert.equal((await w.control("close", { user: "U0DAN" })).error, "no_view");
  });

  it("may be forged, and the control reply says so", async (t) => {
    const w = await start(t, "U0JANE", "C0APPROVALS", async () => undefined);
    const forge = { user: { id: "U0ADMIN" }, view: { private_metadata: "req-2" } };
    const values = { reason: { text: "because" } };
    assert.equal((await w.control("submit", { user: "U0JANE", values, forge })).forged, true);
    assert.partialDeepStrictEqual(w.heard.at(-1), {
      user: { id: "U0ADMIN", name: "jane" },
      view: { private_metadata: "req-2", state: { values: { reason: { text: { value: "because" } } } } },
    });
  });
});

it("a view without inputs and without a submit button cannot be submitted", async (t) => {
  const w = await start(t, "U0JANE", "C0APPROVALS", async () => undefined);
  const [root] = (await w.state()).modals.U0JANE;
  const view = { type: "modal", title: { type: "plain_text", text: "x" }, blocks: [section("x")] } as never;
  await w.client.views.update({ view_id: root.id, view });
  assert.equal((await w.control("submit", { user: "U0JANE" })).error, "no_submit");
});
