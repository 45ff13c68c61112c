import { type CreateTableBuilder, sql } from "kysely";
import { createIndex, type Db } from "./foundation-table.ts";

/** Creates a table for each kind of message: messages of requests, notices and digests. */
export async function createDeliveries(db: Db): Promise<void> {
  await db.schema
    .createTable("messages")
    .$call(addDeliveryColumns)
    .addColumn("request_id", "text", (c) => c.notNull().references("requests.id"))
    .addColumn("request_version", "integer", (c) => c.notNull())
    .addColumn("wanted", "integer", (c) => c.notNull())
    .addColumn("outdated_since", "bigint")
    .addColumn("deletions", "integer", (c) => c.notNull())
    .addUniqueConstraint("messages_destination", ["request_id", "channel_id"])
    .execute();
  // These two indexes find the few messages that are due among the many that are not.
  await sql`create index messages_unposted on messages (channel_id, id) where ts is null`.execute(db);
  await sql`create index messages_outdated on messages (channel_id, id)
    where ts is not null and shown_version < request_version`.execute(db);
  await sql`create index messages_claimed on messages (claim_id) where claim_id is not null`.execute(db);
  // The last post of a channel.
  await createIndex(db, "messages", "messages_by_ts", ["channel_id", "ts"]);
  await db.schema
    .createTable("notices")
    .$call(addDeliveryColumns)
    // The id of a request or of a step without an id.
    .addColumn("request_id", "text", (c) => c.notNull())
    .addColumn("kind", "text", (c) => c.notNull())
    .addColumn("number", "bigint", (c) => c.notNull())
    .addColumn("subject", "text", (c) => c.notNull())
    .addColumn("detail", "text")
    .addColumn("thread_ts", "text")
    .addColumn("once", "text", (c) => c.unique())
    .addUniqueConstraint("notices_destination", ["request_id", "kind", "number", "subject", "channel_id"])
    .execute();
  await createIndex(db, "notices", "notices_due", ["ts", "next_attempt_at"]);
  await sql`create index notices_claimed on notices (claim_id) where claim_id is not null`.execute(db);
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

export async function createRecipientLookups(db: Db): Promise<void> {
  await db.schema
    .createTable("recipient_lookups")
    .addColumn("request_id", "text", (c) => c.notNull())
    .addColumn("kind", "text", (c) => c.notNull())
    .addColumn("subject", "text", (c) => c.notNull())
    .addColumn("once", "text", (c) => c.unique())
    .addColumn("done_at", "bigint")
    .addColumn("attempts", "integer", (c) => c.notNull())
    .addColumn("next_attempt_at", "bigint", (c) => c.notNull())
    .addColumn("last_error", "text")
    .addPrimaryKeyConstraint("recipient_lookups_key", ["request_id", "kind", "subject"])
    .execute();
  await createIndex(db, "recipient_lookups", "recipient_lookups_due", ["done_at", "next_attempt_at"]);
}

/** Adds the columns that messages, notices and digests have in common. */
const addDeliveryColumns = (table: CreateTableBuilder<string, string>) =>
  table
    .addColumn("id", "text", (c) => c.primaryKey())
    .addColumn("channel_id", "text", (c) => c.notNull())
    .addColumn("ts", "text")
    .addColumn("shown_version", "integer", (c) => c.notNull())
    .addColumn("shown_content", "text")
    .addColumn("claim_id", "text")
    .addColumn("claimed_at", "bigint")
    .addColumn("claim_until", "bigint")
    .addColumn("attempts", "integer", (c) => c.notNull())
    .addColumn("next_attempt_at", "bigint", (c) => c.notNull())
    .addColumn("last_error", "text");
