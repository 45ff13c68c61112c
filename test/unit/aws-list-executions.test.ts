import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { DescribeAutomationExecutionsCommand, SSMClient } from "@aws-sdk/client-ssm";
import { askTargets, TARGET_TIMEOUT_MS } from "../../src/app/admin/ask-targets.ts";
import { listExecutions } from "../../src/aws/list-executions.ts";
import { fakeAutomation, TARGET, testClock } from "../support/fakes.ts";
import { EXECUTION_ID } from "../support/samples.ts";

test("only the first page of a list for a person is read with the priority of people: the others keep the pace of the target", async () => {
  const priorities: string[] = [];
  const pace = { waitForSlot: async (priority: string) => void priorities.push(priority), record: () => undefined };
  const output = { AutomationExecutionMetadataList: [], NextToken: "more", $metadata: {} };
  const send = async (command: DescribeAutomationExecutionsCommand) =>
    (await command.middlewareStack.resolve(async () => ({ response: {}, output }), {})({ input: command.input }))
      .output;
  const client = { send } as unknown as SSMClient;
  await listExecutions(client, {}, { pace, priority: "people", abort: AbortSignal.timeout(5_000) });
  assert.deepEqual(priorities, ["people", "routine", "routine", "routine"]);
});

const PACE = { waitForSlot: async () => undefined, record: () => undefined };
const PAGE = {
  AutomationExecutionMetadataList: [{ AutomationExecutionId: EXECUTION_ID, AutomationExecutionStatus: "Success" }],
};

/** AWS answers the first page, and throttles the second until `end` is called. */
const throttled = () => {
  let calls = 0;
  let end: (error: unknown) => void = () => undefined;
  const send = () =>
    calls++ === 0
      ? Promise.resolve({ ...PAGE, NextToken: "more" })
      : new Promise((_, reject) => {
          end = reject;
        });
  return { client: { send } as unknown as SSMClient, end: (error: unknown) => end(error) };
};

test("a list that is aborted while AWS throttles has the pages that were read, and says that there are more", async () => {
  const { client } = throttled();
  const stop = new AbortController();
  const listing = listExecutions(client, {}, { pace: PACE, priority: "people", abort: stop.signal });
  await setImmediate();
  stop.abort();
  const { executions, hasMore } = await listing;
  assert.deepEqual([executions.length, hasMore], [1, true]);
});

test("an error that no abort caused still fails the list", async () => {
  const { client, end } = throttled();
  const abort = new AbortController().signal;
  const listing = listExecutions(client, {}, { pace: PACE, priority: "people", abort });
  await setImmediate();
  end(new Error("AccessDenied"));
  await assert.rejects(listing, /AccessDenied/);
});

test("a target that returns a part at its time limit is not dropped, and one without any part is named", async () => {
  const clock = testClock();
  const target = (key: string, isPartial: boolean) => {
    const automation = fakeAutomation({ ...TARGET, key });
    automation.listExecutions = (_, abort) =>
      new Promise((resolve) => {
        const part = { kind: "listed" as const, executions: [], hasMore: true };
        const failed = { kind: "failed", code: "AbortError", message: "aborted", retry: true } as const;
        abort.addEventListener("abort", () => resolve(isPartial ? part : failed));
      });
    return { key, automation };
  };
  const targets = [target("a", true), target("b", false)];
  const asked = askTargets({ targets, clock }, (automation, abort) => automation.listExecutions({}, abort));
  clock.advance(TARGET_TIMEOUT_MS);
  const { answers, failed } = await asked;
  assert.deepEqual(
    answers.map(({ value }) => value.hasMore),
    [true],
  );
  assert.deepEqual(failed, [{ target: "b", error: "no answer within 15 s" }]);
});
