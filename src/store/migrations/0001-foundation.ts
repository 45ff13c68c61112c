import type { Kysely } from "kysely";
import { type Migration, type MigrationProvider, Migrator } from "kysely/migration";
import { FIRST_HASH } from "../../core/audit.ts";
import { StoreUnavailableError } from "../unavailable.ts";
import { deciders } from "./0002-deciders.ts";
import { places } from "./0003-places.ts";
import { replicas } from "./0004-replicas.ts";
import { steps } from "./0005-steps.ts";

/** The database was written by a newer version of the program, or a migration failed. */
export class MigrationError extends Error {}

const foundation: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a migration is written against the schema of its own day.
  async up(db: Kysely<any>) {
    await db.schema
      .createTable("requests")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("target", "text", (c) => c.notNull())
      .addColumn("account", "text", (c) => c.notNull())
      .addColumn("region", "text", (c) => c.notNull())
      .addColumn("execution_id", "text", (c) => c.notNull())
      .addColumn("step_execution_id", "text", (c) => c.notNull())
      .addColumn("facts", "text", (c) => c.notNull())
      .addColumn("route", "text")
      .addColumn("version", "integer", (c) => c.notNull())
      .addColumn("state", "text", (c) => c.notNull())
      .addColumn("opened_at", "bigint", (c) => c.notNull())
      .addColumn("decision", "text")
      .addColumn("decided_at", "bigint")
      .addColumn("signal", "text", (c) => c.notNull())
      .addColumn("signal_attempts", "integer", (c) => c.notNull())
      .addColumn("signal_at", "bigint")
      .addColumn("signal_uncertain_until", "bigint")
      .addColumn("signal_next_at", "bigint")
      .addColumn("signal_error", "text")
      .addColumn("aws_approvals", "text")
      .addColumn("outcome", "text")
      .addColumn("closed_at", "bigint")
      .addColumn("execution_status", "text", (c) => c.notNull())
      .addColumn("execution_ended_at", "bigint")
      .addColumn("execution_failure", "text")
      .addUniqueConstraint("requests_step", ["target", "execution_id", "step_execution_id"])
      .execute();
    await index(db, "requests", "requests_by_state", ["state", "opened_at"]);
    await index(db, "requests", "requests_by_execution", ["execution_id"]);

    await db.schema
      .createTable("votes")
      .addColumn("request_id", "text", (c) => c.notNull().references("requests.id"))
      .addColumn("user_id", "text", (c) => c.notNull())
      .addColumn("user_name", "text", (c) => c.notNull())
      .addColumn("email", "text")
      .addColumn("verdict", "text", (c) => c.notNull())
      .addColumn("reason", "text")
      .addColumn("at", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("votes_person", ["request_id", "user_id"])
      .execute();

    await db.schema
      .createTable("messages")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("request_id", "text", (c) => c.notNull().references("requests.id"))
      .addColumn("channel_id", "text", (c) => c.notNull())
      .addColumn("ts", "text")
      .addColumn("version", "integer", (c) => c.notNull())
      .addColumn("claim", "text")
      .addColumn("claimed_at", "bigint")
      .addColumn("claim_until", "bigint")
      .addColumn("attempts", "integer", (c) => c.notNull())
      .addColumn("next_attempt_at", "bigint", (c) => c.notNull())
      .addColumn("last_error", "text")
      .addUniqueConstraint("messages_place", ["request_id", "channel_id"])
      .execute();

    await db.schema
      .createTable("clicks")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("key", "text", (c) => c.notNull().unique())
      .addColumn("verdict", "text", (c) => c.notNull())
      .addColumn("request_id", "text", (c) => c.notNull())
      .addColumn("user_id", "text", (c) => c.notNull())
      .addColumn("team_id", "text", (c) => c.notNull())
      .addColumn("channel_id", "text", (c) => c.notNull())
      .addColumn("message_ts", "text", (c) => c.notNull())
      .addColumn("reason", "text")
      .addColumn("received_at", "bigint", (c) => c.notNull())
      .addColumn("evaluated_at", "bigint")
      .addColumn("reply", "text")
      .addColumn("replied_at", "bigint")
      .addColumn("next_attempt_at", "bigint", (c) => c.notNull())
      .addColumn("attempts", "integer", (c) => c.notNull())
      .execute();
    await index(db, "clicks", "clicks_unevaluated", ["evaluated_at", "next_attempt_at"]);
    await index(db, "clicks", "clicks_unreplied", ["replied_at", "next_attempt_at"]);

    await db.schema
      .createTable("executions")
      .addColumn("target", "text", (c) => c.notNull())
      .addColumn("execution_id", "text", (c) => c.notNull())
      .addColumn("fingerprint", "text", (c) => c.notNull())
      .addColumn("next_read_at", "bigint", (c) => c.notNull())
      .addColumn("unchanged_reads", "integer", (c) => c.notNull())
      .addColumn("not_found_since", "bigint")
      .addPrimaryKeyConstraint("executions_key", ["target", "execution_id"])
      .execute();
    await index(db, "executions", "executions_due", ["target", "next_read_at"]);

    await db.schema
      .createTable("leases")
      .addColumn("name", "text", (c) => c.primaryKey())
      .addColumn("owner", "text", (c) => c.notNull())
      .addColumn("until", "bigint", (c) => c.notNull())
      .execute();

    await db.schema
      .createTable("audit")
      .addColumn("seq", "integer", (c) => c.primaryKey())
      .addColumn("id", "text", (c) => c.notNull().unique())
      .addColumn("request_id", "text", (c) => c.notNull())
      .addColumn("kind", "text", (c) => c.notNull())
      .addColumn("at", "bigint", (c) => c.notNull())
      .addColumn("actor", "text", (c) => c.notNull())
      .addColumn("detail", "text", (c) => c.notNull())
      .addColumn("previous", "text", (c) => c.notNull())
      .addColumn("hash", "text", (c) => c.notNull())
      .addColumn("publishing", "text", (c) => c.notNull())
      .addColumn("publish_next_at", "bigint", (c) => c.notNull())
      .addColumn("publish_attempts", "integer", (c) => c.notNull())
      .addColumn("publish_error", "text")
      .addColumn("event_id", "text")
      .execute();
    await index(db, "audit", "audit_by_request", ["request_id", "seq"]);
    await index(db, "audit", "audit_unpublished", ["publishing", "publish_next_at"]);

    await db.schema
      .createTable("audit_head")
      .addColumn("id", "integer", (c) => c.primaryKey())
      .addColumn("seq", "integer", (c) => c.notNull())
      .addColumn("hash", "text", (c) => c.notNull())
      .execute();
    await db.insertInto("auditHead").values({ id: 1, seq: 0, hash: FIRST_HASH }).execute();
  },
};

