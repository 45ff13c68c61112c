import assert from "node:assert/strict";
import { test } from "node:test";
import { plantGates, setUp } from "./automation-world.ts";
import { BOT_ROLE, gate, work } from "./aws-world.ts";

test("executions are listed by runbook, status and start, in pages of fifty", async (t) => {
  const { aws, automation, abort, calls } = await setUp(t);
  await plantGates(aws, 60);
  await aws.document("Other", { mainSteps: [work("only")] });
  const done = await aws.start("Other");
  aws.clock.advance(3_600_000);
  const since = aws.clock.now() - 1_000;
  await aws.document("Gate-Two", { mainSteps: [gate("approve", [BOT_ROLE], {}, { Message: "Go?" })] });
  const late = await aws.start("Gate-Two");
  aws.settle();
  const list = async (filter: Parameters<typeof automation.listExecutions>[0]) => {
    const listed = await automation.listExecutions(filter, abort);
    assert(listed.kind === "listed", JSON.stringify(listed));
    return { ids: listed.executions.map(({ executionId }) => executionId), hasMore: listed.hasMore };
  };

  assert.deepEqual((await list({ statuses: ["Success"] })).ids, [done]);
  assert.deepEqual((await list({ startedAfter: since })).ids, [late]);
  assert.deepEqual((await list({ documentPrefix: "Gate-" })).ids, [late]);
  assert.deepEqual((await list({ documentPrefix: "Other", statuses: ["Waiting"] })).ids, []);
  const before = (await calls("DescribeAutomationExecutions")).length;
  const waiting = await list({ statuses: ["Waiting"] });
  assert.deepEqual([waiting.ids.length, new Set(waiting.ids).size, waiting.hasMore], [61, 61, false]);
  assert.equal((await calls("DescribeAutomationExecutions")).length - before, 2);
});

test("a list ends after four pages and says that there are more; a refused list is a failure", async (t) => {
  const { aws, automation, abort, calls } = await setUp(t);
  await plantGates(aws, 201);
  const listed = await automation.listExecutions({}, abort);
  assert.deepEqual(listed.kind === "listed" && [listed.executions.length, listed.hasMore], [200, true]);
  assert.equal((await calls("DescribeAutomationExecutions")).length, 4);
  await aws.control("faults", { operation: "*", kind: "error", status: 400, code: "AccessDeniedException" });
  const denied = await automation.listExecutions({}, abort);
  assert.deepEqual(denied.kind === "failed" && [denied.code, denied.retry], ["AccessDeniedException", false]);
});
