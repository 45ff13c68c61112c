import assert from "node:assert/strict";
import { test } from "node:test";
import {
  DescribeEventBusCommand,
  ListEventBusesCommand,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  TestEventPatternCommand,
} from "@aws-sdk/client-eventbridge";
import { awsWorld, gate, KEYS } from "./aws-world.ts";

const QUEUE = "arn:aws:sqs:us-east-1:111122223333:countersign-waiting";
const EVENT = {
  ...{ id: "1", account: "111122223333", source: "aws.ssm", time: "2026-01-01T00:00:00Z", region: "us-east-1" },
  ...{ resources: ["arn:aws:x"], "detail-type": "A", detail: { Status: "Waiting", Tries: 2 } },
};

test("the seeded rules are listed by bus and by target, page by page", async () => {
  await using aws = await awsWorld();
  const events = aws.events({ as: KEYS.bot });
  const buses = await events.send(new ListEventBusesCommand({ Limit: 1 }));
  const more = await events.send(new ListEventBusesCommand({ Limit: 1, NextToken: buses.NextToken }));
  assert.deepEqual(
    [...(buses.EventBuses ?? []), ...(more.EventBuses ?? [])],
    ["countersign-waiting", "default"].map((Name) => ({
      Name,
      Arn: `arn:aws:events:us-east-1:111122223333:event-bus/${Name}`,
    })),
  );
  assert.equal(more.NextToken, undefined);
  const { Rules = [] } = await events.send(new ListRulesCommand({ NamePrefix: "countersign-st" }));
  assert.deepEqual(
    Rules.map(({ Name, Arn, State, EventBusName }) => [Name, Arn, State, EventBusName]),
    [["countersign-status", "arn:aws:events:us-east-1:111122223333:rule/countersign-status", "ENABLED", "default"]],
  );
  assert.deepEqual(JSON.parse(Rules[0]?.EventPattern ?? "").source, ["aws.ssm"]);
  const names = async (TargetArn: string, EventBusName?: string) =>
    (await events.send(new ListRuleNamesByTargetCommand({ TargetArn, EventBusName }))).RuleNames;
  assert.deepEqual(await names(QUEUE), ["countersign-signals", "countersign-status"]);
  const arn = "arn:aws:events:us-east-1:111122223333:event-bus/countersign-waiting";
  assert.deepEqual(await names(QUEUE, arn), ["countersign-members"]);
  assert.deepEqual(await names(`${QUEUE}-2`), []);
});

test("a bus that does not exist is not found, and each call needs its permission", async () => {
  await using aws = await awsWorld();
  const events = aws.events({ as: KEYS.bot });
  const missing = { name: "ResourceNotFoundException", message: "Event bus none does not exist." };
  assert.equal((await events.send(new DescribeEventBusCommand({}))).Name, "default");
  await assert.rejects(events.send(new DescribeEventBusCommand({ Name: "none" })), missing);
  await assert.rejects(events.send(new ListRulesCommand({ EventBusName: "none" })), missing);
  await assert.rejects(
    events.send(new ListRuleNamesByTargetCommand({ TargetArn: QUEUE, EventBusName: "none" })),
    missing,
  );
  const jane = aws.events({ as: KEYS.jane });
  for (const [command, action] of [
    [new DescribeEventBusCommand({}), "DescribeEventBus"],
    [new ListEventBusesCommand({}), "ListEventBuses"],
    [new ListRulesCommand({}), "ListRules"],
    [new ListRuleNamesByTargetCommand({ TargetArn: QUEUE }), "ListRuleNamesByTarget"],
    [new TestEventPatternCommand({ EventPattern: "{}", Event: "{}" }), "TestEventPattern"],
  ] as const)
    await assert.rejects(jane.send(command as never), {
      name: "AccessDeniedException",
      message: new RegExp(`not authorized to perform: events:${action} on resource`),
    });
});

test("limits and names are held to the model", async () => {
  await using aws = await awsWorld();
  const events = aws.events();
  const invalid = { name: "ValidationException" };
  for (const command of [
    new ListRulesCommand({ Limit: 101 }),
    new ListRulesCommand({ NamePrefix: "no spaces" }),
    new ListRulesCommand({ NextToken: "none" }),
    new ListEventBusesCommand({ Limit: 0 }),
    new ListRuleNamesByTargetCommand({ TargetArn: undefined }),
    new DescribeEventBusCommand({ Name: "" }),
    new TestEventPatternCommand({ EventPattern: "x".repeat(4097), Event: "{}" }),
  ])
    await assert.rejects(events.send(command as never), invalid);
});

