import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { EffectKind } from "../../src/app/ports/effect-store.ts";
import type { SignalAttempt } from "../../src/core/signal-attempt.ts";
import { isUnverified } from "../../src/core/verify-signals.ts";
import { TARGET } from "../support/fakes.ts";
import { aClick, anAttempt, anEntry, aRequest, NOW } from "../support/samples.ts";
import { aStore, ENGINES, type OpenStore } from "../support/stores.ts";

const FOREVER = Number.MAX_SAFE_INTEGER;
const MANY = 100;
const ERROR = "it failed";

/** For each effect: rows in every state, of which the backlog and the worker's query must find the same ones. */
interface Case {
  fill: (store: OpenStore) => Promise<void>;
  /** The requests or channels that the worker's query finds, whatever the time. */
  worker: (store: OpenStore) => Promise<string[]>;
  expected: string[];
  /** The request whose effect fails; null if the effect belongs to no single request. */
  failing: string | null;
  /** The error that is shown; `ERROR` unless it is derived from the rows. */
  error?: string;
  /** Requests whose effect is done or not due, although some keep an error. */
  others: string[];
}

const open = (store: OpenStore, id: string, more: object = {}, channels = [`C0${id}`]) =>
  store.requests.open({
    request: aRequest({ id, stepExecutionId: id, ...more }),
    channels,
    audit: anEntry({ requestId: id, kind: "decision" in more ? "decided" : "progress" }),
  });

const change = (store: OpenStore, id: string, patch: object, attempt?: SignalAttempt, expectedVersion = 1) =>
  store.requests.advance({
    requestId: id,
    expectedVersion,
    patch,
    audit: [],
    ...(attempt === undefined ? {} : { attempt }),
  });

async function messageOf(store: OpenStore, requestId: string): Promise<string> {
  const [row] = await store.messages.ofRequest(requestId);
  return row?.id ?? assert.fail(`${requestId} has no message`);
}

/** Messages: never tried, refused, claimed, posted and current, posted and outdated; closed unseen, closed in doubt. */
async function fillMessages(store: OpenStore): Promise<void> {
  for (const id of ["new", "refused", "claimed", "current", "outdated", "stuck", "unseen", "doubtful"])
    await open(store, id);
  for (const id of ["refused", "unseen"])
    await store.messages.recordFailed(await messageOf(store, id), ERROR, NOW + 60_000);
  for (const id of ["claimed", "doubtful"])
    await store.messages.claim(await messageOf(store, id), id, NOW, NOW + 60_000);
  for (const id of ["current", "outdated", "stuck"])
    await store.messages.recordPosted(await messageOf(store, id), "1.1", 1);
  for (const id of ["outdated", "stuck"]) await change(store, id, {});
  await store.messages.recordFailed(await messageOf(store, "stuck"), ERROR, NOW + 60_000);
  for (const id of ["unseen", "doubtful"]) await change(store, id, { state: "closed" });
}

const messagesDue = async (store: OpenStore, isPosted: boolean) =>
  (await store.messages.due(FOREVER, MANY))
    .filter(({ ts }) => (ts !== null) === isPosted)
    .map(({ channelId }) => channelId);

async function fillNotices(store: OpenStore): Promise<void> {
  for (const id of ["new", "refused", "posted"]) {
    await open(store, id, {}, []);
    await store.recipientLookups.recordDone(
      { requestId: id, kind: "no-route", subject: "", attempts: 0 },
      [`D0${id}`],
      NOW,
    );
    const [notice] = await store.notices.ofRequest(id);
    assert(notice !== undefined);
    if (id === "refused") await store.notices.recordFailed(notice.id, ERROR, NOW + 60_000);
    if (id === "posted") await store.notices.recordPosted(notice.id, "1.1", 1);
  }
}

/** Digests: one to post, one that cannot be updated, one that shows all there is to show, and one that has ended. */
async function fillDigests(store: OpenStore): Promise<void> {
  for (const id of ["new", "stuck", "posted", "ended"]) await open(store, id);
  await store.digests.begin(0, NOW);
  for (const row of await store.digests.current()) {
    if (row.channelId === "C0ended") await store.digests.end(row, NOW);
    if (row.channelId === "C0posted" || row.channelId === "C0stuck") await store.digests.recordPosted(row.id, "1.1", 1);
    if (row.channelId === "C0stuck") await store.digests.recordFailed(row.id, ERROR, NOW + 60_000);
  }
}

async function fillLookups(store: OpenStore): Promise<void> {
  for (const id of ["new", "failed", "done"]) {
    await store.requests.open({
      request: aRequest({ id, stepExecutionId: id }),
      channels: [],
      audit: anEntry({ requestId: id }),
      recipientLookup: "no-route",
    });
    const lookup = { requestId: id, kind: "no-route", subject: "", attempts: 0 } as const;
    if (id === "failed") await store.recipientLookups.recordFailed(lookup, ERROR, NOW + 60_000);
    if (id === "done") await store.recipientLookups.recordDone(lookup, [], NOW);
  }
}

