import type { DatabaseConfig } from "../config/config.ts";
import { MigrationError } from "../store/migrations/migrate.ts";
import { postgresDialect } from "../store/postgres.ts";
import { sqliteDialect } from "../store/sqlite.ts";
import { migrateOnly } from "../store/store.ts";
import { StoreUnavailableError } from "../store/unavailable.ts";

/** Brings the database to this version's schema: what was done, or why not, in words for the operator. */
export async function migrateDatabase(database: DatabaseConfig): Promise<{ ok: boolean; words: string }> {
  try {
    const dialect =
      database.kind === "sqlite" ? sqliteDialect(database.path) : postgresDialect(database.url, "migrating");
    const taken = await migrateOnly(dialect);
    if (taken.length === 0) return { ok: true, words: "The database is up to date: nothing to migrate." };
    return {
      ok: true,
      words: ["The database is up to date. Migrated:", ...taken.map((name) => `  ${name}`)].join("\n"),
    };
  } catch (error) {
    if (error instanceof MigrationError || error instanceof StoreUnavailableError)
      return { ok: false, words: error.message };
    throw error;
  }
}
