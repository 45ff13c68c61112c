import assert from "node:assert/strict";
import { test } from "node:test";
import type { Parents } from "../../src/core/execution.ts";
import { anExecution, aStep, NOW } from "../support/samples.ts";
import { SLOW_MS, setUp } from "./sync-execution-setup.ts";

/** A gate in an execution that another one started. */
const SECRET = "hunter2-hunter2";
const child = (more: Parameters<typeof anExecution>[0] = {}) =>
  anExecution({
    parentExecutionId: "parent",
    steps: [aStep({ inputs: { Message: `Deploy with ${SECRET} to eu-west-1?`, Approvers: ["someone"] } })],
    ...more,
  });
const PARENT = anExecution({
  executionId: "parent",
  documentName: "Release",
  executedBy: "arn:aws:iam::111122223333:user/omar",
  parameters: { Stage: ["prod"], AdminPassword: [SECRET], Region: ["eu-west-1"] },
  steps: [],
});
const FIRST = anExecution({
  executionId: "first",
  documentName: "Calendar",
  executedBy: "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/rosa@example.com",
  parameters: {},
  steps: [aStep({ action: "aws:runCommand", status: "Success", outputs: { password: ["second-secret"] } })],
});
const unread = (retry: boolean): Parents => ({
  executions: [],
  unread: { code: "ThrottlingException", message: "Rate exceeded", retry, since: NOW },
});

test("the request of a child execution has the runbooks, parameters and requesters of its parents, masked", async (t) => {
  const identities = { U0OMAR: [PARENT.executedBy ?? ""], U0OTHER: ["arn:aws:iam::111122223333:user/other"] };
  const { automation, read, requests, store } = await setUp(t, undefined, false, identities);
  automation.parents = () => ({ executions: [PARENT, FIRST], unread: null });
  automation.shows(child());
  await read();
  const [request] = await requests();
  const { parents = [], parentsUnread, message } = request?.facts ?? assert.fail();
  assert.deepEqual(
    parents.map(({ documentName, executedBy }) => [documentName, executedBy]),
    [PARENT, FIRST].map(({ documentName, executedBy }) => [documentName, executedBy]),
  );
  assert.deepEqual(
    parents[0]?.parameters.map(({ name, values }) => [name, ...values]),
    [
      ["Stage", "prod"],
      ["AdminPassword", "(hidden)"],
      ["Region", "eu-west-1"],
    ],
  );
  assert.equal(message, "Deploy with (hidden) to eu-west-1?");
  assert.equal(parentsUnread, undefined);
  assert.deepEqual(request?.addressOwners, { "rosa@example.com": { kind: "pending" } });
  assert.deepEqual(request?.listedAccounts, { U0OMAR: "pending" });
  assert.equal((await store.requesterLookups.due(NOW, 10)).length, 1);
  const [record] = await store.requests.history("request-1");
  assert.ok(record?.kind === "requested");
  assert.deepEqual(
    record.detail.requester.parents?.map(({ principal, userIds }) => [principal, userIds]),
    [
      [PARENT.executedBy, []],
      [FIRST.executedBy, []],
    ],
  );
  assert.deepEqual(record.detail.shown.parents?.[0]?.parameters.AdminPassword, "(hidden)");
  assert.doesNotMatch(JSON.stringify([request, record]), /hunter2|second-secret/);
});

test("a secret of a parent is hidden in the failure of the child", async (t) => {
  const { automation, read, requests } = await setUp(t);
  automation.parents = () => ({ executions: [PARENT, FIRST], unread: null });
  automation.shows(child());
  await read();
  const failureMessage = `refused ${SECRET} and second-secret`;
  automation.shows(child({ status: "Failed", endedAt: NOW, failureMessage, steps: [aStep({ status: "Failed" })] }));
  await read();
  assert.equal((await requests())[0]?.executionFailure, "refused (hidden) and (hidden)");
});

test("a request waits two minutes for a parent that AWS may return in a moment, and then opens with an unknown requester", async (t) => {
  const { automation, clock, log, read, requests } = await setUp(t);
  automation.parents = () => unread(true);
  automation.shows(child());
  assert.deepEqual([await read(), await requests()], [5_000, []]);
  assert.equal(log.lines.at(-1)?.fields.event, "execution.parent-unread");
  clock.advance(119_999);
  assert.deepEqual([await read(), await requests()], [5_000, []]);
  clock.advance(1);
  assert.equal(await read(), SLOW_MS);
  const { parents, parentsUnread } = (await requests())[0]?.facts ?? assert.fail();
  assert.deepEqual([parents, parentsUnread], [[], "ThrottlingException"]);
});

test("a request does not wait for a parent that no retry can read", async (t) => {
  const { automation, read, requests } = await setUp(t);
  automation.parents = () => unread(false);
  automation.shows(child());
  await read();
  assert.equal((await requests())[0]?.facts.parentsUnread, "ThrottlingException");
});
