import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  type SqliteDatabase,
  SqliteDriver,
} from "kysely";

/** How long units follow each other before the process handles other events, in milliseconds. */
const MAX_RUN_MS = 5;

/** The part of a database that the driver needs. `isTransaction`: a transaction is open. */
export interface GroupedDatabase extends SqliteDatabase {
  readonly isTransaction: boolean;
}

interface Group {
  done: Promise<void>;
  end: (error?: unknown) => void;
}

/**
 * Runs units, each a transaction or a single statement, one after another on the one connection. Units that wait for the
 * connection are committed together, because each commit waits for the disk. Nothing is reported before it is on the disk:
 * every unit of a group, also one that only reads, ends after the commit of its group.
 *
 * States of a unit:
 * - waiting: another unit has the connection.
 * - running: ends with its result, or with a failure that undoes this unit alone.
 * - done, in an open group: ends with the commit of the group. If that fails, the whole group fails, and nothing of it counts.
 *
 * States of a group:
 * - none: a statement commits itself if no unit waits. Otherwise it opens a group, as each transaction does.
 * - open: ends when no unit waits, or when the units have run for MAX_RUN_MS. If SQLite undoes the transaction after an
 *   error, for instance because the disk is full, the group fails.
 */
export class GroupCommitDriver implements Driver {
  readonly #database: GroupedDatabase;
  readonly #driver: SqliteDriver;
  readonly #elapsed: () => number;
  readonly #waiting: (() => void)[] = [];
  #connection: DatabaseConnection | undefined;
  #isBusy = false;
  #runsSince = 0;
  #group: Group | null = null;
  /** How the running unit ends if it is a transaction: it opened the group, or it is a part of it. */
  #transaction: "first" | "part" | null = null;

  constructor(database: GroupedDatabase, elapsed: () => number = () => performance.now()) {
    this.#database = database;
    this.#elapsed = elapsed;
    this.#driver = new SqliteDriver({ database });
  }

  async init(): Promise<void> {
    await this.#driver.init();
    const own = await this.#driver.acquireConnection();
    this.#connection = {
      executeQuery: <R>(query: CompiledQuery) => this.#execute<R>(own, query),
      streamQuery: () => {
        throw new Error("A stream would return rows that are not committed yet.");
      },
    };
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#isBusy) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#runsSince = this.#elapsed();
    this.#isBusy = true;
    return this.#connection as DatabaseConnection;
  }

  async releaseConnection(): Promise<void> {
    const group = this.#group;
    this.#transaction = null;
    const isLong = this.#elapsed() - this.#runsSince >= MAX_RUN_MS;
    if (this.#waiting.length === 0 || isLong) this.#commit();
    const next = this.#waiting.shift();
    if (next === undefined) this.#isBusy = false;
    else if (isLong)
      setImmediate(() => {
        this.#runsSince = this.#elapsed();
        next();
      });
    else next();
    await group?.done;
  }

  async beginTransaction(): Promise<void> {
    if (this.#group === null) {
      this.#open();
      this.#transaction = "first";
    } else {
      try {
        this.#run("savepoint unit");
      } catch (error) {
        // The units after this one must not be committed by themselves while those before it are reported as failed.
        if (!this.#database.isTransaction) this.#fail(error);
        throw error;
      }
      this.#transaction = "part";
    }
  }

  /** The group commits what this transaction wrote. */
  async commitTransaction(): Promise<void> {
    if (this.#group === null || !this.#database.isTransaction) throw new Error("SQLite rolled back the transaction");
    if (this.#transaction === "part") this.#run("release unit");
  }

  async rollbackTransaction(): Promise<void> {
    try {
      if (this.#transaction === "part" && this.#database.isTransaction) {
        this.#run("rollback to unit");
        this.#run("release unit");
        return;
      }
    } catch (error) {
      // What is left of the unit must not be committed with the others.
      this.#fail(error);
      throw error;
    }
    this.#fail(new Error("SQLite rolled back the transaction"));
  }

  async destroy(): Promise<void> {
    await this.#driver.destroy();
  }

  async #execute<R>(own: DatabaseConnection, query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#group === null) this.#endForgotten();
    if (this.#group === null && this.#waiting.length > 0 && WRITE.test(query.sql)) this.#open();
    try {
      return await own.executeQuery<R>(query);
    } catch (error) {
      if (this.#group !== null && !this.#database.isTransaction) this.#fail(error);
      throw error;
    }
  }

  #open(): void {
    this.#endForgotten();
    this.#run("begin");
    const { promise: done, resolve, reject } = Promise.withResolvers<void>();
    // The units of the group report the failure.
    done.catch(() => undefined);
    this.#group = { done, end: (error) => (error === undefined ? resolve() : reject(error)) };
  }

  #commit(): void {
    if (this.#group === null) return;
    try {
      this.#run("commit");
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#group.end();
    this.#group = null;
  }

  /** Undoes the open group. Its units fail; one that has failed itself reports its own error. */
  #fail(error: unknown): void {
    this.#group?.end(error);
    this.#group = null;
    try {
      this.#endForgotten();
    } catch {
      // The next unit tries again, and fails if it cannot.
    }
  }

  /** Ends a transaction that no unit knows of: a statement in it would be reported, but never committed. */
  #endForgotten(): void {
    if (this.#database.isTransaction) this.#run("rollback");
  }

  #run(sql: string): void {
    this.#database.prepare(sql).run([]);
  }
}

const WRITE = /^\s*(?:insert|update|delete)\b/i;
