import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { CamelCasePlugin, Kysely, sql } from "kysely";
import { makeApplyRetention } from "../../src/app/audit/apply-retention.ts";
import { verifyTrail } from "../../src/app/audit/verify-trail.ts";
import type { Store } from "../../src/app/ports/store.ts";
import type { RequestPatch } from "../../src/core/request.ts";
import { openAuditTrail } from "../../src/store/audit-trail.ts";
import { TABLES_OF_REQUESTS } from "../../src/store/retention.ts";
import { openStore } from "../../src/store/store.ts";
import { CHECKING } from "../support/chain.ts";
import { testClock, testLog } from "../support/fakes.ts";
import { READABLE_ENGINES } from "../support/readable-engines.ts";
import { aClick, anAttempt, anEntry, aRequest, aVote } from "../support/samples.ts";

const OLD = 1_000;
const CUTOFF = 10_000;
const RECENT = 20_000;
const CLOSED: RequestPatch = {
  ...{ state: "closed", closedAt: OLD, executionEndedAt: OLD },
  outcome: { kind: "approved", where: "slack", by: [], detail: null },
};

for (const [engine, create] of READABLE_ENGINES) {
  const setUp = async (t: TestContext, { publishes = false } = {}) => {
    const { database, readDialect } = await create();
    const store = await openStore({ dialect: database.dialect(), publishes, now: () => OLD });
    t.after(async () => {
      await store.close();
      await database.remove();
    });
    /** Checks the chain, and returns the number of records and the position before the first. */
    const verify = async () => {
      const trail = openAuditTrail(readDialect());
      const checked = await verifyTrail(trail, null, CHECKING);
      await trail.close();
      assert.ok(checked.kind === "checked");
      assert.deepEqual(checked.findings, []);
      return [checked.count, checked.after.seq];
    };
    return { store, readDialect, verify, remove: (limit = 100) => store.retention.deleteBatch(CUTOFF, limit) };
  };

  test(`${engine}: an old request goes with everything that belongs to it, and the rest of the chain stays proven`, async (t) => {
    const { store, verify, remove } = await setUp(t);
    const { requests, clicks } = store;
    await open(store, "a");
    await clicks.record(aClick("U1", { id: "c", key: "c", requestId: "a" }));
    const vote = aVote("U1", { requestId: "a" });
    const audit = [{ ...anEntry({ kind: "progress" }), requestId: "a", at: OLD }];
    await requests.advance({ requestId: "a", expectedVersion: 1, patch: {}, vote, click: "c", audit });
    const attempt = anAttempt({ requestId: "a", state: "accepted" });
    await requests.advance({ requestId: "a", expectedVersion: 2, patch: {}, attempt, audit: [] });
    await close(store, "a", { version: 3 });
    await open(store, "b", RECENT);
    const keeps = { requestId: "b", reason: "recent" };
    assert.deepEqual(await remove(), { records: 3, requests: 1, more: false, keeps });
    assert.equal(await requests.byId("a"), null);
    assert.deepEqual(
      [await requests.votes("a"), await requests.signals("a"), await requests.history("a")],
      [[], [], []],
    );
    assert.equal(await clicks.record(aClick("U1", { id: "c", key: "c" })), "recorded", "the click is gone");
    assert.notEqual(await requests.byId("b"), null);
    assert.deepEqual(await verify(), [1, 3]);
    assert.deepEqual(await remove(), { records: 0, requests: 0, more: false, keeps });
    await close(store, "b", { at: RECENT });
    assert.deepEqual(await verify(), [2, 3]);
  });

  test(`${engine}: a record that must stay stops the deletion of the later ones, and its own request stays whole`, async (t) => {
    const { store, verify, remove } = await setUp(t);
    for (const id of ["a", "b"]) await open(store, id);
    await close(store, "a");
    await open(store, "c");
    await close(store, "c");
    // a and c are over, b is not: only the first record of a precedes it.
    assert.deepEqual(await remove(), {
      records: 1,
      requests: 0,
      more: false,
      keeps: { requestId: "b", reason: "not closed" },
    });
    assert.notEqual(await store.requests.byId("a"), null, "the request goes with its last record");
    await close(store, "b");
    assert.deepEqual(await remove(2), { records: 2, requests: 1, more: true, keeps: null });
    assert.deepEqual(await remove(), { records: 3, requests: 2, more: false, keeps: null });
    assert.deepEqual(await verify(), [0, 6]);
  });

  const unfinished: [
    string,
    (store: Store) => Promise<unknown>,
    { publishes?: boolean; version?: number; patch?: RequestPatch }?,
  ][] = [
    ["event not published", async () => undefined, { publishes: true }],
    ["message not delivered", postMessage],
    ["notice not delivered", (store) => store.notices.add("a", "signal-misdirected", "C1", 0)],
    ["recipients not resolved", (store) => advance(store, { recipientLookup: "break-glass" }), { version: 2 }],
    ["signal not verified", async () => undefined, { patch: { verification: "due" } }],
    [
      "attempt not resolved",
      (store) => advance(store, { attempt: anAttempt({ requestId: "a", uncertainUntil: CUTOFF, state: "ambiguous" }) }),
      { version: 2 },
    ],
    ["click not answered", (store) => store.clicks.record(aClick("U1", { id: "c", key: "c", requestId: "a" }))],
    ["execution watched", watch],
  ];
  for (const [reason, prepare, { publishes = false, version = 1, patch = {} } = {}] of unfinished)
    test(`${engine}: an old request stays while this is unfinished: ${reason}`, async (t) => {
      const { store, remove } = await setUp(t, { publishes });
      await open(store, "a", OLD, reason === "message not delivered" ? ["C1"] : []);
      if (reason === "attempt not resolved")
        await advance(store, { audit: [{ ...anEntry({ kind: "decided" }), requestId: "a", at: OLD }] });
      await prepare(store);
      const request = await store.requests.byId("a");
      await close(store, "a", {
        version: request?.version ?? version,
        patch,
        resolved: reason !== "recipients not resolved",
      });
      assert.deepEqual(await remove(), { records: 0, requests: 0, more: false, keeps: { requestId: "a", reason } });
      const stop = reason === "recent" ? null : { requestId: "a", reason };
      assert.deepEqual(await store.retention.findStop(CUTOFF), stop);
    });

  test(`${engine}: two replicas delete a batch once, and the schedule is stored`, async (t) => {
    const { store, verify } = await setUp(t);
    for (const id of ["a", "b", "c"]) {
      await open(store, id);
      await close(store, id);
    }
    const clock = testClock();
    const log = testLog();
    const apply = () => makeApplyRetention({ retention: store.retention, retentionMs: 1_000, clock, log })();
    assert.deepEqual(await Promise.all([apply(), apply()]), [false, false]);
    assert.deepEqual(
      log.lines.filter(({ fields }) => fields.event === "retention.deleted").map(({ fields }) => fields.records),
      [6],
    );
    assert.deepEqual(await verify(), [0, 6]);
    assert.equal(await store.retention.isDue(clock.now() + 3_599_999), false);
    assert.equal(await store.retention.isDue(clock.now() + 3_600_000), true);
  });

  test(`${engine}: old rows without a request are deleted, and those that are needed stay`, async (t) => {
    const { store, readDialect } = await setUp(t);
    await store.homes.open("U1", OLD);
    await store.homes.open("U2", RECENT);
    const limit = { intervalMs: 1, burst: 1 };
    await store.rateLimits.acquireSlot("idle", limit, OLD);
    await store.rateLimits.acquireSlot("used", limit, RECENT);
    await store.rateLimits.acquireSlot("blocked", limit, OLD);
    await store.rateLimits.blockUntil("blocked", RECENT);
    for (const id of ["over", "recent", "unresolved", "undelivered", "a"]) await addStepWithoutId(store, id);
    await watch(store);
    await store.retention.deleteExpired(CUTOFF);
    const db = new Kysely<never>({ dialect: readDialect() });
    const rows = async (table: string, column: string) => {
      const all = await sql<{ value: string }>`select ${sql.ref(column)} as value from ${sql.table(table)}`.execute(db);
      return all.rows.map(({ value }) => value).toSorted();
    };
    assert.deepEqual(await rows("home_views", "user_id"), ["U2"]);
    assert.deepEqual(await rows("rate_limits", "name"), ["blocked", "used"]);
    const kept = ["execution-a", "execution-recent", "execution-undelivered", "execution-unresolved"];
    assert.deepEqual(await rows("steps_without_id", "execution_id"), kept);
    const ids = await rows("steps_without_id", "id");
    assert.deepEqual(await rows("recipient_lookups", "request_id"), ids);
    assert.equal((await rows("notices", "request_id")).length, 3, "the notice goes with its step");
    await db.destroy();
  });

  test(`${engine}: every table with rows of a request is emptied`, async (t) => {
    const { readDialect } = await setUp(t);
    const db = new Kysely<never>({ dialect: readDialect(), plugins: [new CamelCasePlugin()] });
    const tables = await db.introspection.getTables();
    await db.destroy();
    const own = tables.filter(({ columns }) =>
      columns.some(({ name }) => name === "requestId" || name === "request_id"),
    );
    assert.deepEqual(
      own
        .map(({ name }) => name)
        .filter((name) => name !== "audit")
        .toSorted(),
      TABLES_OF_REQUESTS.toSorted(),
    );
  });
}

