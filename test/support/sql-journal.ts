import { DatabaseSync, StatementSync } from "node:sqlite";

/**
 * A statement, or something else that a test marks between the statements. `on`: the database of the statement. `rows`: those
 * that it returned at once.
 */
export type JournalEntry =
  | { sql: string; values: readonly unknown[]; on: DatabaseSync | undefined; rows: number }
  | { mark: string };

const databases = new WeakMap<StatementSync, DatabaseSync>();
const { prepare } = DatabaseSync.prototype;
DatabaseSync.prototype.prepare = function (this: DatabaseSync, ...given: Parameters<typeof prepare>) {
  const statement = prepare.apply(this, given);
  databases.set(statement, this);
  return statement;
};

/** One commit: the tables that it wrote, each once, in the order of the first write. */
export type Commit = string[];

/**
 * Records every statement that this process executes with SQLite, in order, until `stop`. Marks tell when something else
 * happened in the meantime.
 */
export function startSqlJournal() {
  const entries: JournalEntry[] = [];
  const { all, run, iterate } = StatementSync.prototype;
  const own = { all, run, iterate };
  for (const method of ["all", "run", "iterate"] as const) {
    const call = own[method] as (...values: unknown[]) => never;
    StatementSync.prototype[method] = function (this: StatementSync, ...values: unknown[]) {
      const entry = { sql: this.sourceSQL, values, on: databases.get(this), rows: 0 };
      entries.push(entry);
      const result: unknown = call.apply(this, values);
      if (Array.isArray(result)) entry.rows = result.length;
      return result;
    } as never;
  }
  return {
    mark: (mark: string) => void entries.push({ mark }),
    /** Returns the entries before the mark, `from` the first statement that begins so. */
    until: (mark: string) => ({
      from(begin: string): JournalEntry[] {
        const first = entries.findIndex((each) => "sql" in each && each.sql.startsWith(begin));
        const end = entries.findIndex((each) => "mark" in each && each.mark === mark);
        return entries.slice(first, end);
      },
    }),
    stop() {
      Object.assign(StatementSync.prototype, own);
    },
  };
}

const WRITE = /^\s*(?:insert into|update|delete from) "(\w+)"/i;

/** Lists the commits that wrote something. A statement outside of a transaction is a commit of its own. */
export function toCommits(entries: readonly JournalEntry[]): Commit[] {
  const commits: Commit[] = [];
  const opened = new Map<DatabaseSync | undefined, Commit>();
  for (const entry of entries) {
    if ("mark" in entry) continue;
    const open = opened.get(entry.on);
    const table = WRITE.exec(entry.sql)?.[1];
    if (/^begin/i.test(entry.sql)) opened.set(entry.on, []);
    else if (/^(?:commit|rollback)/i.test(entry.sql)) {
      if (open !== undefined && open.length > 0) commits.push(open);
      opened.delete(entry.on);
    } else if (table !== undefined && open === undefined) commits.push([table]);
    else if (table !== undefined && !open?.includes(table)) open?.push(table);
  }
  return commits;
}

/**
 * Lists the statements that read, with their values, apart for each time between two commits. Those of a transaction are left
 * out: they must see the present rows.
 */
export function toReads(entries: readonly JournalEntry[]): string[][] {
  let isOpen = false;
  const phases: string[][] = [[]];
  for (const entry of entries) {
    if ("mark" in entry) continue;
    const { sql, values } = entry;
    if (/^begin/i.test(sql)) isOpen = true;
    else if (/^(?:commit|rollback)/i.test(sql)) isOpen = false;
    if (isOpen) continue;
    if (/^\s*select/i.test(sql)) phases.at(-1)?.push(`${sql} ${JSON.stringify(values)}`);
    else phases.push([]);
  }
  return phases;
}
