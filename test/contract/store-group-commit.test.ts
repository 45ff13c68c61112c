import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { Kysely, sql } from "kysely";
import { sqliteDialect } from "../../src/store/sqlite.ts";
import { sqliteFile } from "../support/stores.ts";

interface Tables {
  rows: { id: number; value: string };
}

/** The method as it is outside of these tests: a test that opens several databases restores this one. */
const { prepare } = DatabaseSync.prototype;

/** Opens a database with one table, and records every statement and when its unit ended. */
async function setUp(t: TestContext, elapsed = () => 0) {
  const file = sqliteFile();
  const entries: string[] = [];
  const fail = { at: null as string | null, undoes: false };
  DatabaseSync.prototype.prepare = function (this: DatabaseSync, text: string) {
    const statement = prepare.call(this, text);
    const own = statement.run.bind(statement);
    const run = (...values: never[]) => {
      entries.push(text.split(" ")[0] ?? "");
      if (fail.at === text.split(" ")[0]) {
        fail.at = null;
        if (fail.undoes) this.exec("rollback");
        throw new Error("the disk is full");
      }
      return own(...values);
    };
    return Object.assign(statement, { run });
  };
  const db = new Kysely<Tables>({ dialect: sqliteDialect(file.path, elapsed) });
  t.after(async () => {
    DatabaseSync.prototype.prepare = prepare;
    await db.destroy();
    await file.remove();
  });
  await sql`create table rows (id integer primary key, value text not null)`.execute(db);
  entries.length = 0;
  const insert = (id: number, value: string | null = "x") =>
    db
      .insertInto("rows")
      .values({ id, value: value as string })
      .execute();
  const insertTwo = (id: number, error?: Error) =>
    db.transaction().execute(async (trx) => {
      await trx.insertInto("rows").values({ id, value: "a" }).execute();
      await trx
        .insertInto("rows")
        .values({ id: id + 1, value: "b" })
        .execute();
      if (error !== undefined) throw error;
    });
  /** The ids that another connection sees: what is committed. */
  const committed = () => {
    const other = new DatabaseSync(file.path, { readOnly: true });
    const ids = other
      .prepare("select id from rows order by id")
      .all()
      .map((row) => row.id);
    other.close();
    return ids;
  };
  const outcomes = async (units: Promise<unknown>[]) =>
    (await Promise.allSettled(units)).map((each) => (each.status === "fulfilled" ? "ok" : String(each.reason.message)));
  return { db, entries, fail, insert, insertTwo, committed, outcomes };
}

const count = (entries: readonly string[], text: string) => entries.filter((each) => each === text).length;

test("units that wait for each other are committed together, and none ends before the commit", async (t) => {
  const { db, entries, insert, insertTwo, committed } = await setUp(t);
  const seen: unknown[][] = [];
  const see = async (unit: Promise<unknown>) => {
    await unit;
    seen.push(committed());
  };
  const read = () => db.selectFrom("rows").select("id").orderBy("id").execute();
  await Promise.all([see(insertTwo(1)), see(insert(3)), see(read()), see(insertTwo(4)), see(insert(6)), see(read())]);
  assert.deepEqual([count(entries, "begin"), count(entries, "commit")], [1, 1]);
  for (const ids of seen) assert.deepEqual(ids, [1, 2, 3, 4, 5, 6]);
});

test("a unit that nothing waits for is committed by itself", async (t) => {
  const { entries, insert, insertTwo, committed } = await setUp(t);
  await insert(1);
  assert.deepEqual(entries, ["insert"]);
  await insertTwo(2);
  assert.deepEqual(entries, ["insert", "begin", "insert", "insert", "commit"]);
  assert.deepEqual(committed(), [1, 2, 3]);
});