async function open(store: Store, id: string, at = OLD, channels: string[] = []): Promise<void> {
  const request = aRequest({ id, stepExecutionId: id, executionId: `execution-${id}` });
  await store.requests.open({ request, channels, audit: { ...anEntry({ kind: "requested" }), requestId: id, at } });
}

async function close(
  store: Store,
  id: string,
  { at = OLD, version = 1, patch = {} as RequestPatch, resolved = true } = {},
): Promise<void> {
  const audit = [{ ...anEntry({ kind: "closed" }), requestId: id, at }];
  assert.ok(
    await store.requests.advance({ requestId: id, expectedVersion: version, patch: { ...CLOSED, ...patch }, audit }),
  );
  if (resolved) await resolveRecipients(store);
}

/** Ends every lookup of recipients: the end of a request begins one, for the requester. */
async function resolveRecipients(store: Store): Promise<void> {
  for (const lookup of await store.recipientLookups.due(Number.MAX_SAFE_INTEGER, 100))
    await store.recipientLookups.recordDone(lookup, [], OLD);
}

async function advance(store: Store, change: object): Promise<void> {
  const version = (await store.requests.byId("a"))?.version ?? 0;
  assert.ok(
    await store.requests.advance({ requestId: "a", expectedVersion: version, patch: {}, audit: [], ...change }),
  );
}

