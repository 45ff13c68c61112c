import { accessSync, closeSync, constants, openSync, realpathSync, statSync } from "node:fs";
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from "node:sqlite";
import { SqliteAdapter, SqliteDialect, type SqliteStatement } from "kysely";
import { GroupCommitDriver, type GroupedDatabase } from "./group-commit.ts";
import { StoreUnavailableError } from "./unavailable.ts";

/** The prepared statements that are kept. */
const MAX_STATEMENTS = 500;

/** How long a statement waits for another process's lock. */
const BUSY_TIMEOUT_MS = 2_000;

/**
 * Sorts and large changes use memory instead of temporary files. In a container with a read-only root file system, no folder
 * for such files can be written, and these statements would fail. Source: SQLite documentation, Temporary Files Used By SQLite.
 */
const NO_TEMPORARY_FILES = "pragma temp_store = memory";

const DAMAGED = "The database file is damaged: restore a backup, or move it away to start with an empty database.";

/** Advice by primary result code, when the file is opened. Source: SQLite documentation, Result and Error Codes. */
const ADVICE: Readonly<Record<number, string>> = {
  5: "Another process has it open: stop that one first. One file serves one process; several need PostgreSQL.", // BUSY
  11: DAMAGED, // CORRUPT
  13: "The disk is full: free some space.", // FULL
  26: "The file is not an SQLite database: name another path in DATABASE_URL, or restore a backup.", // NOTADB
};

/** The primary result codes of a statement that read a damaged page: CORRUPT and NOTADB. */
const DAMAGE_CODES: ReadonlySet<number> = new Set([11, 26]);

/**
 * Opens the file for this process and read-only connections of others. A second bot on the same file is refused: see
 * lockFile. FULL makes each commit reach the disk before it returns. Source: SQLite documentation, PRAGMA synchronous. A
 * new file belongs to its user alone; SQLite gives the files next to it the same mode. Source: findCreateFileMode in
 * SQLite's os_unix.c. `elapsed`: the time of the process, in milliseconds; see GroupCommitDriver.
 */
export function sqliteDialect(path: string, elapsed?: () => number): SqliteDialect {
  return opened(path, WRITE_ADVICE, () => {
    if (path === ":memory:") return openForWriting(path, null, elapsed);
    createPrivately(path);
    // SQLite would open it to read only, and fail at the first write.
    accessSync(path, constants.W_OK);
    const lock = lockFile(path);
    try {
      return openForWriting(path, lock, elapsed);
    } catch (error) {
      lock.close();
      throw error;
    }
  });
}

/** Opens a connection that only reads, also while a bot has the file open. */
export function sqliteReadDialect(path: string): SqliteDialect {
  return opened(path, READ_ADVICE, () => {
    if (statSync(path, { throwIfNoEntry: false }) === undefined) throw new Error("the file does not exist");
    const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    database.exec(`${NO_TEMPORARY_FILES}; select 1 from sqlite_schema limit 1`);
    return new TransactionalDialect(adapt(path, database, null));
  });
}

const WRITE_ADVICE = "Check the path in DATABASE_URL, and that this user may write the file and its folder.";
const READ_ADVICE = "Check the path in DATABASE_URL, and that this user may read the file.";

function opened(path: string, advice: string, open: () => SqliteDialect): SqliteDialect {
  try {
    return open();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StoreUnavailableError(
      `The database ${path} cannot be opened (${reason}). ${ADVICE[toPrimaryCode(error)] ?? advice}`,
      { cause: error, transient: false },
    );
  }
}

function openForWriting(path: string, lock: DatabaseSync | null, elapsed?: () => number): SqliteDialect {
  const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  database.exec(`${NO_TEMPORARY_FILES}; pragma journal_mode = wal; pragma synchronous = full`);
  database.exec("pragma foreign_keys = on; begin immediate; commit");
  return new TransactionalDialect(adapt(path, database, lock), elapsed);
}

/**
 * Locks a file next to the database until it is closed or the process ends, so that one process at a time writes. SQLite's
 * own exclusive mode would also refuse everyone who reads. The lock has the real path of the database; a file with a second
 * name (a hard link) could be locked twice, and is refused.
 */
