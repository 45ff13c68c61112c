import { closeSync, constants, openSync } from "node:fs";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { SqliteAdapter, type SqliteDatabase, SqliteDialect, type SqliteStatement } from "kysely";
import { StoreUnavailableError } from "./unavailable.ts";

/** How long a statement waits for another process's lock. */
const BUSY_TIMEOUT_MS = 2_000;

/** Advice by primary result code. Source: SQLite documentation, Result and Error Codes. */
const ADVICE: Readonly<Record<number, string>> = {
  5: "Another process has it open: stop that one first. One file serves one process; several need PostgreSQL.", // BUSY
  11: "The file is damaged: restore a backup, or move it away to start with an empty database.", // CORRUPT
  13: "The disk is full: free some space.", // FULL
  26: "The file is not an SQLite database: name another path in DATABASE_URL, or restore a backup.", // NOTADB
};

/**
 * Opens the file for this process alone: an exclusive lock lasts until the file is closed or the process ends, so that a
 * second bot on the same file is refused instead of being slow. FULL makes each commit reach the disk before it returns.
 * Source: SQLite documentation, PRAGMA locking_mode and PRAGMA synchronous. A new file belongs to its user alone; SQLite
 * gives the files next to it the same mode. Source: findCreateFileMode in SQLite's os_unix.c.
 */
export function sqliteDialect(path: string): SqliteDialect {
  try {
    if (path !== ":memory:") closeSync(openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600));
    const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    database.exec("pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full");
    database.exec("pragma foreign_keys = on; begin immediate; commit");
    return new TransactionalDialect({ database: adapt(database) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const advice =
      ADVICE[toPrimaryCode(error)] ??
      "Check the path in DATABASE_URL, and that this user may write the file and its folder.";
    throw new StoreUnavailableError(`The database ${path} cannot be opened (${reason}). ${advice}`, {
      cause: error,
      transient: false,
    });
  }
}

/** The low byte of an SQLite error code is its primary code. */
function toPrimaryCode(error: unknown): number {
  return error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : 0;
}

/**
 * Kysely assumes that SQLite cannot roll back schema changes, and would leave half of a migration behind if the process is
 * killed. SQLite can roll them back.
 */
class TransactionalDialect extends SqliteDialect {
  override createAdapter() {
    return new TransactionalAdapter();
  }
}

class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl() {
    return true;
  }
}

const NO_STATEMENT: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
};

/** Adapts Node's SQLite to the part of better-sqlite3's interface that Kysely's dialect uses. */
function adapt(database: DatabaseSync): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare(text) {
      // A full disk makes SQLite roll back the transaction. A second rollback would fail and hide the real error.
      // Source: SQLite documentation, lang_transaction, "Response to errors within a transaction".
      if (text === "rollback" && !database.isTransaction) return NO_STATEMENT;
      const statement = database.prepare(text);
      const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...values(parameters)),
        run: (parameters) => statement.run(...values(parameters)),
        iterate: (parameters) => statement.iterate(...values(parameters)),
      };
    },
  };
}
