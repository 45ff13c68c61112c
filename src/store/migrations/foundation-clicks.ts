import { sql } from "kysely";
import { createIndex, type Db } from "./foundation-table.ts";

/** A click is kept even if its request is unknown, so it references none. */
export async function createClicks(db: Db): Promise<void> {
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
  await createIndex(db, "clicks", "clicks_by_request", ["request_id"]);
  await createIndex(db, "clicks", "clicks_last_evaluated", ["user_id", "evaluated_at"]);
  await createIndex(db, "clicks", "clicks_last_replied", ["user_id", "replied_at"]);
}
