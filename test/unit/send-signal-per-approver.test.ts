import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeSendSignal } from "../../src/app/signal/send-signal.ts";
import {
  countAccepted,
  lastError,
  latestAttempt,
  NO_REPLY_UNCERTAIN_MS,
  READ_LAG_MS,
  type SignalResult,
} from "../../src/core/signal-attempt.ts";
import { aliveUntil, fakeAutomation, TARGET, testClock, testLog } from "../support/fakes.ts";
import { aFacts, anEntry, anExecution, aRequest, aStep, aVote, REQUEST_ID } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

const ACCEPTED: SignalResult = { kind: "accepted" };
const NO_REPLY: SignalResult = { kind: "ambiguous", answered: false, code: "TimeoutError", message: "no reply" };
const REFUSED: SignalResult = { kind: "refused", code: "InvalidAutomationSignalException", message: "not listed" };

/** A request that Ann and Ben have approved, for a step with two required approvals. The test defines the replies of AWS. */
async function setUp(t: TestContext) {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  const automation = fakeAutomation();
  const sent: string[] = [];
  const results: SignalResult[] = [];
  /** Names of the sessions that AWS refuses. */
  const untrusted = new Set<string>();
  automation.signers = "approvers";
  automation.ready = async ({ session }) =>
    session !== null && untrusted.has(session)
      ? { kind: "failed", code: "AccessDenied", message: "no trust", retry: false }
      : { kind: "ready" };
  automation.signal = async ({ session }) => {
    sent.push(session ?? "the bot");
    return results.shift() ?? ACCEPTED;
  };
  /** Makes AWS show the step as waiting, approved by these sessions. */
  const showApproved = (...sessions: string[]) =>
    automation.shows(
      anExecution({
        steps: [
          aStep({
            outputs: {
              ApproverDecisions: sessions.map((each) =>
                JSON.stringify({ Approver: `arn:aws:sts::1:assumed-role/R/${each}`, Decision: "Approve" }),
              ),
            },
          }),
        ],
      }),
    );
  showApproved();
  const facts = aFacts({ minRequiredApprovals: 2 });
  const decided = { state: "decided", decision: "approve", signal: "due", signalNextAt: clock.now(), facts } as const;
  await store.requests.open({ request: aRequest(decided), channels: [], audit: anEntry({ kind: "decided" }) });
  let version = 1;
  for (const [at, userId] of ["U0ANN", "U0BEN"].entries()) {
    const vote = aVote(userId, { email: `${userId.slice(2).toLowerCase()}@x.y`, at });
    await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: version++, patch: {}, vote, audit: [] });
  }
  const sendSignal = makeSendSignal({
    countStale: () => {},
    ...store,
    clock,
    random: () => 0,
    owner: "me",
    aliveUntil,
    policyHash: "hash",
    workspace: "T",
    log: testLog(),
  });
  const round = async () => {
    for (const due of await store.requests.dueToSignal(TARGET, clock.now(), 10))
      await sendSignal(automation, due, new AbortController().signal);
  };
  return {
    ...{ clock, store, automation, sent, results, showApproved, round, signal: sendSignal },
    request: async () => (await store.requests.byId(REQUEST_ID)) ?? assert.fail("no request"),
    attempts: () => store.requests.signals(REQUEST_ID),
    error: async () => lastError(await store.requests.signals(REQUEST_ID)),
    /** The latest attempt of each person. */
    states: async () => {
      const attempts = await store.requests.signals(REQUEST_ID);
      const each = ["U0ANN", "U0BEN"].map((userId) => latestAttempt(attempts, userId));
      return each.filter((attempt) => attempt !== undefined).map(({ signerId, state }) => `${signerId} ${state}`);
    },
    refuse: (...sessions: string[]) => {
      for (const each of sessions) untrusted.add(each);
    },
    trust: (session: string) => void untrusted.delete(session),
  };
}