// biome-ignore lint/suspicious/noExplicitAny: see above.
async function index(db: Kysely<any>, table: string, name: string, columns: string[]): Promise<void> {
  await db.schema.createIndex(name).on(table).columns(columns).execute();
}

/** All of them, by name and in order. */
export const provider: MigrationProvider = {
  async getMigrations() {
    return {
      "0001-foundation": foundation,
      "0002-deciders": deciders,
      "0003-replicas": replicas,
      "0004-places": places,
      "0005-steps": steps,
    };
  },
};

/** Whether every migration has run. */
export async function isMigrated<T>(db: Kysely<T>): Promise<boolean> {
  const migrations = await new Migrator({ db, provider }).getMigrations();
  return migrations.every(({ executedAt }) => executedAt !== undefined);
}

/** Brings the database to this version's schema, under the migrator's own lock. Throws MigrationError. */
export async function migrate<T>(db: Kysely<T>): Promise<string[]> {
  const { error, results } = await new Migrator({ db, provider }).migrateToLatest();
  if (error === undefined) return (results ?? []).map((result) => result.migrationName);
  if (error instanceof StoreUnavailableError) throw error;
  const cause = error instanceof Error ? error.message : String(error);
  const newer = cause.includes("is missing");
  throw new MigrationError(
    newer
      ? `The database was written by a newer version of Countersign (${cause}). Run that version, or restore an older backup.`
      : `The database could not be brought to this version's schema: ${cause}. Nothing was started.`,
    { cause: error },
  );
}
