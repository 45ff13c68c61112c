import assert from "node:assert/strict";
import { test } from "node:test";
import { listEphemerals, runCommand } from "../support/command.ts";
import { eventually } from "../support/eventually.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import { ONE_GATE, toText, world } from "../support/world.ts";

test("/approvals shows admins everything, approvers the requests that they may decide, and other people nothing", async (t) => {
  const w = await world(t);
  const id = await w.run(ONE_GATE, { parameters: { Service: ["billing"] } });
  const message = await w.message(id);
  const requestId = message.metadata.event_payload.request_id;

  const pending = await runCommand(w, "U0ADMIN", "pending");
  assert.match(pending, /Test-Runbook/);
  assert.match(pending, /<@U0JANE>/);
  assert.ok(pending.includes(`/archives/C0APPROVALS/p${message.ts.replace(".", "")}`), "links to the message");
  assert.ok(pending.includes(`/systems-manager/automation/execution/${id}`), "links to the console");
  assert.match(await runCommand(w, "U0MIA", ""), /Test-Runbook/);
  assert.match(await runCommand(w, "U0ROSA", "pending"), /You cannot read any waiting request/);
  assert.match(await runCommand(w, "U0ROSA", `show ${id}`), /No request with this id that you may see/);
  assert.match(
    await runCommand(w, "U0ADMIN", "show 00000000-0000-0000-0000-000000000000"),
    /No request with this id that you may see/,
  );
  assert.match(await runCommand(w, "U0ROSA", "help"), /show ID/);

  await w.click("U0JANE", message, "approve");
  await w.message(id, /Success|succeeded/i);
  for (const key of [id, requestId]) {
    const shown = await runCommand(w, "U0ADMIN", `show ${key}`);
    assert.match(shown, /billing/);
    assert.match(shown, /<@U0JANE>/);
    assert.match(shown, /signal/i);
    assert.match(shown, /approved/i);
    assert.match(shown, /`restart` `aws:runCommand`: has succeeded/);
    assert.match(shown, /Success|succeeded/i);
  }
  assert.match(await runCommand(w, "U0ADMIN", "pending"), /No request is waiting/);
});

test("App Home lists the requests that wait for the person who opens it", async (t) => {
  const w = await world(t);
  const id = await w.run(ONE_GATE);
  await w.message(id);
  await w.control.slack("home", { user: "U0MIA" });
  await eventually("the home tab is published", async () => {
    const { homes } = await w.control.slack("state");
    return JSON.stringify(homes.U0MIA ?? "").includes("Test-Runbook");
  });
});

fullMatrixTest("a click whose form cannot be opened or filled gets a reply", async (t) => {
  const w = await world(t);
  const message = await w.message(await w.run(ONE_GATE));
  for (const operation of ["views.open", "views.update"]) {
    await w.control.slack("faults", { operation, kind: "error", code: "internal_error", times: 1 });
    const before = (await listEphemerals(w, "U0JANE")).length;
    await w.click("U0JANE", message, "reject");
    await eventually(
      `a reply although ${operation} failed`,
      async () => (await listEphemerals(w, "U0JANE")).length > before,
    );
  }
  assert.match(toText((await listEphemerals(w, "U0JANE")).at(-1)), /Press the button again/);
});

test("a bot that stops first replies to a running command", async (t) => {
  const w = await world(t);
  await w.message(await w.run(ONE_GATE));
  await w.control.slack("faults", { operation: "users.info", kind: "delay", delayMs: 1_500, times: 1 });
  await w.control.slack("command", { user: "U0ADMIN", channel: "C0APPROVALS", text: "/approvals pending" });
  assert.equal(await w.bot().stop(), 0);
  const reply = (await listEphemerals(w, "U0ADMIN")).at(-1);
  assert.match(toText(reply), /Test-Runbook/);
});

fullMatrixTest("App Home says that it cannot list the requests if Slack cannot return the groups", async (t) => {
  const w = await world(t);
  await w.message(await w.run(ONE_GATE));
  await w.control.slack("faults", { operation: "usergroups.users.list", kind: "error", code: "internal_error" });
  await w.control.slack("home", { user: "U0MIA" });
  await eventually("the home tab is published", async () => {
    const { homes } = await w.control.slack("state");
    return JSON.stringify(homes.U0MIA ?? "").includes("your requests are unknown");
  });
});
