import assert from "node:assert/strict";
import { test } from "node:test";
import { makeSendSignal } from "../../src/app/signal/send-signal.ts";
import type { ApprovalRequest } from "../../src/core/request.ts";
import { aliveUntil, TARGET } from "../support/fakes.ts";
import { aFacts, anEntry, anExecution, aRequest, aStep, EXECUTION_ID, NOW, REQUEST_ID } from "../support/samples.ts";
import { aDecidedEntry, setUp } from "./send-signal-setup.ts";

test("a decision is recorded, then sent once with the name of the person, and the execution is then read again", async (t) => {
  const { automation, round, request, sent, kinds, isWoken } = await setUp(t);
  let before: ApprovalRequest | undefined;
  automation.onSignal = async () => {
    before = await request();
    return { kind: "accepted" };
  };
  await round();
  assert.equal(before?.signal, "sending");
  const [only, ...more] = sent();
  assert.deepEqual(more, []);
  assert.deepEqual([only?.executionId, only?.verdict], [EXECUTION_ID, "approve"]);
  assert.match(only?.comment.join("\n") ?? "", /Person U0JANE.*U0JANE.*T0HOME/s);
  assert.equal((await request()).signal, "accepted");
  assert.deepEqual(await kinds(), ["signal-sending", "signal-accepted"]);
  assert.ok(await isWoken());
  assert.equal(await round(), 0);
});

test("an attempt is stored with the principal that signs it", async (t) => {
  const { automation, round, attempts } = await setUp(t);
  const signsAs = "arn:aws:iam::111122223333:role/CountersignBot";
  Object.assign(automation, { target: { ...automation.target, signsAs } });
  await round();
  assert.deepEqual(
    (await attempts()).map(({ state, principal }) => [state, principal]),
    [["accepted", signsAs]],
  );
});

test("records name the principal that signed, also if another one signs when the reply is recorded, and none if nothing was sent", async (t) => {
  const bot = "arn:aws:iam::111122223333:role/CountersignBot";
  const later = { kind: "bot", arn: "arn:aws:iam::111122223333:role/Later" } as const;
  const { automation, round, store, clock } = await setUp(t, { facts: aFacts({ signer: later }) });
  const principals = async () =>
    (await store.requests.history(REQUEST_ID))
      .filter(({ kind }) => kind.startsWith("signal-"))
      .map(({ kind, detail }) => [kind, "principal" in detail ? detail.principal : null]);
  automation.reads.set(EXECUTION_ID, { kind: "failed", code: "Throttled", message: "x", retry: true });
  Object.assign(automation, { target: { ...automation.target, signsAs: bot } });
  await round();
  assert.deepEqual(await principals(), [["signal-deferred", null]]);
  automation.shows(anExecution());
  clock.advance(60 * 60_000);
  await round();
  assert.deepEqual((await principals()).slice(1), [
    ["signal-sending", bot],
    ["signal-accepted", bot],
  ]);
});

test("a rejection is sent as a rejection", async (t) => {
  const { round, sent } = await setUp(t, { decision: "reject" });
  await round();
  assert.equal(sent()[0]?.verdict, "reject");
});

const NOT_OURS: [claim: string, steps: Parameters<typeof aStep>[0][]][] = [
  ["its step is no longer waiting", [{ status: "Success" }]],
  ["its step does not exist", []],
  ["the same step name waits again", [{ status: "Success" }, { stepExecutionId: "again" }]],
  ["its step is a pause", [{ action: "aws:pause" }]],
];

for (const [claim, steps] of NOT_OURS) {
  test(`a decision is not sent if ${claim}; the execution is read instead`, async (t) => {
    const { automation, round, sent, isWoken, request, clock } = await setUp(t);
    automation.shows(anExecution({ steps: steps.map((step) => aStep(step)) }));
    await round();
    assert.deepEqual(sent(), []);
    assert.ok(await isWoken());
    assert.equal((await request()).signal, "due");
    assert.ok(((await request()).signalNextAt ?? 0) > clock.now());
  });
}

test("a decision is not sent if AWS does not find the execution", async (t) => {
  const { automation, round, sent, isWoken } = await setUp(t);
  automation.reads.clear();
  await round();
  assert.deepEqual(sent(), []);
  assert.ok(await isWoken());
});

test("a decision is not sent while another step is waiting; the reason is recorded once, and the attempt is repeated", async (t) => {
  const { clock, automation, round, sent, kinds, error } = await setUp(t);
  automation.shows(anExecution({ steps: [aStep(), aStep({ stepExecutionId: "b", name: "second" })] }));
  for (let attempt = 0; attempt < 3; attempt++) {
    assert.equal(await round(), 1);
    clock.advance(5 * 60_000);
  }
  assert.deepEqual(sent(), []);
  assert.match((await error()) ?? "", /another step of the same execution waits too: second/);
  assert.deepEqual(await kinds(), ["signal-deferred"]);
  automation.shows(anExecution());
  await round();
  assert.equal(sent().length, 1);
});

