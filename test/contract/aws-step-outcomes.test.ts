import assert from "node:assert/strict";
import { test } from "node:test";
import { type AwsWorld, awsWorld, gate, work } from "./aws-world.ts";

const DAY_MS = 86_400_000;
const run = (DocumentName: string, RuntimeParameters: object = {}) => ({
  name: "run",
  action: "aws:executeAutomation",
  inputs: { DocumentName, RuntimeParameters },
});

test("a pattern with a Java flag works, also for a child execution", async () => {
  await using aws = await awsWorld();
  const Word = { type: "String", allowedPattern: "(?i)^[a-z]+$" };
  await aws.document("Child", { parameters: { Word }, mainSteps: [gate("agree", ["admin"])] });
  await aws.document("Parent", { mainSteps: [work("before"), run("Child", { Word: "ABC" })] });
  await aws.document("Wrong", { mainSteps: [work("before"), run("Child", { Word: "1" })] });
  const [right, wrong] = [await aws.start("Parent"), await aws.start("Wrong")];
  aws.clock.advance(1000);
  assert.equal(await aws.status(right), "InProgress");
  assert.equal(await aws.status(wrong), "Failed");
  await assert.rejects(aws.start("Child", { Word: ["1"] }), { name: "InvalidAutomationExecutionParametersException" });
});

/** Puts a pattern that CreateDocument would reject into a stored runbook. */
function breakPattern(aws: AwsWorld): void {
  const { documents } = aws.sandbox.standIn.resources.at({ account: "111122223333", region: "us-east-1" });
  const word = documents.get("Child")?.versions[0]?.runbook.parameters.Word;
  assert.ok(word);
  word.allowedPattern = "[";
}

test("a pattern that cannot be compiled is the caller's error, in a start and in a step", async () => {
  await using aws = await awsWorld();
  await aws.document("Child", { parameters: { Word: { type: "String" } }, mainSteps: [work("one")] });
  await aws.document("Parent", { mainSteps: [work("before"), run("Child", { Word: "a" })] });
  breakPattern(aws);
  await assert.rejects(aws.start("Child", { Word: ["a"] }), { name: "InvalidAutomationExecutionParametersException" });
  const id = await aws.start("Parent");
  aws.clock.advance(1000);
  assert.equal((await aws.step(id, "run")).StepStatus, "Failed");
});

test("an internal error in a step fails the step as Internal, and other timers keep running", async (t) => {
  await using aws = await awsWorld();
  const errors = t.mock.method(console, "error", () => {});
  aws.sandbox.standIn.simulation.takeEffect = () => {
    throw new Error("out of order");
  };
  await aws.document("Broken", {
    mainSteps: [{ name: "sleep", action: "aws:sleep", inputs: { Duration: "PT1M" } }, work("deploy")],
  });
  const [one, two] = [await aws.start("Broken"), await aws.start("Broken")];
  aws.clock.advance(60_000);
  assert.deepEqual([await aws.status(one), await aws.status(two)], ["Failed", "Failed"]);
  const { FailureDetails, FailureMessage } = await aws.step(one, "deploy");
  assert.equal(FailureDetails?.FailureType, "Internal");
  assert.match(FailureMessage ?? "", /out of order/);
  assert.equal(errors.mock.callCount(), 2);
});

test("a choice from a parameter without a valid next step fails its step", async () => {
  await using aws = await awsWorld();
  const inputs = { Choices: "{{ Where }}" };
  await aws.document("Lost", {
    parameters: { Where: { type: "MapList" } },
    mainSteps: [work("before"), { name: "which", action: "aws:branch", inputs }],
  });
  const choice = { Variable: "a", StringEquals: "a" };
  const undefinedStep = await aws.start("Lost", { Where: [JSON.stringify({ ...choice, NextStep: "nosuch" })] });
  const missing = await aws.start("Lost", { Where: [JSON.stringify(choice)] });
  aws.clock.advance(1000);
  for (const id of [undefinedStep, missing]) assert.equal((await aws.step(id, "which")).StepStatus, "Failed");
});

test("the inputs of a loop show its Iterators resolved, and its Steps as the runbook has them", async () => {
  await using aws = await awsWorld();
  const Steps = [work("stop", { inputs: { Id: "{{ each.CurrentIteratorValue }}" } })];
  await aws.document("For-Each", {
    parameters: { Hosts: { type: "StringList", default: ["a", "b"] } },
    mainSteps: [{ name: "each", action: "aws:loop", inputs: { Iterators: "{{ Hosts }}", Steps } }],
  });
  const { Inputs } = await aws.step(await aws.start("For-Each"), "each");
  assert.equal(Inputs?.Iterators, '["a","b"]');
  assert.match(Inputs?.Steps ?? "", /\{\{ each\.CurrentIteratorValue \}\}/);
});

test("an invalid timeout from a parameter fails the step; a timeout over thirty days becomes thirty days", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate", {
    parameters: { Seconds: { type: "String" } },
    mainSteps: [gate("first", ["admin"], { timeoutSeconds: "{{ Seconds }}" })],
  });
  for (const seconds of ["abc", "0", "-5", "1.5"]) {
    const step = await aws.step(await aws.start("Gate", { Seconds: [seconds] }), "first");
    assert.equal(step.StepStatus, "Failed", seconds);
    assert.equal(step.FailureDetails?.FailureStage, "InputValidation");
  }
  const id = await aws.start("Gate", { Seconds: ["2592001"] });
  aws.clock.advance(30 * DAY_MS - 1000);
  assert.equal(await aws.status(id), "Waiting");
  aws.clock.advance(1000);
  assert.equal(await aws.status(id), "TimedOut");
});

