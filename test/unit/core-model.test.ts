import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { makeEvaluateClick } from "../../src/app/decide/evaluate-click.ts";
import { makeRequestMessages } from "../../src/app/deliver/message-kinds.ts";
import type { Automation } from "../../src/app/ports/aws.ts";
import type { Store } from "../../src/app/ports/store.ts";
import { makeSendSignal } from "../../src/app/signal/send-signal.ts";
import { makeApplyChanges } from "../../src/app/watch/apply-changes.ts";
import { makePollTarget } from "../../src/app/watch/poll-target.ts";
import { makeSyncExecution } from "../../src/app/watch/sync-execution.ts";
import type { Authority, RequestedAction, Verdict } from "../../src/core/request.ts";
import { countAccepted } from "../../src/core/signal-attempt.ts";
import { sqliteDialect } from "../../src/store/sqlite.ts";
import { openStore } from "../../src/store/store.ts";
import { fakeChat, fakeDirectory, TARGET, testClock, testLog } from "../support/fakes.ts";
import { FATES, type Fate, gatesInAws } from "../support/gates.ts";
import { aClick, anExecution, aPerson, aRoute, EXECUTION_ID } from "../support/samples.ts";
import { underOwnLease } from "../support/stores.ts";

const GROUP = "S0DBA";
const PEOPLE = ["U0ANN", "U0BEN", "U0CAT", "U0DAN", "U0EVE", "U0FAY", "U0GUS"];
/** Eve is named as an approver, but belongs to another workspace. */
const EXTERNAL = "U0EVE";
/** Ann started the execution, and may not approve it. */
const STARTER = "U0ANN";
/** Dan may break glass, and is an approver only while he belongs to the group. */
const ADMIN = "U0DAN";

const WORKERS = ["poll", "look", "deliver", "vote", "signal"] as const;
type Worker = (typeof WORKERS)[number];

type Happening =
  | { kind: "click"; user: string; verdict: RequestedAction; authority: Authority; message: number }
  | { kind: "membership"; user: string; member: boolean }
  | { kind: "elsewhere"; verdict: Verdict }
  | { kind: "ends"; status: "Cancelled" | "TimedOut" }
  | { kind: "fate"; fate: Fate }
  /** Whether AWS lets the bot act as this person; heard only where each signals as themselves. */
  | { kind: "trust"; user: string; trusted: boolean }
  | { kind: "time"; ms: number }
  | { kind: "work"; who: Worker; together: number }
  /** Every worker in turn: a second in the bot's life. */
  | { kind: "second" }
  | { kind: "crash" };

const often = (weight: number, arbitrary: fc.Arbitrary<Happening>) => ({ weight, arbitrary });
const is = <Kind extends Happening["kind"]>(kind: Kind) => fc.constant(kind);
const verdict = fc.constantFrom<Verdict>("approve", "approve", "approve", "approve", "reject");
const wish = fc.constantFrom<RequestedAction>("approve", "approve", "approve", "approve", "reject", "withdraw");
const authority = fc.constantFrom<Authority>(...Array<Authority>(9).fill("approver"), "break-glass");
const user = fc.constantFrom(...PEOPLE);
const fate = fc.constantFrom<Fate>(...FATES);
const ms = fc.constantFrom(1, 1_000, 5_000, 20_000, 60_000, 300_000, 700_000);

const happening: fc.Arbitrary<Happening> = fc.oneof(
  often(30, fc.record({ kind: is("click"), user, verdict: wish, authority, message: fc.nat({ max: 5 }) })),
  often(30, fc.record({ kind: is("second") })),
  often(
    12,
    fc.record({ kind: is("work"), who: fc.constantFrom(...WORKERS), together: fc.integer({ min: 1, max: 3 }) }),
  ),
  often(8, fc.record({ kind: is("fate"), fate })),
  often(6, fc.record({ kind: is("time"), ms })),
  often(4, fc.record({ kind: is("membership"), user, member: fc.boolean() })),
  often(4, fc.record({ kind: is("trust"), user, trusted: fc.boolean() })),
  often(2, fc.record({ kind: is("crash") })),
  often(1, fc.record({ kind: is("elsewhere"), verdict })),
  often(1, fc.record({ kind: is("ends"), status: fc.constantFrom("Cancelled" as const, "TimedOut" as const) })),
);

