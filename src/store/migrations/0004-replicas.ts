import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** What several processes on one database share: who lives, who holds what, who may call Slack next, how targets are. */
export const replicas: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a migration is written against the schema of its own day.
  async up(db: Kysely<any>) {
    await db.schema
      .alterTable("leases")
      .addColumn("token", "bigint", (c) => c.notNull().defaultTo(0))
      .execute();
    await db.schema
      .alterTable("requests")
      .addColumn("deadline", "bigint", (c) => c.notNull().defaultTo(0))
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
  },
};
