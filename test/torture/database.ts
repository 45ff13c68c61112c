import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CamelCasePlugin, type Dialect, Kysely } from "kysely";
import type { ApprovalRequest } from "../../src/core/request.ts";
import { requestFromRow } from "../../src/store/rows.ts";
import type { Tables } from "../../src/store/schema.ts";
import { sqliteDialect } from "../../src/store/sqlite.ts";

/** All records of a schedule. */
export interface DatabaseRecords {
  requests: ApprovalRequest[];
  votes: Tables["votes"][];
  signals: Tables["signals"][];
  messages: Tables["messages"][];
  clicks: Tables["clicks"][];
  digests: Tables["digests"][];
  notices: Tables["notices"][];
  audit: Tables["audit"][];
}

/** The database of the bots of a run. */
export interface TortureDatabase {
  /** Creates an empty database and removes the previous one. Resolves with its DATABASE_URL. */
  fresh(): Promise<string>;
  /** Reads all its records. The bots must have ended. */
  read(url: string): Promise<DatabaseRecords>;
  close(): Promise<void>;
}

export function openSqlite(): TortureDatabase {
  const folder = mkdtempSync(join(tmpdir(), "countersign-torture-db-"));
  let count = 0;
  let file = "";
  const remove = () => {
    for (const suffix of ["", "-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });
  };
  return {
    async fresh() {
      if (file !== "") remove();
      file = join(folder, `${++count}.db`);
      return `sqlite:${file}`;
    },
    read: (url) => readRecords(sqliteDialect(url.slice("sqlite:".length))),
    async close() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function readRecords(dialect: Dialect): Promise<DatabaseRecords> {
  const db = new Kysely<Tables>({ dialect, plugins: [new CamelCasePlugin()] });
  try {
    return {
      requests: (await db.selectFrom("requests").selectAll().execute()).map(requestFromRow),
      votes: await db.selectFrom("votes").selectAll().execute(),
      signals: await db.selectFrom("signals").selectAll().execute(),
      messages: await db.selectFrom("messages").selectAll().execute(),
      clicks: await db.selectFrom("clicks").selectAll().execute(),
      digests: await db.selectFrom("digests").selectAll().execute(),
      notices: await db.selectFrom("notices").selectAll().execute(),
      audit: await db.selectFrom("audit").selectAll().orderBy("seq").execute(),
    };
  } finally {
    await db.destroy();
  }
}
