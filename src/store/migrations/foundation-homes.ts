import { createIndex, type Db } from "./foundation-table.ts";

/** Creates the table of the people who opened App Home. */
export async function createHomes(db: Db): Promise<void> {
  await db.schema
    .createTable("home_views")
    .addColumn("user_id", "text", (c) => c.primaryKey())
    .addColumn("scope", "text", (c) => c.notNull())
    .addColumn("page", "text")
    .addColumn("opened_at", "bigint", (c) => c.notNull())
    .addColumn("shown_seq", "integer", (c) => c.notNull())
    .addColumn("fingerprint", "text")
    .addColumn("slack_hash", "text")
    .addColumn("next_attempt_at", "bigint", (c) => c.notNull())
    .addColumn("last_error", "text")
    .execute();
  await createIndex(db, "home_views", "home_views_recent", ["opened_at"]);
}
