import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { SendAutomationSignalCommand, StopAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import { type AwsWorld, awsWorld, gate, KEYS, work } from "./aws-world.ts";

const misfit = { name: "InvalidAutomationSignalException" };
/** Approvers mean nothing to a pause: with them it shows that the step's action is looked at, not only its inputs. */
const pause = { name: "byHand", action: "aws:pause", inputs: {} };

/** Executions in each state in which no approve step waits. */
async function notWaiting(aws: AwsWorld) {
  await aws.document("Pause", { mainSteps: [pause] });
  await aws.document("Working", { mainSteps: [work("deploy")] });
  await aws.document("Gate", { mainSteps: [gate("first", ["admin"])] });
  const ended = await aws.start("Gate");
  await aws.signal(ended, "Reject");
  return [await aws.start("Pause"), await aws.start("Working"), ended];
}

for (const type of ["Approve", "Reject"] as const) {
  test(`${type} is refused when no approve step waits: at a pause, while work runs, after the end`, async () => {
    await using aws = await awsWorld();
    for (const id of await notWaiting(aws)) {
      const before = await aws.status(id);
      await assert.rejects(aws.signal(id, type), misfit);
      assert.equal(await aws.status(id), before);
    }
  });
}

test("a signal to an execution that does not exist, or that belongs to another Region, finds nothing", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate", { mainSteps: [gate("first", ["admin"])] });
  const id = await aws.start("Gate");
  const elsewhere = aws.ssm({ region: "eu-west-1" });
  const nothing = { name: "AutomationExecutionNotFoundException" };
  await assert.rejects(aws.signal(randomUUID(), "Approve"), nothing);
  const approve = new SendAutomationSignalCommand({ AutomationExecutionId: id, SignalType: "Approve" });
  await assert.rejects(elsewhere.send(approve), nothing);
  assert.equal(await aws.status(id), "Waiting");
});

test("Resume lets the paused step of that name go on, and only that one", async () => {
  await using aws = await awsWorld();
  await aws.document("Pause", { mainSteps: [pause, work("deploy")] });
  const id = await aws.start("Pause");
  assert.equal(await aws.status(id), "Waiting");
  await assert.rejects(aws.signal(id, "Resume"), misfit);
  await assert.rejects(aws.signal(id, "Resume", { StepName: ["nowhere"] }), {
    name: "AutomationStepNotFoundException",
  });
  await assert.rejects(aws.signal(id, "Resume", { StepName: ["deploy"] }), misfit);
  await aws.signal(id, "Resume", { StepName: ["byHand"] });
  aws.clock.advance(5000);
  assert.equal(await aws.status(id), "Success");
});

test("Resume does not fit an approve step", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate", { mainSteps: [gate("first", ["admin"])] });
  const id = await aws.start("Gate");
  await assert.rejects(aws.signal(id, "Resume", { StepName: ["first"] }), misfit);
  assert.equal(await aws.status(id), "Waiting");
});

test("a pause that nobody ends times out after seven days", async () => {
  await using aws = await awsWorld();
  await aws.document("Pause", { mainSteps: [pause] });
  const id = await aws.start("Pause");
  aws.clock.advance(604_800_000);
  assert.equal(await aws.status(id), "TimedOut");
});

test("an Interactive execution waits before and after every step, until it is stopped as complete", async () => {
  await using aws = await awsWorld();
  await aws.document("Steps", { mainSteps: [work("one"), gate("two", ["admin"])] });
  const id = await aws.start("Steps", undefined, { Mode: "Interactive" });
  const fresh = await aws.get(id);
  assert.equal(fresh.AutomationExecutionStatus, "Waiting");
  assert.equal(fresh.Mode, "Interactive");
  assert.equal(fresh.CurrentStepName, undefined);
  await assert.rejects(aws.signal(id, "Approve"), misfit);
  await assert.rejects(aws.signal(id, "StartStep", { StepName: ["three"] }), {
    name: "AutomationStepNotFoundException",
  });
  await aws.signal(id, "StartStep", { StepName: ["one"] });
  assert.equal(await aws.status(id), "InProgress");
  await assert.rejects(aws.signal(id, "StartStep", { StepName: ["two"] }), misfit);
  aws.clock.advance(5000);
  assert.equal(await aws.status(id), "Waiting");
  await aws.signal(id, "StartStep", { StepName: ["two"] });
  assert.equal((await aws.get(id)).CurrentAction, "aws:approve");
  await aws.signal(id, "Approve");
  assert.equal(await aws.status(id), "Waiting");
  await aws.ssm().send(new StopAutomationExecutionCommand({ AutomationExecutionId: id, Type: "Complete" }));
  assert.equal(await aws.status(id), "Success");
});

