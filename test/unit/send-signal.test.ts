import assert from "node:assert/strict";
import { test } from "node:test";
import { makeSendSignal } from "../../src/app/signal/send-signal.ts";
import { reconcile } from "../../src/core/reconcile.ts";
import type { ApprovalRequest } from "../../src/core/request.ts";
import { ERROR_REPLY_UNCERTAIN_MS, NO_REPLY_UNCERTAIN_MS } from "../../src/core/signal-attempt.ts";
import { aliveUntil, TARGET, testLog } from "../support/fakes.ts";
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
  const { clock, round, sent, error, kinds, store } = await setUp(t);
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
    assert.deepEqual([await error(), await kinds()], [null, []], `after ${second} s`);
    clock.advance(1_000);
  }
  await round();
  assert.match((await error()) ?? "", /Not sent: the list of waiting executions shows this one at step second/);
  assert.deepEqual([sent(), await kinds()], [[], ["signal-deferred"]]);
  await watch("approve");
  clock.advance(5 * 60_000);
  await round();
  assert.equal(sent().length, 1);
  assert.equal((await store.executions.find(TARGET.key, EXECUTION_ID))?.staleSince, undefined);
});

test("a contradiction is reported after a minute also if the execution is not watched under this target", async (t) => {
  const { clock, round, error, sent, store } = await setUp(t, { seenOverAt: NOW });
  await store.owned.executions.forget(TARGET.key, EXECUTION_ID);
  for (let second = 0; second < 60; second++) {
    await round();
    assert.deepEqual([await error(), sent()], [null, []], `after ${second} s`);
    clock.advance(1_000);
  }
  await round();
  assert.match((await error()) ?? "", /^Not sent: an earlier read showed that step approve had ended/);
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

test("a signal without a reply is repeated only after it can no longer take effect", async (t) => {
  const { clock, automation, round, sent, request, kinds } = await setUp(t);
  automation.onSignal = () => ({ kind: "ambiguous", answered: false, code: "TimeoutError", message: "x" });
  await round();
  const sentAt = clock.now();
  assert.equal((await request()).signal, "ambiguous");
  while (clock.now() + 1_000 < sentAt + NO_REPLY_UNCERTAIN_MS) {
    clock.advance(1_000);
    await round();
    assert.equal(sent().length, 1, `sent again ${(clock.now() - sentAt) / 1000} s after`);
  }
  assert.ok(automation.calls.read.length > 60, "the step is read continuously");
  automation.onSignal = () => ({ kind: "accepted" });
  for (let attempt = 0; attempt < 10; attempt++) {
    clock.advance(1_000);
    await round();
  }
  assert.equal(sent().length, 2);
  assert.deepEqual(await kinds(), ["signal-sending", "signal-ambiguous", "signal-sending", "signal-accepted"]);
});

test("a signal that took effect is never repeated, even if its reply was lost", async (t) => {
  const { clock, automation, round, sent, isWoken } = await setUp(t);
  automation.onSignal = () => {
    automation.shows(
      anExecution({ steps: [aStep({ status: "Success" }), aStep({ stepExecutionId: "b", name: "second" })] }),
    );
    return { kind: "ambiguous", answered: false, code: "ECONNRESET", message: "x" };
  };
  await round();
  for (let attempt = 0; attempt < 20; attempt++) {
    clock.advance(60_000);
    await round();
  }
  assert.equal(sent().length, 1);
  assert.ok(await isWoken());
});

test("a signal with an error reply from AWS is repeated soon", async (t) => {
  const { clock, automation, round, sent } = await setUp(t);
  automation.onSignal = () => ({ kind: "ambiguous", answered: true, code: "InternalServerError", message: "x" });
  await round();
  clock.advance(ERROR_REPLY_UNCERTAIN_MS - 1);
  await round();
  assert.equal(sent().length, 1);
  clock.advance(5_000);
  await round();
  assert.equal(sent().length, 2);
});

for (const kind of ["refused", "not-sent"] as const) {
  test(`a signal that was ${kind} certainly had no effect and is repeated at growing intervals`, async (t) => {
    const { clock, automation, round, sent, request, attempts, error, kinds } = await setUp(t);
    automation.onSignal = () => ({ kind, code: "AccessDeniedException", message: "x" });
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 10; attempt++) {
      assert.equal(await round(), 1);
      const { signal, signalNextAt } = await request();
      assert.deepEqual([signal, (await attempts()).length], ["due", attempt]);
      assert.match((await error()) ?? "", /AccessDeniedException/);
      waits.push((signalNextAt ?? 0) - clock.now());
      clock.advance(waits.at(-1) ?? 0);
    }
    assert.deepEqual([waits[0], waits.at(-1)], [5_000, 5 * 60_000]);
    automation.onSignal = () => ({ kind: "accepted" });
    await round();
    assert.equal(sent().length, 11);
    assert.deepEqual((await kinds()).slice(-3), ["signal-refused", "signal-sending", "signal-accepted"]);
    assert.equal(await error(), null);
  });
}

test("a signal that a crash interrupted is repeated only after it can no longer take effect", async (t) => {
  const { clock, automation, round, store, sent } = await setUp(t);
  automation.onSignal = () => {
    throw new Error("the process ends here");
  };
  await assert.rejects(round());
  automation.onSignal = () => ({ kind: "accepted" });
  const again = await store.reopen();
  const sendAfterRestart = async () => {
    const due = await again.requests.dueToSignal(TARGET, clock.now(), 10);
    const sendSignal = makeSendSignal({
      ...again,
      clock,
      random: () => 0,
      owner: "new",
      aliveUntil,
      workspace: "T",
      log: testLog(),
    });
    for (const each of due) await sendSignal(automation, each, new AbortController().signal);
  };
  clock.advance(30_000);
  await sendAfterRestart();
  const interrupted = (await again.requests.signals(REQUEST_ID)).at(-1);
  assert.deepEqual([interrupted?.state, interrupted?.attempt], ["ambiguous", 1], "the message shows that it waits");
  clock.advance(NO_REPLY_UNCERTAIN_MS - 40_000);
  await sendAfterRestart();
  assert.equal(sent().length, 1);
  clock.advance(11_000);
  await sendAfterRestart();
  assert.equal(sent().length, 2);
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
      makeSendSignal({ ...store, clock, random: () => 0, owner: "me", aliveUntil, workspace: "T", log })(
        automation,
        request,
        new AbortController().signal,
      );
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

test("a refusal is final only while AWS surely lists no signer of the step, and until the signer changes", async (t) => {
  const other = "arn:aws:iam::111122223333:role/Other";
  const cases: [approvers: string[], code: string, isFinal: boolean][] = [
    [["omar"], "InvalidAutomationSignalException", true],
    [["omar"], "AccessDeniedException", false],
    [["{{ Approvers }}"], "InvalidAutomationSignalException", false],
    [[other], "InvalidAutomationSignalException", false],
  ];
  for (const [awsApprovers, code, isFinal] of cases) {
    const facts = aFacts({ awsApprovers, signer: { kind: "bot", arn: other } });
    const { automation, clock, life, round, request, sent, store } = await setUp(t, { facts });
    life.until = Number.MAX_SAFE_INTEGER;
    automation.onSignal = () => ({ kind: "refused", code, message: "No" });
    await round();
    assert.equal((await request()).signalNextAt === null, isFinal, `${awsApprovers} ${code}`);
    clock.advance(3_600_000);
    assert.equal(await round(), isFinal ? 0 : 1);
    assert.equal(sent().length, isFinal ? 1 : 2);
    const signer = { kind: "bot", arn: "arn:aws:iam::111122223333:user/omar" } as const;
    const changes = reconcile(anExecution({ steps: [aStep()] }), [await request()], { now: clock.now(), signer });
    for (const change of changes) {
      if (change.kind !== "progress") continue;
      const { version } = change.request;
      await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: version, patch: change.patch, audit: [] });
    }
    assert.deepEqual((await request()).facts.signer, signer);
    assert.equal(await round(), 1, "the new signer tries at once");
  }
});
