import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, linkSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { CamelCasePlugin, Kysely, sql } from "kysely";
import { openDatabase } from "../../src/bot/connect-database.ts";
import { warnIfReadable } from "../../src/store/database-file.ts";
import { findDurabilityRisk, toDurabilityRisk } from "../../src/store/durability.ts";
import { inspectDatabase } from "../../src/store/inspect-database.ts";
import { MigrationError } from "../../src/store/migrations/migrate.ts";
import { postgresDialect } from "../../src/store/postgres.ts";
import { sqliteDialect, sqliteReadDialect } from "../../src/store/sqlite.ts";
import { openStore } from "../../src/store/store.ts";
import { StoreUnavailableError } from "../../src/store/unavailable.ts";
import { runCli } from "../support/cli.ts";
import { damagePage } from "../support/damage-page.ts";
import { testLog } from "../support/fakes.ts";
import { anEntry, aRequest, REQUEST_ID } from "../support/samples.ts";
import { type Database, ENGINES, guardedByTestLease, postgresDatabase, sqliteFile } from "../support/stores.ts";

const open = (database: Database) => openStore({ dialect: database.dialect(), publishes: true, now: () => 0 });

for (const engine of ENGINES) {
  const database = async (t: TestContext) => {
    const created = await engine.create();
    t.after(() => created.remove());
    return created;
  };

  test(`${engine.name}: opening an up-to-date database changes nothing`, async (t) => {
    const own = await database(t);
    const first = await open(own);
    await first.requests.open({ request: aRequest(), channels: ["C0DBA"], audit: anEntry() });
    await first.close();
    for (let round = 0; round < 2; round++) {
      const again = await open(own);
      assert.deepEqual(await again.requests.byId(REQUEST_ID), aRequest());
      assert.equal((await again.messages.ofRequest(REQUEST_ID)).length, 1);
      assert.equal((await again.requests.history(REQUEST_ID)).length, 1);
      await again.close();
    }
  });

  test(`${engine.name}: a database that a newer version wrote is refused and not changed`, async (t) => {
    const own = await database(t);
    await (await open(own)).close();
    const db = new Kysely<never>({ dialect: own.dialect(), plugins: [new CamelCasePlugin()] });
    await sql`insert into kysely_migration (name, timestamp) values ('9999-future', '2030-01-01')`.execute(db);
    await db.destroy();
    const refused = (error: unknown) =>
      error instanceof MigrationError && /newer version.*9999-future.*Run that version/s.test(error.message);
    await assert.rejects(open(own), refused);
    // The first refusal closed the database, so the second one has the same reason.
    await assert.rejects(open(own), refused);
  });
}

test("PostgreSQL: settings with which a committed change may be lost are found", async (t) => {
  const own = await postgresDatabase();
  t.after(() => own.remove());
  const risk = (options: string) =>
    findDurabilityRisk(postgresDialect(`${own.url}?options=${encodeURIComponent(options)}`));
  assert.equal(await risk("-c synchronous_commit=off"), "synchronous_commit is off");
  const settings = { commit: "local", standbys: "standby1", fsync: "on" };
  for (const [change, expected] of [
    [{}, "synchronous_commit is local, so no commit waits for the synchronous standbys"],
    [{ standbys: "" }, null],
    [{ commit: "on" }, null],
  ] as const)
    assert.equal(toDurabilityRisk({ ...settings, ...change }), expected);
  // The server of the tests itself does not wait for its disk.
  for (const commit of ["on", "local", "remote_apply"])
    assert.equal(await risk(`-c synchronous_commit=${commit}`), "fsync is off", commit);
});

test("PostgreSQL: the bot warns at its start of settings with which a committed change may be lost", async (t) => {
  const own = await postgresDatabase();
  t.after(() => own.remove());
  const log = testLog();
  const url = `${own.url}?options=${encodeURIComponent("-c synchronous_commit=off")}`;
  const opening = await openDatabase({ kind: "postgres", url }, { publishes: false, now: () => 0, log });
  assert(opening.kind === "open");
  await opening.store.close();
  assert.deepEqual(
    log.lines.map(({ level, fields }) => ({ level, ...fields })),
    [{ level: "warn", event: "database.not-durable", risk: "synchronous_commit is off" }],
  );
});

