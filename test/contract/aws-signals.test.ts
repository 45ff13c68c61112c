import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { SendAutomationSignalCommand, StopAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import { type AwsWorld, awsWorld, gate, KEYS, work } from "./aws-world.ts";

const invalidSignal = { name: "InvalidAutomationSignalException" };
const pause = { name: "byHand", action: "aws:pause", inputs: {} };

/** Starts an execution in each state in which no approve step waits. */
async function startWithoutGate(aws: AwsWorld) {
  await aws.document("Pause", { mainSteps: [pause] });
  await aws.document("Working", { mainSteps: [work("deploy")] });
  await aws.document("Gate", { mainSteps: [gate("first", ["admin"])] });
  const ended = await aws.start("Gate");
  await aws.signal(ended, "Reject");
  return [await aws.start("Pause"), await aws.start("Working"), ended];
}

for (const type of ["Approve", "Reject"] as const) {
  test(`${type} is rejected if no approve step waits: at a pause, while a step runs, after the end`, async () => {
    await using aws = await awsWorld();
    for (const id of await startWithoutGate(aws)) {
      const before = await aws.status(id);
      await assert.rejects(aws.signal(id, type), invalidSignal);
      assert.equal(await aws.status(id), before);
    }
  });
}

test("a signal to an unknown execution, or to one in another Region, is not found", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate", { mainSteps: [gate("first", ["admin"])] });
  const id = await aws.start("Gate");
  const otherRegion = aws.ssm({ region: "eu-west-1" });
  const notFound = { name: "AutomationExecutionNotFoundException" };
  await assert.rejects(aws.signal(randomUUID(), "Approve"), notFound);
  const approve = new SendAutomationSignalCommand({ AutomationExecutionId: id, SignalType: "Approve" });
  await assert.rejects(otherRegion.send(approve), notFound);
  assert.equal(await aws.status(id), "Waiting");
});

test("Resume resumes only the paused step with that name", async () => {
  await using aws = await awsWorld();
  await aws.document("Pause", { mainSteps: [pause, work("deploy")] });
  const id = await aws.start("Pause");
  assert.equal(await aws.status(id), "Waiting");
  await assert.rejects(aws.signal(id, "Resume"), invalidSignal);
  await assert.rejects(aws.signal(id, "Resume", { StepName: ["nowhere"] }), {
    name: "AutomationStepNotFoundException",
  });
  await assert.rejects(aws.signal(id, "Resume", { StepName: ["deploy"] }), invalidSignal);
  await aws.signal(id, "Resume", { StepName: ["byHand"] });
  aws.clock.advance(5000);
  assert.equal(await aws.status(id), "Success");
});

test("Resume is invalid for an approve step", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate", { mainSteps: [gate("first", ["admin"])] });
  const id = await aws.start("Gate");
  await assert.rejects(aws.signal(id, "Resume", { StepName: ["first"] }), invalidSignal);
  assert.equal(await aws.status(id), "Waiting");
});

test("a pause without a Resume times out after seven days", async () => {
  await using aws = await awsWorld();
  await aws.document("Pause", { mainSteps: [pause] });
  const id = await aws.start("Pause");
  aws.clock.advance(604_800_000);
  assert.equal(await aws.status(id), "TimedOut");
});

test("an Interactive execution waits before and after every step, until it is stopped with Complete", async () => {
  await using aws = await awsWorld();
  await aws.document("Steps", { mainSteps: [work("one"), gate("two", ["admin"])] });
  const id = await aws.start("Steps", undefined, { Mode: "Interactive" });
  const fresh = await aws.get(id);
  assert.equal(fresh.AutomationExecutionStatus, "Waiting");
  assert.equal(fresh.Mode, "Interactive");
  assert.equal(fresh.CurrentStepName, undefined);
  await assert.rejects(aws.signal(id, "Approve"), invalidSignal);
  await assert.rejects(aws.signal(id, "StartStep", { StepName: ["three"] }), {
    name: "AutomationStepNotFoundException",
  });
  await aws.signal(id, "StartStep", { StepName: ["one"] });
  assert.equal(await aws.status(id), "InProgress");
  await assert.rejects(aws.signal(id, "StartStep", { StepName: ["two"] }), invalidSignal);
  aws.clock.advance(5000);
  assert.equal(await aws.status(id), "Waiting");
  await aws.signal(id, "StartStep", { StepName: ["two"] });
  assert.equal((await aws.get(id)).CurrentAction, "aws:approve");
  await aws.signal(id, "Approve");
  assert.equal(await aws.status(id), "Waiting");
  await aws.ssm().send(new StopAutomationExecutionCommand({ AutomationExecutionId: id, Type: "Complete" }));
  assert.equal(await aws.status(id), "Success");
});

