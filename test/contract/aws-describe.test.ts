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

test("a list item contains the waiting step, the start time, and the principal that started the execution", async () => {
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

test("each filter key selects the matching executions", async () => {
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

test("all filters must match, and any value of a filter is enough", async () => {
  await using aws = await awsWorld();
  await aws.document("Gate-A", gateDocument);
  await aws.document("Gate-B", gateDocument);
  const [a, b] = [await aws.start("Gate-A"), await aws.start("Gate-B")];
  await aws.signal(b, "Reject");
  assert.deepEqual(await ids(aws, ["DocumentNamePrefix", "Gate-A", "Gate-B"], ["ExecutionStatus", "Waiting"]), [a]);
  assert.deepEqual(await ids(aws, ["DocumentNamePrefix", "Gate-B"], ["ExecutionStatus", "Waiting"]), []);
});

test("an unknown ExecutionId results in an empty list, and an invalid value is rejected", async () => {
  await using aws = await awsWorld();
  assert.deepEqual(await ids(aws, ["ExecutionId", randomUUID()]), []);
  const invalid = [
    ["ExecutionStatus", "Running"],
    ["StartTimeAfter", "yesterday"],
    ["StartTimeAfter", "2026-02-31T00:00:00Z"],
    ["AutomationType", "Remote"],
    ["AutomationSubtype", "Other"],
  ] as const;
  for (const [key, value] of invalid) {
    await assert.rejects(ids(aws, [key, value]), { name: "InvalidFilterValue" }, key);
  }
});

test("pages have at most 50 items, omit none, and the last one has no token", async () => {
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
    if (sizes.length === 1) await aws.start("Gate"); // a start between two pages must not shift them
  } while (NextToken);
  assert.deepEqual(sizes, [50, 50, 20]);
  assert.equal(new Set(seen).size, 120);
});

test("a forged token, or one from another request, is rejected", async () => {
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
    "the waiting step is not among the first 100",
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
  const lastPage = await steps([{ Key: "StepName", Values: ["approveBatch"] }], { NextToken: approvals.NextToken });
  assert.equal(lastPage.StepExecutions?.length, 1);
  const reversed = await steps([{ Key: "Action", Values: ["aws:approve", "aws:branch"] }], { ReverseOrder: true });
  assert.equal(reversed.StepExecutions?.[0]?.StepStatus, "Waiting");
  assert.equal(reversed.StepExecutions?.[1]?.Action, "aws:branch");
  await assert.rejects(steps(undefined, { NextToken: approvals.NextToken }), { name: "InvalidNextToken" });
  await assert.rejects(steps([{ Key: "StepExecutionStatus", Values: ["Busy"] }]), { name: "InvalidFilterValue" });
});
