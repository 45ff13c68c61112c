import type { AuditTrail } from "../app/ports/audit-trail.ts";
import type { DatabaseConfig } from "../config/config.ts";
import { loadDatabase } from "../config/load-database.ts";
import { openAuditTrail } from "../store/audit-trail.ts";
import { postgresDialect } from "../store/postgres.ts";
import { findDenied } from "../store/postgres-errors.ts";
import { isUpToDate } from "../store/schema-state.ts";
import { sqliteReadDialect } from "../store/sqlite.ts";
import { StoreUnavailableError } from "../store/unavailable.ts";
import { type CommandResult, printResult, printWarnings, refuseConfiguration } from "./output.ts";

/**
 * Runs a command over the audit trail of DATABASE_URL, and prints its result. The connection only reads, and a bot may have
 * the database open.
 */
export async function withTrail(command: (trail: AuditTrail) => Promise<CommandResult>): Promise<void> {
  const loaded = loadDatabase(process.env);
  if (loaded.kind === "problems")
    return refuseConfiguration("Nothing was read: fix the environment variables first.", loaded.problems);
  printWarnings(loaded.warnings);
  printResult(await readTrail(loaded.database, command));
}

async function readTrail(
  database: DatabaseConfig,
  command: (trail: AuditTrail) => Promise<CommandResult>,
): Promise<CommandResult> {
  const toDialect = () =>
    database.kind === "sqlite" ? sqliteReadDialect(database.path) : postgresDialect(database.url, "reading");
  try {
    if (!(await isUpToDate(toDialect())))
      return unchecked(
        database.kind === "sqlite"
          ? `${OTHER_SCHEMA}: run countersign migrate first.`
          : `${OTHER_SCHEMA}, or its role lacks USAGE on the schema. Run countersign migrate, or ${GRANT}.`,
      );
    const trail = openAuditTrail(toDialect());
    try {
      return await command(trail);
    } finally {
      await trail.close();
    }
  } catch (error) {
    if (error instanceof StoreUnavailableError) return unchecked(error.message);
    const denied = findDenied(error);
    if (denied === null) throw error;
    return unchecked(
      `The database refuses the read: ${denied}. Its owner can run ${GRANT}. docs/operations.md lists the grants.`,
    );
  }
}

const OTHER_SCHEMA = "The database does not have this version's schema";
const GRANT = "GRANT USAGE ON SCHEMA public TO ROLE; GRANT SELECT ON audit, audit_head, kysely_migration TO ROLE";

/** A script must not take it for a trail that was changed. */
const unchecked = (line: string): CommandResult => ({ ok: false, isUnchecked: true, lines: [line] });