test("StartStep is rejected in Mode Auto, and Revoke in every mode", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate", { mainSteps: [gate("first", ["admin"])] });
  const id = await aws.start("Gate");
  await assert.rejects(aws.signal(id, "StartStep", { StepName: ["first"] }), invalidSignal);
  await assert.rejects(aws.signal(id, "Revoke"), invalidSignal);
});

test("StopStep cancels the step execution in its payload", async () => {
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
  await assert.rejects(aws.signal(id, "StopStep", { StepExecutionId: [StepExecutionId] }), invalidSignal);
});

test("the control API shows the sender and the payload of each signal", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate", { mainSteps: [gate("first", ["jane"])] });
  const id = await aws.start("Gate");
  const { StepExecutionId, ExecutionStartTime } = await aws.step(id, "first");
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
      stepStartedAt: ExecutionStartTime?.getTime(),
    },
  );
});

test("each assumption about approvers can be changed", async () => {
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
  await assert.rejects(aws.signal(id, "Approve", undefined, KEYS.jane), invalidSignal);
  await aws.control("assumptions", { repeatedApproval: "count" });
  await aws.signal(id, "Approve", undefined, KEYS.jane);
  assert.equal(await aws.status(id), "Success");
});

test("a signal without effect is accepted, and the step still waits without a decision", async () => {
  await using aws = await awsWorld();
  await aws.control("assumptions", { signalEffect: "none" });
  await aws.document("Gates", { mainSteps: [gate("first", ["admin"]), gate("second", ["admin"])] });
  const id = await aws.start("Gates");
  await aws.signal(id, "Approve");
  const { StepStatus, Outputs } = await aws.step(id, "first");
  assert.deepEqual([StepStatus, Outputs?.ApproverDecisions], ["Waiting", []]);
});

test("the decisions of a step are shown as maps with ARNs, as names, or not at all", async () => {
  await using aws = await awsWorld();
  await aws.document("Gates", { mainSteps: [gate("first", ["admin"]), gate("second", ["admin"])] });
  const id = await aws.start("Gates");
  await aws.signal(id, "Approve");
  const decisions = async () => (await aws.step(id, "first")).Outputs?.ApproverDecisions;
  assert.match((await decisions())?.[0] ?? "", /"Approver":"arn:aws:iam::\d+:user\/admin","Decision":"Approve"/);
  await aws.control("assumptions", { approverDecisions: "names" });
  assert.deepEqual(await decisions(), ["admin=Approve"]);
  await aws.control("assumptions", { approverDecisions: "hidden" });
  assert.equal(await decisions(), undefined);
});

test("with a read lag, a read shows the state of that time ago, also if there was no read since", async () => {
  await using aws = await awsWorld();
  await aws.document("Gates", { mainSteps: [gate("first", ["admin"]), gate("second", ["admin"])] });
  const id = await aws.start("Gates");
  await aws.control("assumptions", { readLagMs: 6000 });
  const status = async () => (await aws.step(id, "first")).StepStatus;
  assert.equal(await status(), "Waiting");
  aws.clock.advance(300);
  await aws.signal(id, "Approve");
  assert.equal(await status(), "Waiting");
  aws.clock.advance(5000);
  assert.equal(await status(), "Waiting");
  aws.clock.advance(1000);
  assert.equal(await status(), "Success", "six seconds after the change, which was between two stored states");
  const second = async () => (await aws.step(id, "second")).StepStatus;
  await aws.signal(id, "Approve");
  aws.clock.advance(6000);
  assert.equal(await second(), "Success", "the last read was six seconds ago");
});

test("a step that runs again has a new id, or replaces its last run under the same id with a later start", async () => {
  await using aws = await awsWorld();
  const again = { name: "again", action: "aws:sleep", inputs: { Duration: "PT5S" }, nextStep: "first" };
  await aws.document("Gates", { mainSteps: [gate("first", ["admin"]), again] });
  for (const stepIds of ["new", "reused"]) {
    await aws.control("assumptions", { stepIds });
    const id = await aws.start("Gates");
    const before = await aws.step(id, "first");
    await aws.signal(id, "Approve");
    aws.clock.advance(5000);
    const { StepExecutions = [] } = await aws.get(id);
    const gates = StepExecutions.filter((step) => step.StepName === "first");
    const latest = gates.at(-1);
    assert.equal(latest?.StepStatus, "Waiting");
    assert.equal(latest?.StepExecutionId === before.StepExecutionId, stepIds === "reused");
    assert.equal(gates.length, stepIds === "reused" ? 1 : 2);
    assert.ok(Number(latest?.ExecutionStartTime) - Number(before.ExecutionStartTime) >= 5000);
  }
});

test("with a signal lag, the step still shows Waiting until the lag has passed", async () => {
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
