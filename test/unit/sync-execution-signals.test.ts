import assert from "node:assert/strict";
import { test } from "node:test";
import { makeAttemptTimes } from "../../src/app/signal/attempt-times.ts";
import { makeSyncExecution } from "../../src/app/watch/sync-execution.ts";
import { type AuditContext, type AuditRecord, isPublished } from "../../src/core/audit-records.ts";
import { TARGET } from "../support/fakes.ts";
import { anAttempt, anExecution, aRoute, aStep, aVote } from "../support/samples.ts";
import { setUp } from "./sync-execution-setup.ts";

test("a request that our signal closed names its voters", async (t) => {
  const { automation, read, requests, kinds, store } = await setUp(t);
  await read();
  await store.requests.advance({
    requestId: "request-1",
    expectedVersion: 1,
    patch: { state: "decided", decision: "approve", signal: "accepted" },
    vote: aVote("U0JANE", { requestId: "request-1" }),
    audit: [],
  });
  automation.shows(anExecution({ status: "InProgress", steps: [aStep({ status: "Success" })] }));
  await read();
  assert.equal((await requests())[0]?.outcome?.where, "slack");
  assert.deepEqual((await kinds()).slice(-1), ["closed U0JANE"]);
  const [requested, ...more] = await store.requests.history("request-1");
  const closed = more.at(-1);
  assert.ok(requested?.kind === "requested" && closed?.kind === "closed");
  const { votes, messageLinks, ...context } = requested.detail;
  assert.deepEqual([votes, messageLinks], [[], []]);
  assert.deepEqual([context.quorum, context.policyHash], [1, "abc"]);
  assert.equal(context.requester.principal, anExecution().executedBy);
  assert.deepEqual(
    closed.detail.votes.map(({ userId, at }) => [userId, at]),
    [["U0JANE", new Date(aVote("U0JANE").at).toISOString()]],
  );
});

test("while a signal is in flight, the end of its step is not attributed; after thirty seconds it is", async (t) => {
  const { clock, automation, read, requests, patch } = await setUp(t);
  await read();
  await patch({ state: "decided", decision: "approve", signal: "sending" });
  automation.shows(anExecution({ status: "InProgress", steps: [aStep({ status: "Success" })] }));
  assert.equal(await read(), 1_000);
  assert.equal((await requests())[0]?.state, "decided");
  clock.advance(30_000);
  await read();
  assert.deepEqual([(await requests())[0]?.state, (await requests())[0]?.outcome?.where], ["closed", "slack"]);
});

test("a signal that decided another step is recorded and reported once, and is followed until its execution ends", async (t) => {
  const { automation, read, requests, kinds, patch, store, clock, log } = await setUp(t);
  await read();
  const accepted = { state: "decided", decision: "approve", signal: "accepted", verification: "due" };
  const principal = "arn:aws:iam::111122223333:role/CountersignBot";
  await patch(accepted, anAttempt({ requestId: "request-1", state: "accepted", principal }));
  const omar = "arn:aws:iam::111122223333:user/omar";
  const decidedBy = (Approver: string, Comment = "") => ({
    outputs: { ApproverDecisions: [JSON.stringify({ Approver, Decision: "Approve", Comment })] },
  });
  const steps = [
    aStep({ status: "Success", ...decidedBy(omar) }),
    aStep({
      stepExecutionId: "second",
      name: "second",
      status: "Success",
      ...decidedBy("us", "Countersign request request-1"),
    }),
  ];
  automation.shows(anExecution({ status: "InProgress", steps }));
  for (let reads = 0; reads < 4; reads++) await read();
  const [request, ...more] = await requests();
  assert.deepEqual(more, []);
  assert.deepEqual([request?.outcome?.where, request?.outcome?.by], ["aws", [omar]]);
  assert.deepEqual([request?.verification, request?.reachedStep?.stepName], ["misdirected", "second"]);
  assert.deepEqual((await kinds()).slice(1), [`closed ${omar}`, "signal-misdirected countersign"]);
  const lookups = await store.recipientLookups.due(clock.now(), 10);
  assert.deepEqual(
    lookups.map(({ kind }) => kind),
    ["requester-decided", "signal-misdirected"],
  );
  const record = (await store.requests.history("request-1")).find(({ kind }) => kind === "signal-misdirected");
  assert.ok(record !== undefined && isPublished(record));
  const reports = log.lines.filter(({ fields }) => fields.event === "signal.misdirected");
  assert.deepEqual(
    reports.map(({ level, fields }) => [level, fields.reachedStep, fields.decidedBy]),
    [["error", "second", [omar]]],
  );
});