/** The message is posted, and shows an older version than the closed request has. */
async function postMessage(store: Store): Promise<void> {
  for (const { id } of await store.messages.ofRequest("a")) await store.messages.recordPosted(id, "1.1", 1);
}

async function watch(store: Store): Promise<void> {
  const lease = (await store.leases.acquire("t", "t", 0, Number.MAX_SAFE_INTEGER)) ?? assert.fail();
  const read = { fingerprint: "f", nextReadAt: 0, unchangedReads: 0 };
  await store.guardedBy(lease).executions.watch({ target: "default/us-east-1", executionId: "execution-a", ...read });
}

/** Adds a waiting step without an id. Its id tells how far its notice is: see the test that deletes old rows. */
async function addStepWithoutId(store: Store, id: string): Promise<void> {
  const lease = (await store.leases.acquire("t", "t", 0, Number.MAX_SAFE_INTEGER)) ?? assert.fail();
  const step = { target: "default/us-east-1", account: "111122223333", region: "us-east-1", stepName: "approve" };
  const execution = { executionId: `execution-${id}`, documentName: "Restart", consoleUrl: null };
  await store.guardedBy(lease).executions.recordWithoutId({ ...step, ...execution });
  const lookup = (await store.recipientLookups.due(0, 10)).find(({ attempts }) => attempts === 0) ?? assert.fail();
  if (id === "unresolved") return store.recipientLookups.recordFailed(lookup, "no admin", RECENT);
  await store.recipientLookups.recordDone(lookup, ["D1"], id === "recent" ? RECENT : OLD);
  for (const notice of await store.notices.ofRequest(lookup.requestId))
    if (id !== "undelivered") await store.notices.recordPosted(notice.id, "1.1", 1);
}
