import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Kysely, sql } from "kysely";
import pg from "pg";
import { eventually } from "../support/eventually.ts";
import { postgresDatabase } from "../support/stores.ts";

/** Two tables, the bot's dialect, and a connection that locks the second table like a migration. */
async function setUp(t: TestContext) {
  const database = await postgresDatabase();
  const db = new Kysely<Record<never, never>>({ dialect: database.dialect() });
  const migration = new pg.Client(database.url);
  t.after(async () => {
    await Promise.allSettled([db.destroy(), migration.end()]);
    await database.remove();
  });
  await migration.connect();
  await migration.query("create table first (n int); create table second (n int); insert into second values (1)");
  await migration.query("begin; set local deadlock_timeout = '1h'; lock table second in access exclusive mode");
  return {
    db,
    migration,
    /** Waits until a statement waits for the second table, and then waits for the first. Resolves when the lock is there. */
    async closeCircle() {
      const waits = "select 1 from pg_locks where not granted and relation = 'second'::regclass";
      await eventually("a statement waits", async () => (await migration.query(waits)).rows.length > 0 || undefined);
      await migration.query("lock table first in access exclusive mode");
    },
  };
}

test("a read that PostgreSQL ends because a migration waits for it is repeated, and returns its rows after the migration", async (t) => {
  const { db, migration, closeCircle } = await setUp(t);
  // The locks of a read follow the order of its tables.
  const read = sql<{ n: number }>`select second.n from first right join second on true`.execute(db);
  await closeCircle();
  await migration.query("update second set n = 2; commit");
  assert.deepEqual((await read).rows, [{ n: 2 }]);
});

test("in a transaction, such a read fails: what came before it is undone", async (t) => {
  const { db, migration, closeCircle } = await setUp(t);
  const work = db.transaction().execute(async (trx) => {
    await sql`insert into first values (1)`.execute(trx);
    await sql`select n from second`.execute(trx);
  });
  const failed = assert.rejects(work, { code: "40P01" });
  await closeCircle();
  await migration.query("commit");
  await failed;
  assert.deepEqual((await sql`select n from first`.execute(db)).rows, []);
});

test("a write that PostgreSQL ends in this way is not repeated", async (t) => {
  const { db, migration, closeCircle } = await setUp(t);
  const write = sql`insert into first select n from second`.execute(db);
  const failed = assert.rejects(write, { code: "40P01" });
  await closeCircle();
  await migration.query("commit");
  await failed;
  assert.deepEqual((await sql`select n from first`.execute(db)).rows, []);
});
