import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { makeSendSignal } from "../../src/app/signal/send-signal.ts";
import {
  countAccepted,
  ERROR_REPLY_UNCERTAIN_MS,
  lastError,
  latestAttempt,
  NO_REPLY_UNCERTAIN_MS,
  type SignalResult,
} from "../../src/core/signal-attempt.ts";
import { fakeAutomation, TARGET, testClock, testLog } from "../support/fakes.ts";
import { aFacts, anEntry, anExecution, aRequest, aStep, aVote, REQUEST_ID } from "../support/samples.ts";
import { aStore } from "../support/stores.ts";

const TAKEN: SignalResult = { kind: "accepted" };
const SILENT: SignalResult = { kind: "ambiguous", answered: false, code: "TimeoutError", message: "no reply" };
const REFUSED: SignalResult = { kind: "refused", code: "InvalidAutomationSignalException", message: "not listed" };

/** Ann and Ben approved; the step asks AWS for two. What AWS shows and answers is the test's to say. */
async function setUp(t: TestContext) {
  const clock = testClock();
  const store = await aStore(t, { now: clock.now });
  const automation = fakeAutomation();
  const sent: string[] = [];
  const fates: SignalResult[] = [];
  /** As whom AWS lets nobody act, by their session. */
  const untrusted = new Set<string>();
  automation.signers = "approvers";
  automation.ready = async ({ session }) =>
    session !== null && untrusted.has(session)
      ? { kind: "failed", code: "AccessDenied", message: "no trust", retry: false }
      : { kind: "ready" };
  automation.signal = async ({ session }) => {
    sent.push(session ?? "the bot itself");
    return fates.shift() ?? TAKEN;
  };
  /** What AWS shows: the step waits, and these people's sessions have approved it. */
  const shows = (...sessions: string[]) =>
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
  shows();
  const facts = aFacts({ minRequiredApprovals: 2 });
  const decided = { state: "decided", decision: "approve", signal: "due", signalNextAt: clock.now(), facts } as const;
  await store.requests.open({ request: aRequest(decided), channels: [], audit: anEntry() });
  let version = 1;
  for (const [at, userId] of ["U0ANN", "U0BEN"].entries()) {
    const vote = aVote(userId, { email: `${userId.slice(2).toLowerCase()}@x.y`, at });
    await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: version++, patch: {}, vote, audit: [] });
  }
  const abort = makeSendSignal({ ...store, clock, random: () => 0, owner: "me", workspace: "T", log: testLog() });
  const round = async () => {
    for (const { id } of await store.requests.dueToSignal(TARGET, clock.now(), 10))
      await abort(automation, id, new AbortController().signal);
  };
  return {
    ...{ clock, store, automation, sent, fates, shows, round, signal: abort },
    request: async () => (await store.requests.byId(REQUEST_ID)) ?? assert.fail("no request"),
    attempts: () => store.requests.signals(REQUEST_ID),
    error: async () => lastError(await store.requests.signals(REQUEST_ID)),
    /** The latest attempt of each person. */
    states: async () => {
      const attempts = await store.requests.signals(REQUEST_ID);
      const each = ["U0ANN", "U0BEN"].map((userId) => latestAttempt(attempts, userId));
      return each.filter((attempt) => attempt !== undefined).map(({ signerId, state }) => `${signerId} ${state}`);
    },
    deny: (...sessions: string[]) => {
      for (const each of sessions) untrusted.add(each);
    },
    trust: (session: string) => void untrusted.delete(session),
  };
}

test("a person's signal too goes under a lease that replicas with two names for one target share", async (t) => {
  const { clock, store, automation, sent, signal, round } = await setUp(t);
  const { signal: send } = automation;
  const renamed = { ...automation, target: { ...TARGET, key: "renamed/us-east-1", name: "renamed" } };
  automation.signal = async (...args) => {
    const next = aRequest({ id: "r-2", stepExecutionId: "step-2", target: renamed.target.key, state: "decided" });
    const request = { ...next, decision: "approve", signal: "due" } as const;
    await store.requests.open({ request, channels: [], audit: anEntry({ requestId: "r-2" }) });
    const reads = automation.calls.read.length;
    await signal(renamed, "r-2", new AbortController().signal);
    assert.equal(automation.calls.read.length, reads, "the other replica has the lease too");
    assert.equal((await store.requests.byId("r-2"))?.signalNextAt, clock.now() + 1_000);
    return send(...args);
  };
  await round();
  assert.deepEqual(sent, ["ann@x.y"]);
});

test("each person signals once, in order, and the bot itself never", async (t) => {
  const { sent, shows, round, request, attempts, states, clock } = await setUp(t);
  await round();
  assert.deepEqual([sent, (await request()).signal], [["ann@x.y"], "due"]);
  shows("ann@x.y");
  await round();
  assert.deepEqual([sent, (await request()).signal], [["ann@x.y", "ben@x.y"], "accepted"]);
  assert.equal(countAccepted(await attempts()), 2);
  assert.deepEqual(await states(), ["U0ANN accepted", "U0BEN accepted"]);
  clock.advance(NO_REPLY_UNCERTAIN_MS);
  await round();
  assert.equal(sent.length, 2);
});