test("a signal by a person needs the lease that replicas with two names for one target share", async (t) => {
  const { clock, store, automation, sent, signal, round } = await setUp(t);
  const { signal: send } = automation;
  const renamed = { ...automation, target: { ...TARGET, key: "renamed/us-east-1", name: "renamed" } };
  automation.signal = async (...args) => {
    const next = aRequest({ id: "r-2", stepExecutionId: "step-2", target: renamed.target.key, state: "decided" });
    const request = { ...next, decision: "approve", signal: "due" } as const;
    await store.requests.open({ request, channels: [], audit: anEntry({ requestId: "r-2", kind: "decided" }) });
    const reads = automation.calls.read.length;
    await signal(renamed, request, new AbortController().signal);
    assert.equal(automation.calls.read.length, reads, "the lease of the other replica blocks this one");
    assert.equal((await store.requests.byId("r-2"))?.signalNextAt, clock.now() + 1_000);
    return send(...args);
  };
  await round();
  assert.deepEqual(sent, ["ann@x.y"]);
});

test("each person signals once, in order, and the bot never", async (t) => {
  const { sent, showApproved, round, request, attempts, states, clock } = await setUp(t);
  await round();
  assert.deepEqual([sent, (await request()).signal], [["ann@x.y"], "due"]);
  showApproved("ann@x.y");
  await round();
  assert.deepEqual([sent, (await request()).signal], [["ann@x.y", "ben@x.y"], "accepted"]);
  assert.equal(countAccepted(await attempts()), 2);
  assert.deepEqual(await states(), ["U0ANN accepted", "U0BEN accepted"]);
  clock.advance(NO_REPLY_UNCERTAIN_MS);
  await round();
  assert.equal(sent.length, 2);
});

test("the attempt records the approvals that can be by the role of the sessions, not those of others", async (t) => {
  const { automation, signal, request, attempts } = await setUp(t);
  const by = (Approver: string) => JSON.stringify({ Approver, Decision: "Approve" });
  const role = "arn:aws:iam::111122223333:role/CountersignApprover";
  const ApproverDecisions = [by("arn:aws:iam::111122223333:user/omar"), by("jane"), by(role)];
  automation.shows(anExecution({ steps: [aStep({ outputs: { ApproverDecisions } })] }));
  const target = { ...automation.target, signsAs: "arn:aws:iam::111122223333:role/Other" };
  await signal({ ...automation, target }, await request(), new AbortController().signal);
  assert.deepEqual(
    (await attempts()).map(({ shownBefore }) => shownBefore),
    [1],
  );
});

test("the second person waits until AWS shows the first signal, or until reads cannot lag any longer", async (t) => {
  const { sent, round, clock } = await setUp(t);
  await round();
  await round();
  assert.deepEqual(sent, ["ann@x.y"]);
  clock.advance(READ_LAG_MS);
  await round();
  assert.deepEqual(sent, ["ann@x.y", "ben@x.y"]);
});

test("while AWS does not show the first signal, the step is read again after a second, and no later than reads can lag", async (t) => {
  const { round, request, clock } = await setUp(t);
  await round();
  await round();
  assert.equal((await request()).signalNextAt, clock.now() + 1_000);
  clock.advance(READ_LAG_MS - 400);
  await round();
  assert.equal((await request()).signalNextAt, clock.now() + 400);
});

test("a signal without a reply blocks the other people until AWS shows it, and is then not repeated", async (t) => {
  const { sent, results, showApproved, round, request, attempts, states, clock } = await setUp(t);
  results.push(NO_REPLY);
  await round();
  for (let minute = 0; minute < 5; minute++) {
    clock.advance(60_000);
    await round();
  }
  assert.deepEqual([sent, (await request()).signal, await states()], [["ann@x.y"], "ambiguous", ["U0ANN ambiguous"]]);
  showApproved("ann@x.y");
  clock.advance(5_000);
  await round();
  assert.deepEqual(await states(), ["U0ANN accepted"]);
  // Reads may lag behind an effect that nobody knows the time of.
  assert.equal((await attempts())[0]?.uncertainUntil, clock.now() + READ_LAG_MS);
  await round();
  assert.deepEqual(sent, ["ann@x.y", "ben@x.y"]);
});

