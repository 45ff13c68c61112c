import type { Command } from "commander";
import type { DatabaseConfig } from "../config/config.ts";
import { loadDatabase } from "../config/load-database.ts";
import { MigrationError } from "../store/migrations/migrate.ts";
import { postgresDialect } from "../store/postgres.ts";
import { migrateOnly } from "../store/schema-state.ts";
import { sqliteDialect } from "../store/sqlite.ts";
import { StoreUnavailableError } from "../store/unavailable.ts";
import { type CommandResult, printResult, printWarnings, refuseConfiguration } from "./output.ts";

export function addMigrate(program: Command): void {
  program
    .command("migrate")
    .description("migrate the database of DATABASE_URL to this version's schema; serve does this too when it starts")
    .action(async () => {
      const loaded = loadDatabase(process.env);
      if (loaded.kind === "problems")
        return refuseConfiguration("Nothing was migrated: fix the environment variables first.", loaded.problems);
      printWarnings(loaded.warnings);
      printResult(await migrateDatabase(loaded.database));
    });
}

async function migrateDatabase(database: DatabaseConfig): Promise<CommandResult> {
  try {
    const dialect =
      database.kind === "sqlite" ? sqliteDialect(database.path) : postgresDialect(database.url, "migrating");
    const migrated = await migrateOnly(dialect);
    if (migrated.length === 0) return { ok: true, lines: ["The database is up to date: nothing to migrate."] };
    return { ok: true, lines: ["The database is up to date. Migrated:", ...migrated.map((name) => `  ${name}`)] };
  } catch (error) {
    if (error instanceof MigrationError || error instanceof StoreUnavailableError)
      return { ok: false, lines: [error.message] };
    throw error;
  }
}
