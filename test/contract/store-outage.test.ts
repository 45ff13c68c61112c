import assert from "node:assert/strict";
import { test } from "node:test";
import { CompiledQuery, type Dialect, Kysely, sql } from "kysely";
import { makeSendSignal } from "../../src/app/signal/send-signal.ts";
import type { AuditEntry } from "../../src/core/audit-records.ts";
import { postgresDialect } from "../../src/store/postgres.ts";
import { openStore } from "../../src/store/store.ts";
import { StoreUnavailableError } from "../../src/store/unavailable.ts";
import { eventually } from "../support/eventually.ts";
import { aliveUntil, fakeAutomation, testClock, testLog } from "../support/fakes.ts";
import { postgresServer } from "../support/postgres.ts";
import { aClick, anEntry, anExecution, aRequest, aVote, NOW, REQUEST_ID } from "../support/samples.ts";
import { postgresDatabase, sqliteFile } from "../support/stores.ts";
import { tcpGate } from "../support/tcp-gate.ts";
import { wrapRequestWrites } from "../support/wrap-request-writes.ts";

const SLACK_WAITS_MS = 3_000;

test("PostgreSQL: a click is stored or refused within Slack's three seconds, even if the server hangs", async (t) => {
  const server = await postgresServer();
  const database = await postgresDatabase(server);
  const gate = await tcpGate(t, server.port);
  const url = database.url.replace(String(server.port), String(gate.port));
  const store = await openStore({
    dialect: postgresDialect(url),
    ackDialect: postgresDialect(url, "ack"),
    publishes: true,
    now: () => NOW,
  });
  t.after(async () => {
    gate.resume();
    await store.close();
    await database.remove();
  });
  assert.equal(await store.ackStore.clicks.record(aClick("U0JANE")), "recorded");

  gate.stall();
  for (const user of ["U0A", "U0B", "U0C", "U0D"]) {
    const began = Date.now();
    await assert.rejects(store.ackStore.requests.byId(REQUEST_ID), StoreUnavailableError);
    await assert.rejects(
      store.ackStore.clicks.record(aClick(user)),
      (error: unknown) =>
        error instanceof StoreUnavailableError && error.transient && !error.message.includes("correct-horse"),
    );
    assert.ok(Date.now() - began < SLACK_WAITS_MS - 500, `${Date.now() - began} ms`);
  }
  // Connections that hang never recover, so the next click must get another one.
  gate.passNew();
  await eventually("clicks are recorded again", () => store.ackStore.clicks.record(aClick("U0LATE")));
  for (let index = 0; index < 10; index++)
    assert.equal(await store.ackStore.clicks.record(aClick("U0LATE", { id: `${index}`, key: `${index}` })), "recorded");
});

test("PostgreSQL: the store reconnects to a server that stopped and started, and the process survives", async (t) => {
  const server = await postgresServer();
  const database = await postgresDatabase(server);
  const store = await openStore({ dialect: database.dialect(), publishes: true, now: () => NOW });
  t.after(async () => {
    await store.close();
    await database.remove();
  });
  await store.requests.open({ request: aRequest(), channels: ["C0DBA"], audit: anEntry() });
  await server.stop();
  await assert.rejects(store.requests.byId(REQUEST_ID), StoreUnavailableError);
  await assert.rejects(
    store.requests.advance({ requestId: REQUEST_ID, expectedVersion: 1, patch: {}, audit: [anEntry()] }),
    StoreUnavailableError,
  );
  await server.start();
  await eventually("the store answers", async () => (await store.requests.byId(REQUEST_ID))?.version === 1);
  assert.equal(
    await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: 1, patch: {}, audit: [anEntry()] }),
    true,
  );
});

test("PostgreSQL: a connection that the server ends during a transaction fails that transaction only", async (t) => {
  const database = await postgresDatabase();
  const [one, other] = [0, 1].map(() => new Kysely<never>({ dialect: database.dialect() })) as [
    Kysely<never>,
    Kysely<never>,
  ];
  t.after(async () => {
    await Promise.all([one.destroy(), other.destroy()]);
    await database.remove();
  });
  const broken = one.transaction().execute(async (trx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
    await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(other);
    await eventually("it is gone", async () => {
      const { rows: left } = await sql`select 1 from pg_stat_activity where pid = ${rows[0]?.pid}`.execute(other);
      return left.length === 0;
    });
    await sql`select 1`.execute(trx);
  });
  await assert.rejects(broken, StoreUnavailableError);
  for (let use = 0; use < 10; use++) await sql`select 1`.execute(one);
});

