import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import type { Clock, ReadPriority } from "../../src/app/ports/aws.ts";
import { BOT } from "../../src/core/signers.ts";
import { systemClock } from "../../src/ops/clock.ts";
import { ANY_TIME, automationAt, plantGates, setUp } from "./automation-world.ts";
import { awsWorld, BOT_ROLE, DECIDES, gate, KEYS, work } from "./aws-world.ts";

test("the list of waiting executions is read in pages of fifty", async (t) => {
  // All 120 wait at the same time.
  const { aws, automation, abort, calls } = await setUp(t, { ...DECIDES, concurrentExecutions: null });
  const { executionIds } = await plantGates(aws, 120);
  await aws.signal(executionIds[0], "Reject", undefined, KEYS.bot);
  let pages = 0;
  const listing = await automation.listWaiting(abort, () => void pages++);
  assert(listing.kind === "listed");
  assert.equal(pages, 3, "each page is announced");
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

for (const [fullLastPage, waiting, lists] of [
  ["no-token", 49, 1],
  ["no-token", 50, 1],
  ["no-token", 51, 2],
  ["token", 49, 1],
  ["token", 50, 2],
] as const)
  test(`${waiting} waiting executions cost ${lists} list calls, if a full last page has ${fullLastPage}`, async (t) => {
    const { aws, automation, abort, calls } = await setUp(t, { fullLastPage });
    await plantGates(aws, waiting);
    const listing = await automation.listWaiting(abort);
    assert.equal(listing.kind === "listed" && listing.executions.length, waiting);
    assert.equal((await calls("DescribeAutomationExecutions")).length, lists);
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

test("throttling slows down the calls to a target except the reads before signals, and the pace recovers later", async (t) => {
  const aws = await awsWorld();
  t.after(() => aws[Symbol.asyncDispose]());
  const slept: number[] = [];
  // Only sleeping advances this clock.
  let now = 0;
  const clock: Clock = {
    ...systemClock,
    now: () => now,
    elapsed: () => now,
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
    },
  };
  const automation = automationAt(t, aws.sandbox.url, clock);
  const { signal: abort } = new AbortController();
  const id = (await plantGates(aws, 1)).executionIds[0];
  const read = (priority?: ReadPriority) => automation.read(id, abort, priority);
  await read();
  await read();
  assert.deepEqual(slept, [], "no call waits without throttling");

  await aws.control("faults", { operation: "GetAutomationExecution", kind: "throttle", times: 2 });
  assert.equal((await read()).kind, "read", "the retries of the client are sufficient");
  const [first = 0, second = 0] = slept.splice(0);
  assert.ok(first > 0 && second > first, `waited ${first} ms, then ${second} ms`);
  await read("signal");
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
  const clock: Clock = { ...systemClock, now: () => 0, elapsed: () => 0, sleep: async (ms) => void slept.push(ms) };
  const automation = automationAt(t, aws.sandbox.url, clock);
  const id = (await plantGates(aws, 1)).executionIds[0];
  await aws.control("faults", { operation: "SendAutomationSignal", kind: "throttle", times: 1 });
  assert.equal(
    (await automation.signal(BOT, id, { kind: "approve", comment: ["by a test"] }, ANY_TIME)).kind,
    "refused",
  );
  await automation.read(id, new AbortController().signal);
  assert.equal(slept.length, 1);
});
