import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_READ_AGE_MS } from "../../src/core/signal.ts";
import { eventually } from "../support/eventually.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import { proxy } from "../support/proxy.ts";
import { BOT_ROLE, ONE_GATE, toText, world } from "../support/world.ts";

const TWO_GATES = `
schemaVersion: "0.3"
mainSteps:
  - name: first
    action: aws:approve
    inputs: { Message: "The first gate", Approvers: ["${BOT_ROLE}", "admin"] }
  - name: second
    action: aws:approve
    isEnd: true
    inputs: { Message: "The second gate", Approvers: ["${BOT_ROLE}", "admin"] }
`;

/** Returns the signals of the bot for an execution that AWS received. */
const botSignals = async (w: Awaited<ReturnType<typeof world>>, id: string) =>
  (await w.signals(id)).filter((signal) => signal.principal.includes("CountersignBot"));

fullMatrixTest("a click after its gate has ended elsewhere does not approve the next gate", async (t) => {
  // With this poll interval, the bot has not seen the end of the first gate when the click arrives.
  const w = await world(t, { env: { POLL_INTERVAL_SECONDS: "600" }, start: false });
  const id = await w.run(TWO_GATES);
  await w.startBot();
  await w.ready();
  const message = await w.message(id, "The first gate");
  await w.signal(id, "Approve");

  await w.click("U0JANE", message, "approve");

  const closed = await w.message(id, "first");
  await eventually("the first message is closed", async () => {
    const [first] = await w.messages();
    return !toText(first).includes('"action_id":"approve"');
  });
  assert.equal(closed.ts, message.ts);
  const { StepExecutions } = await w.execution(id);
  assert.deepEqual(
    StepExecutions.map((step: { StepName: string; StepStatus: string }) => [step.StepName, step.StepStatus]),
    [
      ["first", "Success"],
      ["second", "Waiting"],
    ],
  );
  assert.deepEqual(await botSignals(w, id), []);
  await w.message(id, "The second gate");
  await w.ephemeral("U0JANE", /recorded but did not decide|no longer waiting/i);
});

test("a click whose read is delayed until its gate has ended does not approve the next gate", async (t) => {
  const w = await world(t);
  const id = await w.run(TWO_GATES);
  const message = await w.message(id, "The first gate");
  await w.control.aws("faults", { operation: "GetAutomationExecution", kind: "delay", delayMs: 1500 });
  await w.click("U0JANE", message, "approve");
  await eventually("the read before the signal is running", async () => {
    const history = await w.control.aws("faults");
    return history.faults.length === 1 && (await w.messages())[0]?.edited !== undefined;
  });
  await w.signal(id, "Approve");
  await w.message(id, "The second gate");

  const { StepExecutions } = await w.execution(id);
  assert.equal(StepExecutions[1].StepStatus, "Waiting");
  assert.deepEqual(await botSignals(w, id), []);
});

test("a signal that reaches the next gate is reported in the channel, to the admins, as an event and in the metrics, and the message names the true decider", async (t) => {
  const w = await world(t);
  const id = await w.run(TWO_GATES);
  const message = await w.message(id, "The first gate");
  const delay = { operation: "SendAutomationSignal", kind: "delay", delayMs: 1500, times: 1 };
  await w.control.aws("faults", delay);
  await w.click("U0JANE", message, "approve");
  await eventually("the signal is on its way", async () => {
    const { faults } = await w.control.aws("faults");
    return faults.length === 0;
  });
  await w.signal(id, "Approve");

  const report = await w.message(id, /reached the wrong step/);
  assert.match(toText(report), /decided another step, `second`/);
  const closed = await eventually("the first message names the true decider", async () => {
    const [first] = await w.messages();
    return /Approved in AWS\*.*admin.*not in Slack.*decided another step/s.test(toText(first)) && first;
  });
  assert.equal(closed.ts, message.ts);
  const { channels } = await w.control.slack("state");
  const direct = channels.filter((each: { id: string }) => each.id.startsWith("D"));
  assert.match(JSON.stringify(direct), /reached the wrong step/);
  const misdirected = await eventually("the event is published", async () => {
    const { events } = await w.control.aws("bus?source=countersign");
    return events.find((each: { "detail-type": string }) => each["detail-type"] === "Signal Misdirected");
  });
  assert.match(JSON.stringify(misdirected), /"reachedStep":"second"/);
  const metrics = await (await fetch(`http://127.0.0.1:${w.bot().port}/metrics`)).text();
  assert.match(metrics, /countersign_signal_verifications_total\{result="misdirected"\} 1/);
});