test("a decision is not sent after a read that is older than an earlier one, also of another process", async (t) => {
  const { clock, automation, round, sent, request } = await setUp(t);
  automation.shows(anExecution({ status: "InProgress", steps: [aStep({ status: "Success" })] }));
  await round();
  assert.equal((await request()).seenOverAt, clock.now());
  automation.shows(anExecution());
  clock.advance(5_000);
  for (let attempt = 0; attempt < 5; attempt++) {
    assert.equal(await round("another"), 1);
    clock.advance(1_000);
  }
  assert.deepEqual([sent(), (await request()).state], [[], "decided"]);
});

test("a contradiction delays the signal, is reported after a minute, and ends with the first read that agrees", async (t) => {
  const { clock, round, sent, error, kinds, log, staleReads, store } = await setUp(t);
  const reports = () => log.lines.filter(({ fields }) => fields.event === "execution.read-stale");
  const watch = (currentStepName: string) =>
    store.owned.executions.watch({
      target: TARGET.key,
      executionId: EXECUTION_ID,
      fingerprint: JSON.stringify(["Waiting", currentStepName, "aws:approve"]),
      nextReadAt: clock.now() + 300_000,
      unchangedReads: 0,
      listedAt: clock.now(),
    });
  await watch("second");
  for (let second = 0; second < 60; second++) {
    await round();
    assert.deepEqual([await error(), await kinds(), reports(), staleReads], [null, [], [], []], `after ${second} s`);
    clock.advance(1_000);
  }
  await round();
  assert.match((await error()) ?? "", /Not sent: the list of waiting executions shows this one at step second/);
  assert.deepEqual([sent(), await kinds()], [[], ["signal-deferred"]]);
  const [report, ...more] = reports();
  assert.deepEqual([report?.level, report?.fields.executionId, more], ["warn", EXECUTION_ID, []]);
  assert.deepEqual(staleReads, [clock.now()]);
  await watch("approve");
  clock.advance(5 * 60_000);
  await round();
  assert.equal(sent().length, 1);
  assert.equal((await store.executions.find(TARGET.key, EXECUTION_ID))?.staleSince, undefined);
});

test("a contradiction is reported after a minute also if the execution is not watched under this target", async (t) => {
  const { clock, round, error, sent, staleReads, store } = await setUp(t, { seenOverAt: NOW });
  await store.owned.executions.forget(TARGET.key, EXECUTION_ID);
  for (let second = 0; second < 60; second++) {
    await round();
    assert.deepEqual([await error(), sent()], [null, []], `after ${second} s`);
    clock.advance(1_000);
  }
  await round();
  assert.match((await error()) ?? "", /^Not sent: an earlier read showed that step approve had ended/);
  assert.deepEqual(staleReads, [], "the sync counts the reads that contradict a row");
});

test("a decision is not sent if the read before it fails", async (t) => {
  const { clock, automation, round, sent, error } = await setUp(t);
  automation.reads.set(EXECUTION_ID, {
    kind: "failed",
    code: "ThrottlingException",
    message: "Rate exceeded",
    retry: true,
  });
  await round();
  assert.deepEqual(sent(), []);
  assert.match((await error()) ?? "", /ThrottlingException/);
  automation.shows(anExecution());
  assert.equal(await round(), 0);
  clock.advance(5 * 60_000);
  await round();
  assert.equal(sent().length, 1);
});

for (const [claim, audit] of [
  ["without a record", anEntry()],
  ["with the record of another decision", aDecidedEntry("reject")],
] as const) {
  test(`a decided request ${claim} in the audit log is never signaled; admins are told and the log has it once`, async (t) => {
    const { clock, store, automation, log, send, sent, error } = await setUp(t);
    const id = "by-hand";
    const request = aRequest({ id, executionId: "another", state: "decided", decision: "approve", signal: "due" });
    await store.requests.open({ request, channels: [], audit: { ...audit, requestId: id } });
    const signal = () =>
      makeSendSignal({
        countStale: () => {},
        ...store,
        clock,
        random: () => 0,
        owner: "me",
        aliveUntil,
        policyHash: "hash",
        workspace: "T",
        log,
      })(automation, request, new AbortController().signal);
    await signal();
    assert.deepEqual([sent(), automation.calls.read], [[], []]);
    assert.equal((await store.requests.byId(id))?.signalNextAt, null);
    assert.match((await store.requests.signals(id)).at(-1)?.error ?? "", /audit log has no record/);
    assert.deepEqual(
      (await store.recipientLookups.due(clock.now(), 10)).map(({ kind, requestId }) => [kind, requestId]),
      [["unrecorded", id]],
    );
    assert.equal(log.lines.filter(({ fields }) => fields.event === "signal.unrecorded").length, 1);
    // Another request with a record is sent as before.
    await send();
    assert.deepEqual([sent().length, await error()], [1, null]);
  });
}

test("every log line about a signal names the request and the execution", async (t) => {
  const { log, round } = await setUp(t);
  await round();
  assert.deepEqual(
    log.lines.map(({ fields }) => [fields.event, fields.requestId, fields.executionId]),
    ["signal.sending", "signal.accepted"].map((event) => [event, REQUEST_ID, EXECUTION_ID]),
  );
});