test("SQLite: a second process on the same file is refused with the next step, and the first continues", async (t) => {
  const database = sqliteFile();
  const store = await open(database);
  t.after(async () => {
    await store.close();
    database.remove();
  });
  const program = `
    import { sqliteDialect } from ${JSON.stringify(new URL("../../src/store/sqlite.ts", import.meta.url).href)};
    try { sqliteDialect(${JSON.stringify(database.path)}); console.log("opened"); }
    catch (error) { console.log(error.constructor.name + ": " + error.message); }
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (data) => (said += data));
  await once(child, "close");
  assert.match(said, /^StoreUnavailableError: .*Another process has it open: stop that one first/);
  assert.deepEqual(await store.polls.all(), []);
  assert.equal(await store.requests.open({ request: aRequest(), channels: [], audit: anEntry() }), "opened");
});

test("SQLite: a read-only connection reads what the open store has committed, cannot write, and outlives the store", async (t) => {
  const database = sqliteFile();
  const store = await open(database);
  t.after(database.remove);
  await store.requests.open({ request: aRequest(), channels: [], audit: anEntry() });
  const reader = new Kysely<never>({ dialect: sqliteReadDialect(database.path) });
  t.after(() => reader.destroy());
  const count = async () => (await sql<{ n: number }>`select count(*) as n from requests`.execute(reader)).rows[0]?.n;
  assert.equal(await count(), 1);
  await store.requests.open({ request: aRequest({ id: "r2", stepExecutionId: "s2" }), channels: [], audit: anEntry() });
  assert.equal(await count(), 2);
  await assert.rejects(sql`delete from requests`.execute(reader), /readonly/);
  assert.throws(() => database.dialect(), /Another process has it open/);
  await store.close();
  assert.equal(await count(), 2);
  assert.throws(() => sqliteReadDialect(`${database.path}-absent`), /does not exist.*Check the path in DATABASE_URL/);
});

test("SQLite: a symbolic link to an open file, and a hard link, give no second writer", async (t) => {
  const database = sqliteFile();
  const store = await open(database);
  t.after(async () => {
    await store.close();
    database.remove();
  });
  symlinkSync(database.path, `${database.path}-symbolic`);
  assert.throws(() => sqliteDialect(`${database.path}-symbolic`), /Another process has it open/);
  linkSync(database.path, `${database.path}-hard`);
  assert.throws(() => sqliteDialect(`${database.path}-hard`), /second name, a hard link: remove one/);
});

test("SQLite: a second store in the same process is refused too", async (t) => {
  const database = sqliteFile();
  const store = await open(database);
  t.after(async () => {
    await store.close();
    database.remove();
  });
  assert.throws(() => database.dialect(), StoreUnavailableError);
});

test("SQLite: a path that cannot be opened and a file that is no database are refused, each with its next step", async (t) => {
  const database = sqliteFile();
  t.after(() => database.remove());
  const advice = (error: unknown) =>
    error instanceof StoreUnavailableError && /Check the path in DATABASE_URL/.test(error.message);
  assert.throws(() => sqliteDialect(`${database.path}/no/such/folder.db`), advice);
  mkdirSync(`${database.path}-folder`);
  assert.throws(() => sqliteDialect(`${database.path}-folder`), advice);
  writeFileSync(database.path, "This is text, not a database.".repeat(50));
  assert.throws(
    () => database.dialect(),
    /is not an SQLite database: name another path in DATABASE_URL, or restore a backup/,
  );
});

test("SQLite: a new database and the files next to it belong to their user alone, whatever the umask allows", async (t) => {
  const database = sqliteFile();
  t.after(database.remove);
  const umask = process.umask(0);
  t.after(() => process.umask(umask));
  const store = await open(database);
  t.after(() => store.close());
  await store.requests.open({ request: aRequest(), channels: [], audit: anEntry() });
  const folder = dirname(database.path);
  const modes = readdirSync(folder).map((name) => (statSync(join(folder, name)).mode & 0o777).toString(8));
  assert.ok(modes.length >= 2, "with the write-ahead log");
  assert.deepEqual(new Set(modes), new Set(["600"]));
});

test("SQLite: no statement uses a temporary file, for which a read-only root file system has no folder", async (t) => {
  const database = sqliteFile();
  t.after(database.remove);
  await (await open(database)).close();
  for (const make of [database.dialect, () => sqliteReadDialect(database.path)]) {
    const db = new Kysely<unknown>({ dialect: make() });
    // 2: in memory. Source: SQLite documentation, PRAGMA temp_store.
    const { rows } = await sql<{ temp_store: number }>`pragma temp_store`.execute(db);
    assert.equal(rows[0]?.temp_store, 2);
    await db.destroy();
  }
});

test("SQLite: an existing file that other users can read is named at the start, and one that they cannot read is not", (t) => {
  const { path, remove } = sqliteFile();
  t.after(remove);
  const warned = (mode: number) => {
    writeFileSync(path, "");
    chmodSync(path, mode);
    const log = testLog();
    warnIfReadable(path, log);
    return log.lines.map(({ level, fields }) => [level, fields.event, fields.files]);
  };
  assert.deepEqual(warned(0o600), []);
  for (const mode of [0o604, 0o640, 0o644, 0o620])
    assert.deepEqual(warned(mode), [["warn", "database.file-readable", [path]]]);
});

for (const table of ["kysely_migration", "audit"])
  test(`SQLite: a damaged page of ${table} that a statement reads is an error with advice, also in the commands`, async (t) => {
    const advice =
      /^The database \S+ cannot be used \(.*malformed.*\)\. The database file is damaged: restore a backup, or move it away to start with an empty database\.$/;
    const database = sqliteFile();
    t.after(database.remove);
    const store = await open(database);
    await store.requests.open({ request: aRequest(), channels: [], audit: anEntry() });
    await store.close();
    damagePage(database.path, table);
    const reads = async () => {
      const reopened = await open(database);
      await reopened.requests.history(REQUEST_ID).finally(() => reopened.close());
    };
    await assert.rejects(reads, (error: unknown) => {
      assert.ok(error instanceof StoreUnavailableError, String(error));
      assert.match(error.message, advice);
      return !error.transient;
    });
    for (const command of [["verify"], ["find"], ["export"], ["show", REQUEST_ID]]) {
      const { code, text } = await runCli({ DATABASE_URL: `sqlite:${database.path}` }, "audit", ...command);
      assert.equal(code, 2, text);
      assert.match(text, advice, command[0]);
    }
    if (table !== "kysely_migration") return;
    const state = await inspectDatabase({ kind: "sqlite", path: database.path });
    assert.ok(state.kind === "unreachable");
    assert.match(state.message, advice);
  });

test("SQLite: a statement is prepared once, and again after a change of the schema", async (t) => {
  const file = sqliteFile();
  t.after(() => file.remove());
  const store = await open(file);
  const guarded = await guardedByTestLease(store);
  const execution = { target: "t", executionId: "e", fingerprint: "one", nextReadAt: 1, unchangedReads: 0 };
  const prepare = t.mock.method(DatabaseSync.prototype, "prepare");
  for (let index = 0; index < 5; index++) {
    await store.requests.byId(`none-${index}`);
    await store.leases.acquire(`lease-${index}`, "me", 1, 2);
  }
  await Promise.all(Array.from({ length: 3 }, () => guarded.executions.watch(execution)));
  await Promise.all(Array.from({ length: 3 }, () => guarded.executions.watch(execution)));
  const texts = prepare.mock.calls.map(({ arguments: [text] }) => text);
  assert.deepEqual(texts, [...new Set(texts)]);

  await store.close();
  const db = new Kysely<never>({ dialect: file.dialect() });
  await sql`create table sketches (a integer)`.execute(db);
  await sql`insert into sketches values (1)`.execute(db);
  const all = async () => (await sql<object>`select * from sketches`.execute(db)).rows.map((row) => ({ ...row }));
  assert.deepEqual(await all(), [{ a: 1 }]);
  await sql`alter table sketches add column b integer`.execute(db);
  assert.deepEqual(await all(), [{ a: 1, b: null }]);
  await db.destroy();
});

/** The lock of Kysely's migrations. Source: kysely, postgres-adapter. */
const MIGRATION_LOCK = "3853314791062309107";

test("PostgreSQL: a bot starts on an up-to-date database while another process that is paused has the lock of migrations", async (t) => {
  const own = await postgresDatabase();
  t.after(() => own.remove());
  await (await open(own)).close();
  const db = new Kysely<never>({ dialect: own.dialect() });
  try {
    await db.connection().execute(async (paused) => {
      await sql`select pg_advisory_lock(${sql.lit(BigInt(MIGRATION_LOCK))})`.execute(paused);
      await (await open(own)).close();
    });
  } finally {
    await db.destroy();
  }
});
