import assert from "node:assert/strict";
import { test } from "node:test";
import { CamelCasePlugin, Kysely, sql } from "kysely";
import type { Tables } from "../../src/store/schema.ts";
import { openStore } from "../../src/store/store.ts";
import { eventually } from "../support/eventually.ts";
import { NOW } from "../support/samples.ts";
import { postgresDatabase } from "../support/stores.ts";

test("PostgreSQL: a replica that renews its leases and another that acquires the same ones never deadlock", async (t) => {
  const database = await postgresDatabase();
  const open = () => openStore({ dialect: database.dialect(), publishes: true, now: () => NOW });
  const [mine, others] = await Promise.all([open(), open()]);
  const db = new Kysely<Tables>({ dialect: database.dialect(), plugins: [new CamelCasePlugin()] });
  t.after(async () => {
    await Promise.all([mine.close(), others.close(), db.destroy()]);
    await database.remove();
  });
  // The table has them in another order than their names.
  for (const name of ["c", "b", "a"]) await mine.leases.acquire(name, "me", NOW, NOW + 10);
  const waiters = (count: number) =>
    eventually(`${count} statements wait for a lock`, async () => {
      const { rows } = await sql<{ count: number }>`select count(*)::int as count from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
      return rows[0]?.count === count || undefined;
    });
  // Each statement locks its first rows and waits for this one.
  const work = await db.transaction().execute(async (trx) => {
    await trx.selectFrom("leases").selectAll().where("name", "=", "b").forUpdate().execute();
    const acquired = others.leases.acquireAll(["a", "b", "c"], "other", NOW, NOW + 10);
    await waiters(1);
    const renewed = mine.leases.renew("me", NOW + 20);
    await waiters(2);
    return { done: Promise.all([renewed, acquired]) };
  });
  const [renewed, acquired] = await work.done;
  assert.deepEqual([renewed.length, acquired.length], [3, 0]);
});
