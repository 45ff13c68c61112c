/** Compares the schema of a database with that of this version, and migrates it. Loads nothing else of the store. */
import { CamelCasePlugin, type Dialect, Kysely } from "kysely";
import { isMigrated, migrate, readSchemaState, type SchemaState } from "./migrations/migrate.ts";
import type { Tables } from "./schema.ts";

/** Returns whether every migration has run. */
export const isUpToDate = (dialect: Dialect): Promise<boolean> => once(dialect, isMigrated);

/** Compares the schema of a database with that of this version, and closes it. */
export const inspectSchema = (dialect: Dialect): Promise<SchemaState> => once(dialect, readSchemaState);

/** Brings a database up to date and closes it; returns the names of the migrations that it ran. */
export const migrateOnly = (dialect: Dialect): Promise<string[]> => once(dialect, migrate);

async function once<R>(dialect: Dialect, work: (db: Kysely<Tables>) => Promise<R>): Promise<R> {
  const db = connect(dialect);
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

/** Opens a database under the names that the program uses. */
export const connect = (dialect: Dialect) => new Kysely<Tables>({ dialect, plugins: [new CamelCasePlugin()] });
