import assert from "node:assert/strict";
import { test } from "node:test";
import { ONE_GATE, toText, world } from "../support/world.ts";

const POLICY = `
routes:
  - name: shared
    channels: [C0SHARED, C0APPROVALS]
    approvers: { users: [U0JANE, U0EVE, U0GUEST], groups: [S0DBA] }
admins: { users: [U0ADMIN] }
`;

test("a person who cannot decide gets an ephemeral reply, and nothing is decided", async (t) => {
  const w = await world(t, { policy: POLICY });
  const id = await w.run(ONE_GATE);
  const message = await w.message(id);
  const shared = await w.message(id, undefined, "C0SHARED");

  // First, while no group is cached.
  await t.test("an approver, while Slack cannot return the members of the groups", async () => {
    await w.control.slack("faults", { operation: "usergroups.users.list", kind: "error", code: "internal_error" });
    await w.click("U0DAN", message, "approve");
    await w.ephemeral("U0DAN", /did not return the approvers' groups .*Try again in a minute/);
    await fetch(`${w.slack.url}/_control/faults`, { method: "DELETE" });
  });
  await t.test("an approver, in a workspace without user groups", async () => {
    const code = "plan_upgrade_required";
    await w.control.slack("faults", { operation: "usergroups.users.list", kind: "error", code });
    await w.click("U0DAN", message, "approve");
    const cause = "Slack could not return the approvers' groups: this workspace's plan has no user groups.";
    await w.ephemeral("U0DAN", `${cause} Nothing was decided. Ask an admin to name people under users.`);
    await fetch(`${w.slack.url}/_control/faults`, { method: "DELETE" });
  });
  await t.test("a person who is not an approver", async () => {
    await w.click("U0ROSA", message, "approve");
    await w.ephemeral("U0ROSA", /Only .*<@U0JANE>.*may decide/);
    const ephemerals = (await w.channel()).messages.filter((each: { onlyFor?: string }) => each.onlyFor !== undefined);
    assert.deepEqual(
      ephemerals.map((each: { onlyFor: string }) => each.onlyFor),
      ["U0DAN", "U0DAN", "U0ROSA"],
    );
  });
  await t.test("a person who is not an approver, before the form for the reason", async () => {
    await w.click("U0ROSA", message, "reject");
    await w.modal("U0ROSA", /Only .*may decide/);
  });
  await t.test("a guest, even if the route names them", async () => {
    await w.click("U0GUEST", message, "approve");
    await w.ephemeral("U0GUEST", "Guests cannot decide");
  });
  await t.test("a person from another workspace, even if the route names them", async () => {
    await w.click("U0EVE", shared, "approve", {}, "C0SHARED");
    await w.ephemeral("U0EVE", "other workspaces cannot decide", "C0SHARED");
  });
  await t.test("an approver whose click contains the id of another request", async () => {
    const actions = [
      {
        type: "button",
        action_id: "approve",
        block_id: "decide",
        action_ts: "5.5",
        value: "00000000-0000-0000-0000-000000000000",
      },
    ];
    await w.click("U0JANE", message, "approve", { forge: { actions } });
    await w.ephemeral("U0JANE", /no record of this request/);
  });
  await t.test("an approver whose click comes from a message of another request", async () => {
    await w.click("U0JANE", message, "approve", {
      forge: {
        container: { type: "message", message_ts: "1111111111.000001", channel_id: "C0APPROVALS", is_ephemeral: false },
      },
    });
    await w.ephemeral("U0JANE", /is not in a message that Countersign posted/);
  });
  await t.test("a payload of another app", async () => {
    await w.click("U0JANE", message, "approve", { forge: { api_app_id: "A0SOMEONE00" } });
    await w.ephemeral("U0JANE", /belongs to another installation/);
  });

  assert.equal((await w.execution(id)).StepExecutions[0].StepStatus, "Waiting");
  assert.deepEqual(await w.signals(id), []);
  await w.click("U0MIA", message, "approve");
  await w.message(id, /<@U0MIA>/);
});

test("in a channel shared with other organizations, neither the question nor parameters are posted, and Details shows them to members of the workspace", async (t) => {
  const w = await world(t, { policy: POLICY });
  const id = await w.run(ONE_GATE);
  const shared = await w.message(
    id,
    "Not shown, because people of other organizations can read this channel: the question and 1 parameter",
    "C0SHARED",
  );
  assert.doesNotMatch(toText(await w.message(id)), /Not shown/);
  await w.click("U0JANE", shared, "details", {}, "C0SHARED");
  await w.modal("U0JANE", "Service");
});
