import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { BOT } from "../../src/core/signers.ts";
import { ANY_TIME, setUp } from "./automation-world.ts";
import type { AwsWorld } from "./aws-world.ts";

const pause = { name: "hold", action: "aws:pause", inputs: {} };
const work = { name: "work", action: "aws:runCommand", inputs: { DocumentName: "AWS-RunShellScript" }, isEnd: true };

async function startPause(aws: AwsWorld): Promise<string> {
  const content = { schemaVersion: "0.3", mainSteps: [pause, work] };
  const seed = { documents: [{ name: "Pause", content }], executions: [{ document: "Pause" }] };
  const { executionIds } = await aws.control("seed", seed);
  aws.settle();
  return executionIds[0];
}

test("Resume names the paused step, and nothing else is in its payload", async (t) => {
  const { aws, automation, calls } = await setUp(t);
  const id = await startPause(aws);
  const result = await automation.signal(BOT, id, { kind: "resume", stepName: "hold" }, ANY_TIME);
  assert.equal(result.kind, "accepted");
  aws.settle();
  assert.equal((await aws.step(id, "hold")).StepStatus, "Success");
  const [call] = await calls("SendAutomationSignal");
  assert.deepEqual([call.input.SignalType, call.input.Payload], ["Resume", { StepName: ["hold"] }]);
  const again = await automation.signal(BOT, id, { kind: "resume", stepName: "hold" }, ANY_TIME);
  assert.deepEqual([again.kind, "code" in again && again.code], ["refused", "InvalidAutomationSignalException"]);
});

test("a stop cancels the execution; a stop after the end, or without the permission, has no effect", async (t) => {
  const { aws, automation, calls } = await setUp(t);
  const [id, denied] = [await startPause(aws), await startPause(aws)];
  assert.equal((await automation.signal(BOT, id, { kind: "stop" }, ANY_TIME)).kind, "accepted");
  aws.settle();
  assert.equal((await aws.step(id, "hold")).StepStatus, "Cancelled");
  const [call] = await calls("StopAutomationExecution");
  assert.deepEqual(call.input, { AutomationExecutionId: id, Type: "Cancel" });
  const late = await automation.signal(BOT, id, { kind: "stop" }, ANY_TIME);
  assert.deepEqual([late.kind, "code" in late && late.code], ["refused", "InvalidAutomationStatusUpdateException"]);

  await aws.control("faults", { operation: "StopAutomationExecution", ...DENIED });
  const refused = await automation.signal(BOT, denied, { kind: "stop" }, ANY_TIME);
  assert.deepEqual([refused.kind, "code" in refused && refused.code], ["refused", "AccessDeniedException"]);
  assert.equal((await aws.step(denied, "hold")).StepStatus, "Waiting");
});

const DENIED = { kind: "error", code: "AccessDeniedException", message: "denied", status: 400 };

test("a lost reply to a stop or a Resume is ambiguous, and neither leaves too late", async (t) => {
  const { aws, automation, calls } = await setUp(t);
  for (const [order, operation] of [
    [{ kind: "stop" }, "StopAutomationExecution"],
    [{ kind: "resume", stepName: "hold" }, "SendAutomationSignal"],
  ] as const) {
    const id = await startPause(aws);
    assert.equal((await automation.signal(BOT, id, order, Date.now() - 1)).kind, "not-sent");
    await aws.control("faults", { operation, kind: "drop-reply" });
    assert.equal((await automation.signal(BOT, id, order, ANY_TIME)).kind, "ambiguous");
    aws.settle();
    assert.notEqual((await aws.step(id, "hold")).StepStatus, "Waiting", "it took effect");
    assert.equal((await calls(operation)).length, 1);
    await aws.control("faults", undefined, "DELETE");
    assert.equal((await automation.signal(BOT, randomUUID(), order, ANY_TIME)).kind, "refused");
  }
});

for (const [claim, fault, expected] of [
  ["has the permission", null, { kind: "read", allowed: true }],
  ["lacks the permission", DENIED, { kind: "read", allowed: false }],
  ["is throttled", { kind: "throttle" }, { kind: "failed", retry: true }],
] as const)
  test(`a probe that stops no execution finds out that the signer ${claim}`, async (t) => {
    const { aws, automation, calls, abort } = await setUp(t);
    const id = await startPause(aws);
    if (fault !== null) await aws.control("faults", { operation: "StopAutomationExecution", ...fault });
    for (let again = 0; again < 2; again++) {
      const found = await automation.canStop(abort);
      assert.deepEqual({ ...found, ...expected }, found);
      if (again === 0 && expected.kind === "read") assert.equal((await calls("StopAutomationExecution")).length, 1);
    }
    const probes = await calls("StopAutomationExecution");
    if (expected.kind === "read") assert.equal(probes.length, 1, "the result is remembered");
    assert.ok(
      probes.every(({ input }: { input: { AutomationExecutionId: string } }) =>
        /^[0-]+$/.test(input.AutomationExecutionId),
      ),
    );
    assert.equal((await aws.step(id, "hold")).StepStatus, "Waiting");
  });
