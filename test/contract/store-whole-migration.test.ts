import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { openStore } from "../../src/store/store.ts";
import { sqliteFile } from "../support/stores.ts";

test("SQLite: a migration that is cut short leaves nothing behind, and the next start does it whole", async (t) => {
  const database = sqliteFile();
  t.after(database.remove);
  const open = () => openStore({ dialect: database.dialect(), publishes: false, now: () => 0 });
  const inTheWay = (sql: string) => {
    const file = new DatabaseSync(database.path);
    file.exec(sql);
    file.close();
  };
  // The first migration makes this table after several others.
  inTheWay("create table leases (something text)");
  await assert.rejects(open());

  inTheWay("drop table leases");
  const store = await open();
  assert.deepEqual(await store.requests.inState(["open"], 10), []);
  await store.close();
});
