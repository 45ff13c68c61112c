import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { CamelCasePlugin, Kysely, sql } from "kysely";
import { openDatabase } from "../../src/bot/connect-database.ts";
import { runCli } from "../support/cli.ts";
import { testLog } from "../support/fakes.ts";
import { fullMatrixTest } from "../support/full-matrix.ts";
import { postgresServer } from "../support/postgres.ts";
import { type Database, postgresDatabase, sqliteFile } from "../support/stores.ts";

async function migrate(DATABASE_URL: string) {
  const { code, text } = await runCli({ DATABASE_URL }, "migrate");
  return { code, output: text };
}

const engines: [string, (t: TestContext) => Promise<{ url: string; database: Database }>][] = [
  [
    "SQLite",
    async (t) => {
      const database = sqliteFile();
      t.after(() => database.remove());
      return { url: `sqlite:${database.path}`, database };
    },
  ],
  [
    "PostgreSQL",
    async (t) => {
      const database = await postgresDatabase();
      t.after(() => database.remove());
      return { url: database.url, database };
    },
  ],
];

for (const [name, create] of engines) {
  test(`${name}: migrate lists the migrations that it applied, applies none the second time, and refuses the database of a newer version`, async (t) => {
    const { url, database } = await create(t);
    const first = await migrate(url);
    assert.equal(first.code, 0, first.output);
    assert.match(first.output, /Migrated:\n\s+0001-foundation\n\s+0002-audit-due\n\s+0003-clicks-of-person$/);
    const second = await migrate(url);
    assert.deepEqual(second, { code: 0, output: "The database is up to date: nothing to migrate." });
    const db = new Kysely<never>({ dialect: database.dialect(), plugins: [new CamelCasePlugin()] });
    await sql`insert into kysely_migration (name, timestamp) values ('9999-future', '2030-01-01')`.execute(db);
    await db.destroy();
    const refused = await migrate(url);
    assert.equal(refused.code, 1);
    assert.match(refused.output, /newer version.*Run that version/);
  });
}

fullMatrixTest("PostgreSQL: a migration has a longer statement timeout, both in migrate and in serve", async (t) => {
  const begin: Record<string, (url: string) => Promise<unknown>> = {
    migrate,
    async serve(url) {
      const opening = await openDatabase({ kind: "postgres", url }, { publishes: false, now: () => 0, log: testLog() });
      assert.ok(opening.kind === "open");
      await opening.store.close();
    },
  };
  for (const [name, run] of Object.entries(begin)) {
    const database = await postgresDatabase();
    t.after(() => database.remove());
    const db = new Kysely<never>({ dialect: database.dialect() });
    // The database records the statement timeout of each change of the schema.
    await sql`create table limits (held text)`.execute(db);
    await sql`create function note_limit() returns event_trigger language plpgsql as $$ begin
      insert into limits values (current_setting('statement_timeout')); end $$`.execute(db);
    await sql`create event trigger note_limits on ddl_command_end execute function note_limit()`.execute(db);
    await run(database.url);
    const { rows } = await sql<{ held: string }>`select distinct held from limits`.execute(db);
    const { rows: usual } = await sql<{ held: string }>`select current_setting('statement_timeout') as held`.execute(
      db,
    );
    await db.destroy();
    assert.deepEqual({ name, rows, usual }, { name, rows: [{ held: "15min" }], usual: [{ held: "10s" }] });
  }
});

fullMatrixTest(
  "migrate reports the next step, without the password, if the server refuses it or does not reply",
  async () => {
    const server = await postgresServer();
    const name = await server.database();
    const wrong = await migrate(server.url(name, "battery-staple"));
    assert.equal(wrong.code, 1);
    assert.match(wrong.output, /password authentication failed.*Check user and password in DATABASE_URL/);
    assert.doesNotMatch(wrong.output, /battery-staple/);
    const absent = await migrate(server.url("absent"));
    assert.match(absent.output, /"absent" does not exist.*Create the database/);
    const refused = await migrate("postgres://u:battery-staple@127.0.0.1:1/d");
    assert.equal(refused.code, 1);
    assert.match(refused.output, /ECONNREFUSED.*Check that the server runs/);
    assert.doesNotMatch(refused.output, /battery-staple/);
    const misspelt = await migrate("postgre://u:battery-staple@h/d");
    assert.equal(misspelt.code, 2);
    assert.doesNotMatch(misspelt.output, /battery-staple/);
  },
);

test("a misspelled DATABASE_URL is a warning, since the command opens the default database", async () => {
  const { text } = await runCli({ DATABASE_ULR: "sqlite:other.db" }, "audit", "verify");
  assert.match(
    text,
    /^DATABASE_ULR\n {2}Warning: Countersign ignores this variable\. If it is for Countersign, write DATABASE_URL\.$/m,
  );
});
