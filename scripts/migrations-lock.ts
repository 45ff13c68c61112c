import { createHash } from "node:crypto";
import { CamelCasePlugin, Kysely, sql } from "kysely";
import { MIGRATIONS, type Migrations, migrate } from "../src/store/migrations/migrate.ts";
import { sqliteDialect } from "../src/store/sqlite.ts";

/** The migrations of dated versions, each with the hash of the schema that it leads to. */
export const LOCK_PATH = "src/store/migrations/migrations-lock.json";

/** Returns the hash of the schema after each migration, by its name, so that a migration that changes is noticed. */
export async function hashSchemas(migrations: Migrations = MIGRATIONS): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  const applied: Record<string, Migrations[string]> = {};
  const db = new Kysely<never>({ dialect: sqliteDialect(":memory:"), plugins: [new CamelCasePlugin()] });
  try {
    for (const [name, migration] of Object.entries(migrations).sort(([a], [b]) => (a < b ? -1 : 1))) {
      applied[name] = migration;
      await migrate(db, applied);
      const { rows } = await sql`select type, name, sql from sqlite_master order by type, name`.execute(db);
      hashes[name] = createHash("sha256").update(JSON.stringify(rows)).digest("hex");
    }
    return hashes;
  } finally {
    await db.destroy();
  }
}
