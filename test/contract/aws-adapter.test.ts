import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { type TestContext, test } from "node:test";
import type { Clock } from "../../src/app/ports/aws.ts";
import { makeAutomation } from "../../src/aws/automation.ts";
import { hasEnded } from "../../src/core/execution.ts";
import { BOT } from "../../src/core/signers.ts";
import { systemClock } from "../../src/ops/clock.ts";
import { TARGET } from "../support/fakes.ts";
import { closedPort, rawServer } from "../support/raw-server.ts";
import { type AwsWorld, awsWorld, BOT_ROLE, gate, KEYS, work } from "./aws-world.ts";

const ANY_TIME = Number.POSITIVE_INFINITY;

/** Makes the shipped adapter, which finds AWS through the variables of the SDK. */
function automationAt(t: TestContext, endpoint: string, clock: Clock = systemClock) {
  const { bot } = KEYS;
  const ours = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: bot.accessKeyId,
    AWS_SECRET_ACCESS_KEY: bot.secretAccessKey,
  };
  const before = Object.fromEntries(Object.keys(ours).map((name) => [name, process.env[name]]));
  Object.assign(process.env, ours);
  const automation = makeAutomation(TARGET, clock);
  t.after(() => {
    automation.close();
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  return automation;
}

async function setUp(t: TestContext) {
  const aws = await awsWorld();
  t.after(() => aws[Symbol.asyncDispose]());
  const automation = automationAt(t, aws.sandbox.url);
  const { signal: abort } = new AbortController();
  const calls = async (operation: string) => (await aws.control(`requests?operation=${operation}`)).requests;
  return { aws, automation, abort, calls };
}

const plantGates = (aws: AwsWorld, count: number) =>
  aws.control("seed", {
    documents: [
      {
        name: "Gate",
        content: { schemaVersion: "0.3", mainSteps: [gate("approve", [BOT_ROLE], {}, { Message: "Go?" })] },
      },
    ],
    executions: [{ document: "Gate", count }],
  });

test("the list of waiting executions is read in pages of fifty", async (t) => {
  const { aws, automation, abort, calls } = await setUp(t);
  const { executionIds } = await plantGates(aws, 120);
  await aws.signal(executionIds[0], "Reject", undefined, KEYS.bot);
  const listing = await automation.listWaiting(abort);
  assert(listing.kind === "listed");
  assert.deepEqual(
    listing.executions.map(({ executionId }) => executionId).toSorted(),
    executionIds.slice(1).toSorted(),
  );
  assert.deepEqual(listing.executions[0], {
    executionId: listing.executions[0]?.executionId,
    status: "Waiting",
    currentStepName: "approve",
    currentAction: "aws:approve",
  });
  assert.equal((await calls("DescribeAutomationExecutions")).length, 3);
  assert.equal((await calls("GetAutomationExecution")).length, 0);
});

test("an execution is read with all its decoded steps", async (t) => {
  const { aws, automation, abort } = await setUp(t);
  const many = Array.from({ length: 130 }, (_, index) => work(`step${index}`));
  await aws.document("Long", {
    parameters: { Note: { type: "String", default: "x" } },
    mainSteps: [
      ...many.slice(0, 60),
      gate("approve", [BOT_ROLE], {}, { Message: 'Say "yes"?', MinRequiredApprovals: 1 }),
      ...many.slice(60),
    ],
  });
  const id = await aws.start("Long");
  aws.clock.advance(3_600_000);
  const result = await automation.read(id, abort);
  assert(result.kind === "read");
  const { execution } = result;
  assert.equal(execution.status, "Waiting");
  assert.deepEqual(execution.parameters, { Note: ["x"] });
  assert.equal(execution.steps.length, 131);
  const waiting = execution.steps.filter(({ status }) => status === "Waiting");
  assert.deepEqual(
    waiting.map(({ name, inputs }) => [name, inputs.Message, inputs.Approvers]),
    [["approve", 'Say "yes"?', [BOT_ROLE]]],
  );
  assert.ok(waiting[0]?.stepExecutionId);
  assert.ok(typeof waiting[0]?.startedAt === "number");
});

test("an execution that does not exist is not found; a refused or throttled read is a failure", async (t) => {
  const { aws, automation, abort } = await setUp(t);
  assert.deepEqual(await automation.read(randomUUID(), abort), { kind: "not-found" });
  const { executionIds } = await plantGates(aws, 1);
  await aws.control("faults", { operation: "GetAutomationExecution", kind: "throttle" });
  const throttled = await automation.read(executionIds[0], abort);
  assert.deepEqual(throttled.kind === "failed" && [throttled.code, throttled.retry], ["ThrottlingException", true]);
  await aws.control("faults", undefined, "DELETE");
  await aws.control("faults", { operation: "*", kind: "error", status: 400, code: "AccessDeniedException" });
  const denied = await automation.listWaiting(abort);
  assert.deepEqual(denied.kind === "failed" && [denied.code, denied.retry], ["AccessDeniedException", false]);
});

test("a read that is throttled once is repeated by the client", async (t) => {
  const { aws, automation, abort, calls } = await setUp(t);
  const { executionIds } = await plantGates(aws, 1);
  await aws.control("faults", { operation: "GetAutomationExecution", kind: "throttle", times: 1 });
  assert.equal((await automation.read(executionIds[0], abort)).kind, "read");
  assert.equal((await calls("GetAutomationExecution")).length, 2);
});

test("an aborted read ends immediately as a failure", async (t) => {
  const { aws, automation } = await setUp(t);
  await aws.control("faults", { operation: "*", kind: "delay", delayMs: 1_000, times: 1 });
  const result = await automation.read(randomUUID(), AbortSignal.timeout(20));
  assert.equal(result.kind, "failed");
});

for (const [verdict, status] of [
  ["approve", "Success"],
  ["reject", "Failed"],
] as const) {
  test(`a signal to ${verdict} takes effect with its exact comment`, async (t) => {
    const { aws, automation, calls } = await setUp(t);
    const { executionIds } = await plantGates(aws, 1);
    const comment = ["Countersign", "by Jané 😀 <jane@example.com>", "x".repeat(512)];
    const result = await automation.signal(BOT, executionIds[0], verdict, comment, ANY_TIME);
    assert.ok(result.kind === "accepted" && /^[\w-]{36}$/.test(result.awsRequestId ?? ""), JSON.stringify(result));
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
    const { aws, automation, calls } = await setUp(t);
    const { executionIds } = await plantGates(aws, 1);
    await aws.control("faults", { operation: "SendAutomationSignal", ...fault });
    const result: Record<string, unknown> = {
      ...(await automation.signal(BOT, executionIds[0], "approve", ["x"], ANY_TIME)),
    };
    for (const [key, value] of Object.entries(expected)) assert.equal(result[key], value, JSON.stringify(result));
    assert.equal((await calls("SendAutomationSignal")).length, 1);
    assert.equal(await aws.status(executionIds[0]), tookEffect ? "Success" : "Waiting");
  });
}

test("a signal for an execution that is no longer waiting, or does not exist, is refused", async (t) => {
  const { aws, automation } = await setUp(t);
  const { executionIds } = await plantGates(aws, 1);
  await aws.signal(executionIds[0], "Reject", undefined, KEYS.bot);
  const late = await automation.signal(BOT, executionIds[0], "approve", ["x"], ANY_TIME);
  assert.deepEqual([late.kind, late.kind === "refused" && late.code], ["refused", "InvalidAutomationSignalException"]);
  const nowhere = await automation.signal(BOT, randomUUID(), "approve", ["x"], ANY_TIME);
  assert.equal(nowhere.kind === "refused" && nowhere.code, "AutomationExecutionNotFoundException");
});

test("a signal is not sent after its deadline", async (t) => {
  const { aws, automation, calls } = await setUp(t);
  const { executionIds } = await plantGates(aws, 1);
  const result = await automation.signal(BOT, executionIds[0], "approve", ["x"], Date.now() - 1);
  assert.deepEqual([result.kind, result.kind === "not-sent" && result.code], ["not-sent", "TooLate"]);
  assert.deepEqual(await calls("SendAutomationSignal"), []);
});

test("a signal to a port without a listener is reported as not sent", async (t) => {
  const automation = automationAt(t, `http://127.0.0.1:${await closedPort()}`);
  const result = await automation.signal(BOT, randomUUID(), "approve", ["x"], ANY_TIME);
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
  const result = await automationAt(t, server.url).signal(BOT, randomUUID(), "approve", ["x"], ANY_TIME);
  assert.equal(result.kind, "ambiguous");
  assert.equal(server.requests.length, 1);
});

const ID = randomUUID();
const execution = (more: object) => ({
  AutomationExecution: { AutomationExecutionId: ID, AutomationExecutionStatus: "Waiting", ...more },
});

/** Replies that no service should give and some proxies do. */
const MALFORMED: [claim: string, status: number, body: string][] = [
  ["nothing", 200, ""],
  ["an HTML page", 200, "<html><body>Sign in</body></html>"],
  ["a truncated reply", 200, '{"AutomationExecution": {"AutomationExec'],
  ["null", 200, "null"],
  ["a list", 200, "[]"],
  ["a number", 200, "7"],
  ["an empty object", 200, "{}"],
  [
    "texts instead of lists",
    200,
    JSON.stringify({ AutomationExecutionMetadataList: "many", AutomationExecution: "one" }),
  ],
  [
    "lists with null items",
    200,
    JSON.stringify({ AutomationExecutionMetadataList: [null, 3, {}], AutomationExecution: null }),
  ],
  [
    "an execution with wrong types",
    200,
    JSON.stringify(
      execution({
        Parameters: { a: "text", b: [1, null, "x"], c: null },
        StepExecutions: "none",
        ExecutionStartTime: "yesterday",
        DocumentName: 7,
        ExecutedBy: {},
      }),
    ),
  ],
  [
    "steps with wrong types",
    200,
    JSON.stringify(
      execution({
        StepExecutions: [
          null,
          "step",
          {
            StepName: 5,
            StepStatus: {},
            Inputs: { Message: 5, Approvers: null },
            Outputs: { ApprovalStatus: "Approved", ApproverDecisions: [1, null] },
            TimeoutSeconds: "soon",
          },
        ],
      }),
    ),
  ],
  [
    "an execution with truncated steps that never arrive",
    200,
    JSON.stringify(execution({ StepExecutionsTruncated: true, StepExecutions: [] })),
  ],
  ["an HTML page with an error status", 502, "<html>Bad gateway</html>"],
  ["an HTML page of a firewall", 403, "<html>Forbidden</html>"],
  ["an error without a name", 400, "{}"],
];

for (const [claim, status, body] of MALFORMED) {
  test(`every call handles ${claim} as a reply and returns a valid result`, async (t) => {
    const server = await rawServer(t, (_, response) => {
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(body);
    });
    const automation = automationAt(t, server.url);
    const { signal: abort } = new AbortController();
    const listing = await automation.listWaiting(abort);
    if (listing.kind === "listed")
      assert.ok(listing.executions.every(({ executionId }) => typeof executionId === "string"));
    else assert.equal(typeof listing.code, "string");

    const result = await automation.read(ID, abort);
    if (result.kind === "read") {
      assert.equal(hasEnded(result.execution.status), false);
      for (const value of [result.execution.documentName, result.execution.executedBy ?? ""])
        assert.equal(typeof value, "string");
      for (const values of Object.values(result.execution.parameters))
        assert.ok(values.every((value) => typeof value === "string"));
      for (const step of result.execution.steps) {
        for (const value of [step.name, step.action, step.status]) assert.equal(typeof value, "string");
        assert.ok(step.timeoutSeconds === null || Number.isFinite(step.timeoutSeconds));
        for (const values of Object.values(step.outputs)) assert.ok(values.every((value) => typeof value === "string"));
      }
    } else assert.equal(result.kind, "failed");

    assert.equal(
      await automation.defaults("Doc", "1", abort).then(({ kind }) => kind === "read" || kind === "failed"),
      true,
    );
    const signal = await automation.signal(BOT, ID, "approve", ["x"], ANY_TIME);
    if (status === 200) assert.ok(["accepted", "ambiguous"].includes(signal.kind), JSON.stringify(signal));
    else assert.ok(["refused", "ambiguous"].includes(signal.kind), JSON.stringify(signal));
    if (status >= 500) assert.equal(signal.kind, "ambiguous");
    assert.equal(server.requests.filter((target) => target.endsWith("SendAutomationSignal")).length, 1);
  });
}

test("the adapter stops reading a list or an execution that never ends", async (t) => {
  const server = await rawServer(t, (_, response) => {
    const endless = {
      AutomationExecutionMetadataList: [],
      StepExecutions: [],
      NextToken: "again",
      ...execution({ StepExecutionsTruncated: true }),
    };
    response.writeHead(200, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(endless));
  });
  const automation = automationAt(t, server.url);
  const { signal: abort } = new AbortController();
  const listing = await automation.listWaiting(abort);
  assert.equal(listing.kind === "failed" && listing.code, "MalformedAnswer");
  const result = await automation.read(ID, abort);
  assert.equal(result.kind === "failed" && result.code, "MalformedAnswer");
  assert.ok(server.requests.length < 20, `${server.requests.length} calls`);
});

test("throttling slows down the calls to a target except urgent reads, and the pace recovers later", async (t) => {
  const aws = await awsWorld();
  t.after(() => aws[Symbol.asyncDispose]());
  const slept: number[] = [];
  // Only sleeping advances this clock.
  let now = 0;
  const clock: Clock = {
    now: () => now,
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
    },
  };
  const automation = automationAt(t, aws.sandbox.url, clock);
  const { signal: abort } = new AbortController();
  const id = (await plantGates(aws, 1)).executionIds[0];
  const read = (urgent = false) => automation.read(id, abort, urgent);
  await read();
  await read();
  assert.deepEqual(slept, [], "no call waits without throttling");

  await aws.control("faults", { operation: "GetAutomationExecution", kind: "throttle", times: 2 });
  assert.equal((await read()).kind, "read", "the retries of the client are sufficient");
  const [first = 0, second = 0] = slept.splice(0);
  assert.ok(first > 0 && second > first, `waited ${first} ms, then ${second} ms`);
  await read(true);
  assert.deepEqual(slept, []);
  const eased: number[] = [];
  for (let calls = 0; calls < 40; calls++) {
    await read();
    eased.push(...slept.splice(0));
  }
  assert.ok(eased.length > 3 && eased.length < 40, `${eased.length} of 40 calls waited`);
  assert.ok((eased.at(-1) ?? 0) < (eased[1] ?? 0) / 4, "the waits become shorter");
});

test("a throttled signal slows down later reads", async (t) => {
  const aws = await awsWorld();
  t.after(() => aws[Symbol.asyncDispose]());
  const slept: number[] = [];
  const clock: Clock = { now: () => 0, sleep: async (ms) => void slept.push(ms) };
  const automation = automationAt(t, aws.sandbox.url, clock);
  const id = (await plantGates(aws, 1)).executionIds[0];
  await aws.control("faults", { operation: "SendAutomationSignal", kind: "throttle", times: 1 });
  assert.equal((await automation.signal(BOT, id, "approve", ["by a test"], ANY_TIME)).kind, "refused");
  await automation.read(id, new AbortController().signal);
  assert.equal(slept.length, 1);
});
