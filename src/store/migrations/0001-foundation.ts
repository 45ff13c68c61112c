import { type CreateTableBuilder, type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import { FIRST_HASH } from "../../core/audit.ts";

// biome-ignore lint/suspicious/noExplicitAny: a migration does not follow later changes of the table types.
type Db = Kysely<any>;

/** Creates every table. Times are epoch milliseconds; JSON is stored as text. */
export const foundation: Migration = {
  async up(db: Db) {
    await createRequests(db);
    await createVotesAndSignals(db);
    await createClicks(db);
    await createDeliveries(db);
    await createRecipientLookups(db);
    await createRequesterLookups(db);
    await createExecutions(db);
    await createCoordination(db);
    await createAudit(db);
  },
};

/** A turn of a step has one request, no matter under which target name it was found. */
async function createRequests(db: Db): Promise<void> {
  await db.schema
    .createTable("requests")
    .addColumn("id", "text", (c) => c.primaryKey())
    .addColumn("target", "text", (c) => c.notNull())
    .addColumn("account", "text", (c) => c.notNull())
    .addColumn("region", "text", (c) => c.notNull())
    .addColumn("execution_id", "text", (c) => c.notNull())
    .addColumn("step_execution_id", "text", (c) => c.notNull())
    .addColumn("step_turn", "integer", (c) => c.notNull())
    .addColumn("facts", "text", (c) => c.notNull())
    .addColumn("address_owner", "text", (c) => c.notNull())
    .addColumn("route", "text")
    .addColumn("version", "integer", (c) => c.notNull())
    .addColumn("state", "text", (c) => c.notNull())
    .addColumn("opened_at", "bigint", (c) => c.notNull())
    .addColumn("deadline", "bigint", (c) => c.notNull())
    .addColumn("starter", "text", (c) => c.notNull())
    .addColumn("decision", "text")
    .addColumn("decided_at", "bigint")
    .addColumn("signal", "text", (c) => c.notNull())
    .addColumn("signal_next_at", "bigint")
    .addColumn("verification", "text", (c) => c.notNull())
    .addColumn("reached_step", "text")
    .addColumn("seen_over_at", "bigint")
    .addColumn("aws_approvals", "text")
    .addColumn("aws_decided_by", "text", (c) => c.notNull())
    .addColumn("outcome", "text")
    .addColumn("closed_at", "bigint")
    .addColumn("execution_status", "text", (c) => c.notNull())
    .addColumn("execution_ended_at", "bigint")
    .addColumn("execution_failure", "text")
    .addUniqueConstraint("requests_step", ["account", "region", "execution_id", "step_execution_id", "step_turn"])
    .execute();
  await createIndex(db, "requests", "requests_by_state", ["state", "opened_at"]);
  await createIndex(db, "requests", "requests_by_execution", ["execution_id"]);
}

async function createVotesAndSignals(db: Db): Promise<void> {
  await db.schema
    .createTable("votes")
    .addColumn("request_id", "text", (c) => c.notNull().references("requests.id"))
    .addColumn("user_id", "text", (c) => c.notNull())
    .addColumn("user_name", "text", (c) => c.notNull())
    .addColumn("email", "text")
    .addColumn("session_email", "text")
    .addColumn("verdict", "text", (c) => c.notNull())
    .addColumn("authority", "text", (c) => c.notNull())
    .addColumn("reason", "text")
    .addColumn("at", "bigint", (c) => c.notNull())
    .addPrimaryKeyConstraint("votes_person", ["request_id", "user_id"])
    .execute();
  await createIndex(db, "votes", "votes_by_person", ["user_id", "at"]);
  await db.schema
    .createTable("signals")
    .addColumn("request_id", "text", (c) => c.notNull().references("requests.id"))
    .addColumn("attempt", "integer", (c) => c.notNull())
    .addColumn("signer_id", "text", (c) => c.notNull())
    .addColumn("session", "text")
    .addColumn("state", "text", (c) => c.notNull())
    .addColumn("at", "bigint", (c) => c.notNull())
    .addColumn("uncertain_until", "bigint", (c) => c.notNull())
    .addColumn("shown_before", "integer", (c) => c.notNull())
    .addColumn("error", "text")
    .addPrimaryKeyConstraint("signals_attempt", ["request_id", "attempt"])
    .execute();
}

/** A click is kept even if its request is unknown, so it references none. */
async function createClicks(db: Db): Promise<void> {
  await db.schema
    .createTable("clicks")
    .addColumn("id", "text", (c) => c.primaryKey())
    .addColumn("key", "text", (c) => c.notNull().unique())
    .addColumn("verdict", "text", (c) => c.notNull())
    .addColumn("authority", "text", (c) => c.notNull())
    .addColumn("request_id", "text", (c) => c.notNull())
    .addColumn("user_id", "text", (c) => c.notNull())
    .addColumn("team_id", "text", (c) => c.notNull())
    .addColumn("channel_id", "text", (c) => c.notNull())
    .addColumn("message_ts", "text")
    .addColumn("reason", "text")
    .addColumn("typed", "text")
    .addColumn("received_at", "bigint", (c) => c.notNull())
    .addColumn("evaluated_at", "bigint")
    .addColumn("reply", "text")
    .addColumn("replied_at", "bigint")
    .addColumn("next_attempt_at", "bigint", (c) => c.notNull())
    .addColumn("attempts", "integer", (c) => c.notNull())
    .addColumn("last_error", "text")
    .execute();
  // The clicks that wait, in the order in which each person's clicks are due, and the last turn of each person.
  await sql`create index clicks_unevaluated on clicks (user_id, received_at, id, next_attempt_at)
    where evaluated_at is null`.execute(db);
  await sql`create index clicks_unreplied on clicks (user_id, received_at, id, next_attempt_at)
    where reply is not null and replied_at is null`.execute(db);
  await createIndex(db, "clicks", "clicks_last_evaluated", ["user_id", "evaluated_at"]);
  await createIndex(db, "clicks", "clicks_last_replied", ["user_id", "replied_at"]);
}

/** Creates a table for each kind of message: messages of requests, notices and digests. */
async function createDeliveries(db: Db): Promise<void> {
  await db.schema
    .createTable("messages")
    .$call(addDeliveryColumns)
    .addColumn("request_id", "text", (c) => c.notNull().references("requests.id"))
    .addColumn("request_version", "integer", (c) => c.notNull())
    .addUniqueConstraint("messages_destination", ["request_id", "channel_id"])
    .execute();
  // These two indexes find the few messages that are due among the many that are not.
  await sql`create index messages_unposted on messages (channel_id) where ts is null`.execute(db);
  await sql`create index messages_outdated on messages (channel_id)
    where ts is not null and shown_version < request_version`.execute(db);
  // The last post of a channel.
  await createIndex(db, "messages", "messages_by_ts", ["channel_id", "ts"]);
  await db.schema
    .createTable("notices")
    .$call(addDeliveryColumns)
    .addColumn("request_id", "text", (c) => c.notNull().references("requests.id"))
    .addColumn("kind", "text", (c) => c.notNull())
    .addUniqueConstraint("notices_destination", ["request_id", "kind", "channel_id"])
    .execute();
  await createIndex(db, "notices", "notices_due", ["ts", "next_attempt_at"]);
  await db.schema
    .createTable("digests")
    .$call(addDeliveryColumns)
    .addColumn("began_at", "bigint", (c) => c.notNull())
    .addColumn("ended_at", "bigint")
    .execute();
  // A channel has at most one digest that has not ended.
  await sql`create unique index digests_current on digests (channel_id) where ended_at is null`.execute(db);
  await createIndex(db, "digests", "digests_by_message", ["channel_id", "ts"]);
}

async function createRecipientLookups(db: Db): Promise<void> {
  await db.schema
    .createTable("recipient_lookups")
    .addColumn("request_id", "text", (c) => c.notNull().references("requests.id"))
    .addColumn("kind", "text", (c) => c.notNull())
    .addColumn("once", "text", (c) => c.unique())
    .addColumn("done_at", "bigint")
    .addColumn("attempts", "integer", (c) => c.notNull())
    .addColumn("next_attempt_at", "bigint", (c) => c.notNull())
    .addColumn("last_error", "text")
    .addPrimaryKeyConstraint("recipient_lookups_key", ["request_id", "kind"])
    .execute();
  await createIndex(db, "recipient_lookups", "recipient_lookups_due", ["done_at", "next_attempt_at"]);
}

async function createRequesterLookups(db: Db): Promise<void> {
  await db.schema
    .createTable("requester_lookups")
    .addColumn("request_id", "text", (c) => c.primaryKey().references("requests.id"))
    .addColumn("attempts", "integer", (c) => c.notNull())
    .addColumn("next_attempt_at", "bigint", (c) => c.notNull())
    .addColumn("last_error", "text")
    .execute();
  await createIndex(db, "requester_lookups", "requester_lookups_due", ["next_attempt_at"]);
}

async function createExecutions(db: Db): Promise<void> {
  await db.schema
    .createTable("executions")
    .addColumn("target", "text", (c) => c.notNull())
    .addColumn("execution_id", "text", (c) => c.notNull())
    .addColumn("fingerprint", "text", (c) => c.notNull())
    .addColumn("next_read_at", "bigint", (c) => c.notNull())
    .addColumn("unchanged_reads", "integer", (c) => c.notNull())
    .addColumn("not_found_since", "bigint")
    .addColumn("listed_at", "bigint")
    .addColumn("stale_since", "bigint")
    .addPrimaryKeyConstraint("executions_key", ["target", "execution_id"])
    .execute();
  await createIndex(db, "executions", "executions_due", ["target", "next_read_at"]);
}

/** Creates the tables that replicas share: leases, live replicas, Slack's rate limits and the health of targets. */
async function createCoordination(db: Db): Promise<void> {
  await db.schema
    .createTable("leases")
    .addColumn("name", "text", (c) => c.primaryKey())
    .addColumn("owner", "text", (c) => c.notNull())
    .addColumn("token", "bigint", (c) => c.notNull())
    .addColumn("until", "bigint", (c) => c.notNull())
    .execute();
  await db.schema
    .createTable("replicas")
    .addColumn("id", "text", (c) => c.primaryKey())
    .addColumn("started_at", "bigint", (c) => c.notNull())
    .addColumn("until", "bigint", (c) => c.notNull())
    .execute();
  await db.schema
    .createTable("rate_limits")
    .addColumn("name", "text", (c) => c.primaryKey())
    .addColumn("next_at", "bigint", (c) => c.notNull())
    .addColumn("blocked_until", "bigint", (c) => c.notNull())
    .execute();
  await db.schema
    .createTable("polls")
    .addColumn("target", "text", (c) => c.primaryKey())
    .addColumn("polled_at", "bigint")
    .addColumn("tried_at", "bigint", (c) => c.notNull())
    .addColumn("error", "text")
    .addColumn("replica", "text", (c) => c.notNull())
    .execute();
}

async function createAudit(db: Db): Promise<void> {
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
  await createIndex(db, "audit", "audit_by_request", ["request_id", "seq"]);
  await createIndex(db, "audit", "audit_unpublished", ["publishing", "publish_next_at"]);
  await db.schema
    .createTable("audit_head")
    .addColumn("id", "integer", (c) => c.primaryKey())
    .addColumn("seq", "integer", (c) => c.notNull())
    .addColumn("hash", "text", (c) => c.notNull())
    .execute();
  await db.insertInto("auditHead").values({ id: 1, seq: 0, hash: FIRST_HASH }).execute();
}

/** Adds the columns that messages, notices and digests have in common. */
const addDeliveryColumns = (table: CreateTableBuilder<string, string>) =>
  table
    .addColumn("id", "text", (c) => c.primaryKey())
    .addColumn("channel_id", "text", (c) => c.notNull())
    .addColumn("ts", "text")
    .addColumn("shown_version", "integer", (c) => c.notNull())
    .addColumn("claim_id", "text")
    .addColumn("claimed_at", "bigint")
    .addColumn("claim_until", "bigint")
    .addColumn("attempts", "integer", (c) => c.notNull())
    .addColumn("next_attempt_at", "bigint", (c) => c.notNull())
    .addColumn("last_error", "text");

const createIndex = (db: Db, table: string, name: string, columns: string[]) =>
  db.schema.createIndex(name).on(table).columns(columns).execute();
