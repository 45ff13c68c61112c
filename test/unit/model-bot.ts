import assert from "node:assert/strict";
import { makeEvaluateClick } from "../../src/app/decide/evaluate-click.ts";
import { makeGroupReadLimit } from "../../src/app/decide/group-read-limit.ts";
import { makeRequestMessages } from "../../src/app/deliver/message-kinds.ts";
import type { Automation } from "../../src/app/ports/aws.ts";
import type { Store } from "../../src/app/ports/store.ts";
import { makeAttemptTimes } from "../../src/app/signal/attempt-times.ts";
import { makeSendSignal } from "../../src/app/signal/send-signal.ts";
import { makeApplyChanges } from "../../src/app/watch/apply-changes.ts";
import { makeIgnoredPauses } from "../../src/app/watch/ignored-pauses.ts";
import { makePollTarget } from "../../src/app/watch/poll-target.ts";
import { makePostponedTags } from "../../src/app/watch/postponed-tags.ts";
import { makeSyncExecution } from "../../src/app/watch/sync-execution.ts";
import type { Authority, RequestedAction, Verdict } from "../../src/core/request.ts";
import { countAccepted } from "../../src/core/signal-attempt.ts";
import { fakeChat, fakeDirectory } from "../support/fake-slack.ts";
import { aliveUntil, PLAIN_NAMES, TARGET, testClock, testLog } from "../support/fakes.ts";
import { fakeGates } from "../support/gates.ts";
import { aClick, anExecution, aPerson, aRoute, auditContext, EXECUTION_ID } from "../support/samples.ts";
import { guardedByTestLease } from "../support/stores.ts";
import { ADMIN, EXTERNAL, type ModelEvent, PEOPLE, REQUESTER, WORKERS } from "./model-events.ts";

const GROUP = "S0DBA";