test("a signal that AWS never shows is repeated by the same person, and only after it can no longer arrive", async (t) => {
  const { sent, results, round, clock } = await setUp(t);
  results.push(NO_REPLY);
  await round();
  clock.advance(NO_REPLY_UNCERTAIN_MS - 1);
  await round();
  assert.deepEqual(sent, ["ann@x.y"]);
  clock.advance(5_000);
  await round();
  assert.deepEqual(sent, ["ann@x.y", "ann@x.y"]);
});

test("a crash during a signal has the same effect as a missing reply", async (t) => {
  const { automation, sent, round, states, clock } = await setUp(t);
  const { signal } = automation;
  automation.signal = async (...call) => {
    await signal(...call);
    throw new Error("the process ends here");
  };
  await assert.rejects(round());
  automation.signal = signal;
  clock.advance(60_000);
  await round();
  assert.deepEqual([sent, await states()], [["ann@x.y"], ["U0ANN ambiguous"]]);
});

test("a refused person signals again after the others", async (t) => {
  const { sent, results, showApproved, round, clock, error } = await setUp(t);
  results.push(REFUSED);
  await round();
  assert.match((await error()) ?? "", /refused the signal of ann@x\.y/);
  clock.advance(60_000);
  await round();
  showApproved("ben@x.y");
  clock.advance(60_000);
  await round();
  assert.deepEqual(sent, ["ann@x.y", "ben@x.y", "ann@x.y"]);
});

test("a person whose role cannot be assumed causes no read and no signal", async (t) => {
  const { automation, sent, round, error, refuse } = await setUp(t);
  refuse("ann@x.y", "ben@x.y");
  await round();
  assert.deepEqual([sent, automation.calls.read], [[], []]);
  assert.match((await error()) ?? "", /act as ann@x\.y \(AccessDenied: no trust\)/);
});

test("a person whose role cannot be assumed does not block the others, and signals after them", async (t) => {
  const { sent, showApproved, round, states, refuse, trust, clock, request } = await setUp(t);
  refuse("ann@x.y");
  await round();
  assert.deepEqual([sent, await states(), (await request()).signal], [[], ["U0ANN skipped"], "due"]);
  clock.advance(60_000);
  await round();
  showApproved("ben@x.y");
  assert.deepEqual(sent, ["ben@x.y"]);
  trust("ann@x.y");
  clock.advance(60_000);
  await round();
  assert.deepEqual([sent, (await request()).signal], [["ben@x.y", "ann@x.y"], "accepted"]);
});

test("calls to AWS become less frequent while no session can be assumed", async (t) => {
  const { automation, round, refuse, clock, store } = await setUp(t);
  refuse("ann@x.y", "ben@x.y");
  let calls = 0;
  const { ready } = automation;
  automation.ready = (...call) => {
    calls++;
    return ready(...call);
  };
  for (let second = 0; second < 3_600; second += 5) {
    await round();
    clock.advance(5_000);
  }
  assert.ok(calls < 25, `${calls} calls in an hour`);
  assert.ok((await store.requests.history(REQUEST_ID)).length < 30);
});

test("a signal without a reply is resolved even if the role of its sender can no longer be assumed; then the others signal", async (t) => {
  for (const isShown of [true, false]) {
    const { sent, results, showApproved, round, states, refuse, clock } = await setUp(t);
    results.push(NO_REPLY);
    await round();
    refuse("ann@x.y");
    for (let minute = 0; minute < 10; minute++) {
      clock.advance(60_000);
      await round();
    }
    assert.deepEqual([sent, await states()], [["ann@x.y"], ["U0ANN ambiguous"]]);
    if (isShown) showApproved("ann@x.y");
    clock.advance(60_000);
    for (let minute = 0; minute < 3; minute++) {
      await round();
      clock.advance(60_000);
    }
    assert.deepEqual(
      [sent, await states()],
      [
        ["ann@x.y", "ben@x.y"],
        [isShown ? "U0ANN accepted" : "U0ANN skipped", "U0BEN accepted"],
      ],
    );
  }
});

test("the second person does not signal if the step ended after the first signal", async (t) => {
  const { automation, sent, round } = await setUp(t);
  await round();
  automation.shows(
    anExecution({ steps: [aStep({ status: "Success" }), aStep({ stepExecutionId: "next", name: "next" })] }),
  );
  await round();
  assert.deepEqual(sent, ["ann@x.y"]);
});
