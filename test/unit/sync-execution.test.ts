import assert from "node:assert/strict";
import { test } from "node:test";
import { TARGET } from "../support/fakes.ts";
import { aClick, anExecution, aRoute, aStep, aVote, STEP_ID } from "../support/samples.ts";
import { SLOW_MS, setUp } from "./sync-execution-setup.ts";

test("a waiting step becomes a request with its messages, and is then read rarely", async (t) => {
  const { read, requests, kinds, store, clock } = await setUp(t, [aRoute({ channels: ["C0DBA", "C0OPS"] })]);
  const wait = await read();
  const [request, ...more] = await requests();
  assert.deepEqual(more, []);
  assert.deepEqual([request?.stepExecutionId, request?.state, request?.route], [STEP_ID, "open", "databases"]);
  assert.equal((await store.messages.due(clock.now(), 10)).length, 2);
  assert.deepEqual(await kinds(), ["requested arn:aws:iam::111122223333:user/rosa"]);
  assert.equal(wait, SLOW_MS);
  await read();
  assert.equal((await requests()).length, 1);
});

test("a replica with the old name of a renamed target continues with its requests, and reads them no more often", async (t) => {
  const { automation, read, watched, requests, store } = await setUp(t);
  await read();
  const row = await watched();
  assert(row !== undefined);
  await store.requests.rebindTarget({ ...TARGET, key: "renamed/us-east-1" });
  await store.owned.executions.watch(row);
  assert.equal(await read(), SLOW_MS);
  assert.equal(await read(), SLOW_MS);
  assert.equal((await requests()).length, 1);
  automation.shows(anExecution({ status: "Cancelled" }));
  assert.equal(await read(), null);
  assert.deepEqual(
    (await requests()).map(({ state }) => state),
    ["closed"],
  );
});

test("a request without a route is stored, has no message, and is logged", async (t) => {
  const { read, requests, log, store, clock } = await setUp(t, []);
  await read();
  assert.equal((await requests())[0]?.route, null);
  assert.deepEqual(await store.messages.due(clock.now(), 10), []);
  assert.equal(log.lines.find(({ level }) => level === "warn")?.fields.event, "request.unrouted");
});

test("a closed request is logged at info, once, with its outcome", async (t) => {
  const { automation, read, log } = await setUp(t);
  await read();
  automation.shows(anExecution({ status: "Cancelled" }));
  await read();
  const closed = log.lines.filter(({ fields }) => fields.event === "request.closed");
  assert.deepEqual(
    closed.map(({ level, fields }) => [level, fields.outcome, fields.where]),
    [["info", "cancelled", "aws"]],
  );
});

test("no masked value reaches the store or the log", async (t) => {
  const { automation, read, requests, kinds, log, store } = await setUp(t);
  const parameters = { DbPassword: ["hunter2-hunter2"] };
  const message = "Use hunter2-hunter2?";
  automation.shows(anExecution({ parameters, steps: [aStep({ inputs: { Message: message } })] }));
  await read();
  automation.shows(
    anExecution({
      parameters,
      status: "Failed",
      failureMessage: message,
      steps: [aStep({ status: "Failed", failureMessage: message })],
    }),
  );
  await read();
  const everything = JSON.stringify([await requests(), await store.requests.history("request-1"), log.lines]);
  assert.equal((await kinds()).length, 2);
  assert.doesNotMatch(everything, /hunter2/);
});

test("the slow read finds a step that waits again in a loop, which the list does not show", async (t) => {
  const { automation, read, requests } = await setUp(t);
  await read();
  automation.shows(anExecution({ steps: [aStep({ status: "Success" }), aStep({ stepExecutionId: "again" })] }));
  await read();
  assert.deepEqual(
    (await requests()).map(({ stepExecutionId, state }) => [stepExecutionId, state]),
    [
      [STEP_ID, "closed"],
      ["again", "open"],
    ],
  );
});