test("the second person waits until AWS shows the first one's signal, or can no longer be behind", async (t) => {
  const { sent, round, clock } = await setUp(t);
  await round();
  await round();
  assert.deepEqual(sent, ["ann@x.y"]);
  clock.advance(ERROR_REPLY_UNCERTAIN_MS);
  await round();
  assert.deepEqual(sent, ["ann@x.y", "ben@x.y"]);
});

test("a signal without an answer holds everybody up until AWS shows it; then it is not repeated", async (t) => {
  const { sent, fates, shows, round, request, states, clock } = await setUp(t);
  fates.push(SILENT);
  await round();
  for (let minute = 0; minute < 5; minute++) {
    clock.advance(60_000);
    await round();
  }
  assert.deepEqual([sent, (await request()).signal, await states()], [["ann@x.y"], "ambiguous", ["U0ANN ambiguous"]]);
  shows("ann@x.y");
  clock.advance(5_000);
  await round();
  assert.deepEqual(await states(), ["U0ANN accepted"]);
  await round();
  assert.deepEqual(sent, ["ann@x.y", "ben@x.y"]);
});

test("one that AWS never shows is sent again by the same person, and only when it can no longer arrive", async (t) => {
  const { sent, fates, round, clock } = await setUp(t);
  fates.push(SILENT);
  await round();
  clock.advance(NO_REPLY_UNCERTAIN_MS - 1);
  await round();
  assert.deepEqual(sent, ["ann@x.y"]);
  clock.advance(5_000);
  await round();
  assert.deepEqual(sent, ["ann@x.y", "ann@x.y"]);
});

test("after a crash in the middle of a signal the same holds as without an answer", async (t) => {
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
  assert.deepEqual([sent, await states()], [["ann@x.y"], ["U0ANN sending"]]);
});

test("who is refused comes again after the others", async (t) => {
  const { sent, fates, shows, round, clock, error } = await setUp(t);
  fates.push(REFUSED);
  await round();
  assert.match((await error()) ?? "", /refused the signal of ann@x\.y/);
  clock.advance(60_000);
  await round();
  shows("ben@x.y");
  clock.advance(60_000);
  await round();
  assert.deepEqual(sent, ["ann@x.y", "ben@x.y", "ann@x.y"]);
});

test("nothing is sent, or even read, for a person whose role cannot be assumed", async (t) => {
  const { automation, sent, round, error, deny } = await setUp(t);
  deny("ann@x.y", "ben@x.y");
  await round();
  assert.deepEqual([sent, automation.calls.read], [[], []]);
  assert.match((await error()) ?? "", /act as ann@x\.y \(AccessDenied: no trust\)/);
});

test("a person whose role cannot be assumed holds up nobody else, and comes again after them", async (t) => {
  const { sent, shows, round, states, deny, trust, clock, request } = await setUp(t);
  deny("ann@x.y");
  await round();
  assert.deepEqual([sent, await states(), (await request()).signal], [[], ["U0ANN skipped"], "due"]);
  clock.advance(60_000);
  await round();
  shows("ben@x.y");
  assert.deepEqual(sent, ["ben@x.y"]);
  trust("ann@x.y");
  clock.advance(60_000);
  await round();
  assert.deepEqual([sent, (await request()).signal], [["ben@x.y", "ann@x.y"], "accepted"]);
});

test("while nobody can act, AWS is asked ever more rarely", async (t) => {
  const { automation, round, deny, clock, store } = await setUp(t);
  deny("ann@x.y", "ben@x.y");
  let asked = 0;
  const { ready } = automation;
  automation.ready = (...call) => {
    asked++;
    return ready(...call);
  };
  for (let second = 0; second < 3_600; second++) {
    await round();
    clock.advance(1_000);
  }
  assert.ok(asked < 25, `asked ${asked} times in an hour`);
  assert.ok((await store.requests.history(REQUEST_ID)).length < 30);
});

test("a signal without an answer is settled also when its sender's role can be assumed no more; then the others come", async (t) => {
  for (const isShown of [true, false]) {
    const { sent, fates, shows, round, states, deny, clock } = await setUp(t);
    fates.push(SILENT);
    await round();
    deny("ann@x.y");
    for (let minute = 0; minute < 10; minute++) {
      clock.advance(60_000);
      await round();
    }
    assert.deepEqual([sent, await states()], [["ann@x.y"], ["U0ANN ambiguous"]]);
    if (isShown) shows("ann@x.y");
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

test("between two people's signals the step may end: then the second person's does not go out", async (t) => {
  const { automation, sent, round } = await setUp(t);
  await round();
  automation.shows(
    anExecution({ steps: [aStep({ status: "Success" }), aStep({ stepExecutionId: "next", name: "next" })] }),
  );
  await round();
  assert.deepEqual(sent, ["ann@x.y"]);
});
