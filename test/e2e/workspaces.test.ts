/** Stories of the bot in the kinds of workspaces that differ from the default one. */
import assert from "node:assert/strict";
import { eventually } from "../support/eventually.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import { ONE_GATE, toText, world } from "../support/world.ts";

const POLICY = `
routes:
  - name: everything
    channels: [C0APPROVALS]
    approvers: { users: [W0SAM], groups: [S0SRE] }
admins: { users: [U0ADMIN] }
`;

for (const enterpriseGrid of ["organization", "workspace"] as const) {
  fullMatrixTest(
    `in an organization with the app in the ${enterpriseGrid}, people of any of its workspaces decide`,
    async (t) => {
      const w = await world(t, { policy: POLICY, slack: { enterpriseGrid } });
      await w.control.slack("group", { group: "S0SRE", users: ["W0WILMA"] });
      const [first, second] = [await w.run(ONE_GATE), await w.run(ONE_GATE)];
      const message = await w.message(first);
      assert.match(toText(message), /W0SAM/);
      await w.click("U0ROSA", message, "approve");
      await w.ephemeral("U0ROSA", /Only .*may decide/);
      await w.click("U0GUEST", message, "approve");
      await w.ephemeral("U0GUEST", "Guests cannot decide");

      await w.click("W0WILMA", message, "approve");
      await w.message(first, /Approved by.*W0WILMA/s);
      await w.reject("W0SAM", await w.message(second), "not today");
      await w.message(second, /Rejected by.*W0SAM/s);

      await w.control.slack("command", { user: "U0ADMIN", channel: "C0APPROVALS", text: "/approvals health" });
      await w.ephemeral("U0ADMIN", /Database/);
      await w.control.slack("home", { user: "W0WILMA" });
      await eventually("App Home is published", async () => (await w.control.slack("state")).homes.W0WILMA);
    },
  );
}

for (const edits of ["edit_window_closed", "cant_update_message"] as const) {
  fullMatrixTest(`in a workspace whose messages fail with ${edits}, a reply has the outcome`, async (t) => {
    const w = await world(t, { slack: { edits } });
    const id = await w.run(ONE_GATE);
    const message = await w.message(id);
    await w.click("U0JANE", message, "approve");
    await w.reply(message, /\*Approved\* by <@U0JANE>/);
    await w.reply(message, "The execution has succeeded");
    assert.equal((await w.execution(id)).AutomationExecutionStatus, "Success");
  });
}

fullMatrixTest("the outcome of a request is posted although the workspace no longer retains its message", async (t) => {
  const w = await world(t);
  const id = await w.run(ONE_GATE.replace("Approvers: [", "Approvers: [admin, "));
  const message = await w.message(id);
  await w.control.slack("settings", { retentionMs: 1 });
  await eventually("the message is gone", async () => (await w.messages()).length === 0);
  await w.control.slack("settings", { retentionMs: 0 });
  await w.signal(id, "Approve");
  const outcome = /Approved: Test-Runbook .*execution has succeeded.*approved in AWS by `admin`/s;
  const again = await eventually("a new message has the outcome", async () =>
    (await w.messages()).find((each) => outcome.test(toText(each))),
  );
  assert.notEqual(again.ts, message.ts);
});
