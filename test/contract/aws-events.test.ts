import assert from "node:assert/strict";
import { test } from "node:test";
import { PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { type AwsWorld, awsWorld, gate, KEYS } from "./aws-world.ts";

const entry = (more: PutEventsRequestEntry = {}): PutEventsRequestEntry => ({
  Source: "countersign",
  DetailType: "Approval Requested",
  Detail: JSON.stringify({ id: 1 }),
  ...more,
});
const put = (aws: AwsWorld, ...Entries: PutEventsRequestEntry[]) =>
  aws.events({ as: KEYS.bot }).send(new PutEventsCommand({ Entries }));

test("the bus shows a published event as EventBridge would deliver it to a target", async () => {
  await using aws = await awsWorld();
  const Time = new Date("2026-01-02T03:04:05Z");
  const { FailedEntryCount, Entries } = await put(
    aws,
    entry({ Time, Resources: ["arn:aws:x"], EventBusName: "audit" }),
  );
  assert.equal(FailedEntryCount, 0);
  const { events } = await aws.control("bus?source=countersign");
  assert.deepEqual(events, [
    {
      version: "0",
      id: Entries?.[0]?.EventId,
      "detail-type": "Approval Requested",
      source: "countersign",
      account: "111122223333",
      time: "2026-01-02T03:04:05Z",
      region: "us-east-1",
      resources: ["arn:aws:x"],
      detail: { id: 1 },
      bus: "audit",
    },
  ]);
});

test("each invalid entry fails on its own, at its own position in a reply of 200", async () => {
  await using aws = await awsWorld();
  const wrong: [PutEventsRequestEntry, string][] = [
    [entry({ Source: "aws.ssm" }), "NotAuthorizedForSourceException"],
    [entry({ Detail: "{" }), "MalformedDetail"],
    [entry({ Detail: "[]" }), "MalformedDetail"],
    [entry({ DetailType: "x".repeat(129) }), "InvalidArgument"],
    [{ DetailType: "x", Detail: "{}" }, "InvalidArgument"],
    [{ Source: "countersign", Detail: "{}" }, "InvalidArgument"],
    [{ Source: "countersign", DetailType: "x" }, "InvalidArgument"],
  ];
  const { FailedEntryCount, Entries = [] } = await put(aws, entry(), ...wrong.map(([each]) => each), entry());
  assert.equal(FailedEntryCount, wrong.length);
  assert.deepEqual(
    Entries.map((each) => each.ErrorCode),
    [undefined, ...wrong.map(([, code]) => code), undefined],
  );
  assert.equal((await aws.control("bus?source=countersign")).events.length, 2);
});

test("the next entries fail with the injected error and are not published", async () => {
  await using aws = await awsWorld();
  await aws.control("bus/failures", { times: 2, code: "ThrottlingException", message: "slow down" });
  const first = await put(aws, entry(), entry(), entry());
  assert.equal(first.FailedEntryCount, 2);
  assert.deepEqual(
    first.Entries?.map((each) => each.ErrorCode),
    ["ThrottlingException", "ThrottlingException", undefined],
  );
  assert.equal((await put(aws, entry(), entry())).FailedEntryCount, 0);
  assert.equal((await aws.control("bus?source=countersign")).events.length, 3);
});

test("requests with no entry, with eleven entries or with more than 256 KB are rejected as a whole", async () => {
  await using aws = await awsWorld();
  const invalid = { name: "ValidationException" };
  await assert.rejects(put(aws), invalid);
  await assert.rejects(put(aws, ...Array.from({ length: 11 }, () => entry())), invalid);
  const half = entry({ Detail: JSON.stringify({ text: "x".repeat(131_072) }) });
  assert.equal((await put(aws, half)).FailedEntryCount, 0);
  await assert.rejects(put(aws, half, half), { ...invalid, message: /Total size of the entries/ });
});

test("PutEvents needs the permission events:PutEvents", async () => {
  await using aws = await awsWorld();
  const command = new PutEventsCommand({ Entries: [entry()] });
  await assert.rejects(aws.events({ as: KEYS.jane }).send(command), {
    name: "AccessDeniedException",
    message: /events:PutEvents on resource: arn:aws:events:us-east-1:111122223333:event-bus\/default/,
  });
});

test("each status change emits the event that Automation emits", async () => {
  await using aws = await awsWorld({ assumptions: { trail: false } });
  await aws.document("Gate", { mainSteps: [gate("first", ["admin"])] });
  const id = await aws.start("Gate");
  aws.clock.advance(90_000);
  await aws.signal(id, "Approve");
  const { events } = await aws.control("bus?source=aws.ssm");
  const emitted = events.map((each: { "detail-type": string; detail: { Status: string } }) => [
    each["detail-type"].replace(/EC2 Automation | Status-change Notification/g, ""),
    each.detail.Status,
  ]);
  assert.deepEqual(emitted, [
    ["Execution", "Pending"],
    ["Execution", "InProgress"],
    ["Step", "InProgress"],
    ["Step", "Waiting"],
    ["Execution", "Waiting"],
    ["Step", "Success"],
    ["Execution", "Success"],
  ]);
  const [step, execution] = events.slice(-2);
  assert.deepEqual(step.resources, [
    `arn:aws:ssm:us-east-1:111122223333:automation-execution/${id}`,
    "arn:aws:ssm:us-east-1:111122223333:automation-definition/Gate:1",
  ]);
  assert.deepEqual(Object.keys(step.detail).toSorted(), [
    "Action",
    "Definition",
    "DefinitionVersion",
    "EndTime",
    "ExecutionId",
    "StartTime",
    "Status",
    "StepName",
    "Time",
  ]);
  assert.match(step.detail.EndTime, /^[A-Z][a-z]{2} \d{1,2}, \d{4} \d{1,2}:\d\d:\d\d [AP]M$/);
  assert.ok(Math.abs(step.detail.Time - 90_000) < 5000);
  assert.equal(execution.detail.ExecutedBy, "arn:aws:iam::111122223333:user/admin");
  assert.equal("StepName" in execution.detail, false);
});

test("events of waiting steps can be turned off, because clients must not rely on them", async () => {
  await using aws = await awsWorld();
  await aws.control("assumptions", { waitingStepEvent: false });
  await aws.document("Gate", { mainSteps: [gate("first", ["admin"])] });
  await aws.start("Gate");
  const { events } = await aws.control("bus?source=aws.ssm");
  const steps = events.filter((each: { "detail-type": string }) => each["detail-type"].includes("Step"));
  assert.deepEqual(
    steps.map((each: { detail: { Status: string } }) => each.detail.Status),
    ["InProgress"],
  );
});