fullMatrixTest("a reply of AWS that arrives too late is not used, and the next gate is not approved", async (t) => {
  const w = await world(t, { start: false });
  const id = await w.run(TWO_GATES);
  let clicked = false;
  const late = Promise.withResolvers<void>();
  const delayed = Promise.withResolvers<void>();
  const awsUrl = await proxy(
    t,
    w.aws.url,
    () => undefined,
    ({ operation }) => {
      if (!clicked || operation !== "GetAutomationExecution") return undefined;
      delayed.resolve();
      return late.promise;
    },
  );
  await w.startBot({ AWS_ENDPOINT_URL: awsUrl, POLL_INTERVAL_SECONDS: "600" });
  await w.ready();
  const message = await w.message(id, "The first gate");
  clicked = true;
  await w.click("U0JANE", message, "approve");
  await delayed.promise;
  await w.signal(id, "Approve");
  const repliedAt = Date.now();
  await eventually("the reply is too old", () => Date.now() - repliedAt > MAX_READ_AGE_MS);
  clicked = false;
  late.resolve();

  await w.message(id, "The second gate");
  const { StepExecutions } = await w.execution(id);
  assert.equal(StepExecutions[1].StepStatus, "Waiting");
  assert.deepEqual(await botSignals(w, id), []);
});

test("a signal whose reply was lost is not repeated, and the message shows the decision", async (t) => {
  const w = await world(t);
  const id = await w.run(TWO_GATES);
  const message = await w.message(id, "The first gate");
  await w.control.aws("faults", { operation: "SendAutomationSignal", kind: "drop-reply", times: 1 });

  await w.click("U0JANE", message, "approve");

  await eventually("the first message is closed as approved by Jane", async () => {
    const [first] = await w.messages();
    return (
      /approved/i.test(toText(first)) &&
      toText(first).includes("<@U0JANE>") &&
      !toText(first).includes('"action_id":"approve"')
    );
  });
  await w.message(id, "The second gate");
  const calls = await w.awsCalls("SendAutomationSignal");
  assert.equal(calls.length, 1);
  assert.equal((await botSignals(w, id)).length, 1);
  const { StepExecutions } = await w.execution(id);
  assert.deepEqual(
    StepExecutions.map((step: { StepStatus: string }) => step.StepStatus),
    ["Success", "Waiting"],
  );
});

fullMatrixTest(
  "a signal that was lost in transit is not repeated while it could still arrive, and the message says so",
  async (t) => {
    const w = await world(t);
    const id = await w.run(ONE_GATE);
    const message = await w.message(id);
    await w.control.aws("faults", { operation: "SendAutomationSignal", kind: "refuse", times: 1 });

    await w.click("U0JANE", message, "approve");

    await w.message(id, /no clear reply/i);
    const reads = (await w.awsCalls("GetAutomationExecution")).length;
    await eventually("the step was read again", async () => {
      return (await w.awsCalls("GetAutomationExecution")).length > reads + 1;
    });
    assert.equal((await w.awsCalls("SendAutomationSignal")).length, 1);
    assert.equal((await w.execution(id)).StepExecutions[0].StepStatus, "Waiting");
  },
);

fullMatrixTest("a throttled signal is repeated, because AWS reports that it had no effect", async (t) => {
  const w = await world(t);
  const id = await w.run(ONE_GATE);
  const message = await w.message(id);
  await w.control.aws("faults", { operation: "SendAutomationSignal", kind: "throttle", times: 1 });
  await w.click("U0JANE", message, "approve");
  await w.message(id, /Success|succeeded/i);
  assert.equal((await w.signals(id)).length, 1);
  assert.equal((await w.awsCalls("SendAutomationSignal")).length, 2);
});

fullMatrixTest("a click is evaluated after a restart if the bot was killed before its evaluation", async (t) => {
  const w = await world(t);
  const id = await w.run(ONE_GATE);
  const message = await w.message(id);
  await w.control.slack("faults", { operation: "users.info", kind: "delay", delayMs: 20_000 });
  const click = await w.click("U0JANE", message, "approve");
  assert.equal(click.delivery.acked, true);
  await w.bot().kill();
  assert.deepEqual(await w.signals(id), []);

  await fetch(`${w.slack.url}/_control/faults`, { method: "DELETE" });
  await w.startBot();
  await w.message(id, /Success|succeeded/i);
  assert.equal((await w.signals(id)).length, 1);
  assert.equal((await w.messages()).length, 1);
});

fullMatrixTest("the same click delivered twice counts once", async (t) => {
  const w = await world(t);
  const id = await w.run(ONE_GATE);
  const message = await w.message(id);
  await w.control.slack("faults", { operation: "deliver:block_actions", kind: "twice", times: 1 });
  await w.click("U0JANE", message, "approve");
  await w.message(id, /Success|succeeded/i);
  assert.equal((await w.signals(id)).length, 1);
  const ephemerals = (await w.channel()).messages.filter((each: { onlyFor?: string }) => each.onlyFor !== undefined);
  assert.deepEqual(ephemerals, []);
});

fullMatrixTest("a message whose reply was lost is found again and not posted twice", async (t) => {
  const w = await world(t, { start: false });
  await w.control.slack("faults", { operation: "chat.postMessage", kind: "drop-reply", times: 1 });
  const id = await w.run(ONE_GATE);
  await w.startBot();
  await w.ready();
  const message = await w.message(id);
  await w.click("U0JANE", message, "approve");
  await w.message(id, /Success|succeeded/i);
  assert.equal((await w.messages()).length, 1);
  assert.equal((await w.posts()).length, 1);
});