for (const isClosedBefore of [true, false])
  test(`a signal that was reported as without effect is reported as misdirected, if the read that shows ${isClosedBefore ? "the end of the execution" : "the end of the step and of the execution"} shows it`, async (t) => {
    const { automation, clock, read, requests, kinds, patch, watched } = await setUp(t);
    await read();
    const accepted = { state: "decided", decision: "approve", signal: "accepted", signalNextAt: null };
    await patch({ ...accepted, verification: "due" }, anAttempt({ requestId: "request-1", state: "accepted" }));
    clock.advance(60_000);
    await read();
    const timedOut = aStep({ status: "TimedOut" });
    const second = { stepExecutionId: "second", name: "second" };
    if (isClosedBefore) {
      automation.shows(
        anExecution({ status: "InProgress", steps: [timedOut, aStep({ ...second, status: "Pending" })] }),
      );
      await read();
    }
    const state = isClosedBefore ? "closed" : "decided";
    assert.deepEqual(
      (await requests()).map((each) => [each.state, each.verification]),
      [[state, "no-effect"]],
    );
    const decision = { Approver: "us", Decision: "Approve", Comment: "Countersign request request-1" };
    const outputs = { ApproverDecisions: [JSON.stringify(decision)] };
    const steps = [timedOut, aStep({ ...second, status: "Success", outputs })];
    automation.shows(anExecution({ status: "Success", endedAt: clock.now(), steps }));
    for (let reads = 0; (await watched()) !== undefined; reads++) {
      assert.ok(reads < 5, "the execution is forgotten");
      await read();
    }
    assert.deepEqual(
      (await requests()).map((each) => each.verification),
      ["misdirected"],
    );
    assert.equal((await kinds()).filter((kind) => kind === "signal-misdirected countersign").length, 1);
  });

test("an execution whose signal remained without effect is read once more after its end, and then forgotten", async (t) => {
  const { automation, clock, read, requests, patch, watched } = await setUp(t);
  await read();
  const accepted = { state: "decided", decision: "approve", signal: "accepted", signalNextAt: null };
  await patch({ ...accepted, verification: "due" }, anAttempt({ requestId: "request-1", state: "accepted" }));
  clock.advance(60_000);
  await read();
  automation.shows(anExecution({ status: "TimedOut", endedAt: clock.now(), steps: [aStep({ status: "TimedOut" })] }));
  await read();
  assert.notEqual(await watched(), undefined);
  await read();
  assert.equal(await watched(), undefined);
  assert.deepEqual(
    (await requests()).map((each) => each.verification),
    ["no-effect"],
  );
});

/** Returns the part of a record that is its context. */
function toContext({ detail }: AuditRecord): AuditContext {
  assert.ok("messageLinks" in detail, "the record has a context");
  const { requester, quorum, approvers, policyHash, votes, messageLinks } = detail;
  return { requester, quorum, approvers, policyHash, votes, messageLinks };
}

test("the events of a contradicted signal name the requester, the rule, the voters and the messages, as the end of a step does", async (t) => {
  const { automation, clock, read, patch, store } = await setUp(t, [aRoute({ quorum: 2 })]);
  await read();
  const vote = (userId: string) => aVote(userId, { requestId: "request-1", reason: "urgent" });
  await store.requests.advance({
    requestId: "request-1",
    expectedVersion: 1,
    patch: {},
    vote: vote("U0JANE"),
    audit: [],
  });
  await store.requests.advance({
    requestId: "request-1",
    expectedVersion: 2,
    patch: {},
    vote: vote("U0OMAR"),
    audit: [],
  });
  const accepted = { state: "decided", decision: "approve", signal: "accepted", signalNextAt: null };
  await patch(
    { ...accepted, verification: "due" },
    anAttempt({ requestId: "request-1", state: "accepted", principal: "arn:aws:iam::111122223333:role/Bot" }),
  );
  for (const { id } of await store.messages.ofRequest("request-1")) await store.messages.recordPosted(id, "7.7", 1);
  clock.advance(60_000);
  await read();
  const decision = { Approver: "us", Decision: "Approve", Comment: "Countersign request request-1" };
  const outputs = { ApproverDecisions: [JSON.stringify(decision)] };
  const second = aStep({ stepExecutionId: "second", name: "second", status: "Success", outputs });
  automation.shows(anExecution({ status: "InProgress", steps: [aStep({ status: "Success" }), second] }));
  for (let reads = 0; reads < 3; reads++) await read();

  const history = await store.requests.history("request-1");
  const contextOf = (kind: string) => toContext(history.find((each) => each.kind === kind) ?? assert.fail(kind));
  const expected = contextOf("closed");
  assert.deepEqual(
    expected.votes.map(({ userId, name, email, reason, authority, at }) => [
      userId,
      name,
      email,
      reason,
      authority,
      at,
    ]),
    ["U0JANE", "U0OMAR"].map((userId) => {
      const { userName, email, authority, at } = vote(userId);
      return [userId, userName, email, "urgent", authority, new Date(at).toISOString()];
    }),
  );
  assert.deepEqual([expected.quorum, expected.policyHash], [2, "abc"]);
  assert.deepEqual(expected.messageLinks, ["https://acme.slack.com/7.7"]);
  assert.equal(expected.requester.principal, anExecution().executedBy);
  for (const kind of ["signal-without-effect", "signal-misdirected"]) assert.deepEqual(contextOf(kind), expected, kind);
});