/** A bot on an empty store, and AWS with the given gates. The store is given: one migration serves many runs. */
async function bot(store: Store, quorum: number, gates: number, needed: number | null) {
  const clock = testClock();
  const log = testLog();
  const chat = fakeChat();
  const directory = fakeDirectory();
  directory.groups.set(GROUP, new Set(["U0ANN", "U0BEN", "U0CAT", "U0FAY", "U0GUS"]));
  directory.people.set(EXTERNAL, aPerson(EXTERNAL, { accountStatus: "external" }));
  const aws = gatesInAws(clock, gates, needed);
  const routes = [aRoute({ approvers: { users: [EXTERNAL], groups: [GROUP] }, quorum })];
  const { requests, executions, messages, clicks } = store;
  const owned = await underOwnLease(store);
  const random = () => 0.5;
  let ids = 0;
  let process = 1;
  const newId = () => `id-${++ids}`;
  const abort = new AbortController().signal;

  /** Who was permitted when their vote was taken, for each request. The bot's own word is not taken for it. */
  const permitted = new Map<string, Map<string, Verdict>>();
  const isPermitted = (user: string, verdict: RequestedAction, authority: Authority) => {
    if (authority === "break-glass") return user === ADMIN && verdict !== "withdraw";
    if (user === STARTER && verdict === "approve") return false;
    return user !== EXTERNAL && directory.groups.get(GROUP)?.has(user) === true;
  };
  /** Requests that an admin decided alone. */
  const broken = new Set<string>();

  /** What holds of every signal at the moment when it leaves; `person` is who sends it, where people do. */
  const judge = async (verdict: Verdict, person: string | null) => {
    const gate = aws.waiting();
    const earlier = aws.sent.filter((signal) => signal.gate === gate);
    assert.ok(gate !== null, "a signal left while nothing waits");
    const request = (await requests.ofExecution(TARGET, EXECUTION_ID)).find((each) => each.stepExecutionId === gate);
    assert.ok(request !== undefined, `a signal left for ${gate}, which is not on record`);
    assert.deepEqual(
      [request.state, request.decision, request.signal],
      ["decided", verdict, "sending"],
      "it was not on record before it left",
    );
    const votes = permitted.get(request.id) ?? new Map<string, Verdict>();
    const count = [...votes.values()].filter((each) => each === verdict).length;
    assert.ok(
      count >= (verdict === "approve" && !broken.has(request.id) ? quorum : 1),
      `${count} permitted people ask to ${verdict} ${gate}, of ${quorum}`,
    );
    for (const signal of earlier)
      assert.ok(signal.mayLandUntil <= clock.now(), `sent again while the one before may still land (${signal.fate})`);
    assert.equal(
      person === null,
      needed === null,
      "the bot signals for itself where people do, or the other way round",
    );
    if (person === null) return;
    assert.equal(votes.get(person), verdict, `${person} signals to ${verdict} without having decided so`);
    const taken = earlier.filter(({ fate }) => fate === "accepted").map(({ session }) => session);
    assert.ok(!taken.includes(aPerson(person).email), `${person} signals twice for ${gate}`);
    assert.ok(taken.length < (needed ?? 1), `${gate} has all that it asks for`);
  };
  const { automation } = aws;
  const guarded: Automation = {
    ...automation,
    async signal(...args) {
      const [signer, , verdict] = args;
      await judge(verdict, signer.session === null ? null : signer.id);
      return automation.signal(...args);
    },
  };

  const apply = makeApplyChanges({ requests: owned.requests, routes, clock, newId, log });
  const look = makeSyncExecution({ ...owned, apply, mask: [], clock, random, log });
  const vote = makeEvaluateClick({
    requests,
    messages,
    clicks,
    directory,
    routes,
    admins: { users: [ADMIN], groups: [] },
    identities: { [STARTER]: [anExecution().executedBy ?? ""] },
    isHomeTeam: () => true,
    digests: store.digests,
    hasTarget: () => true,
    sentence: ({ kind }) => kind,
    clock,
    log,
  });
  const deliver = makeRequestMessages({ messages, requests, routes, identities: {}, chat, clock, newId, random, log });
  const discover = makePollTarget({ automation: guarded, executions: owned.executions, clock });
  const signalAs = (owner: string) => makeSendSignal({ ...store, clock, random, owner, workspace: "T0HOME", log });

  const work = {
    poll: () => discover(abort),
    look: async () => {
      for (const each of await executions.due(TARGET.key, clock.now(), 10)) await look(guarded, each, abort);
    },
    async vote() {
      for (const click of await clicks.unevaluated(clock.now(), 20)) {
        const { requestId, userId, verdict, authority } = click;
        const allowed = isPermitted(userId, verdict, authority);
        const votes = permitted.get(requestId) ?? new Map<string, Verdict>();
        const outcome = await vote(click);
        if (outcome.kind === "withdrawn") assert.ok(votes.delete(userId), `${userId} withdrew what was not theirs`);
        if (outcome.kind !== "counted" || verdict === "withdraw") continue;
        assert.ok(allowed, `${userId} was counted (${verdict}, ${authority})`);
        if (authority === "break-glass") broken.add(requestId);
        permitted.set(requestId, votes.set(userId, verdict));
      }
    },
    async signal() {
      const owner = `process-${process}`;
      for (const { id } of await requests.dueToSignal(TARGET, clock.now(), 10))
        await signalAs(owner)(guarded, id, abort);
    },
    async deliver() {
      for (const row of await messages.due(clock.now(), 100)) await deliver(row, abort);
    },
  };

  const happen = async (what: Happening): Promise<void> => {
    switch (what.kind) {
      case "click": {
        const [ts, message] = [...chat.messages][what.message % Math.max(1, chat.messages.size)] ?? [];
        if (ts === undefined || message === undefined) return;
        const id = newId();
        const origin = { kind: "message", channelId: message.channelId, ts } as const;
        await clicks.record(
          aClick(what.user, {
            id,
            key: id,
            verdict: what.verdict,
            authority: what.authority,
            ...(what.authority === "break-glass" ? { reason: "in need", typed: anExecution().documentName } : {}),
            receivedAt: clock.now(),
            requestId: message.view.request.id,
            origin,
          }),
        );
        return;
      }
      case "membership":
        directory.groups.get(GROUP)?.[what.member ? "add" : "delete"](what.user);
        return;
      case "elsewhere":
        return aws.elsewhere(what.verdict);
      case "ends":
        return aws.ends(what.status);
      case "fate":
        return aws.meets(what.fate);
      case "trust":
        return aws.trusts(aPerson(what.user).email ?? "", what.trusted);
      case "time":
        return clock.advance(what.ms);
      case "work":
        // Two workers of one kind at a time are two processes.
        await Promise.all(Array.from({ length: what.who === "vote" ? 1 : what.together }, () => work[what.who]()));
        return;
      case "second":
        for (const who of WORKERS) await work[who]();
        return clock.advance(1_000);
      case "crash":
        process++;
        return;
      default:
        assert.fail(what satisfies never);
    }
  };

  /** Everything that is due is done, for hours: what is not settled then never will be. */
  const settle = async () => {
    aws.meets("accepted");
    for (const each of PEOPLE) aws.trusts(aPerson(each).email ?? "", true);
    for (let round = 0; round < 60; round++) {
      for (const who of WORKERS) await work[who]();
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
      // AWS may ask for more people than have decided here; the rest is for others to approve there.
      const accepted = needed === null ? 0 : countAccepted(await requests.signals(request.id));
      const isTold = request.signal === "accepted" && accepted < (needed ?? 0);
      if (waits && !isTold) assert.equal(request.state, "open", "a decision that never reached AWS");
      const shown = [...chat.messages.values()].filter(({ view }) => view.request.id === request.id);
      assert.ok(shown.length <= 1, "two messages");
      for (const { view } of shown) assert.equal(view.request.version, request.version, "the message is out of date");
      if (aws.isOver()) assert.notEqual(request.executionEndedAt, null);
    }
    if (aws.waiting() !== null)
      assert.ok(
        all.some(({ stepExecutionId }) => stepExecutionId === aws.waiting()),
        "a gate that nobody was asked about",
      );
    assert.deepEqual(await clicks.unevaluated(Number.MAX_SAFE_INTEGER, 10), [], "a click without a verdict");
    if (aws.isOver())
      assert.deepEqual(await executions.watched(TARGET.key), [], "an execution that is watched for ever");
  };

  return { happen, settle, aws, log };
}