const patterns: [object, boolean][] = [
  [{ source: ["aws.ssm"] }, true],
  [{ source: ["aws.ec2", "aws.ssm"], "detail-type": ["A"] }, true],
  [{ source: ["aws.ssm"], detail: { Status: ["Success"] } }, false],
  [{ resources: [{ prefix: "arn:" }] }, true],
  [{ source: [{ suffix: ".ssm" }] }, true],
  [{ source: [{ "equals-ignore-case": "AWS.SSM" }] }, true],
  [{ detail: { Status: [{ "anything-but": ["Success", "Failed"] }] } }, true],
  [{ detail: { Status: [{ "anything-but": "Waiting" }] } }, false],
  [{ detail: { Tries: [2] } }, true],
  [{ detail: { Other: [{ exists: false }] } }, true],
  [{ detail: { Other: ["x"] } }, false],
  [{ detail: { Status: { Deep: ["x"] } } }, false],
];
test("TestEventPattern matches as the documentation says", async () => {
  await using aws = await awsWorld();
  for (const [pattern, expected] of patterns) {
    const command = new TestEventPatternCommand({
      EventPattern: JSON.stringify(pattern),
      Event: JSON.stringify(EVENT),
    });
    assert.equal((await aws.events().send(command)).Result, expected, JSON.stringify(pattern));
  }
});

const wrong: [string, RegExp][] = [
  ["{", /Filter is not valid JSON/],
  ["[]", /Filter is not an object/],
  ["{}", /Empty objects are not allowed/],
  ['{"source":"aws.ssm"}', /"source" must be an object or an array/],
  ['{"source":[]}', /Empty arrays are not allowed/],
  ['{"source":[["aws.ssm"]]}', /Match value must be String/],
  ['{"source":[{"prefix":"a","suffix":"b"}]}', /Only one key allowed/],
  ['{"source":[{"like":"a"}]}', /Unrecognized match type like/],
  ['{"source":[{"prefix":1}]}', /prefix has a wrong value/],
];
test("a pattern that EventBridge refuses is refused, and so is an event without a mandatory field", async () => {
  await using aws = await awsWorld();
  const match = (EventPattern: string, event: object = EVENT) =>
    aws.events().send(new TestEventPatternCommand({ EventPattern, Event: JSON.stringify(event) }));
  for (const [pattern, message] of wrong)
    await assert.rejects(match(pattern), { name: "InvalidEventPatternException", message });
  const { region: _, ...incomplete } = EVENT;
  await assert.rejects(match('{"source":["a"]}', incomplete), { name: "ValidationException", message: /region/ });
});

test("only enabled rules with the queue as their target deliver, and each of them delivers once", async () => {
  await using aws = await awsWorld({ assumptions: { trail: false, eventDelayMs: 0, eventCopies: 1, startDelayMs: 0 } });
  await aws.document("Gate", { mainSteps: [gate("first", ["admin"])] });
  const count = async () => {
    const before = (await aws.control("queues")).queues[1].messages.length;
    await aws.start("Gate");
    return (await aws.control("queues")).queues[1].messages.length - before;
  };
  const all = await count();
  assert.ok(all >= 3);
  const rule = { name: "countersign-second", pattern: { source: ["aws.ssm"] }, targets: [QUEUE] };
  await aws.control("rules", { ...rule, name: "unnamed" });
  assert.equal(await count(), all, "the policy of the queue does not name the rule");
  await aws.control("rules", rule);
  assert.equal(await count(), 2 * all);
  await aws.control("rules", { ...rule, state: "DISABLED" });
  assert.equal(await count(), all);
  await aws.control("rules", { ...rule, targets: [`${QUEUE}-dead-letters`] });
  assert.equal(await count(), all);
  await aws.control("rules/countersign-status", undefined, "DELETE");
  assert.equal(await count(), 0);
  assert.match((await aws.control("rules", { ...rule, pattern: {} })).error, /InvalidEventPatternException/);
});
