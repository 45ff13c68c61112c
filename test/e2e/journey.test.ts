import assert from "node:assert/strict";
import { test } from "node:test";
import { fullMatrixTest } from "../support/full-matrix.ts";
import { findLinesWithoutIds } from "../support/log-events.ts";
import { ONE_GATE, toText, world } from "../support/world.ts";

for (const connection of ["socket", "http"] as const) {
  test(`over ${connection}: a click on Approve continues the runbook, names the person to AWS, and the message shows the end`, async (t) => {
    const w = await world(t, {
      connection,
      program: connection === "socket" ? "source" : "bundle",
      env: { LOG_LEVEL: "debug" },
    });
    const id = await w.run(ONE_GATE, { parameters: { Service: ["billing"] } });

    const message = await w.message(id, "Restart billing?");
    assert.match(toText(message), /0 of 1 approval/);
    await w.click("U0ROSA", message, "approve");
    const click = await w.click("U0JANE", message, "approve");
    assert.equal(click.delivery.acked, true);

    const ended = await w.message(id, /Success|succeeded/i);
    const execution = await w.execution(id);
    assert.equal(execution.AutomationExecutionStatus, "Success");
    assert.equal(execution.StepExecutions[0].StepStatus, "Success");
    assert.deepEqual(execution.StepExecutions[0].Outputs.ApprovalStatus, ["Approved"]);

    const [signal, ...more] = await w.signals(id);
    assert.deepEqual(more, []);
    assert.equal(signal.type, "Approve");
    const comment = signal.payload.Comment.join("\n");

    const requestId = message.metadata.event_payload.request_id;
    for (const name of ["Jane Ito", "jane@example.com", "U0JANE", "T0SANDBOX01", requestId]) {
      assert.ok(comment.includes(name), `the payload names ${name}: ${comment}`);
    }
    for (const value of signal.payload.Comment) assert.ok(value.length >= 1 && value.length <= 512);

    assert.equal(ended.ts, message.ts);
    assert.match(toText(ended), /<@U0JANE>/);
    assert.doesNotMatch(toText(ended), /"action_id":"(approve|reject)"/);
    assert.equal((await w.messages()).length, 1);
    const reply = await w.reply(message, "The execution has succeeded* after ");
    assert.match(toText(reply), /approved by <@U0JANE>/);
    assert.equal((await w.replies(message)).length, 1);
    const events = new Set(w.bot().lines.map(({ event }) => event));
    for (const event of ["request.opened", "message.posted", "click.denied", "reply.delivered", "signal.accepted"])
      assert.ok(events.has(event), event);
    assert.deepEqual(findLinesWithoutIds(w.bot().lines), []);
  });

  const define = connection === "socket" ? test : fullMatrixTest;
  define(
    `over ${connection}: a rejection with its reason fails the step, and both AWS and the message show the person and the reason`,
    async (t) => {
      const w = await world(t, { connection });
      const id = await w.run(ONE_GATE);
      const message = await w.message(id);

      const submitted = await w.reject("U0MIA", message, "Not during the sale.");
      assert.equal(submitted.delivery.acked, true);

      const ended = await w.message(id, /Failed/i);
      const execution = await w.execution(id);
      assert.equal(execution.AutomationExecutionStatus, "Failed");
      assert.deepEqual(execution.StepExecutions[0].Outputs.ApprovalStatus, ["Rejected"]);
      const [signal, ...more] = await w.signals(id);
      assert.deepEqual(more, []);
      assert.equal(signal.type, "Reject");
      assert.match(signal.payload.Comment.join("\n"), /Mia Chen.*Not during the sale\./s);
      assert.match(toText(ended), /Not during the sale\./);
      assert.match(toText(ended), /<@U0MIA>/);
      assert.doesNotMatch(toText(ended), /"action_id":"(approve|reject)"/);
    },
  );
}

test("Details shows every step with its status and inputs, without masked values", async (t) => {
  const w = await world(t);
  const id = await w.run(
    `
schemaVersion: "0.3"
parameters:
  AdminPassword: { type: String }
mainSteps:
  - name: prepare
    action: aws:runCommand
    inputs: { DocumentName: AWS-Prepare, Note: "uses {{ AdminPassword }}" }
  - name: approve
    action: aws:approve
    inputs: { Message: "Go on with {{ AdminPassword }}?", Approvers: [someone] }
`,
    { parameters: { AdminPassword: ["hunter2-hunter2"] } },
  );
  const message = await w.message(id, "Go on");
  await w.click("U0ROSA", message, "details");
  const details = JSON.stringify(await w.modal("U0ROSA", "AWS-Prepare"));
  assert.match(details, /prepare/);
  assert.match(details, /Success|succeeded/i);
  assert.match(details, /Waiting|waits/i);

  const everything = JSON.stringify([await w.control.slack("state"), await w.control.slack("requests"), w.bot().lines]);
  assert.ok(!everything.includes("hunter2"), "a masked value reached Slack or the log");
});

test("the bot ends cleanly on SIGTERM, and a new bot continues its work", async (t) => {
  const w = await world(t);
  const id = await w.run(ONE_GATE);
  const message = await w.message(id);
  assert.equal(await w.bot().stop(), 0);
  assert.ok(w.bot().lines.some((line) => line.event === "bot.stopped"));

  await w.startBot();
  await w.ready();
  await w.click("U0JANE", message, "approve");
  await w.message(id, /Success|succeeded/i);
  assert.equal((await w.messages()).length, 1);
  assert.equal((await w.signals(id)).length, 1);
});
