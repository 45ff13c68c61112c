import assert from "node:assert/strict";
import { test } from "node:test";
import { makeSendSignal } from "../../src/app/signal/send-signal.ts";
import { reconcile } from "../../src/core/reconcile.ts";
import type { RequestSigner } from "../../src/core/request.ts";
import { NO_REPLY_UNCERTAIN_MS, READ_LAG_MS, waitsUntil } from "../../src/core/signal-attempt.ts";
import { aliveUntil, TARGET, testLog } from "../support/fakes.ts";
import { aFacts, anAttempt, anEntry, anExecution, aRequest, aStep, REQUEST_ID } from "../support/samples.ts";
import { setUp } from "./send-signal-setup.ts";

const ROLE = "arn:aws:iam::111122223333:role/Countersign";
const SESSIONS = "arn:aws:sts::111122223333:assumed-role/Countersign";

test("a signal without a reply is repeated only after it can no longer take effect", async (t) => {
  const { clock, automation, round, sent, request, kinds } = await setUp(t);
  automation.onSignal = () => ({ kind: "ambiguous", answered: false, code: "TimeoutError", message: "x" });
  await round();
  const sentAt = clock.now();
  assert.equal((await request()).signal, "ambiguous");
  while (clock.now() + 5_000 < sentAt + NO_REPLY_UNCERTAIN_MS) {
    clock.advance(5_000);
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

test("an approval of the bot that took effect and got an error is not sent again while its step waits for another approver", async (t) => {
  const { clock, automation, round, sent, attempts, request } = await setUp(t);
  automation.target.signsAs = ROLE;
  const isBy = (name: string) => JSON.stringify({ Approver: `${SESSIONS}/${name}`, Decision: "Approve" });
  const shows = (...names: string[]) =>
    automation.shows(anExecution({ steps: [aStep({ outputs: { ApproverDecisions: names.map(isBy) } })] }));
  automation.onSignal = () => {
    shows("i-0abc");
    return { kind: "ambiguous", answered: true, code: "InternalServerError", message: "x" };
  };
  await round();
  for (let attempt = 0; attempt < 5; attempt++) {
    clock.advance(READ_LAG_MS);
    await round();
  }
  assert.equal(sent().length, 1, "AWS may count a second approval of the same principal");
  assert.deepEqual(
    [(await request()).signal, (await attempts()).map(({ state }) => state)],
    ["accepted", ["accepted"]],
  );
});

test("a signal with an error reply from AWS is repeated soon", async (t) => {
  const { clock, automation, round, sent } = await setUp(t);
  automation.onSignal = () => ({ kind: "ambiguous", answered: true, code: "InternalServerError", message: "x" });
  await round();
  clock.advance(READ_LAG_MS - 1);
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
      countStale: () => {},
      ...again,
      clock,
      random: () => 0,
      owner: "new",
      aliveUntil,
      policyHash: "hash",
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

test("a decision that waits for the signal of another request is stored with the time until which that signal may arrive", async (t) => {
  const { clock, round, store, sent, attempts } = await setUp(t);
  const id = "earlier-gate";
  const uncertainUntil = clock.now() + 300_000;
  const attempt = anAttempt({ requestId: id, state: "ambiguous", uncertainUntil });
  const earlier = aRequest({
    id,
    stepExecutionId: "earlier",
    state: "decided",
    decision: "approve",
    signal: "ambiguous",
  });
  await store.requests.open({ request: earlier, channels: [], audit: anEntry({ requestId: id }) });
  await store.requests.advance({
    ...{ requestId: id, expectedVersion: 1, attempt, audit: [] },
    patch: { state: "closed", signalNextAt: null },
  });
  await round();
  assert.deepEqual(sent(), []);
  assert.equal(waitsUntil(await attempts()), uncertainUntil);
  clock.advance(300_001);
  await round();
  assert.deepEqual([sent().length, waitsUntil(await attempts())], [1, null]);
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

test("a refusal is final for a principal that the step may list after four refusals in a minute, until a restart or a change of the principal or the configuration", async (t) => {
  const arn = "arn:aws:iam::111122223333:role/Bot";
  const facts = aFacts({ awsApprovers: ["{{ Approvers }}"], signer: { kind: "bot", arn } });
  const { automation, clock, life, round, request, sent, store, attempts } = await setUp(t, { facts });
  Object.assign(automation, { target: { ...automation.target, signsAs: arn } });
  life.until = Number.MAX_SAFE_INTEGER;
  automation.onSignal = () => ({ kind: "refused", code: "InvalidAutomationSignalException", message: "No" });
  const began = clock.now();
  /** Sends until nothing is due, and returns the number of signals. */
  const exhaust = async () => {
    const before = sent().length;
    for (let rounds = 0; rounds < 50 && (await request()).signalNextAt !== null; rounds++) {
      clock.advance(((await request()).signalNextAt ?? 0) - clock.now());
      await round();
    }
    return sent().length - before;
  };
  assert.equal(await exhaust(), 5);
  const last = (await attempts()).at(-1);
  assert.deepEqual([last?.code, last?.policyHash, last?.principal], ["InvalidAutomationSignalException", "hash", arn]);
  assert.ok(clock.now() - began >= 60_000 && clock.now() - began < 120_000);
  clock.advance(86_400_000);
  assert.equal(await round(), 0);

  const apply = async (context: { policyHash?: string; startedAt?: number; signer?: RequestSigner }) => {
    const all = { now: clock.now(), attempts: await attempts(), ...context };
    const changes = reconcile(anExecution({ steps: [aStep()] }), [await request()], all);
    for (const change of changes) {
      if (change.kind !== "progress") continue;
      const { version } = change.request;
      await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: version, patch: change.patch, audit: [] });
    }
    return changes.length;
  };
  assert.equal(await apply({ policyHash: "hash" }), 0);
  const restarted = { policyHash: "hash", startedAt: clock.now() };
  assert.equal(await apply(restarted), 1);
  assert.equal(await exhaust(), 1, "one attempt after a restart");
  assert.equal(await apply(restarted), 0);
  assert.equal(await apply({ policyHash: "new" }), 1);
  assert.equal(await round(), 1, "one attempt under the new configuration");
  const other = "arn:aws:iam::111122223333:role/Other";
  Object.assign(automation, { target: { ...automation.target, signsAs: other } });
  assert.equal(await apply({ signer: { kind: "bot", arn: other } }), 1);
  assert.equal(await round(), 1, "one attempt of the new principal");
  assert.notEqual((await request()).signalNextAt, null, "its first refusal is not final");
  const lookups = await store.recipientLookups.due(clock.now(), 10);
  assert.deepEqual(
    lookups.map(({ kind }) => kind),
    ["decision-refused"],
    "each person who decided is told once",
  );
});

test("a refusal after which the step has moved on is not final, and neither is one by a permission", async (t) => {
  const arn = "arn:aws:iam::111122223333:role/Bot";
  const facts = aFacts({ awsApprovers: ["{{ Approvers }}"], signer: { kind: "bot", arn } });
  for (const codes of [
    ["AutomationStepNotFoundException"],
    ["InvalidAutomationSignalException", "AccessDeniedException"],
  ]) {
    const { store, automation, clock, life, round, request, sent } = await setUp(t, { facts });
    Object.assign(automation, { target: { ...automation.target, signsAs: arn } });
    life.until = Number.MAX_SAFE_INTEGER;
    automation.onSignal = () => ({ kind: "refused", code: codes[sent().length % codes.length] ?? "", message: "No" });
    for (let rounds = 1; rounds <= 12; rounds++) {
      clock.advance(301_000);
      await round();
      assert.notEqual((await request()).signalNextAt, null, `${codes} ${rounds}`);
    }
    assert.equal(sent().length, 12);
    assert.deepEqual(await store.recipientLookups.due(clock.now(), 10), []);
  }
});