/** Makes a bot on an empty store, and AWS with the given gates. */
export async function bot(store: Store, quorum: number, gates: number, needed: number | null) {
  const clock = testClock();
  const log = testLog();
  const chat = fakeChat();
  const directory = fakeDirectory();
  directory.groups.set(GROUP, new Set(["U0ANN", "U0BEN", "U0CAT", "U0FAY", "U0GUS"]));
  directory.people.set(EXTERNAL, aPerson(EXTERNAL, { accountStatus: "external" }));
  const aws = fakeGates(clock, gates, needed);
  const routes = [aRoute({ approvers: { users: [EXTERNAL], groups: [GROUP] }, quorum })];
  const { requests, executions, messages, clicks } = store;
  const owned = await guardedByTestLease(store);
  const random = () => 0.5;
  let ids = 0;
  let process = 1;
  const newId = () => `id-${++ids}`;
  const abort = new AbortController().signal;

  /** For each request, the people who were permitted when their vote counted; computed without the code of the bot. */
  const permitted = new Map<string, Map<string, Verdict>>();
  const isPermitted = (user: string, verdict: RequestedAction, authority: Authority) => {
    if (authority === "break-glass") return user === ADMIN && verdict !== "withdraw";
    if (user === REQUESTER && verdict === "approve") return false;
    return user !== EXTERNAL && directory.groups.get(GROUP)?.has(user) === true;
  };
  /** Requests that an admin decided by break-glass. */
  const brokenGlass = new Set<string>();

  /** Asserts the rules for every signal when it is sent. `person` is its signer; null for the bot. */
  const assertSignalAllowed = async (verdict: Verdict, person: string | null) => {
    const gate = aws.waiting();
    const earlier = aws.sent.filter((signal) => signal.gate === gate);
    assert.ok(gate !== null, "a signal is sent while no gate is waiting");
    const request = (await requests.ofExecution(TARGET, EXECUTION_ID)).find((each) => each.stepExecutionId === gate);
    assert.ok(request !== undefined, `a signal is sent for ${gate}, which has no request`);
    assert.deepEqual(
      [request.state, request.decision, request.signal],
      ["decided", verdict, "sending"],
      "the attempt is not recorded before the signal is sent",
    );
    const votes = permitted.get(request.id) ?? new Map<string, Verdict>();
    const count = [...votes.values()].filter((each) => each === verdict).length;
    assert.ok(
      count >= (verdict === "approve" && !brokenGlass.has(request.id) ? quorum : 1),
      `${count} of ${quorum} permitted people voted to ${verdict} ${gate}`,
    );
    for (const signal of earlier)
      assert.ok(
        signal.mayApplyUntil <= clock.now(),
        `a signal is sent while the previous one may still apply (${signal.outcome})`,
      );
    assert.equal(person === null, needed === null, "the bot signals although people must, or the other way round");
    if (person === null) return;
    assert.equal(votes.get(person), verdict, `${person} signals ${verdict} without a vote to ${verdict}`);
    const accepted = earlier.filter(({ outcome }) => outcome === "accepted").map(({ session }) => session);
    assert.ok(!accepted.includes(aPerson(person).email), `${person} signals twice for ${gate}`);
    assert.ok(accepted.length < (needed ?? 1), `${gate} already has all required approvals`);
  };
  const { automation } = aws;
  const guarded: Automation = {
    ...automation,
    async signal(...args) {
      const [signer, , { kind }] = args;
      await assertSignalAllowed(kind === "reject" ? kind : "approve", signer.session === null ? null : signer.id);
      return automation.signal(...args);
    },
  };

  const ignored = makeIgnoredPauses();
  const tags = makePostponedTags();
  const apply = {
    requests: owned.requests,
    routes,
    identities: {},
    auditContext,
    clock,
    newId,
    log,
    ignored,
    tags,
    countUncovered() {},
  };
  const applyChanges = makeApplyChanges(apply);
  const sync = makeSyncExecution({
    ...owned,
    apply: applyChanges,
    mask: [],
    policyHash: "hash",
    startedElapsed: 0,
    ignored,
    correctTimes: makeAttemptTimes(clock).correct,
    clock,
    random,
    log,
    countStale: () => undefined,
    reportChange: () => undefined,
    withPauses: false,
  });
  const evaluateClick = makeEvaluateClick({
    requests,
    messages,
    clicks,
    groupReadLimit: makeGroupReadLimit(store.rateLimits, clock),
    auditContext,
    directory,
    routes,
    admins: { users: [ADMIN], groups: [] },
    identities: { [REQUESTER]: [anExecution().executedBy ?? ""] },
    lookUpRequester: async () => ({ kind: "done" }),
    isHomeTeam: () => true,
    digests: store.digests,
    hasTarget: () => true,
    signsAsPeople: () => false,
    sentence: ({ kind }) => kind,
    show: PLAIN_NAMES,
    clock,
    log,
  });
  const deliver = makeRequestMessages({
    messages,
    notices: store.notices,
    recipientLookups: store.recipientLookups,
    requests,
    routes,
    identities: {},
    chat,
    acquireSlot: chat.acquireSlot,
    aliveUntil,
    clock,
    newId,
    random,
    log,
    countLost: () => {},
  });
  const pollTarget = makePollTarget({ automation: guarded, executions: owned.executions, clock });
  const signalAs = (owner: string) =>
    makeSendSignal({
      countStale: () => {},
      ...store,
      clock,
      random,
      owner,
      aliveUntil,
      policyHash: "hash",
      workspace: "T0HOME",
      log,
    });

  const work = {
    poll: () => pollTarget(abort),
    sync: async () => {
      for (const each of await executions.due(TARGET.key, clock.now(), 10)) await sync(guarded, each, abort);
    },
    async vote() {
      for (const click of await clicks.unevaluated(clock.now(), 20)) {
        const { requestId, userId, verdict, authority } = click;
        const allowed = isPermitted(userId, verdict, authority);
        const votes = permitted.get(requestId) ?? new Map<string, Verdict>();
        const outcome = await evaluateClick(click);
        if (outcome.kind === "withdrawn") assert.ok(votes.delete(userId), `${userId} withdrew without a vote`);
        if (outcome.kind !== "counted" || verdict === "withdraw") continue;
        assert.ok(allowed, `the vote of ${userId} counted (${verdict}, ${authority})`);
        if (authority === "break-glass") brokenGlass.add(requestId);
        permitted.set(requestId, votes.set(userId, verdict));
      }
    },
    async signal() {
      const owner = `process-${process}`;
      for (const due of await requests.dueToSignal(TARGET, clock.now(), 10)) await signalAs(owner)(guarded, due, abort);
    },
    async deliver() {
      for (const row of await messages.due(clock.now(), 100)) await deliver(row, abort);
    },
  };

  const handle = async (event: ModelEvent): Promise<void> => {
    switch (event.kind) {
      case "click": {
        const [ts, message] = [...chat.messages][event.message % Math.max(1, chat.messages.size)] ?? [];
        if (ts === undefined || message === undefined) return;
        const id = newId();
        const origin = { kind: "message", channelId: message.channelId, ts } as const;
        await clicks.record(
          aClick(event.user, {
            id,
            key: id,
            verdict: event.verdict,
            authority: event.authority,
            ...(event.authority === "break-glass" ? { reason: "in need", typed: anExecution().documentName } : {}),
            receivedAt: clock.now(),
            requestId: message.view.request.id,
            origin,
          }),
        );
        return;
      }
      case "membership":
        directory.groups.get(GROUP)?.[event.member ? "add" : "delete"](event.user);
        return;
      case "elsewhere":
        return aws.decideElsewhere(event.verdict);
      case "ends":
        return aws.endExecution(event.status);
      case "signal-outcome":
        return aws.setOutcome(event.outcome);
      case "trust":
        return aws.setTrusted(aPerson(event.user).email ?? "", event.trusted);
      case "time":
        return clock.advance(event.ms);
      case "work":
        // Two workers of one kind at the same time are like two processes.
        await Promise.all(
          Array.from({ length: event.worker === "vote" ? 1 : event.together }, () => work[event.worker]()),
        );
        return;
      case "second":
        for (const worker of WORKERS) await work[worker]();
        return clock.advance(1_000);
      case "crash":
        process++;
        return;
      default:
        assert.fail(event satisfies never);
    }
  };

  /** Runs all due work for hours, then asserts that everything is resolved and shown. */
  const finish = async () => {
    aws.setOutcome("accepted");
    for (const each of PEOPLE) aws.setTrusted(aPerson(each).email ?? "", true);
    for (let round = 0; round < 60; round++) {
      for (const worker of WORKERS) await work[worker]();
      clock.advance(round < 10 ? 1_000 : 310_000);
    }
    const all = await requests.ofExecution(TARGET, EXECUTION_ID);
    for (const request of all) {
      const waits = request.stepExecutionId === aws.waiting();
      assert.equal(
        request.state === "closed",
        !waits,
        `${request.stepExecutionId} is ${request.state}, waits: ${waits}`,
      );
      // AWS may require more approvals than the quorum; other people must give those in AWS.
      const accepted = needed === null ? 0 : countAccepted(await requests.signals(request.id));
      const isSignaled = request.signal === "accepted" && accepted < (needed ?? 0);
      if (waits && !isSignaled) assert.equal(request.state, "open", "a decision did not reach AWS");
      const shown = [...chat.messages.values()].filter(({ view }) => view.request.id === request.id);
      assert.ok(shown.length <= 1, "a request has two messages");
      for (const { view } of shown) assert.equal(view.request.version, request.version, "the message is out of date");
      if (aws.hasEnded()) assert.notEqual(request.executionEndedAt, null);
    }
    if (aws.waiting() !== null)
      assert.ok(
        all.some(({ stepExecutionId }) => stepExecutionId === aws.waiting()),
        "a waiting gate has no request",
      );
    assert.deepEqual(await clicks.unevaluated(Number.MAX_SAFE_INTEGER, 10), [], "a click was not evaluated");
    if (aws.hasEnded())
      assert.deepEqual(await executions.watched(TARGET.key), [], "an ended execution is still polled");
  };

  return { handle, finish, aws, log };
}
