import assert from "node:assert/strict";
import { test } from "node:test";
import { DescribeAutomationStepExecutionsCommand, StopAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import { type AwsWorld, awsWorld, DECIDES, gate, work } from "./aws-world.ts";

const loop = (inputs: object, more: object = {}) => ({ name: "each", action: "aws:loop", ...more, inputs });
const ask = gate("ask", ["admin"], {}, { Message: "Restart {{ each.CurrentIteratorValue }}?" });
const overHosts = { Iterators: "{{ Hosts }}", Steps: [ask, work("restart")] };
const parameters = { Hosts: { type: "StringList", default: ["web-1", "web-2", "web-3"] } };

async function listGates(aws: AwsWorld, id: string) {
  return ((await aws.get(id)).StepExecutions ?? []).filter((step) => step.StepName === "ask");
}

test("a gate inside a loop waits once per iteration, as a new step execution with the details of its parent", async () => {
  await using aws = await awsWorld({ assumptions: { ...DECIDES, stepIds: "new", loopOfWaitingStep: "InProgress" } });
  await aws.document("Loop", { parameters, mainSteps: [loop(overHosts), work("report")] });
  const id = await aws.start("Loop");
  const ids = new Set<string | undefined>();
  for (const [index, host] of ["web-1", "web-2", "web-3"].entries()) {
    const execution = await aws.get(id);
    assert.equal(execution.AutomationExecutionStatus, "Waiting");
    assert.equal(execution.CurrentStepName, "ask");
    const each = await aws.step(id, "each");
    const step = await aws.step(id, "ask");
    assert.equal(each.StepStatus, "InProgress");
    assert.equal(step.Inputs?.Message, JSON.stringify(`Restart ${host}?`));
    assert.deepEqual(step.ParentStepDetails, {
      StepExecutionId: each.StepExecutionId,
      StepName: "each",
      Action: "aws:loop",
      Iteration: index + 1,
      IteratorValue: host,
    });
    ids.add(step.StepExecutionId);
    await aws.signal(id, "Approve");
    aws.clock.advance(1_000);
  }
  assert.equal(ids.size, 3);
  assert.equal((await aws.step(id, "each")).StepStatus, "Success");
  aws.clock.advance(1_000);
  assert.equal(await aws.status(id), "Success");
});

test("steps inside a loop are listed by the filters of their parent step", async () => {
  await using aws = await awsWorld({ assumptions: DECIDES });
  await aws.document("Loop", { parameters, mainSteps: [loop(overHosts)] });
  const id = await aws.start("Loop");
  await aws.signal(id, "Approve");
  aws.clock.advance(1_000);
  const list = async (...Filters: { Key: "ParentStepExecutionId" | "ParentStepIteration"; Values: string[] }[]) => {
    const command = new DescribeAutomationStepExecutionsCommand({ AutomationExecutionId: id, Filters });
    return ((await aws.ssm().send(command)).StepExecutions ?? []).map((step) => step.StepName);
  };
  const parent = (await aws.step(id, "each")).StepExecutionId ?? "";
  assert.deepEqual(await list({ Key: "ParentStepExecutionId", Values: [parent] }), ["ask", "restart", "ask"]);
  assert.deepEqual(await list({ Key: "ParentStepIteration", Values: ["2"] }), ["ask"]);
});

test("a rejected gate inside a loop fails the loop and the execution, whatever onFailure of the loop says", async () => {
  await using aws = await awsWorld({ assumptions: DECIDES });
  await aws.document("Loop", { parameters, mainSteps: [loop(overHosts, { onFailure: "Continue" }), work("report")] });
  const id = await aws.start("Loop");
  await aws.signal(id, "Reject");
  assert.equal(await aws.status(id), "Failed");
  assert.equal((await aws.step(id, "each")).StepStatus, "Failed");
  assert.equal((await aws.step(id, "report")).StepStatus, "Pending");
});

test("a rejected gate with onFailure Continue inside a loop leads to the next step of the iteration", async () => {
  await using aws = await awsWorld({ assumptions: DECIDES });
  const Steps = [{ ...ask, onFailure: "Continue" }, work("restart")];
  await aws.document("Loop", { parameters, mainSteps: [loop({ ...overHosts, Steps })] });
  const id = await aws.start("Loop");
  await aws.signal(id, "Reject");
  // A setting with lagging reads lets a second pass before the read shows the step, which then may have ended.
  assert.match((await aws.step(id, "restart")).StepStatus ?? "", /^(?:InProgress|Success)$/);
});

test("a do-while loop repeats while its condition is true, at most MaxIterations times", async () => {
  await using aws = await awsWorld({ assumptions: DECIDES });
  const Steps = [work("probe", { outputs: [{ Name: "Again", Selector: "$.Again", Type: "Boolean" }] }), ask];
  const LoopCondition = { Variable: "{{ probe.Again }}", BooleanEquals: true };
  const counted = { ...ask, inputs: { ...ask.inputs, Message: "Round {{ each.CurrentIteration }}?" } };
  await aws.document("While", { mainSteps: [loop({ LoopCondition, MaxIterations: 2, Steps: [Steps[0], counted] })] });
  const id = await aws.start("While");
  for (const round of [1, 2]) {
    aws.clock.advance(1_000);
    const step = await aws.step(id, "ask");
    assert.equal(step.Inputs?.Message, `"Round ${round}?"`);
    assert.equal(step.ParentStepDetails?.IteratorValue, undefined);
    await aws.signal(id, "Approve");
  }
  assert.equal(await aws.status(id), "Success");
  await aws.control("simulate", { step: "probe", outputs: { Again: false } });
  const once = await aws.start("While");
  aws.clock.advance(1_000);
  await aws.signal(once, "Approve");
  assert.equal(await aws.status(once), "Success");
});

test("a cancelled execution and a timed-out loop end the gate inside the loop", async () => {
  await using aws = await awsWorld({ assumptions: DECIDES });
  await aws.document("Loop", { parameters, mainSteps: [loop(overHosts, { timeoutSeconds: 60 })] });
  const cancelled = await aws.start("Loop");
  await aws.ssm().send(new StopAutomationExecutionCommand({ AutomationExecutionId: cancelled }));
  assert.equal(await aws.status(cancelled), "Cancelled");
  assert.deepEqual(
    (await listGates(aws, cancelled)).map((step) => step.StepStatus),
    ["Cancelled"],
  );
  const late = await aws.start("Loop");
  aws.clock.advance(60_000);
  assert.equal(await aws.status(late), "TimedOut");
  assert.deepEqual(
    (await listGates(aws, late)).map((step) => step.StepStatus),
    ["Cancelled"],
  );
  await assert.rejects(aws.signal(late, "Approve"), { name: "InvalidAutomationSignalException" });
});

test("loops can be nested, and an empty list runs no iteration", async () => {
  await using aws = await awsWorld({ assumptions: DECIDES });
  const inner = { name: "inner", action: "aws:loop", inputs: { Iterators: ["a", "b"], Steps: [ask] } };
  await aws.document("Nested", { mainSteps: [loop({ Iterators: ["x", "y"], Steps: [inner] })] });
  const id = await aws.start("Nested");
  for (const _ of [1, 2, 3, 4]) await aws.signal(id, "Approve");
  assert.equal(await aws.status(id), "Success");
  assert.equal((await listGates(aws, id)).length, 4);
  await aws.document("Empty", { parameters, mainSteps: [loop(overHosts)] });
  assert.equal(await aws.status(await aws.start("Empty", { Hosts: [] })), "Success");
});

for (const [setting, shown] of [
  ["InProgress", ["InProgress", "InProgress"]],
  ["Waiting", ["Waiting", "InProgress"]],
] as const) {
  test(`with loopOfWaitingStep ${setting}, the loop step shows ${shown[0]} while its gate waits`, async () => {
    await using aws = await awsWorld({ assumptions: DECIDES });
    await aws.control("assumptions", { loopOfWaitingStep: setting });
    await aws.document("Loop", { parameters, mainSteps: [loop(overHosts)] });
    const id = await aws.start("Loop");
    const before = (await aws.step(id, "each")).StepStatus;
    await aws.signal(id, "Approve");
    assert.deepEqual([before, (await aws.step(id, "each")).StepStatus], shown);
  });
}