/** Decisions in every state. Four had an attempt with an error; only "ambiguous" is unfinished and failed last. */
async function fillSignals(store: OpenStore): Promise<void> {
  const decided = { state: "decided", decision: "approve", signalNextAt: NOW } as const;
  await open(store, "due", { ...decided, signal: "due" }, []);
  await open(store, "open", {}, []);
  await open(store, "ambiguous", { ...decided, signal: "ambiguous" }, []);
  await open(store, "sending", { ...decided, signal: "sending" }, []);
  await open(store, "accepted", { ...decided, signal: "accepted" }, []);
  await open(store, "closed", { ...decided, state: "closed", signal: "due" }, []);
  for (const id of ["ambiguous", "sending", "accepted", "closed"])
    await change(store, id, {}, anAttempt({ requestId: id, state: "ambiguous", error: ERROR }));
  await change(store, "sending", {}, anAttempt({ requestId: "sending", attempt: 2 }), 2);
}

/** Clicks: new, postponed, evaluated without a reply; and with one that is to be sent, cannot be sent, and was sent. */
async function fillClicks(store: OpenStore): Promise<void> {
  for (const id of ["new", "postponed", "counted", "denied", "unsent", "replied"])
    await store.clicks.record(aClick(id, { id, key: id, requestId: id }));
  await store.clicks.postpone({ id: "postponed", evaluatedAt: null }, NOW + 60_000, ERROR);
  await store.clicks.recordEvaluated("counted", null, null);
  for (const id of ["denied", "unsent", "replied"]) await store.clicks.recordEvaluated(id, "No.", null);
  await store.clicks.postpone({ id: "unsent", evaluatedAt: NOW }, NOW + 60_000, ERROR);
  await store.clicks.recordReplied({ id: "replied", reply: "No." });
}

const CASES: Record<EffectKind, Case> = {
  post: {
    fill: fillMessages,
    worker: (store) => messagesDue(store, false),
    expected: ["C0claimed", "C0doubtful", "C0new", "C0refused"],
    failing: "refused",
    others: ["new", "current", "outdated", "stuck", "unseen"],
  },
  update: {
    fill: fillMessages,
    worker: (store) => messagesDue(store, true),
    expected: ["C0outdated", "C0stuck"],
    failing: "stuck",
    others: ["current", "outdated", "refused", "unseen"],
  },
  digest: {
    fill: fillDigests,
    worker: async (store) =>
      (await store.digests.current())
        .filter(({ ts, lastError }) => ts === null || lastError !== null)
        .map(({ channelId }) => channelId),
    expected: ["C0new", "C0stuck"],
    failing: null,
    others: ["stuck", "posted", "ended"],
  },
  notice: {
    fill: fillNotices,
    worker: async (store) => (await store.notices.due(FOREVER, MANY)).map(({ channelId }) => channelId),
    expected: ["D0new", "D0refused"],
    failing: "refused",
    others: ["new", "posted"],
  },
  recipients: {
    fill: fillLookups,
    worker: async (store) => (await store.recipientLookups.due(FOREVER, MANY)).map(({ requestId }) => requestId),
    expected: ["failed", "new"],
    failing: "failed",
    others: ["new", "done"],
  },
  requester: {
    async fill(store) {
      for (const id of ["new", "failed", "stored", "closed"])
        await open(store, id, { addressOwners: { "rosa@example.com": { kind: "pending" } } }, []);
      await open(store, "no-address", {}, []);
      await store.requesterLookups.recordFailed("failed", ERROR, NOW + 60_000);
      await change(store, "stored", { addressOwners: { "rosa@example.com": { kind: "nobody" } }, listedAccounts: {} });
      await change(store, "closed", { state: "closed" });
    },
    worker: async (store) => (await store.requesterLookups.due(FOREVER, MANY)).map(({ requestId }) => requestId),
    expected: ["closed", "failed", "new"],
    failing: "failed",
    others: ["new", "stored", "closed", "no-address"],
  },
  signal: {
    fill: fillSignals,
    worker: async (store) => (await store.requests.dueToSignal(TARGET, FOREVER, MANY)).map(({ id }) => id),
    expected: ["ambiguous", "due", "sending"],
    failing: "ambiguous",
    others: ["due", "sending", "accepted", "closed"],
  },
  verify: {
    async fill(store) {
      const decided = { state: "decided", decision: "approve", signal: "accepted" } as const;
      await open(store, "due", { ...decided, verification: "due" }, []);
      await open(store, "closed", { ...decided, state: "closed", verification: "due" }, []);
      await open(store, "no-effect", { ...decided, verification: "no-effect" }, []);
      await open(store, "no-effect-closed", { ...decided, state: "closed", verification: "no-effect" }, []);
      const ended = { executionEndedAt: NOW, verification: "misdirected" } as const;
      await open(store, "misdirected-ended", { ...decided, state: "closed", ...ended }, []);
      for (const verification of ["none", "confirmed", "not-visible"] as const)
        await open(store, verification, { ...decided, verification }, []);
    },
    worker: async (store) =>
      (await store.requests.inState(["open", "decided", "closed"], MANY)).filter(isUnverified).map(({ id }) => id),
    expected: ["closed", "due", "no-effect"],
    failing: "no-effect",
    error: "AWS accepted the signal, and the step still waits without it. Decide the step in the AWS console.",
    others: ["due", "closed", "no-effect-closed", "misdirected-ended", "none", "confirmed", "not-visible"],
  },
  click: {
    fill: fillClicks,
    worker: async (store) => (await store.clicks.unevaluated(FOREVER, MANY)).map(({ requestId }) => requestId),
    expected: ["new", "postponed"],
    failing: "postponed",
    others: ["new", "counted", "unsent", "replied"],
  },
  reply: {
    fill: fillClicks,
    worker: async (store) => (await store.clicks.unreplied(FOREVER, MANY)).map(({ requestId }) => requestId),
    expected: ["denied", "unsent"],
    failing: "unsent",
    others: ["postponed", "counted", "denied", "replied"],
  },
  publish: {
    async fill(store) {
      for (const kind of ["requested", "decided", "closed"] as const)
        await store.requests.open({
          request: aRequest({ id: kind, stepExecutionId: kind }),
          channels: [],
          audit: anEntry({ kind, requestId: kind }),
        });
      await open(store, "unpublished", {}, []);
      await store.audit.recordPublished(new Map([[1, "an event"]]));
      await store.audit.recordPublishFailed(2, ERROR, NOW + 60_000);
    },
    worker: async (store) => (await store.audit.unpublished(FOREVER, MANY)).map(({ record }) => record.requestId),
    expected: ["closed", "decided"],
    failing: "decided",
    others: ["requested", "closed", "unpublished"],
  },
};