test("a unit that fails undoes itself alone, wherever it is in the group", async (t) => {
  for (const at of [0, 1, 2, 3]) {
    const { insert, insertTwo, committed, outcomes } = await setUp(t);
    const units = [() => insertTwo(1), () => insertTwo(10), () => insert(20), () => insertTwo(30)];
    const failing = at === 2 ? () => insert(20, null) : () => insertTwo(at * 10 + 1000, new Error("no"));
    const ended = await outcomes(units.map((unit, index) => (index === at ? failing() : unit())));
    assert.deepEqual(
      ended.map((each) => each === "ok"),
      units.map((_, index) => index !== at),
    );
    const all = [[1, 2], [10, 11], [20], [30, 31]];
    assert.deepEqual(committed(), all.filter((_, index) => index !== at).flat());
  }
});

test("if the commit fails, the whole group fails and nothing of it is stored; the next units work", async (t) => {
  const { fail, insert, insertTwo, committed, outcomes } = await setUp(t);
  fail.at = "commit";
  const ended = await outcomes([insertTwo(1), insert(3), insertTwo(4)]);
  assert.deepEqual(ended, Array(3).fill("the disk is full"));
  assert.deepEqual(committed(), []);
  assert.deepEqual(await outcomes([insertTwo(1), insert(3)]), ["ok", "ok"]);
  assert.deepEqual(committed(), [1, 2, 3]);
});

test("if SQLite undoes the transaction in one unit, the units before it fail too, and those after it count", async (t) => {
  const { db, fail, insert, insertTwo, committed, outcomes } = await setUp(t);
  fail.undoes = true;
  const first = insertTwo(1);
  const second = db.transaction().execute(async (trx) => {
    fail.at = "insert";
    await trx.insertInto("rows").values({ id: 10, value: "a" }).execute();
  });
  const ended = await outcomes([first, second, insert(20), insertTwo(30)]);
  assert.deepEqual(ended, ["the disk is full", "the disk is full", "ok", "ok"]);
  assert.deepEqual(committed(), [20, 30, 31]);
});

test("if a failed unit cannot be undone alone, its whole group fails, and no later unit is lost", async (t) => {
  const { fail, insert, insertTwo, committed, outcomes } = await setUp(t);
  const first = insertTwo(1);
  const second = insertTwo(10, new Error("no"));
  fail.at = "rollback";
  assert.deepEqual(await outcomes([first, second]), ["the disk is full", "the disk is full"]);
  assert.deepEqual(committed(), []);
  assert.deepEqual(await outcomes([insert(1), insertTwo(2)]), ["ok", "ok"]);
  assert.deepEqual(committed(), [1, 2, 3]);
});

test("a transaction that SQLite has undone fails, even if it ignored the error", async (t) => {
  const { db, fail, insert, insertTwo, committed, outcomes } = await setUp(t);
  fail.undoes = true;
  const careless = db.transaction().execute(async (trx) => {
    await trx.insertInto("rows").values({ id: 1, value: "a" }).execute();
    fail.at = "insert";
    await assert.rejects(trx.insertInto("rows").values({ id: 2, value: "b" }).execute());
  });
  assert.deepEqual(await outcomes([careless, insert(20)]), ["SQLite rolled back the transaction", "ok"]);
  assert.deepEqual(committed(), [20]);

  fail.at = "savepoint";
  assert.deepEqual(await outcomes([insertTwo(30), insertTwo(40), insert(50)]), [
    "the disk is full",
    "the disk is full",
    "ok",
  ]);
  assert.deepEqual(committed(), [20, 50]);
});

test("a stream is refused, because its rows may not be committed", async (t) => {
  const { db } = await setUp(t);
  await assert.rejects(async () => {
    for await (const row of db.selectFrom("rows").selectAll().stream()) assert.fail(String(row));
  }, /not committed/);
});

test("many units let other events of the process pass", async (t) => {
  let now = 0;
  const { entries, insertTwo } = await setUp(t, () => ++now);
  let turns = 0;
  let isDone = false;
  const countTurns = () => {
    turns++;
    if (!isDone) setImmediate(countTurns);
  };
  setImmediate(countTurns);
  await Promise.all(Array.from({ length: 400 }, (_, index) => insertTwo(index * 2)));
  isDone = true;
  assert.ok(turns > 2, `${turns} turns of the event loop`);
  assert.ok(count(entries, "commit") < 200, `${count(entries, "commit")} commits`);
});