test("a request that is decided elsewhere closes with the AWS principal, and its voters get a reply", async (t) => {
  const { automation, read, requests, kinds, store, clock } = await setUp(t);
  await read();
  await store.clicks.record(aClick("U0JANE", { requestId: "request-1" }));
  await store.requests.advance({
    requestId: "request-1",
    expectedVersion: 1,
    patch: {},
    vote: aVote("U0JANE", { requestId: "request-1" }),
    audit: [],
    click: "click-U0JANE",
  });
  const by = "arn:aws:iam::111122223333:user/omar";
  automation.shows(
    anExecution({ steps: [aStep({ status: "Success", outputs: { ApproverDecisions: [`{"approver":"${by}"}`] } })] }),
  );
  await read();
  const [request] = await requests();
  assert.deepEqual([request?.state, request?.outcome?.where, request?.outcome?.by], ["closed", "aws", [by]]);
  assert.deepEqual((await kinds()).slice(-1), [`closed ${by}`]);
  const [told] = await store.clicks.unreplied(clock.now(), 10);
  assert.match(told?.reply ?? "", /approval of Prod-DB-Restart.*did not decide the step.*approved in AWS/);
});

test("a read that contradicts a newer one changes nothing for a minute, is then reported, and never closes a request", async (t) => {
  const { clock, automation, read, requests, log, stale } = await setUp(t);
  await read();
  const second = { stepExecutionId: "second", name: "second", startedAt: clock.now() } as const;
  automation.shows(anExecution({ steps: [aStep({ status: "Success" }), aStep(second)] }));
  await read();
  const before = await requests();
  assert.deepEqual(
    before.map(({ state }) => state),
    ["closed", "open"],
  );
  const third = { stepExecutionId: "third", name: "third" } as const;
  automation.shows(anExecution({ status: "InProgress", steps: [aStep(), aStep(third)] }));
  const reports = () => log.lines.filter(({ fields }) => fields.event === "execution.read-stale").length;
  for (let second = 0; second < 60; second++) {
    assert.equal(await read(), 1_000);
    assert.deepEqual([await requests(), reports()], [before, 0]);
    clock.advance(1_000);
  }
  assert.equal(stale.count, 0);
  await read();
  assert.deepEqual([reports(), stale.count], [1, 1]);
  assert.deepEqual(
    (await requests()).map(({ state }) => state),
    ["closed", "open", "open"],
  );
});

test("a decision during a read is included when the read is evaluated", async (t) => {
  const { automation, read, requests, patch } = await setUp(t);
  await read();
  automation.shows(anExecution({ status: "InProgress", steps: [aStep({ status: "Success" })] }));
  automation.onRead = async () => {
    automation.onRead = () => undefined;
    await patch({ state: "decided", decision: "approve", signal: "accepted" });
  };
  await read();
  assert.equal((await requests())[0]?.outcome?.where, "slack");
});

test("if the bot stops during a read, nothing is stored", async (t) => {
  const { automation, read, requests, watched, abort } = await setUp(t);
  const before = await watched();
  automation.onRead = () => abort.abort();
  await read();
  assert.deepEqual([await requests(), await watched()], [[], before]);
});

test("a waiting step for which AWS returns no id is logged as an error at each read, and opens no request", async (t) => {
  const { automation, read, requests, log } = await setUp(t);
  automation.shows(anExecution({ steps: [aStep({ stepExecutionId: null })] }));
  await read();
  assert.deepEqual(await requests(), []);
  const errors = log.lines.filter(({ fields }) => fields.event === "step.without-id");
  assert.deepEqual(
    errors.map(({ level, fields }) => [level, fields.step]),
    [["error", "approve"]],
  );
  await read();
  assert.equal(log.lines.filter(({ fields }) => fields.event === "step.without-id").length, 2);
});

test("admins get one notice about a waiting step without an id, whatever the number of reads", async (t) => {
  const { automation, read, store } = await setUp(t);
  automation.shows(anExecution({ steps: [aStep({ stepExecutionId: null })] }));
  await read();
  await read();
  const lookups = await store.recipientLookups.due(Number.MAX_SAFE_INTEGER, 10);
  assert.deepEqual(
    lookups.map(({ kind }) => kind),
    ["step-without-id"],
  );
  const { executionId, stepName } = await store.notices.stepWithoutId(lookups[0]?.requestId ?? "");
  assert.deepEqual([executionId, stepName], [anExecution().executionId, "approve"]);
});