/** Runs of one kind: as the bot itself, or as each person towards so many approvals of AWS's own. */
async function runs(t: TestContext, needed: fc.Arbitrary<number | null>) {
  const seed = Number(process.env.FC_SEED ?? Math.floor(Math.random() * 2 ** 31));
  t.diagnostic(`seed ${seed}; FC_SEED repeats it`);
  let signals = 0;
  const fates = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 3 }),
      needed,
      fc.array(happening, { minLength: 30, maxLength: 80, size: "max" }),
      async (quorum, gates, each, happenings) => {
        const store = await openStore({ dialect: sqliteDialect(":memory:"), publishes: false, now: () => 0 });
        try {
          const { happen, settle, aws } = await bot(store, quorum, gates, each);
          for (const who of ["poll", "look", "deliver"] as const) await happen({ kind: "work", who, together: 1 });
          for (const one of happenings) await happen(one);
          await settle();
          signals += aws.sent.length;
          for (const { fate } of aws.sent) fates.add(fate);
        } finally {
          await store.close();
        }
      },
    ),
    { numRuns: 35, seed },
  );
  assert.ok(signals >= 10, `only ${signals} signals: the runs do not reach what they are about`);
  t.diagnostic(`${signals} signals met: ${[...fates].join("; ")}`);
}

test("whatever people click and AWS does: a signal leaves only for a complete quorum of permitted people, for the gate that waits, and never twice unless the first surely came to nothing; in the end all is settled and shown", (t) =>
  runs(t, fc.constant(null)));

test("the same where each person signals as themselves: nobody but who decided so, one at a time, none twice, and no more than AWS asks for", (t) =>
  runs(t, fc.integer({ min: 1, max: 3 })));
