import { accessSync, constants, statSync } from "node:fs";
import { dirname } from "node:path";
import { CamelCasePlugin, type Dialect, Kysely, sql } from "kysely";
import type { DatabaseState } from "../app/ports/database.ts";
import { findDurabilityRisk } from "./durability.ts";
import { isExposed, postgresDialect } from "./postgres.ts";
import { inspectSchema } from "./schema-state.ts";
import { sqliteReadDialect } from "./sqlite.ts";
import { StoreUnavailableError } from "./unavailable.ts";

/** Reads the state of the database, also while a bot runs. Writes nothing and creates no file. */
export async function inspectDatabase(
  database: { kind: "sqlite"; path: string } | { kind: "postgres"; url: string },
): Promise<DatabaseState> {
  try {
    return database.kind === "sqlite" ? await inspectFile(database.path) : await inspectServer(database.url);
  } catch (error) {
    if (error instanceof StoreUnavailableError) return { kind: "unreachable", message: error.message };
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "unreachable", message: `The database cannot be used (${reason}). Check DATABASE_URL.` };
  }
}

async function inspectFile(path: string): Promise<DatabaseState> {
  const exists = statSync(path, { throwIfNoEntry: false }) !== undefined;
  // SQLite writes further files next to the database.
  for (const each of exists ? [path, dirname(path)] : [dirname(path)])
    try {
      accessSync(each, constants.W_OK);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
      return { kind: "not-writable", reason: `${each}: ${code}` };
    }
  if (!exists) return { kind: "absent" };
  const version = `SQLite ${process.versions.sqlite}`;
  const schema = await inspectSchema(sqliteReadDialect(path));
  if (schema.kind === "older") return { kind: "not-migrated", version, isExposed: false };
  if (schema.kind === "newer") return schema;
  return { kind: "ready", version, risk: null, isExposed: false };
}

async function inspectServer(url: string): Promise<DatabaseState> {
  const version = await query(postgresDialect(url), async (db) => {
    const { rows } = await sql<{ version: string }>`select current_setting('server_version') as version`.execute(db);
    return `PostgreSQL ${rows[0]?.version}`;
  });
  const schema = await inspectSchema(postgresDialect(url));
  if (schema.kind === "older") return { kind: "not-migrated", version, isExposed: isExposed(url) };
  if (schema.kind === "newer") return schema;
  try {
    // Changes no row. PostgreSQL checks the privilege and refuses it in recovery or in a read-only session.
    await query(postgresDialect(url), (db) => sql`update audit_head set seq = seq where false`.execute(db));
  } catch (error) {
    if (error instanceof StoreUnavailableError) throw error;
    return { kind: "not-writable", reason: error instanceof Error ? error.message : String(error) };
  }
  return { kind: "ready", version, risk: await findDurabilityRisk(postgresDialect(url)), isExposed: isExposed(url) };
}

async function query<R>(dialect: Dialect, work: (db: Kysely<never>) => Promise<R>): Promise<R> {
  const db = new Kysely<never>({ dialect, plugins: [new CamelCasePlugin()] });
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}