test("StartStep is refused in Mode Auto, and Revoke always", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate", { mainSteps: [gate("first", ["admin"])] });
  const id = await aws.start("Gate");
  await assert.rejects(aws.signal(id, "StartStep", { StepName: ["first"] }), misfit);
  await assert.rejects(aws.signal(id, "Revoke"), misfit);
});

test("StopStep cancels the step execution that it names", async () => {
  await using aws = await awsWorld();
  await aws.document("Working", { mainSteps: [work("deploy")] });
  const id = await aws.start("Working");
  const { StepExecutionId = "" } = await aws.step(id, "deploy");
  await assert.rejects(aws.signal(id, "StopStep", { StepExecutionId: [randomUUID()] }), {
    name: "AutomationStepNotFoundException",
  });
  await aws.signal(id, "StopStep", { StepExecutionId: [StepExecutionId] });
  assert.equal((await aws.step(id, "deploy")).StepStatus, "Cancelled");
  assert.equal(await aws.status(id), "Cancelled");
  await assert.rejects(aws.signal(id, "StopStep", { StepExecutionId: [StepExecutionId] }), misfit);
});

test("who signalled what with which payload can be read afterwards", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate", { mainSteps: [gate("first", ["jane"])] });
  const id = await aws.start("Gate");
  const { StepExecutionId } = await aws.step(id, "first");
  await aws.signal(id, "Approve", { Comment: ["by hand"], Request: ["r-1"] }, KEYS.jane);
  const { signals } = await aws.control(`executions/${id}`);
  assert.equal(signals.length, 1);
  assert.deepEqual(
    { ...signals[0], at: 0 },
    {
      at: 0,
      type: "Approve",
      payload: { Comment: ["by hand"], Request: ["r-1"] },
      principal: "arn:aws:iam::111122223333:user/jane",
      stepExecutionId: StepExecutionId,
    },
  );
});

test("each assumption about approvers can be turned", async () => {
  await using aws = await awsWorld();
  const two = { MinRequiredApprovals: 2 };
  await aws.document("Two", { mainSteps: [gate("first", ["jane", "omar"], {}, two)] });
  await aws.control("assumptions", { approverNotListed: "deny" });
  const id = await aws.start("Two");
  await assert.rejects(aws.signal(id, "Approve"), { name: "AccessDeniedException" });
  await aws.control("assumptions", { approverNotListed: "ignore", repeatedApproval: "refuse" });
  await aws.signal(id, "Approve");
  assert.equal((await aws.step(id, "first")).Outputs?.ApproverDecisions?.length, 0);
  await aws.signal(id, "Approve", undefined, KEYS.jane);
  await assert.rejects(aws.signal(id, "Approve", undefined, KEYS.jane), misfit);
  await aws.control("assumptions", { repeatedApproval: "count" });
  await aws.signal(id, "Approve", undefined, KEYS.jane);
  assert.equal(await aws.status(id), "Success");
});

test("with a signal lag, the step still shows Waiting for a while after its signal was accepted", async () => {
  await using aws = await awsWorld();
  await aws.control("assumptions", { signalLagMs: 2000 });
  await aws.document("Gates", { mainSteps: [gate("first", ["admin"]), gate("second", ["admin"])] });
  const id = await aws.start("Gates");
  await aws.signal(id, "Approve");
  await aws.signal(id, "Approve");
  assert.equal((await aws.step(id, "first")).StepStatus, "Waiting");
  aws.clock.advance(2000);
  assert.equal((await aws.step(id, "first")).StepStatus, "Success");
  assert.equal((await aws.step(id, "second")).StepStatus, "Waiting");
});
