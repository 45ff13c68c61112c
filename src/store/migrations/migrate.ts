import { type Kysely, sql } from "kysely";
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from "kysely/migration";
import { StoreUnavailableError } from "../unavailable.ts";
import { foundation } from "./0001-foundation.ts";
import { auditDue } from "./0002-audit-due.ts";
import { clicksOfPerson } from "./0003-clicks-of-person.ts";

/** A newer version of the program wrote the database, or a migration failed. */
export class MigrationError extends Error {}

/**
 * Migrations by name. They run in the alphabetical order of their names. One that a dated version has never changes, because
 * its databases do not run it again: migrations-lock.json has the schema that it makes. A new one must leave everything in
 * place that the version before it uses, because that one still runs during an upgrade: it only adds tables, indexes, and
 * columns that are nullable or have a default.
 */
export type Migrations = Readonly<Record<string, Migration>>;

export const MIGRATIONS: Migrations = {
  "0001-foundation": foundation,
  "0002-audit-due": auditDue,
  "0003-clicks-of-person": clicksOfPerson,
};

/** Returns whether every migration has run. */
export async function isMigrated<T>(db: Kysely<T>, migrations = MIGRATIONS): Promise<boolean> {
  const known = await makeMigrator(db, migrations).getMigrations();
  return known.every(({ executedAt }) => executedAt !== undefined);
}

/** How the schema of a database compares with that of this version. `newer`: describes the migrations that it does not know. */
export type SchemaState = { kind: "current" } | { kind: "older" } | { kind: "newer"; message: string };

/** Compares the migrations that have run with those of this version. */
export async function readSchemaState<T>(db: Kysely<T>, migrations = MIGRATIONS): Promise<SchemaState> {
  const unknown = await findUnknownMigrations(db, migrations);
  if (unknown.length > 0) return { kind: "newer", message: describeNewer(unknown) };
  return { kind: (await isMigrated(db, migrations)) ? "current" : "older" };
}

const describeNewer = (unknown: readonly string[]) =>
  `The database was written by a newer version of Countersign (it has ${unknown.join(", ")}). Run that version, or restore an older backup.`;

/**
 * Runs the migrations that are missing, all in one transaction and under Kysely's lock, so that replicas which start
 * together migrate once. Returns the names of those that it ran. Throws MigrationError and StoreUnavailableError.
 */
export async function migrate<T>(db: Kysely<T>, migrations = MIGRATIONS): Promise<string[]> {
  try {
    const schema = await readSchemaState(db, migrations);
    if (schema.kind === "newer") throw new MigrationError(schema.message);
    // On PostgreSQL, the lock belongs to a session: as long as a process that has it is paused, no other one gets it.
    if (schema.kind === "current") return [];
    const { error, results = [] } = await makeMigrator(db, migrations).migrateToLatest();
    if (error !== undefined) throw error;
    return results.map((result) => result.migrationName);
  } catch (error) {
    if (error instanceof StoreUnavailableError || error instanceof MigrationError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new MigrationError(
      `The database could not be brought to this version's schema: ${reason}. Nothing was started.`,
      { cause: error },
    );
  }
}

const makeMigrator = <T>(db: Kysely<T>, migrations: Migrations) =>
  new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });

/** Returns the migrations that have run on the database and that this version does not have. */
async function findUnknownMigrations<T>(db: Kysely<T>, migrations: Migrations): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some(({ name }) => name === DEFAULT_MIGRATION_TABLE)) return [];
  const { rows } = await sql<{ name: string }>`
    select name from ${sql.table(DEFAULT_MIGRATION_TABLE)} order by name`.execute(db);
  return rows.map(({ name }) => name).filter((name) => !Object.hasOwn(migrations, name));
}
