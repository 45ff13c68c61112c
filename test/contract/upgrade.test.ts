import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { sql } from "kysely";
import { hashSchemas, LOCK_PATH } from "../../scripts/migrations-lock.ts";
import { findReleaseFaults } from "../../scripts/release-faults.ts";
import type { Store } from "../../src/app/ports/store.ts";
import { MIGRATIONS, type Migrations } from "../../src/store/migrations/migrate.ts";
import { openStore } from "../../src/store/store.ts";
import { anEntry, aRequest, aVote, NOW } from "../support/samples.ts";
import { type Database, ENGINES, postgresDatabase } from "../support/stores.ts";

/** The next version: it adds a table, and columns to tables that both versions write. */
const NEXT: Migrations = {
  ...MIGRATIONS,
  "9001-next": {
    async up(db) {
      await sql`create table labels (id text primary key)`.execute(db);
      for (const table of ["requests", "messages", "votes", "clicks", "signals", "audit"])
        await sql`alter table ${sql.table(table)} add column label text`.execute(db);
      await sql`alter table requests add column weight integer not null default 0`.execute(db);
    },
  },
};

const open = (database: Database, migrations: Migrations = MIGRATIONS) =>
  openStore({ dialect: database.dialect(), publishes: true, now: () => NOW, migrations });

/** Opens a request, posts its message, and stores a vote that decides it. */
async function decide(store: Store, id: string): Promise<void> {
  const request = aRequest({ id, stepExecutionId: id });
  assert.equal(
    await store.requests.open({ request, channels: ["C0DBA"], audit: anEntry({ requestId: id }) }),
    "opened",
  );
  const [message] = await store.messages.ofRequest(id);
  await store.messages.recordPosted(message?.id ?? "", `1.${id}`, 1);
  const patch = { state: "decided", decision: "approve", decidedAt: NOW } as const;
  const vote = aVote("U0JANE", { requestId: id });
  const audit = [anEntry({ requestId: id, kind: "decided" })];
  assert.ok(await store.requests.advance({ requestId: id, expectedVersion: 1, patch, vote, audit }));
}

test("PostgreSQL: the next version migrates while the old one works, and then both work; the old one does not start again", async (t) => {
  const database = await postgresDatabase();
  const opened: Store[] = [];
  t.after(async () => {
    for (const store of opened) await store.close();
    await database.remove();
  });
  const old = await open(database);
  opened.push(old);
  await decide(old, "before");
  let isMigrating = true;
  let during = 0;
  const working = (async () => {
    while (isMigrating || during === 0) await decide(old, `during-${during++}`);
  })();
  const next = await open(database, NEXT).finally(() => {
    isMigrating = false;
  });
  opened.push(next);
  await working;
  await decide(old, "after, by the old version");
  await decide(next, "after, by the new version");
  for (const [store, expectedVersion] of [
    [old, 2],
    [next, 3],
  ] as const) {
    assert.equal((await store.requests.inState(["decided"], 1_000)).length, during + 3);
    assert.equal((await store.requests.votes("before")).length, 1);
    for (const id of ["after, by the old version", "after, by the new version"])
      assert.equal((await store.requests.byId(id))?.decision, "approve");
    assert.ok(await store.requests.advance({ requestId: "before", expectedVersion, patch: {}, audit: [] }));
  }
  await assert.rejects(open(database), /written by a newer version of Countersign \(it has 9001-next\)/);
});

for (const engine of ENGINES) {
  test(`${engine.name}: the next version finds everything that the old one stored`, async (t) => {
    const database = await engine.create();
    const old = await open(database);
    await decide(old, "before");
    await old.close();
    const next = await open(database, NEXT);
    t.after(async () => {
      await next.close();
      await database.remove();
    });
    assert.equal((await next.requests.byId("before"))?.decision, "approve");
    await decide(next, "after");
  });
}

test("the migrations of dated versions have not changed", async () => {
  const lock: Record<string, string> = JSON.parse(readFileSync(LOCK_PATH, "utf8"));
  const now = await hashSchemas();
  for (const [name, hash] of Object.entries(lock))
    assert.equal(
      now[name],
      hash,
      `${name} is in a dated version: add a migration instead. If the version is not published yet: npm run release -- --lock`,
    );
  const changed = {
    "0001-foundation": { up: async (db: never) => void (await sql`create table x (y text)`.execute(db)) },
  };
  assert.notEqual((await hashSchemas(changed))["0001-foundation"], lock["0001-foundation"]);
});

test("a version is released only with its date in the changelog, and with nothing left under Unreleased", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  assert.match(readFileSync("CHANGELOG.md", "utf8"), new RegExp(`^## \\[${version}\\] - \\d{4}-\\d\\d-\\d\\d$`, "m"));
  const text = "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-01-02\n\n- One.\n";
  assert.deepEqual(findReleaseFaults("1.2.0", text), []);
  assert.match(findReleaseFaults("1.3.0", text).join(), /no heading "## \[1\.3\.0\] - DATE"/);
  assert.match(findReleaseFaults("1.2.0", text.replace("]\n\n##", "]\n\n- Two.\n\n##")).join(), /under Unreleased/);
});
