import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { SqliteAdapter, type SqliteDatabase, SqliteDialect, type SqliteStatement } from "kysely";
import { StoreUnavailableError } from "./unavailable.ts";

/** How long a statement waits for another process's lock, in milliseconds. */
const BUSY_TIMEOUT_MS = 2_000;

/**
 * Opens the file for this process alone: the exclusive lock is held until it is closed or the process ends, so that a
 * second bot on the same file is refused and not merely slow. FULL makes each commit reach the disk before it returns.
 * Source: SQLite documentation, PRAGMA locking_mode and PRAGMA synchronous.
 */
export function sqliteDialect(path: string): SqliteDialect {
  try {
    const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    database.exec("pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full");
    database.exec("pragma foreign_keys = on; begin immediate; commit");
    return new WholeMigrations({ database: adapt(database) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const advice = reason.includes("locked")
      ? "Another process has it open: stop that one first. One file serves one process; several need PostgreSQL."
      : "Check the path in DATABASE_URL, and that this user may write the file and its folder.";
    throw new StoreUnavailableError(`The database ${path} cannot be opened (${reason}). ${advice}`, {
      cause: error,
      passing: false,
    });
  }
}

/**
 * Kysely takes SQLite for an engine that cannot take back a change of the schema, and would leave half of one behind when
 * the process is killed in the middle. SQLite can.
 */
class WholeMigrations extends SqliteDialect {
  override createAdapter() {
    return new TransactionalAdapter();
  }
}

class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl() {
    return true;
  }
}

const NOTHING: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
};

/** The sliver of better-sqlite3's interface that Kysely's dialect needs, around Node's own SQLite. */
function adapt(database: DatabaseSync): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare(text) {
      // A full disk ends the transaction by itself. A rollback then fails, and would take the place of the real error.
      // Source: SQLite documentation, lang_transaction, "Response to errors within a transaction".
      if (text === "rollback" && !database.isTransaction) return NOTHING;
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