for (const engine of ENGINES) {
  const filled = async (t: TestContext, kind: EffectKind) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await CASES[kind].fill(store);
    return store;
  };
  const backlog = async (store: OpenStore, kind: EffectKind) =>
    (await store.effects.backlog()).effects.find((each) => each.kind === kind) ?? assert.fail(`no effect ${kind}`);

  for (const kind of Object.keys(CASES) as EffectKind[]) {
    test(`${engine.name}: the backlog of "${kind}" counts the rows that its worker finds, and no other; /approvals show names its failure`, async (t) => {
      const store = await filled(t, kind);
      const { worker, expected, error = ERROR } = CASES[kind];
      assert.deepEqual((await worker(store)).toSorted(), expected);
      const { due, failing, lastError } = await backlog(store, kind);
      assert.deepEqual([due, failing, lastError?.error], [expected.length, 1, error]);
      assert.ok(expected.includes(lastError?.about ?? ""), `${lastError?.about} fails`);

      const { failing: request, others } = CASES[kind];
      const failingOf = async (id: string) => (await store.effects.failing(id)).filter((each) => each.kind === kind);
      if (request !== null) assert.deepEqual(await failingOf(request), [{ kind, ...lastError }]);
      for (const id of others) assert.deepEqual(await failingOf(id), [], id);
    });
  }

  test(`${engine.name}: a signal that reached another step stays a failing effect until its execution ends`, async (t) => {
    const store = await aStore(t, { engine, now: () => NOW });
    await open(store, "misdirected", { state: "closed", verification: "misdirected" }, []);
    assert.deepEqual([(await backlog(store, "verify")).due, (await backlog(store, "verify")).failing], [1, 1]);
    assert.deepEqual(
      (await store.effects.failing("misdirected")).map(({ kind }) => kind),
      ["verify"],
    );
    await change(store, "misdirected", { executionEndedAt: NOW });
    assert.equal((await backlog(store, "verify")).due, 0);
  });

  test(`${engine.name}: an audit record that the bus refused for good stays in the backlog, and its worker leaves it`, async (t) => {
    const store = await filled(t, "publish");
    await store.audit.recordPublishFailed(2, ERROR, null);
    const { worker } = CASES.publish;
    assert.deepEqual(await worker(store), ["closed"]);
    const { due, failing } = await backlog(store, "publish");
    assert.deepEqual([due, failing], [2, 1]);
  });
}
