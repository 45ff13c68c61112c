import assert from "node:assert/strict";
import { test } from "node:test";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { SendAutomationSignalCommand, StopAutomationExecutionCommand } from "@aws-sdk/client-ssm";
import type { AssumptionValues } from "../../sandbox/aws/assumptions.ts";
import { awsWorld, gate } from "./aws-world.ts";

const STEP = "EC2 Automation Step Status-change Notification";
const CALL = "AWS API Call via CloudTrail";
/** The claims are about these settings, whatever the run tests. */
const PLAIN: Partial<AssumptionValues> = {
  waitingStepEvent: true,
  waitingExecutionEvent: true,
  eventDelayMs: 0,
  eventOrder: "kept",
  eventCopies: 1,
  trail: true,
  startDelayMs: 0,
  signalLagMs: 0,
  signalEffect: "decides",
};

async function setUp(assumptions: Partial<AssumptionValues> = {}) {
  const aws = await awsWorld({ assumptions: { ...PLAIN, ...assumptions } });
  await aws.document("Gate", { mainSteps: [gate("first", ["admin"])] });
  const sqs = aws.sqs();
  const QueueUrl = `${aws.sandbox.url}/111122223333/countersign-waiting`;
  /** Receives everything that is visible: the events, each as its kind and status. */
  const events = async () => {
    const found: { [field: string]: unknown; detail: Record<string, unknown> }[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      if (Messages.length === 0) return found;
      found.push(...Messages.map(({ Body = "" }) => JSON.parse(Body)));
    }
  };
  const statuses = async () =>
    (await events()).map(({ "detail-type": type, detail }) =>
      type === CALL ? detail.eventName : `${type === STEP ? "Step" : "Execution"} ${detail.Status}`,
    );
  return { aws, events, statuses, [Symbol.asyncDispose]: () => aws[Symbol.asyncDispose]() };
}

const STARTED = ["Execution Pending", "Execution InProgress", "Step InProgress", "Step Waiting", "Execution Waiting"];

test("the rule puts each status event and each recorded call into the queue, as EventBridge delivers them", async () => {
  await using world = await setUp();
  const { aws, events, statuses } = world;
  const id = await aws.start("Gate");
  const [, , , waiting] = await events();
  assert.ok(waiting !== undefined);
  assert.equal("bus" in waiting, false, "the body is the event and nothing else");
  assert.deepEqual([waiting["detail-type"], waiting.account, waiting.region], [STEP, "111122223333", "us-east-1"]);
  assert.deepEqual([waiting.detail.ExecutionId, waiting.detail.Status], [id, "Waiting"]);
  await aws.signal(id, "Approve", { Comment: ["yes"] });
  assert.deepEqual(await statuses(), ["Step Success", "Execution Success", "SendAutomationSignal"]);
});

test("the record of a call names its execution, its caller and its error", async () => {
  await using world = await setUp();
  const { aws, events } = world;
  const id = await aws.start("Gate");
  await events();
  const signal = { AutomationExecutionId: id, SignalType: "Approve" } as const;
  await aws.ssm().send(new SendAutomationSignalCommand(signal));
  await assert.rejects(aws.ssm().send(new StopAutomationExecutionCommand({ AutomationExecutionId: id })));
  const [first, second] = (await events()).filter((each) => each["detail-type"] === CALL);
  assert.deepEqual(first?.detail.requestParameters, { automationExecutionId: id, signalType: "Approve" });
  assert.equal(
    (first?.detail.userIdentity as { arn?: string } | undefined)?.arn,
    "arn:aws:iam::111122223333:user/admin",
  );
  assert.deepEqual(
    [first?.source, first?.detail.eventSource, first?.detail.errorCode],
    ["aws.ssm", "ssm.amazonaws.com", undefined],
  );
  assert.deepEqual(
    [second?.detail.eventName, second?.detail.errorCode],
    ["StopAutomationExecution", "InvalidAutomationStatusUpdateException"],
  );
});

test("events of every account and Region arrive in the one queue", async () => {
  await using world = await setUp();
  const { aws, events } = world;
  await aws.control("seed", {
    documents: [
      {
        name: "Far",
        content: { schemaVersion: "0.3", mainSteps: [gate("first", ["admin"])] },
        account: "444455556666",
        region: "eu-west-1",
      },
    ],
    executions: [{ document: "Far", account: "444455556666", region: "eu-west-1" }],
  });
  const [first] = await events();
  assert.deepEqual([first?.account, first?.region], ["444455556666", "eu-west-1"]);
});

const settings: [string, Partial<AssumptionValues>, string[]][] = [
  ["no event of the waiting step", { waitingStepEvent: false }, STARTED.filter((each) => each !== "Step Waiting")],
  ["no event of the waiting execution", { waitingExecutionEvent: false }, STARTED.slice(0, -1)],
  ["each event twice", { eventCopies: 2 }, STARTED.flatMap((each) => [each, each])],
  ["the reverse order", { eventOrder: "reversed" }, STARTED.toReversed()],
];
for (const [claim, assumptions, expected] of settings) {
  test(`a setting delivers ${claim}`, async () => {
    await using world = await setUp(assumptions);
    await world.aws.start("Gate");
    world.aws.clock.advance(1);
    assert.deepEqual(await world.statuses(), expected);
  });
}

test("a setting delays every event, and another turns the trail off", async () => {
  await using world = await setUp({ eventDelayMs: 5_000, trail: false });
  const { aws, statuses } = world;
  const id = await aws.start("Gate");
  assert.deepEqual(await statuses(), []);
  aws.clock.advance(5_000);
  assert.deepEqual(await statuses(), STARTED);
  await aws.signal(id, "Approve");
  aws.clock.advance(5_000);
  assert.deepEqual(await statuses(), ["Step Success", "Execution Success"]);
});

test("faults lose, repeat and delay the next events of a kind", async () => {
  await using world = await setUp();
  const { aws, statuses } = world;
  await aws.control("bus/faults", { kind: "lose", times: 1, operation: STEP });
  await aws.control("bus/faults", { kind: "duplicate", times: 1, operation: STEP });
  await aws.start("Gate");
  assert.deepEqual(await statuses(), [
    "Execution Pending",
    "Execution InProgress",
    "Step Waiting",
    "Step Waiting",
    "Execution Waiting",
  ]);
  await aws.control("bus/faults", { kind: "delay", times: 1, delayMs: 60_000 });
  await aws.start("Gate");
  assert.deepEqual(await statuses(), STARTED.slice(1));
  assert.equal((await aws.control("bus/faults")).faults.length, 0);
  aws.clock.advance(60_000);
  assert.ok((await statuses()).includes("Execution Pending"));
});
