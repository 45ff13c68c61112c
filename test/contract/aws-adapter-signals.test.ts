import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { BOT } from "../../src/core/signers.ts";
import { systemClock } from "../../src/ops/clock.ts";
import { closedPort, rawServer } from "../support/raw-server.ts";
import { ANY_TIME, automationAt, plantGates, setUp } from "./automation-world.ts";
import { awsWorld, DECIDES, KEYS } from "./aws-world.ts";

for (const [verdict, status] of [
  ["approve", "Success"],
  ["reject", "Failed"],
] as const) {
  test(`a signal to ${verdict} takes effect with its exact comment`, async (t) => {
    const { aws, automation, calls } = await setUp(t, DECIDES);
    const { executionIds } = await plantGates(aws, 1);
    const comment = ["Countersign", "by Jané 😀 <jane@example.com>", "x".repeat(512)];
    const result = await automation.signal(BOT, executionIds[0], { kind: verdict, comment }, ANY_TIME);
    assert.ok(result.kind === "accepted" && /^[\w-]{36}$/.test(result.awsRequestId ?? ""), JSON.stringify(result));
    aws.settle();
    assert.equal((await aws.step(executionIds[0], "approve")).StepStatus, status);
    const [signal, ...more] = await calls("SendAutomationSignal");
    assert.deepEqual(more, []);
    assert.deepEqual(signal.input.Payload, { Comment: comment });
  });
}

type SignalFault = [claim: string, fault: object, expected: object, tookEffect: boolean];

const SIGNAL_FAULTS: SignalFault[] = [
  ["took effect without a reply", { kind: "drop-reply" }, { kind: "ambiguous", answered: false }, true],
  ["was cut off before it took effect", { kind: "refuse" }, { kind: "ambiguous", answered: false }, false],
  [
    "took effect and got a 500",
    { kind: "error", status: 500, afterExecution: true },
    { kind: "ambiguous", answered: true },
    true,
  ],
  ["got a 500", { kind: "error", status: 500 }, { kind: "ambiguous", answered: true }, false],
  [
    "got a 503",
    { kind: "error", status: 503, code: "ServiceUnavailable" },
    { kind: "ambiguous", answered: true },
    false,
  ],
  ["was throttled", { kind: "throttle" }, { kind: "refused", code: "ThrottlingException" }, false],
  [
    "was denied",
    { kind: "error", status: 400, code: "AccessDeniedException" },
    { kind: "refused", code: "AccessDeniedException" },
    false,
  ],
];

for (const [claim, fault, expected, tookEffect] of SIGNAL_FAULTS) {
  test(`a signal that ${claim} is reported as such and was sent exactly once`, async (t) => {
    const { aws, automation, calls } = await setUp(t, DECIDES);
    const { executionIds } = await plantGates(aws, 1);
    await aws.control("faults", { operation: "SendAutomationSignal", ...fault });
    const result: Record<string, unknown> = {
      ...(await automation.signal(BOT, executionIds[0], { kind: "approve", comment: ["x"] }, ANY_TIME)),
    };
    for (const [key, value] of Object.entries(expected)) assert.equal(result[key], value, JSON.stringify(result));
    assert.equal((await calls("SendAutomationSignal")).length, 1);
    aws.settle();
    assert.equal(await aws.status(executionIds[0]), tookEffect ? "Success" : "Waiting");
  });
}

test("a signal for an execution that is no longer waiting, or does not exist, is refused", async (t) => {
  const { aws, automation } = await setUp(t, DECIDES);
  const { executionIds } = await plantGates(aws, 1);
  await aws.signal(executionIds[0], "Reject", undefined, KEYS.bot);
  const late = await automation.signal(BOT, executionIds[0], { kind: "approve", comment: ["x"] }, ANY_TIME);
  assert.deepEqual([late.kind, late.kind === "refused" && late.code], ["refused", "InvalidAutomationSignalException"]);
  const nowhere = await automation.signal(BOT, randomUUID(), { kind: "approve", comment: ["x"] }, ANY_TIME);
  assert.equal(nowhere.kind === "refused" && nowhere.code, "AutomationExecutionNotFoundException");
});

test("a signal whose time has elapsed is not sent, although the clock was set back", async (t) => {
  const aws = await awsWorld();
  t.after(() => aws[Symbol.asyncDispose]());
  const { executionIds } = await plantGates(aws, 1);
  let asked = 0;
  const clock = { ...systemClock, now: () => 0, elapsed: () => asked++ * 1_000 };
  const automation = automationAt(t, aws.sandbox.url, clock);
  const result = await automation.signal(BOT, executionIds[0], { kind: "approve", comment: ["x"] }, 999);
  assert.deepEqual([result.kind, result.kind === "not-sent" && result.code], ["not-sent", "TooLate"]);
});

test("a signal is not sent after its deadline", async (t) => {
  const { aws, automation, calls } = await setUp(t);
  const { executionIds } = await plantGates(aws, 1);
  const result = await automation.signal(BOT, executionIds[0], { kind: "approve", comment: ["x"] }, Date.now() - 1);
  assert.deepEqual([result.kind, result.kind === "not-sent" && result.code], ["not-sent", "TooLate"]);
  assert.deepEqual(await calls("SendAutomationSignal"), []);
});

test("a signal to a port without a listener is reported as not sent", async (t) => {
  const automation = automationAt(t, `http://127.0.0.1:${await closedPort()}`);
  const result = await automation.signal(BOT, randomUUID(), { kind: "approve", comment: ["x"] }, ANY_TIME);
  assert.deepEqual([result.kind, result.kind === "not-sent" && result.code], ["not-sent", "ECONNREFUSED"]);
  const read = await automation.read(randomUUID(), new AbortController().signal);
  assert.deepEqual([read.kind, read.kind === "failed" && read.retry], ["failed", true]);
});

test("a connection that breaks during the reply makes the signal ambiguous", async (t) => {
  const server = await rawServer(t, (_, response) => {
    response.writeHead(200, { "content-type": "application/x-amz-json-1.1", "content-length": "100" });
    response.write("{");
    setImmediate(() => response.destroy());
  });
  const result = await automationAt(t, server.url).signal(
    BOT,
    randomUUID(),
    { kind: "approve", comment: ["x"] },
    ANY_TIME,
  );
  assert.equal(result.kind, "ambiguous");
  assert.equal(server.requests.length, 1);
});
