import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import {
  type AutomationExecutionFilter,
  DescribeAutomationExecutionsCommand,
  DescribeAutomationStepExecutionsCommand,
  GetAutomationExecutionCommand,
  type StepExecutionFilter,
} from "@aws-sdk/client-ssm";
import { type AwsWorld, awsWorld, gate, KEYS, work } from "./aws-world.ts";

const gateDocument = { mainSteps: [gate("first", ["admin"]), work("deploy")] };

async function list(aws: AwsWorld, Filters?: AutomationExecutionFilter[], more: object = {}) {
  return aws.ssm().send(new DescribeAutomationExecutionsCommand({ Filters, ...more }));
}
async function ids(aws: AwsWorld, ...filters: [AutomationExecutionFilter["Key"], ...string[]][]) {
  const { AutomationExecutionMetadataList = [] } = await list(
    aws,
    filters.map(([Key, ...Values]) => ({ Key, Values })),
  );
  return AutomationExecutionMetadataList.map((each) => each.AutomationExecutionId);
}

test("an item of the list says what waits, since when, where, and who started it", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate", { ...gateDocument, outputs: ["first.ApprovalStatus"] });
  const id = await aws.start("Gate");
  const { AutomationExecutionMetadataList, NextToken } = await list(aws);
  assert.equal(NextToken, undefined);
  const [item] = AutomationExecutionMetadataList ?? [];
  assert.ok(item?.ExecutionStartTime instanceof Date);
  assert.deepEqual(
    { ...item, ExecutionStartTime: undefined },
    {
      AutomationExecutionId: id,
      DocumentName: "Gate",
      DocumentVersion: "1",
      AutomationExecutionStatus: "Waiting",
      ExecutionStartTime: undefined,
      ExecutedBy: "arn:aws:iam::111122223333:user/admin",
      LogFile: "",
      Outputs: {
        "first.ApprovalStatus": ["No output available yet because the step is not successfully executed"],
      },
      Mode: "Auto",
      CurrentStepName: "first",
      CurrentAction: "aws:approve",
      Targets: [],
      ResolvedTargets: { ParameterValues: [], Truncated: false },
      AutomationType: "Local",
    },
  );
});

test("each filter key selects what it names", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate-A", gateDocument);
  await aws.document("Gate-B", gateDocument);
  await aws.document("Parent", {
    mainSteps: [{ name: "child", action: "aws:executeAutomation", inputs: { DocumentName: "Gate-B" } }],
  });
  const a = await aws.start("Gate-A", undefined, { Tags: [{ Key: "team", Value: "web" }] });
  aws.clock.advance(10_000);
  const parent = await aws.start("Parent");
  const [child] = await ids(aws, ["ParentExecutionId", parent]);
  const moment = new Date(aws.clock.now() - 5000).toISOString();
  const past = `${moment.slice(0, 19)}Z`;

  assert.deepEqual(await ids(aws, ["DocumentNamePrefix", "Gate-"]), [child, a]);
  assert.deepEqual(await ids(aws, ["DocumentNamePrefix", "Gate-A"]), [a]);
  assert.deepEqual(await ids(aws, ["ExecutionStatus", "Waiting"]), [child, a]);
  assert.deepEqual(await ids(aws, ["ExecutionStatus", "Success", "InProgress"]), [parent]);
  assert.deepEqual(await ids(aws, ["ExecutionId", a, parent]), [parent, a]);
  assert.deepEqual(await ids(aws, ["CurrentAction", "aws:approve"]), [child, a]);
  assert.deepEqual(await ids(aws, ["StartTimeBefore", past]), [a]);
  assert.deepEqual(await ids(aws, ["StartTimeAfter", past]), [child, parent]);
  assert.deepEqual(await ids(aws, ["AutomationType", "Local"]), [child, parent, a]);
  assert.deepEqual(await ids(aws, ["AutomationType", "CrossAccount"]), []);
  assert.deepEqual(await ids(aws, ["TagKey", "team"]), [a]);
  assert.deepEqual(await ids(aws, ["TargetResourceGroup", "web"]), []);
  assert.deepEqual(await ids(aws, ["AutomationSubtype", "ChangeRequest"]), []);
  assert.deepEqual(await ids(aws, ["OpsItemId", "oi-1"]), []);
});

test("filters of different keys must all hold, of the values of one key any", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate-A", gateDocument);
  await aws.document("Gate-B", gateDocument);
  const [a, b] = [await aws.start("Gate-A"), await aws.start("Gate-B")];
  await aws.signal(b, "Reject");
  assert.deepEqual(await ids(aws, ["DocumentNamePrefix", "Gate-A", "Gate-B"], ["ExecutionStatus", "Waiting"]), [a]);
  assert.deepEqual(await ids(aws, ["DocumentNamePrefix", "Gate-B"], ["ExecutionStatus", "Waiting"]), []);
});

