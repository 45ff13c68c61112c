import assert from "node:assert/strict";
import { test } from "node:test";
import { DescribeAutomationExecutionsCommand, StopAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import { type AwsWorld, awsWorld, gate, work } from "./aws-world.ts";

const runbook = {
  parameters: { Host: { type: "String" } },
  mainSteps: [gate("ask", ["admin"], {}, { Message: "Restart {{ Host }}?" }), work("restart")],
};
const overHosts = (Values: string[], more: object = {}) => ({
  TargetParameterName: "Host",
  Targets: [{ Key: "ParameterValues", Values }],
  ...more,
});

async function listChildren(aws: AwsWorld, parent: string) {
  const Filters = [{ Key: "ParentExecutionId" as const, Values: [parent] }];
  const command = new DescribeAutomationExecutionsCommand({ Filters });
  const { AutomationExecutionMetadataList = [] } = await aws.ssm().send(command);
  return AutomationExecutionMetadataList.toReversed();
}

test("one child per target starts, at most MaxConcurrency at a time; the parent counts them and ends with the last", async () => {
  await using aws = await awsWorld();
  await aws.document("Fleet", runbook);
  const id = await aws.start("Fleet", undefined, overHosts(["web-1", "web-2", "web-3"], { MaxConcurrency: "2" }));
  const first = await listChildren(aws, id);
  assert.deepEqual(
    first.map((child) => child.Target),
    ["web-1", "web-2"],
  );
  assert.deepEqual((await aws.step(first[0]?.AutomationExecutionId ?? "", "ask")).Inputs?.Message, '"Restart web-1?"');
  const parent = await aws.get(id);
  assert.equal(parent.AutomationExecutionStatus, "InProgress");
  assert.equal(parent.TargetParameterName, "Host");
  assert.deepEqual(parent.ResolvedTargets?.ParameterValues, ["web-1", "web-2", "web-3"]);
  assert.equal(parent.ProgressCounters?.TotalSteps, 3);
  for (const host of [0, 1, 2]) {
    await aws.signal((await listChildren(aws, id))[host]?.AutomationExecutionId ?? "", "Approve");
    aws.clock.advance(1_000);
  }
  assert.equal(await aws.status(id), "Success");
  assert.equal((await aws.get(id)).ProgressCounters?.SuccessSteps, 3);
});

test("with parentOfWaitingChild set to Waiting, the parent shows Waiting until its last child no longer waits", async () => {
  await using aws = await awsWorld();
  await aws.control("assumptions", { parentOfWaitingChild: "Waiting" });
  await aws.document("Fleet", runbook);
  const id = await aws.start("Fleet", undefined, overHosts(["web-1", "web-2"], { MaxConcurrency: "2" }));
  const [first = "", second = ""] = (await listChildren(aws, id)).map((child) => child.AutomationExecutionId);
  assert.equal(await aws.status(id), "Waiting");
  await aws.signal(second, "Approve");
  assert.equal(await aws.status(id), "Waiting");
  await aws.signal(first, "Reject");
  assert.equal(await aws.status(id), "InProgress");
});

test("after more than MaxErrors failures no further child starts, and the parent fails", async () => {
  await using aws = await awsWorld();
  await aws.document("Fleet", runbook);
  const values = overHosts(["web-1", "web-2", "web-3", "web-4"], { MaxConcurrency: "1", MaxErrors: "25%" });
  const id = await aws.start("Fleet", undefined, values);
  for (const host of [0, 1]) {
    await aws.signal((await listChildren(aws, id))[host]?.AutomationExecutionId ?? "", "Reject");
  }
  assert.equal((await listChildren(aws, id)).length, 2);
  assert.equal(await aws.status(id), "Failed");
  assert.equal((await aws.get(id)).ProgressCounters?.FailedSteps, 2);
});

test("a cancelled parent cancels its children, and starts no further child", async () => {
  await using aws = await awsWorld();
  await aws.document("Fleet", runbook);
  const id = await aws.start("Fleet", undefined, overHosts(["web-1", "web-2"], { MaxConcurrency: "1" }));
  await aws.ssm().send(new StopAutomationExecutionCommand({ AutomationExecutionId: id }));
  assert.equal(await aws.status(id), "Cancelled");
  assert.deepEqual(
    (await listChildren(aws, id)).map((child) => child.AutomationExecutionStatus),
    ["Cancelled"],
  );
});

const invalid: [string, object][] = [
  ["Targets without a TargetParameterName", { Targets: [{ Key: "ParameterValues", Values: ["a"] }] }],
  ["a TargetParameterName without Targets", { TargetParameterName: "Host" }],
  [
    "a target key that the stand-in cannot resolve",
    { ...overHosts([]), Targets: [{ Key: "tag:Team", Values: ["a"] }] },
  ],
  ["a TargetParameterName that is no parameter", overHosts(["a"], { TargetParameterName: "Hosts" })],
];
for (const [mistake, input] of invalid) {
  test(`${mistake} is rejected with InvalidTarget`, async () => {
    await using aws = await awsWorld();
    await aws.document("Fleet", runbook);
    await assert.rejects(aws.start("Fleet", { Host: ["web-1"] }, input), { name: "InvalidTarget" });
  });
}

test("the values of InstanceIds are the targets; any other key is named", async () => {
  await using aws = await awsWorld();
  await aws.document("Fleet", runbook);
  const of = (Key: string, Values: string[]) => ({ TargetParameterName: "Host", Targets: [{ Key, Values }] });
  const id = await aws.start("Fleet", undefined, of("InstanceIds", ["i-1"]));
  assert.deepEqual(
    (await listChildren(aws, id)).map((child) => child.Target),
    ["i-1"],
  );
  await assert.rejects(aws.start("Fleet", undefined, of("tag:Team", ["dba"])), {
    message: /cannot look up resources, so the target key "tag:Team" is not supported\./,
  });
});

test("TargetLocations are rejected, and the error says that the sandbox does not simulate them", async () => {
  await using aws = await awsWorld();
  await aws.document("Fleet", runbook);
  const TargetLocations = [{ Accounts: ["111122223333"], Regions: ["us-east-1"] }];
  await assert.rejects(aws.start("Fleet", { Host: ["web-1"] }, { TargetLocations }), {
    name: "InvalidTarget",
    message: "The Countersign sandbox does not simulate TargetLocations.",
  });
});

test("with a start delay, an execution is Pending until the delay has passed, and can be cancelled", async () => {
  await using aws = await awsWorld();
  await aws.control("assumptions", { startDelayMs: 5_000 });
  await aws.document("Fleet", runbook);
  const id = await aws.start("Fleet", { Host: ["web-1"] });
  assert.equal(await aws.status(id), "Pending");
  aws.clock.advance(5_000);
  assert.equal(await aws.status(id), "Waiting");
  const cancelled = await aws.start("Fleet", { Host: ["web-1"] });
  await aws.ssm().send(new StopAutomationExecutionCommand({ AutomationExecutionId: cancelled }));
  aws.clock.advance(5_000);
  assert.equal(await aws.status(cancelled), "Cancelled");
});
