import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Dialect } from "kysely";
import type { GuardedStore, Store } from "../../src/app/ports/store.ts";
import { postgresDialect } from "../../src/store/postgres.ts";
import { sqliteDialect } from "../../src/store/sqlite.ts";
import { openStore } from "../../src/store/store.ts";
import { postgresDatabases } from "./postgres.ts";
import type { PostgresDatabases } from "./postgres-server.ts";

/** An empty database of one engine. */
export interface Database {
  /** Opens a new connection. If the engine serves only one process, close the previous connections first. */
  dialect(): Dialect;
  remove(): void | Promise<void>;
}

export interface Engine {
  name: string;
  create(): Database | Promise<Database>;
}

/** Every engine of the store. The contract applies to each. */
export const ENGINES: readonly Engine[] = [
  { name: "SQLite", create: sqliteFile },
  { name: "PostgreSQL", create: () => postgresDatabase() },
];

/** Creates a SQLite database in a separate folder. */
export function sqliteFile(): Database & { path: string } {
  const folder = mkdtempSync(join(tmpdir(), "countersign-store-"));
  const path = join(folder, "countersign.db");
  return {
    path,
    dialect: () => sqliteDialect(path),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Creates a PostgreSQL database, on the given server (which tests may stop and start) or on one that stays up. */
export async function postgresDatabase(on?: PostgresDatabases): Promise<Database & { url: string }> {
  const server = on ?? (await postgresDatabases());
  const name = await server.database();
  const url = server.url(name);
  return { url, dialect: () => postgresDialect(url), remove: () => server.drop(name) };
}

export interface OpenStore extends Store {
  /** The store under a lease that no other owner acquires. */
  owned: GuardedStore;
  /** Closes the store and opens it again, like a restart of the program. */
  reopen(): Promise<OpenStore>;
}

/** Acquires a lease that never expires and returns the store under it. */
export async function guardedByTestLease(store: Store): Promise<GuardedStore> {
  const lease = await store.leases.acquire("a test", "this test", 0, Number.MAX_SAFE_INTEGER);
  if (lease === null) throw new Error("another owner has the lease of this test");
  return store.guardedBy(lease);
}

let template: Promise<string> | undefined;

/** Returns a migrated, empty SQLite file, one for each process: the migrations take most of the time of opening a store. */
async function migratedFile(): Promise<string> {
  const { path, dialect, remove } = sqliteFile();
  process.once("exit", remove);
  await (await openStore({ dialect: dialect(), publishes: false, now: () => 0 })).close();
  return path;
}

/** Creates a SQLite database in a separate folder, with every migration. */
async function migratedSqlite(): Promise<Database> {
  template ??= migratedFile();
  const database = sqliteFile();
  copyFileSync(await template, database.path);
  return database;
}

/** Opens a store on an empty database. Both are closed and removed at the end of the test. */
export async function aStore(
  t: TestContext,
  options: { engine?: Engine; publishes?: boolean; now?: () => number } = {},
): Promise<OpenStore> {
  const { engine, publishes = true, now = () => 0 } = options;
  const database = await (engine?.create() ?? migratedSqlite());
  let open: Store | undefined;
  const openAgain = async (): Promise<OpenStore> => {
    await open?.close();
    const store = await openStore({ dialect: database.dialect(), publishes, now });
    open = store;
    return { ...store, owned: await guardedByTestLease(store), reopen: openAgain };
  };
  t.after(async () => {
    await open?.close();
    await database.remove();
  });
  return openAgain();
}