test("PostgreSQL: a connection to a server that may not write, as during a failover, is not used again", async (t) => {
  const database = await postgresDatabase();
  const dialect = postgresDialect(database.url, "ack");
  const store = await openStore({ dialect: database.dialect(), ackDialect: dialect, publishes: true, now: () => NOW });
  const admin = new Kysely<never>({ dialect: database.dialect() });
  t.after(async () => {
    await Promise.all([store.close(), admin.destroy()]);
    await database.remove();
  });
  const name = sql.id(new URL(database.url).pathname.slice(1));
  const record = (id: string) => store.ackStore.clicks.record(aClick("U0JANE", { id, key: id }));
  // New connections may not write, like those to the old primary after it became a standby.
  await sql`alter database ${name} set default_transaction_read_only = on`.execute(admin);
  const isReadOnly = (error: unknown) =>
    error instanceof StoreUnavailableError && error.transient && /must name the primary/.test(error.message);
  await assert.rejects(record("during"), isReadOnly);
  await sql`alter database ${name} reset default_transaction_read_only`.execute(admin);
  assert.equal(await record("after"), "recorded");
});

test("PostgreSQL: text with a NUL is stored, and a refused statement costs no connection", async (t) => {
  const database = await postgresDatabase();
  const store = await openStore({ dialect: database.dialect(), publishes: true, now: () => NOW });
  t.after(async () => {
    await store.close();
    await database.remove();
  });
  await store.requests.open({ request: aRequest(), channels: [], audit: anEntry() });
  // PostgreSQL cannot store NUL, which text from outside may contain.
  const odd = { requestId: REQUEST_ID, expectedVersion: 1, patch: { executionFailure: "a\0b" }, audit: [anEntry()] };
  assert.equal(await store.requests.advance(odd), true);
  const clash = { ...odd, expectedVersion: 2, vote: aVote("nobody", { requestId: "no-such-request" }) };
  await assert.rejects(store.requests.advance(clash), /foreign key/);
  for (let use = 0; use < 20; use++) assert.equal((await store.requests.byId(REQUEST_ID))?.version, 2);
});

/** Returns the dialect with a limit on the size of the file. */
function limited(dialect: Dialect, pages: () => number): Dialect {
  const createDriver = dialect.createDriver.bind(dialect);
  dialect.createDriver = () => {
    const driver = createDriver();
    const acquire = driver.acquireConnection.bind(driver);
    driver.acquireConnection = async (options) => {
      const connection = await acquire(options);
      await connection.executeQuery(CompiledQuery.raw(`pragma max_page_count = ${pages()}`));
      return connection;
    };
    return driver;
  };
  return dialect;
}

test("SQLite: a full disk refuses writes, loses no row, and lets no signal leave", async (t) => {
  const file = sqliteFile();
  let pages = 1_000_000;
  const store = await openStore({ dialect: limited(file.dialect(), () => pages), publishes: true, now: () => NOW });
  t.after(async () => {
    await store.close();
    file.remove();
  });
  const clock = testClock();
  const decided = { state: "decided", decision: "approve", signal: "due", signalNextAt: NOW } as const;
  await store.requests.open({ request: aRequest(decided), channels: [], audit: anEntry({ kind: "decided" }) });
  pages = 1; // SQLite raises a limit below the present size to that size.
  const long = "x".repeat(3_000);
  let recorded = 0;
  const fill = async () => {
    for (; recorded < 1_000; recorded++)
      await store.clicks.record(aClick("U0JANE", { id: `c${recorded}`, key: `k${recorded}`, reason: long }));
  };
  await assert.rejects(fill(), /full/);

  const automation = fakeAutomation();
  automation.shows(anExecution());
  // A small write may fit in the last page, so that this one is large. No signal may leave without its record.
  const written: boolean[] = [];
  const wordy = wrapRequestWrites(store, ({ advance }) => ({
    async advance(change) {
      const audit = change.audit.map(
        (entry) => ({ ...entry, detail: { ...entry.detail, long: long.repeat(9) } }) as AuditEntry,
      );
      const done = await advance({ ...change, audit });
      written.push(done);
      return done;
    },
  }));
  const send = makeSendSignal({
    countStale: () => {},
    ...wordy,
    clock,
    random: () => 0,
    owner: "me",
    aliveUntil,
    policyHash: "hash",
    workspace: "T",
    log: testLog(),
  });
  await assert.rejects(send(automation, aRequest(), new AbortController().signal), /full/);
  assert.deepEqual([automation.calls.signal, written], [[], []]);
  assert.equal((await store.requests.byId(REQUEST_ID))?.signal, "due");
  assert.equal((await store.clicks.unevaluated(NOW, 5_000)).length, recorded);

  pages = 1_000_000;
  assert.equal(await store.clicks.record(aClick("U0JANE", { id: "after", key: "after" })), "recorded");
});
