import type { Db } from "./foundation-table.ts";

/** Creates the tables that replicas share: leases, live replicas, Slack's rate limits and the health of targets. */
export async function createCoordination(db: Db): Promise<void> {
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
    .createTable("schedules")
    .addColumn("name", "text", (c) => c.primaryKey())
    .addColumn("next_at", "bigint", (c) => c.notNull())
    .execute();
  await db.insertInto("schedules").values({ name: "retention", nextAt: 0 }).execute();
  await db.schema
    .createTable("polls")
    .addColumn("target", "text", (c) => c.primaryKey())
    .addColumn("polled_at", "bigint")
    .addColumn("tried_at", "bigint", (c) => c.notNull())
    .addColumn("error", "text")
    .addColumn("replica", "text", (c) => c.notNull())
    .addColumn("every_ms", "bigint", (c) => c.notNull())
    .addColumn("unannounced_at", "bigint")
    .execute();
}