test("a timeout of exactly thirty days is valid", async () => {
  await using aws = await awsWorld();
  const pause = { name: "pause", action: "aws:pause", timeoutSeconds: "2592000", inputs: {} };
  await aws.document("Longest", { mainSteps: [pause] });
  const id = await aws.start("Longest");
  aws.clock.advance(30 * DAY_MS - 1000);
  assert.equal(await aws.status(id), "Waiting");
  aws.clock.advance(1000);
  assert.equal(await aws.status(id), "TimedOut");
});

test("a step that times out is retried, and ends as TimedOut with its last attempt", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate", {
    parameters: { Times: { type: "Integer" } },
    mainSteps: [
      gate("first", ["jane", "admin"], { timeoutSeconds: 60, maxAttempts: "{{ Times }}" }, { MinRequiredApprovals: 2 }),
    ],
  });
  const [late, given] = [await aws.start("Gate", { Times: ["2"] }), await aws.start("Gate", { Times: ["1"] })];
  await aws.signal(late, "Approve");
  aws.clock.advance(61_000);
  assert.equal(await aws.status(given), "TimedOut");
  const again = await aws.step(late, "first");
  assert.equal(again.StepStatus, "Waiting");
  assert.equal(again.MaxAttempts, 2);
  assert.deepEqual(again.Outputs, { ApprovalStatus: ["Waiting"], ApproverDecisions: [] });
  aws.clock.advance(60_000);
  assert.equal(await aws.status(late), "TimedOut");
});

test("a child that ends late does not end the next attempt of its step", async () => {
  await using aws = await awsWorld();
  await aws.document("Child", {
    mainSteps: [gate("agree", ["admin"], { onCancel: "step:tidy" }), work("tidy", { isEnd: true })],
  });
  await aws.document("Parent", { mainSteps: [{ ...run("Child"), timeoutSeconds: 60, maxAttempts: 2 }] });
  const parent = await aws.start("Parent");
  aws.clock.advance(65_000); // the first child has been cancelled and has run its onCancel step
  assert.equal(await aws.status(parent), "InProgress");
  assert.equal((await aws.step(parent, "run")).StepStatus, "InProgress");
  aws.clock.advance(60_000);
  assert.equal(await aws.status(parent), "TimedOut");
});

test("maxAttempts from a parameter must be a number from 1 to 1000", async () => {
  await using aws = await awsWorld();
  await aws.document("Retry", {
    parameters: { Times: { type: "String" } },
    mainSteps: [work("deploy", { maxAttempts: "{{ Times }}" })],
  });
  await aws.control("simulate", { step: "deploy", fail: { message: "again" }, times: 2 });
  const id = await aws.start("Retry", { Times: ["3"] });
  aws.clock.advance(3000);
  assert.equal(await aws.status(id), "Success");
  assert.equal((await aws.step(id, "deploy")).MaxAttempts, 3);
  for (const times of ["many", "0", "1001"])
    assert.equal(await aws.status(await aws.start("Retry", { Times: [times] })), "Failed");
});

test("every documented system variable resolves in inputs, with times of the sandbox's clock", async () => {
  await using aws = await awsWorld();
  const names = ["ACCOUNT_ID", "REGION", "AWS_PARTITION", "DATE", "DATE_TIME"].map((name) => `{{ global:${name} }}`);
  const Message = [...names, "{{ automation:EXECUTION_ID }}"].join(" ");
  await aws.document("Variables", { mainSteps: [gate("first", ["admin"], {}, { Message })] });
  const id = await aws.start("Variables");
  const now = new Date(aws.clock.now()).toISOString();
  const shown = JSON.parse((await aws.step(id, "first")).Inputs?.Message ?? "").split(" ");
  assert.deepEqual(shown.slice(0, 4), ["111122223333", "us-east-1", "aws", now.slice(0, 10)]);
  assert.match(shown[4], /^\d{4}-\d\d-\d\d_\d\d\.\d\d\.\d\d$/);
  assert.equal(shown[5], id);
});

test("a sleep ends at its Timestamp, or at once if that has passed; over a week or invalid, it fails", async () => {
  await using aws = await awsWorld();
  const parameters = { Until: { type: "String" } };
  const sleep = { name: "sleep", action: "aws:sleep", inputs: { Timestamp: "{{ Until }}" } };
  await aws.document("Sleep", { parameters, mainSteps: [sleep] });
  const until = (ms: number) => new Date(aws.clock.now() + ms).toISOString();
  const start = (Until: string) => aws.start("Sleep", { Until: [Until] });
  const [soon, past, far, invalid] = [
    await start(until(600_000)),
    await start(until(-1)),
    await start(until(8 * DAY_MS)),
    await start("5"),
  ];
  aws.clock.advance(590_000);
  const statuses = await Promise.all([soon, past, far, invalid].map((id) => aws.status(id)));
  assert.deepEqual(statuses, ["InProgress", "Success", "Failed", "Failed"]);
  aws.clock.advance(10_000);
  assert.equal(await aws.status(soon), "Success");
});

test("a comparison of incomparable values fails its step", async () => {
  await using aws = await awsWorld();
  const choice = { Variable: "{{ Left }}", NumericEquals: 0, NextStep: "end" };
  await aws.document("Compare", {
    parameters: { Left: { type: "String", default: "" } },
    mainSteps: [{ name: "which", action: "aws:branch", inputs: { Choices: [choice] } }, work("end")],
  });
  assert.equal(await aws.status(await aws.start("Compare")), "Failed");
  assert.equal((await aws.get(await aws.start("Compare", { Left: ["0"] }))).CurrentStepName, "end");
});