function lockFile(path: string): DatabaseSync {
  if (statSync(path).nlink > 1) throw new Error("the file has a second name, a hard link: remove one of the two names");
  const name = `${realpathSync(path)}-lock`;
  createPrivately(name);
  const lock = new DatabaseSync(name, { timeout: BUSY_TIMEOUT_MS });
  try {
    lock.exec("begin exclusive");
    return lock;
  } catch (error) {
    lock.close();
    throw error;
  }
}

/**
 * Creates a file for its user alone if there is none. An existing file is not opened: closing it would release the locks
 * that this process has on it. Source: SQLite documentation, How To Corrupt An SQLite Database File, section 2.2.
 */
function createPrivately(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) closeSync(openSync(path, "wx", 0o600));
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
  readonly #driver: GroupCommitDriver;

  constructor(database: GroupedDatabase, elapsed?: () => number) {
    super({ database });
    this.#driver = new GroupCommitDriver(database, elapsed);
  }

  override createAdapter() {
    return new TransactionalAdapter();
  }

  override createDriver() {
    return this.#driver;
  }
}

class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl() {
    return true;
  }

  /** The driver has a queue of its own for the one connection. */
  override get supportsMultipleConnections() {
    return true;
  }
}

const NO_STATEMENT: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
};

/**
 * Adapts Node's SQLite to the part of better-sqlite3's interface that Kysely's dialect uses. `lock` is released at the end.
 * Throws StoreUnavailableError if a statement reads a damaged page.
 */
function adapt(path: string, database: DatabaseSync, lock: DatabaseSync | null): GroupedDatabase {
  const advised = <Result>(run: () => Result): Result => {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof Error) || !DAMAGE_CODES.has(toPrimaryCode(error))) throw error;
      const message = `The database ${path} cannot be used (${error.message}). ${DAMAGED}`;
      throw new StoreUnavailableError(message, { cause: error, transient: false });
    }
  };
  const find = makeStatements((text) => advised(() => database.prepare(text)));
  return {
    get isTransaction() {
      return database.isTransaction;
    },
    close() {
      database.close();
      lock?.close();
    },
    prepare(text) {
      // A full disk makes SQLite roll back the transaction. A second rollback would fail and hide the real error.
      // Source: SQLite documentation, lang_transaction, "Response to errors within a transaction".
      if (text === "rollback" && !database.isTransaction) return NO_STATEMENT;
      const statement = find(text);
      const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
      return {
        reader: statement.columns().length > 0,
        all: (parameters) =>
          advised(() =>
            SELECT.test(text) ? select(statement, values(parameters)) : statement.all(...values(parameters)),
          ),
        run: (parameters) => advised(() => statement.run(...values(parameters))),
        // A reader that is not at its end must not be started again.
        iterate: (parameters) => database.prepare(text).iterate(...values(parameters)),
      };
    },
  };
}

/**
 * Keeps prepared statements by their text: preparing takes longer than most statements do, and V8 does not know the memory of
 * those that it has yet to collect. A statement that changes the schema drops all of them.
 */
function makeStatements(prepare: (text: string) => StatementSync): (text: string) => StatementSync {
  const kept = new Map<string, StatementSync>();
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const statement = prepare(text);
    if (!KEEPS_SCHEMA.test(text)) kept.clear();
    else {
      const [oldest = ""] = kept.keys();
      if (kept.size >= MAX_STATEMENTS) kept.delete(oldest);
      kept.set(text, statement);
    }
    return statement;
  };
}

const KEEPS_SCHEMA = /^\s*(?:select|insert|update|delete|begin|commit|rollback|savepoint|release)\b/i;
const SELECT = /^\s*select\b/i;

/** Reads rows. A number that was altered to one beyond the exact integers becomes the nearest number, and ends no reader. */
function select(statement: StatementSync, parameters: readonly SQLInputValue[]) {
  try {
    return statement.all(...parameters);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const toNumber = (value: SQLOutputValue) => (typeof value === "bigint" ? Number(value) : value);
    statement.setReadBigInts(true);
    try {
      const rows = statement.all(...parameters);
      return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toNumber(value)])));
    } finally {
      statement.setReadBigInts(false);
    }
  }
}
