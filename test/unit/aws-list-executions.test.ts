import assert from "node:assert/strict";
import { test } from "node:test";
import type { DescribeAutomationExecutionsCommand, SSMClient } from "@aws-sdk/client-ssm";
import { listExecutions } from "../../src/aws/list-executions.ts";

test("only the first page of a list for a person is urgent: the others keep the pace of the target", async () => {
  const urgent: boolean[] = [];
  const pace = { waitForSlot: async (now: boolean) => void urgent.push(now), record: () => undefined };
  const output = { AutomationExecutionMetadataList: [], NextToken: "more", $metadata: {} };
  const send = async (command: DescribeAutomationExecutionsCommand) =>
    (await command.middlewareStack.resolve(async () => ({ response: {}, output }), {})({ input: command.input }))
      .output;
  const client = { send } as unknown as SSMClient;
  await listExecutions(client, {}, { pace, urgent: true, abort: AbortSignal.timeout(5_000) });
  assert.deepEqual(urgent, [true, false, false, false]);
});
