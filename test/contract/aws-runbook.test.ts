import assert from "node:assert/strict";
import { test } from "node:test";
import { DescribeAutomationExecutionsCommand, StopAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import { type AwsWorld, awsWorld, gate, work } from "./aws-world.ts";

async function findChild(aws: AwsWorld, parent: string): Promise<string> {
  const Filters = [{ Key: "ParentExecutionId" as const, Values: [parent] }];
  const { AutomationExecutionMetadataList } = await aws
    .ssm()
    .send(new DescribeAutomationExecutionsCommand({ Filters }));
  return AutomationExecutionMetadataList?.[0]?.AutomationExecutionId ?? "";
}

test("a branch continues with the first true choice, else the default, else the next step", async () => {
  await using aws = await awsWorld();
  const choices = [
    { Variable: "{{ Stage }}", StringEquals: "prod", NextStep: "ask" },
    {
      And: [{ Variable: "{{ Size }}", NumericGreater: 5 }, { Not: { Variable: "{{ Stage }}", StartsWith: "t" } }],
      NextStep: "big",
    },
  ];
  const parameters = { Stage: { type: "String" }, Size: { type: "Integer", default: 1 } };
  const ends = [gate("ask", ["admin"], { isEnd: true }), work("big", { isEnd: true }), work("small", { isEnd: true })];
  const branch = (inputs: object) => ({ name: "which", action: "aws:branch", inputs: { Choices: choices, ...inputs } });
  await aws.document("Branch", { parameters, mainSteps: [branch({ Default: "small" }), ...ends] });
  const nextStep = async (given: Record<string, string[]>) =>
    (await aws.get(await aws.start("Branch", given))).CurrentStepName;
  assert.equal(await nextStep({ Stage: ["prod"] }), "ask");
  assert.equal(await nextStep({ Stage: ["dev"], Size: ["9"] }), "big");
  assert.equal(await nextStep({ Stage: ["test"], Size: ["9"] }), "small");
  await aws.document("No-Default", { parameters, mainSteps: [branch({}), ...ends] });
  assert.equal((await aws.get(await aws.start("No-Default", { Stage: ["test"] }))).CurrentStepName, "ask");
});

test("a sleep is InProgress, not Waiting, and ends exactly on time", async () => {
  await using aws = await awsWorld();
  const sleep = { name: "sleep", action: "aws:sleep", inputs: { Duration: "PT10M" } };
  await aws.document("Sleep", { mainSteps: [sleep] });
  const id = await aws.start("Sleep");
  const [step] = (await aws.get(id)).StepExecutions ?? [];
  aws.clock.advance(590_000);
  assert.equal(await aws.status(id), "InProgress");
  aws.clock.advance(10_000);
  const execution = await aws.get(id);
  assert.equal(execution.AutomationExecutionStatus, "Success");
  const ended = execution.StepExecutions?.[0]?.ExecutionEndTime?.getTime() ?? 0;
  assert.ok(ended - (step?.ExecutionStartTime?.getTime() ?? 0) >= 600_000);
});

test("a child execution waits on its own, and its parent continues with the child's result", async () => {
  await using aws = await awsWorld();
  await aws.document("Child", {
    parameters: { Host: { type: "String" } },
    mainSteps: [gate("agree", ["admin"], {}, { Message: "On {{ Host }}?" })],
    outputs: ["agree.ApprovalStatus"],
  });
  const inputs = { DocumentName: "Child", RuntimeParameters: { Host: "{{ Host }}" } };
  await aws.document("Parent", {
    parameters: { Host: { type: "String", default: "web-7" } },
    mainSteps: [{ name: "run", action: "aws:executeAutomation", inputs }, work("after")],
  });
  const parent = await aws.start("Parent");
  const child = await findChild(aws, parent);
  const waiting = await aws.get(child);
  assert.equal(waiting.AutomationExecutionStatus, "Waiting");
  assert.equal(waiting.ParentAutomationExecutionId, parent);
  assert.equal(waiting.StepExecutions?.[0]?.Inputs?.Message, '"On web-7?"');
  assert.equal(await aws.status(parent), "InProgress");
  await assert.rejects(aws.signal(parent, "Approve"), { name: "InvalidAutomationSignalException" });
  await aws.signal(child, "Approve");
  assert.equal((await aws.get(parent)).CurrentStepName, "after");
  const step = await aws.step(parent, "run");
  assert.deepEqual(step.Outputs, { ExecutionId: [child], Status: ["Success"], Output: ["Approved"] });
});

test("a child that fails or cannot start fails its parent's step; a cancelled parent cancels its child", async () => {
  await using aws = await awsWorld();
  const run = (DocumentName: string) => ({ name: "run", action: "aws:executeAutomation", inputs: { DocumentName } });
  await aws.document("Child", { mainSteps: [gate("agree", ["admin"])] });
  await aws.document("Parent", { mainSteps: [run("Child")] });
  await aws.document("Orphan", { mainSteps: [run("Nothing")] });
  const rejected = await aws.start("Parent");
  await aws.signal(await findChild(aws, rejected), "Reject");
  assert.equal(await aws.status(rejected), "Failed");
  assert.equal(await aws.status(await aws.start("Orphan")), "Failed");
  const cancelled = await aws.start("Parent");
  const child = await findChild(aws, cancelled);
  await aws.ssm().send(new StopAutomationExecutionCommand({ AutomationExecutionId: cancelled }));
  assert.equal(await aws.status(cancelled), "Cancelled");
  assert.equal(await aws.status(child), "Cancelled");
});

test("a step that times out cancels its child, and the runbook continues once", async () => {
  await using aws = await awsWorld();
  const inputs = { DocumentName: "Child" };
  await aws.document("Child", { mainSteps: [gate("agree", ["admin"])] });
  await aws.document("Parent", {
    mainSteps: [
      { name: "run", action: "aws:executeAutomation", timeoutSeconds: 60, onFailure: "Continue", inputs },
      gate("after", ["admin"]),
      work("never"),
    ],
  });
  const parent = await aws.start("Parent");
  const child = await findChild(aws, parent);
  aws.clock.advance(60_000);
  assert.equal(await aws.status(child), "Cancelled");
  assert.equal((await aws.step(parent, "run")).StepStatus, "TimedOut");
  assert.equal((await aws.get(parent)).CurrentStepName, "after");
  assert.equal((await aws.get(parent)).StepExecutions?.length, 3);
});

test("a child runs as the requester of its parent, or with childrenRunAs set to role in a session of another role", async () => {
  await using aws = await awsWorld();
  const inputs = { DocumentName: "Child" };
  await aws.document("Child", { mainSteps: [gate("agree", ["admin"])] });
  await aws.document("Parent", { mainSteps: [{ name: "run", action: "aws:executeAutomation", inputs }] });
  const startBoth = async () => {
    const parent = await aws.start("Parent");
    const child = await findChild(aws, parent);
    return [await aws.get(parent), await aws.get(child)].map(({ ExecutedBy }) => ExecutedBy);
  };
  const [requester, same] = await startBoth();
  assert.equal(same, requester);
  await aws.control("assumptions", { childrenRunAs: "role" });
  const [again, other] = await startBoth();
  assert.equal(again, requester);
  assert.match(String(other), /^arn:aws:sts::\d{12}:assumed-role\/AutomationChildRole\//);
});

test("with parentOfWaitingChild set to Waiting, a parent shows Waiting while its child waits", async () => {
  await using aws = await awsWorld();
  await aws.control("assumptions", { parentOfWaitingChild: "Waiting" });
  const inputs = { DocumentName: "Child" };
  await aws.document("Child", { mainSteps: [gate("agree", ["admin"]), work("deploy")] });
  await aws.document("Parent", { mainSteps: [{ name: "run", action: "aws:executeAutomation", inputs }] });
  const parent = await aws.start("Parent");
  const shown = await aws.get(parent);
  assert.equal(shown.AutomationExecutionStatus, "Waiting");
  assert.equal(shown.CurrentAction, "aws:executeAutomation");
  await assert.rejects(aws.signal(parent, "Approve"), { name: "InvalidAutomationSignalException" });
  await aws.signal(await findChild(aws, parent), "Approve");
  assert.equal(await aws.status(parent), "InProgress");
  aws.clock.advance(5000);
  assert.equal(await aws.status(parent), "Success");
});

test("an action that would change something on AWS is simulated, and its step says so", async () => {
  await using aws = await awsWorld();
  await aws.document("Simulated", { mainSteps: [work("deploy")] });
  const id = await aws.start("Simulated");
  assert.match((await aws.step(id, "deploy")).Response ?? "", /Simulated by the Countersign sandbox: aws:runCommand/);
  assert.equal(await aws.status(id), "InProgress");
  aws.clock.advance(1000);
  const step = await aws.step(id, "deploy");
  assert.equal(step.StepStatus, "Success");
  assert.equal(step.ResponseCode, "0");
  assert.match(step.Response ?? "", /was not carried out/);
});

test("the control routes set duration, outputs and failure of a simulated action, for a number of runs", async () => {
  await using aws = await awsWorld();
  await aws.document("Simulated", { mainSteps: [work("deploy")], outputs: ["deploy.Image", "deploy.Hosts"] });
  const fail = {
    message: "no space left on device",
    stage: "PostVerification",
    type: "Verification",
    details: { Host: ["a"] },
  };
  await aws.control("simulate", {
    document: "Simulated",
    outputs: { Image: "shop:1", Hosts: ["a", "b"] },
    durationMs: 0,
  });
  await aws.control("simulate", { action: "aws:runCommand", fail, times: 1 });
  const first = await aws.start("Simulated");
  aws.clock.advance(1000);
  const failed = await aws.get(first);
  assert.equal(failed.AutomationExecutionStatus, "Failed");
  const step = await aws.step(first, "deploy");
  assert.match(step.FailureMessage ?? "", /no space left on device/);
  assert.equal(failed.FailureMessage, step.FailureMessage);
  assert.deepEqual(step.FailureDetails, {
    FailureStage: "PostVerification",
    FailureType: "Verification",
    Details: { Host: ["a"] },
  });
  assert.equal(step.ResponseCode, "1");
  const second = await aws.start("Simulated");
  aws.clock.advance(0);
  const succeeded = await aws.get(second);
  assert.equal(succeeded.AutomationExecutionStatus, "Success");
  assert.deepEqual(succeeded.Outputs, { "deploy.Image": ["shop:1"], "deploy.Hosts": ["a", "b"] });
});

/** The recorded start of the failure message of each stage. */
const STAGES = {
  InputValidation: "Step fails when it is validating and resolving the step inputs.",
  PreVerification: "Step fails when it is performing pre-verification.",
  Invocation: "Step fails when it is Execute/Cancelling action.",
  PostVerification: "Step fails when it is Poll action status for completion.",
};

test("the failure message of a step says in which stage it failed, in the words of AWS", async () => {
  await using aws = await awsWorld();
  await aws.document("Simulated", { mainSteps: [work("deploy")] });
  for (const [stage, text] of Object.entries(STAGES)) {
    const fail = { message: "no space left", stage };
    await aws.control("simulate", { action: "aws:runCommand", fail, durationMs: 0, times: 1 });
    const id = await aws.start("Simulated");
    aws.clock.advance(1000);
    assert.equal(
      (await aws.step(id, "deploy")).FailureMessage,
      `${text} no space left Please refer to Automation Service Troubleshooting Guide for more diagnosis details.`,
    );
  }
});

test("a step's description can set the effect of its simulation", async () => {
  await using aws = await awsWorld();
  await aws.document(
    "Described",
    `
schemaVersion: "0.3"
mainSteps:
  - name: build
    action: aws:executeScript
    description: |
      Builds.
      sandbox: {"durationMs": 0, "outputs": {"Image": "shop:2"}}
    inputs: {}
  - name: push
    action: aws:invokeLambdaFunction
    description: 'sandbox: {"durationMs": 0, "fail": {"message": "refused {{ build.Image }}"}}'
    inputs: { FunctionName: "push-{{ build.Image }}", Payload: "{{ build.Digest }}" }
`,
  );
  const id = await aws.start("Described");
  aws.clock.advance(0);
  assert.deepEqual((await aws.step(id, "push")).Inputs, {
    FunctionName: '"push-shop:2"',
    Payload: '"simulated-build.Digest"',
  });
  assert.equal(await aws.status(id), "Failed");
});

test("a failing step is tried up to maxAttempts times", async () => {
  await using aws = await awsWorld();
  await aws.document("Retry", { mainSteps: [work("deploy", { maxAttempts: 3 })] });
  await aws.control("simulate", { step: "deploy", fail: { message: "again" }, times: 2 });
  const id = await aws.start("Retry");
  aws.clock.advance(3000);
  assert.equal(await aws.status(id), "Success");
  assert.equal((await aws.step(id, "deploy")).MaxAttempts, 3);
});

test("an infinite loop ends with a failure and does not block the clock", async () => {
  await using aws = await awsWorld();
  const again = { Variable: "a", StringEquals: "a", NextStep: "turn" };
  await aws.document("Endless", { mainSteps: [{ name: "turn", action: "aws:branch", inputs: { Choices: [again] } }] });
  const id = await aws.start("Endless");
  assert.equal(await aws.status(id), "Failed");
});

test("each execution of a runbook that starts itself ends", async () => {
  await using aws = await awsWorld();
  const inputs = { DocumentName: "Mirror" };
  await aws.document("Mirror", { mainSteps: [{ name: "again", action: "aws:executeAutomation", inputs }] });
  assert.equal(await aws.status(await aws.start("Mirror")), "Failed");
  const { executions } = await aws.control("executions");
  const statuses = executions.map((each: { AutomationExecutionStatus: string }) => each.AutomationExecutionStatus);
  assert.deepEqual(statuses, Array(11).fill("Failed"));
});

for (const [name, value] of Object.entries({
  Targets: [{ Key: "ParameterValues", Values: ["web", "api"] }],
  TargetParameterName: "Service",
  TargetMaps: [{ Service: ["web"] }],
  TargetLocations: [{ Accounts: ["111122223333"], Regions: ["us-east-1"] }],
  MaxConcurrency: "1",
  MaxErrors: "1",
}))
  test(`a step that starts children with ${name} fails, and says that the sandbox does not support it`, async () => {
    await using aws = await awsWorld();
    await aws.document("Child", { mainSteps: [work("deploy")] });
    const inputs = { DocumentName: "Child", [name]: value };
    await aws.document("Parent", { mainSteps: [{ name: "run", action: "aws:executeAutomation", inputs }] });
    const ended = await aws.get(await aws.start("Parent"));
    assert.equal(ended.AutomationExecutionStatus, "Failed");
    assert.match(ended.FailureMessage ?? "", new RegExp(`The sandbox does not support ${name}\\.`));
  });
