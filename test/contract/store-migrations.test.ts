import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { CamelCasePlugin, Kysely, sql } from "kysely";
import {
  isMigrated,
  MIGRATIONS,
  MigrationError,
  type Migrations,
  migrate,
} from "../../src/store/migrations/migrate.ts";
import { openStore } from "../../src/store/store.ts";
import { aClick, anEntry, aRequest, aVote, NOW, REQUEST_ID } from "../support/samples.ts";
import { type Database, ENGINES, type Engine, postgresDatabase, sqliteFile } from "../support/stores.ts";

/** A later version of the schema: a new column, with values from the rows that exist, and an index on it. */
const LATER: Migrations = {
  ...MIGRATIONS,
  "9001-later": {
    async up(db) {
      await sql`alter table messages add column label text not null default ''`.execute(db);
      await sql`update messages set label = channel_id || ' in ' ||
        (select region from requests where requests.id = messages.request_id)`.execute(db);
      await sql`create unique index messages_label on messages (label)`.execute(db);
    },
  },
};

const BROKEN: Migrations = {
  ...MIGRATIONS,
  "9001-broken": {
    async up(db) {
      await sql`alter table messages add column label text not null default ''`.execute(db);
      await sql`update messages set channel_id = channel_id || ' lost'`.execute(db);
      await sql`insert into no_such_table values (1)`.execute(db);
    },
  },
};

const open = (database: Database) => openStore({ dialect: database.dialect(), publishes: false, now: () => NOW });

async function withDatabase<R>(database: Database, work: (db: Kysely<never>) => Promise<R>): Promise<R> {
  const db = new Kysely<never>({ dialect: database.dialect(), plugins: [new CamelCasePlugin()] });
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

/** A database of this version, with a request, its two messages, a vote and a click. */
async function filledDatabase(t: TestContext, engine: Engine): Promise<Database> {
  const database = await engine.create();
  t.after(() => database.remove());
  const store = await open(database);
  await store.requests.open({ request: aRequest(), channels: ["C0DBA", "C0OPS"], audit: anEntry() });
  await store.requests.advance({ requestId: REQUEST_ID, expectedVersion: 1, patch: {}, vote: aVote(), audit: [] });
  await store.clicks.record(aClick("U0BEN"));
  await store.close();
  return database;
}

async function assertRowsAreKept(database: Database): Promise<void> {
  const store = await open(database);
  assert.deepEqual(await store.requests.byId(REQUEST_ID), aRequest({ version: 2 }));
  assert.deepEqual(await store.requests.votes(REQUEST_ID), [aVote()]);
  const messages = await store.messages.due(NOW, 5);
  assert.deepEqual(messages.map(({ channelId }) => channelId).toSorted(), ["C0DBA", "C0OPS"]);
  assert.equal((await store.clicks.unevaluated(NOW, 5)).length, 1);
  await store.close();
}

for (const engine of ENGINES) {
  test(`${engine.name}: an empty database is not migrated; one migration run makes it so, and a second does nothing`, async (t) => {
    const database = await engine.create();
    t.after(() => database.remove());
    await withDatabase(database, async (db) => {
      assert.equal(await isMigrated(db), false);
      assert.deepEqual(await migrate(db), Object.keys(MIGRATIONS));
      assert.equal(await isMigrated(db), true);
      assert.deepEqual(await migrate(db), []);
    });
  });

  test(`${engine.name}: a database of the version before is brought up to date, and its rows survive`, async (t) => {
    const database = await filledDatabase(t, engine);
    await withDatabase(database, async (db) => {
      assert.equal(await isMigrated(db, LATER), false);
      assert.deepEqual(await migrate(db, LATER), ["9001-later"]);
      assert.equal(await isMigrated(db, LATER), true);
      assert.deepEqual(await migrate(db, LATER), []);
      const { rows } = await sql`select label, ts, shown_version from messages order by label`.execute(db);
      assert.deepEqual(
        rows.map((row) => ({ ...(row as object) })),
        ["C0DBA in us-east-1", "C0OPS in us-east-1"].map((label) => ({ label, ts: null, shownVersion: 0 })),
      );
      const counts = await sql<{ count: number }>`select count(*) as count from votes union all
        select count(*) from clicks union all select count(*) from requests`.execute(db);
      assert.deepEqual(
        counts.rows.map(({ count }) => count),
        [1, 1, 1],
      );
    });
  });

  test(`${engine.name}: a database that a later migration has changed is refused, and names that migration`, async (t) => {
    const database = await filledDatabase(t, engine);
    await withDatabase(database, (db) => migrate(db, LATER));
    await assert.rejects(
      open(database),
      (error: unknown) =>
        error instanceof MigrationError && /newer version.*9001-later.*Run that version/s.test(error.message),
    );
  });

  test(`${engine.name}: a migration that fails in the middle changes no row, and the version before still runs`, async (t) => {
    const database = await filledDatabase(t, engine);
    await withDatabase(database, async (db) => {
      await assert.rejects(
        migrate(db, BROKEN),
        (error: unknown) =>
          error instanceof MigrationError &&
          /no_such_table.*Nothing was started/s.test(error.message) &&
          !/newer version/.test(error.message),
      );
      assert.equal(await isMigrated(db, BROKEN), false);
    });
    await assertRowsAreKept(database);
    await withDatabase(database, async (db) => assert.deepEqual(await migrate(db, LATER), ["9001-later"]));
  });
}

test("PostgreSQL: processes that start together bring the database up to date once", async (t) => {
  const database = await postgresDatabase();
  const stores = await Promise.all([open(database), open(database), open(database), open(database)]);
  t.after(async () => {
    for (const store of stores) await store.close();
    await database.remove();
  });
  for (const store of stores) assert.deepEqual(await store.messages.due(NOW, 1), []);
});

test("PostgreSQL: processes that start together on the version before run the new migration once", async (t) => {
  const database = await filledDatabase(t, { name: "PostgreSQL", create: () => postgresDatabase() });
  const ran = await Promise.all(Array.from({ length: 4 }, () => withDatabase(database, (db) => migrate(db, LATER))));
  assert.deepEqual(ran.flat(), ["9001-later"]);
});

test("SQLite: a first migration that fails in the middle leaves nothing behind, and the next start completes it", async (t) => {
  const database = sqliteFile();
  t.after(database.remove);
  const run = (sql: string) => {
    const file = new DatabaseSync(database.path);
    file.exec(sql);
    file.close();
  };
  // The migration creates this table after several others.
  run("create table leases (something text)");
  await assert.rejects(open(database));

  run("drop table leases");
  const store = await open(database);
  assert.deepEqual(await store.requests.inState(["open"], 10), []);
  await store.close();
});