test("an execution is read until its signals are verified, also after its end and after its last request has closed", async (t) => {
  const { automation, clock, read, requests, kinds, patch, watched } = await setUp(t);
  await read();
  const accepted = { state: "decided", decision: "approve", signal: "accepted", verification: "due" };
  await patch(accepted, anAttempt({ requestId: "request-1", state: "accepted" }));
  automation.shows(anExecution({ status: "InProgress", steps: [aStep({ status: "Success" })] }));
  for (let reads = 0; reads < 3; reads++) await read();
  assert.equal((await requests())[0]?.verification, "due");
  automation.shows(anExecution({ status: "Success", endedAt: clock.now(), steps: [aStep({ status: "Success" })] }));
  while ((await watched()) !== undefined) await read();
  assert.equal((await requests())[0]?.verification, "not-visible");
  assert.deepEqual((await kinds()).slice(-2), ["ended countersign", "signal-verified countersign"]);
});

test("a signal without effect is reported after a minute, and never sent again", async (t) => {
  const { clock, read, requests, kinds, patch, store } = await setUp(t);
  await read();
  const accepted = {
    state: "decided",
    decision: "approve",
    signal: "accepted",
    signalNextAt: null,
    verification: "due",
  };
  await patch(accepted, anAttempt({ requestId: "request-1", state: "accepted" }));
  clock.advance(59_000);
  await read();
  assert.equal((await requests())[0]?.verification, "due");
  clock.advance(1_000);
  for (let reads = 0; reads < 3; reads++) await read();
  const [request] = await requests();
  assert.deepEqual([request?.state, request?.signal, request?.verification], ["decided", "accepted", "no-effect"]);
  assert.deepEqual((await kinds()).slice(1), ["signal-without-effect countersign"]);
  const lookups = await store.recipientLookups.due(clock.now(), 10);
  assert.deepEqual(
    lookups.map(({ kind }) => kind),
    ["signal-without-effect"],
  );
  assert.deepEqual(await store.requests.dueToSignal(TARGET, Number.MAX_SAFE_INTEGER, 10), []);
});

test("a read that began before the minute was over reports no signal as without effect, however long the process pauses then", async (t) => {
  const { automation, clock, read, requests, patch } = await setUp(t);
  await read();
  const accepted = { state: "decided", decision: "approve", signal: "accepted", signalNextAt: null };
  await patch({ ...accepted, verification: "due" }, anAttempt({ requestId: "request-1", state: "accepted" }));
  clock.advance(59_000);
  automation.onRead = () => clock.advance(60_000);
  await read();
  assert.equal((await requests())[0]?.verification, "due");
  automation.onRead = () => undefined;
  await read();
  assert.equal((await requests())[0]?.verification, "no-effect");
});

test("a clock that is set back during a read makes no signal older", async (t) => {
  const { automation, clock, read, requests, patch, deps, watched, abort } = await setUp(t);
  await read();
  const accepted = { state: "decided", decision: "approve", signal: "accepted", signalNextAt: null };
  const attempt = anAttempt({ requestId: "request-1", state: "accepted" });
  await patch({ ...accepted, verification: "due" }, attempt);
  const times = makeAttemptTimes(clock);
  for (const state of ["sending", "accepted"] as const) times.remember({ ...attempt, state });
  const sync = makeSyncExecution({ ...deps, correctTimes: times.correct });
  for (const setBackMs of [0, 90_000]) {
    clock.advance(5_000);
    automation.onRead = () => clock.advance(-setBackMs);
    await sync(automation, (await watched()) ?? assert.fail("it is watched"), abort.signal);
    assert.equal((await requests())[0]?.verification, "due");
  }
});

test("the first read after a start makes a decision due again that AWS refused before, whatever happened to the clock", async (t) => {
  const { clock, read, requests, patch, deps } = await setUp(t);
  await read();
  const decided = { state: "decided", decision: "approve", signal: "due", signalNextAt: null };
  const refused = { requestId: "request-1", state: "refused", code: "InvalidAutomationSignalException" } as const;
  await patch(decided, anAttempt({ ...refused, at: clock.now(), policyHash: "hash" }));
  await read();
  assert.equal((await requests())[0]?.signalNextAt, null, "this process sent it");
  clock.advance(-3_600_000);
  await read();
  assert.equal((await requests())[0]?.signalNextAt, null, "the clock was set back");
  clock.advance(7_200_000);
  deps.startedElapsed = clock.elapsed();
  await read();
  assert.equal((await requests())[0]?.signalNextAt, clock.now());
});
