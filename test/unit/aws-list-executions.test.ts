import assert from "node:assert/strict";
import { test } from "node:test";
import type { DescribeAutomationExecutionsCommand, SSMClient } from "@aws-sdk/client-ssm";
import { listExecutions } from "../../src/aws/list-executions.ts";

test("only the first page of a list for a person has the lane of people: the others keep the pace of the target", async () => {
  const lanes: string[] = [];
  const pace = { waitForSlot: async (lane: string) => void lanes.push(lane), record: () => undefined };
  const output = { AutomationExecutionMetadataList: [], NextToken: "more", $metadata: {} };
  const send = async (command: DescribeAutomationExecutionsCommand) =>
    (await command.middlewareStack.resolve(async () => ({ response: {}, output }), {})({ input: command.input }))
      .output;
  const client = { send } as unknown as SSMClient;
  await listExecutions(client, {}, { pace, lane: "people", abort: AbortSignal.timeout(5_000) });
  assert.deepEqual(lanes, ["people", "routine", "routine", "routine"]);
});
