import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { StopAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import { QUEUE_CHECK_MS } from "../../sandbox/aws/engine/concurrency.ts";
import { awsWorld, gate, work } from "./aws-world.ts";

const parameters = {
  Name: { type: "String", allowedPattern: "[a-z]+" },
  Size: { type: "Integer", default: 3 },
  Stage: { type: "String", default: "test", allowedValues: ["test", "prod"] },
  Hosts: { type: "StringList", default: ["a"], maxItems: 2 },
  Sure: { type: "Boolean", default: false },
  Rules: { type: "MapList", default: [] },
  Labels: { type: "StringMap", default: {} },
};

test("parameters are shown as lists of strings, with defaults for the missing ones", async () => {
  await using aws = await awsWorld();
  await aws.document("Typed", { parameters, mainSteps: [gate("first", ["admin"])] });
  const id = await aws.start("Typed", { Name: ["web"], Hosts: ["b", "c"], Rules: ['{"a":1}'], Labels: ['{"k":"v"}'] });
  assert.deepEqual((await aws.get(id)).Parameters, {
    Name: ["web"],
    Size: ["3"],
    Stage: ["test"],
    Hosts: ["b", "c"],
    Sure: ["false"],
    Rules: ['{"a":1}'],
    Labels: ['{"k":"v"}'],
  });
});

const invalidParameters: [string, Record<string, string[]>, RegExp | string][] = [
  ["a required one is missing", { Size: ["1"] }, "Missing required parameter: Name in user inputs."],
  ["one is not defined", { Name: ["web"], Colour: ["red"] }, /Colour/],
  [
    "a value is not allowed",
    { Name: ["web"], Stage: ["moon"] },
    /"Stage" has value "moon" not found in \[test, prod\]/,
  ],
  ["a value does not match the pattern", { Name: ["WEB"] }, /Name/],
  ["a String has two values", { Name: ["web", "app"] }, /Name/],
  ["an Integer is not a number", { Name: ["web"], Size: ["big"] }, /Size/],
  ["a Boolean is neither true nor false", { Name: ["web"], Sure: ["yes"] }, /Sure/],
  ["a list is too long", { Name: ["web"], Hosts: ["a", "b", "c"] }, /Hosts/],
  ["a StringMap is not JSON", { Name: ["web"], Labels: ["k=v"] }, /Labels/],
];
for (const [mistake, given, text] of invalidParameters) {
  test(`parameters are rejected if ${mistake}`, async () => {
    await using aws = await awsWorld();
    await aws.document("Typed", { parameters, mainSteps: [work("deploy")] });
    await assert.rejects(aws.start("Typed", given), {
      name: "InvalidAutomationExecutionParametersException",
      message: text,
    });
  });
}

test("an unknown document and an unknown version get different errors", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate", { mainSteps: [work("deploy")] });
  await assert.rejects(aws.start("Nothing"), { name: "AutomationDefinitionNotFoundException" });
  await assert.rejects(aws.start("Gate", undefined, { DocumentVersion: "7" }), {
    name: "AutomationDefinitionVersionNotFoundException",
  });
  await aws.start("arn:aws:ssm:us-east-1:111122223333:document/Gate", undefined, { DocumentVersion: "$LATEST" });
});

test("a repeated ClientToken starts one execution; with another request it is a mismatch", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate", { parameters: { A: { type: "String", default: "1" } }, mainSteps: [work("deploy")] });
  const ClientToken = randomUUID();
  const first = await aws.start("Gate", undefined, { ClientToken });
  assert.equal(await aws.start("Gate", undefined, { ClientToken }), first);
  await assert.rejects(aws.start("Gate", { A: ["2"] }, { ClientToken }), { name: "IdempotentParameterMismatch" });
  assert.notEqual(await aws.start("Gate"), first);
});

test("a request member that the stand-in does not simulate is rejected, not ignored", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate", { mainSteps: [work("deploy")] });
  const TargetLocations = [{ Accounts: ["111122223333"], Regions: ["us-east-1"] }];
  await assert.rejects(aws.start("Gate", undefined, { TargetLocations }), { name: "InvalidTarget" });
});

test("Cancel ends running and waiting executions; a second Cancel is rejected", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate", { mainSteps: [gate("first", ["admin"])] });
  await aws.document("Working", { mainSteps: [work("deploy")] });
  for (const name of ["Gate", "Working"]) {
    const id = await aws.start(name);
    const stop = () => aws.ssm().send(new StopAutomationExecutionCommand({ AutomationExecutionId: id }));
    await stop();
    const execution = await aws.get(id);
    assert.equal(execution.AutomationExecutionStatus, "Cancelled");
    assert.equal(execution.StepExecutions?.[0]?.StepStatus, "Cancelled");
    assert.ok(execution.ExecutionEndTime);
    await assert.rejects(stop(), { name: "InvalidAutomationStatusUpdateException" });
    await assert.rejects(aws.signal(id, "Approve"), { name: "InvalidAutomationSignalException" });
  }
});

test("Complete is rejected while a step is active", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate", { mainSteps: [gate("first", ["admin"])] });
  const id = await aws.start("Gate");
  const complete = new StopAutomationExecutionCommand({ AutomationExecutionId: id, Type: "Complete" });
  await assert.rejects(aws.ssm().send(complete), { name: "InvalidAutomationStatusUpdateException" });
  assert.equal(await aws.status(id), "Waiting");
});

test("a step's onCancel step runs for at most two minutes, with the status Cancelling", async () => {
  await using aws = await awsWorld();
  const steps = [work("deploy", { onCancel: "step:tidy", nextStep: "tidy" }), work("tidy")];
  await aws.document("Tidy", { mainSteps: steps });
  await aws.control("simulate", { step: "deploy", durationMs: 60_000 });
  const cancel = async (id: string) =>
    aws.ssm().send(new StopAutomationExecutionCommand({ AutomationExecutionId: id, Type: "Cancel" }));
  const id = await aws.start("Tidy");
  await cancel(id);
  assert.equal(await aws.status(id), "Cancelling");
  assert.equal((await aws.step(id, "tidy")).StepStatus, "InProgress");
  aws.clock.advance(2000);
  assert.equal(await aws.status(id), "Cancelled");
  assert.equal((await aws.step(id, "tidy")).StepStatus, "Success");

  await aws.control("simulate", { step: "tidy", durationMs: 600_000 });
  const slow = await aws.start("Tidy");
  await cancel(slow);
  aws.clock.advance(119_000);
  assert.equal(await aws.status(slow), "Cancelling");
  aws.clock.advance(1000);
  assert.equal(await aws.status(slow), "Cancelled");
  assert.equal((await aws.step(slow, "tidy")).StepStatus, "Cancelled");
});

test("with a limit of one execution, the next one is Pending until the first has ended", async () => {
  await using aws = await awsWorld({ assumptions: { concurrentExecutions: 1 } });
  await aws.document("Gate", { mainSteps: [gate("first", ["admin"])] });
  const [first, second] = [await aws.start("Gate"), await aws.start("Gate")];
  const statuses = async () => [
    (await aws.get(first)).AutomationExecutionStatus,
    (await aws.get(second)).AutomationExecutionStatus,
  ];
  aws.clock.advance(QUEUE_CHECK_MS);
  assert.deepEqual(await statuses(), ["Waiting", "Pending"]);
  await aws.ssm().send(new StopAutomationExecutionCommand({ AutomationExecutionId: first, Type: "Cancel" }));
  aws.clock.advance(QUEUE_CHECK_MS);
  assert.deepEqual(await statuses(), ["Cancelled", "Waiting"]);
});