test("an ExecutionId that nobody has gives an empty list, and an impossible value is refused", async () => {
  await using aws = await awsWorld();
  assert.deepEqual(await ids(aws, ["ExecutionId", randomUUID()]), []);
  const impossible = [
    ["ExecutionStatus", "Running"],
    ["StartTimeAfter", "yesterday"],
    ["StartTimeAfter", "2026-02-31T00:00:00Z"],
    ["AutomationType", "Remote"],
    ["AutomationSubtype", "Other"],
  ] as const;
  for (const [key, value] of impossible) {
    await assert.rejects(ids(aws, [key, value]), { name: "InvalidFilterValue" }, key);
  }
});

test("pages hold 50 at most, follow each other without loss, and end without a token", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate", gateDocument);
  await aws.control("seed", { executions: [{ document: "Gate", count: 120 }] });
  const seen: (string | undefined)[] = [];
  const sizes: number[] = [];
  let NextToken: string | undefined;
  do {
    const page = await list(aws, [{ Key: "ExecutionStatus", Values: ["Waiting"] }], { NextToken });
    sizes.push(page.AutomationExecutionMetadataList?.length ?? 0);
    seen.push(...(page.AutomationExecutionMetadataList ?? []).map((each) => each.AutomationExecutionId));
    NextToken = page.NextToken;
    if (sizes.length === 1) await aws.start("Gate"); // begins while we read: it must not shift the pages
  } while (NextToken);
  assert.deepEqual(sizes, [50, 50, 20]);
  assert.equal(new Set(seen).size, 120);
});

test("a token that was not given out, or for another request, is refused", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate", gateDocument);
  await aws.control("seed", { executions: [{ document: "Gate", count: 3 }] });
  const waiting = [{ Key: "ExecutionStatus" as const, Values: ["Waiting"] }];
  const { NextToken = "" } = await list(aws, waiting, { MaxResults: 1 });
  const invalid = { name: "InvalidNextToken" };
  await assert.rejects(list(aws, waiting, { NextToken: "made-up" }), invalid);
  await assert.rejects(list(aws, waiting, { NextToken: "" }), invalid);
  await assert.rejects(list(aws, waiting, { NextToken: `x${NextToken}` }), invalid);
  await assert.rejects(list(aws, [{ Key: "ExecutionStatus", Values: ["Failed"] }], { NextToken }), invalid);
  assert.equal((await list(aws, waiting, { NextToken, MaxResults: 50 })).AutomationExecutionMetadataList?.length, 2);
});

test("accounts and Regions share nothing", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate", gateDocument);
  const id = await aws.start("Gate");
  for (const client of [aws.ssm({ region: "eu-west-1" }), aws.ssm({ as: KEYS.secondAdmin })]) {
    const { AutomationExecutionMetadataList } = await client.send(new DescribeAutomationExecutionsCommand({}));
    assert.deepEqual(AutomationExecutionMetadataList, []);
    await assert.rejects(client.send(new GetAutomationExecutionCommand({ AutomationExecutionId: id })), {
      name: "AutomationExecutionNotFoundException",
    });
  }
  await aws.document("Gate", gateDocument, "eu-west-1");
});

test("an execution of many steps is truncated, and its steps can be paged, filtered and reversed", async () => {
  await using aws = await awsWorld({ seed: true });
  const id = await aws.start("Batch-Approve-Loop");
  for (let pass = 0; pass < 40; pass++) {
    await aws.signal(id, "Approve", undefined, KEYS.bot);
    aws.clock.advance(3000);
  }
  const execution = await aws.get(id);
  assert.equal(execution.StepExecutionsTruncated, true);
  assert.equal(execution.StepExecutions?.length, 100);
  assert.equal(
    execution.StepExecutions?.find((step) => step.StepStatus === "Waiting"),
    undefined,
    "the waiting step is past what the execution shows",
  );
  const steps = async (Filters?: StepExecutionFilter[], more: object = {}) => {
    const input = { AutomationExecutionId: id, Filters, ...more };
    return aws.ssm().send(new DescribeAutomationStepExecutionsCommand(input));
  };
  const waiting = await steps([{ Key: "StepExecutionStatus", Values: ["Waiting"] }]);
  assert.deepEqual(
    waiting.StepExecutions?.map((step) => step.StepName),
    ["approveBatch"],
  );
  const approvals = await steps([{ Key: "StepName", Values: ["approveBatch"] }], { MaxResults: 40 });
  assert.equal(approvals.StepExecutions?.length, 40);
  const rest = await steps([{ Key: "StepName", Values: ["approveBatch"] }], { NextToken: approvals.NextToken });
  assert.equal(rest.StepExecutions?.length, 1);
  const reversed = await steps([{ Key: "Action", Values: ["aws:approve", "aws:branch"] }], { ReverseOrder: true });
  assert.equal(reversed.StepExecutions?.[0]?.StepStatus, "Waiting");
  assert.equal(reversed.StepExecutions?.[1]?.Action, "aws:branch");
  await assert.rejects(steps(undefined, { NextToken: approvals.NextToken }), { name: "InvalidNextToken" });
  await assert.rejects(steps([{ Key: "StepExecutionStatus", Values: ["Busy"] }]), { name: "InvalidFilterValue" });
});
