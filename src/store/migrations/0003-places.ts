import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Digests of channels that are far behind, a quick way to the few messages of many that are due, and why clicks wait. */
export const places: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a migration is written against the schema of its own day.
  async up(db: Kysely<any>) {
    await db.schema
      .alterTable("notices")
      .addColumn("version", "integer", (c) => c.notNull().defaultTo(0))
      .execute();
    await db.schema.alterTable("clicks").addColumn("last_error", "text").execute();
    await db.schema
      .alterTable("messages")
      .addColumn("wanted_version", "integer", (c) => c.notNull().defaultTo(1))
      .execute();
    await sql`update messages set wanted_version =
      (select requests.version from requests where requests.id = messages.request_id)`.execute(db);
    await sql`create index messages_unposted on messages (channel_id) where ts is null`.execute(db);
    await sql`create index messages_outdated on messages (channel_id)
      where ts is not null and version < wanted_version`.execute(db);

    await db.schema
      .createTable("digests")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("channel_id", "text", (c) => c.notNull())
      .addColumn("began_at", "bigint", (c) => c.notNull())
      .addColumn("ended_at", "bigint")
      .addColumn("ts", "text")
      .addColumn("version", "integer", (c) => c.notNull())
      .addColumn("claim", "text")
      .addColumn("claimed_at", "bigint")
      .addColumn("claim_until", "bigint")
      .addColumn("attempts", "integer", (c) => c.notNull())
      .addColumn("next_attempt_at", "bigint", (c) => c.notNull())
      .addColumn("last_error", "text")
      .execute();
    await sql`create unique index digests_current on digests (channel_id) where ended_at is null`.execute(db);
    await sql`create index digests_place on digests (channel_id, ts)`.execute(db);
  },
};
