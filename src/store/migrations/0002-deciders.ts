import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** Who decides by which right, each person's own signal, and what is said beside a request's own messages. */
export const deciders: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a migration is written against the schema of its own day.
  async up(db: Kysely<any>) {
    const add = (table: string, column: string, initial: string | number) =>
      db.schema
        .alterTable(table)
        .addColumn(column, typeof initial === "number" ? "integer" : "text", (c) => c.notNull().defaultTo(initial))
        .execute();
    await add("requests", "signals_accepted", 0);
    await add("requests", "aws_decided_by", "[]");
    await add("votes", "authority", "approver");
    await add("clicks", "authority", "approver");
    await db.schema.alterTable("clicks").addColumn("typed", "text").execute();

    await db.schema
      .createTable("signals")
      .addColumn("request_id", "text", (c) => c.notNull().references("requests.id"))
      .addColumn("user_id", "text", (c) => c.notNull())
      .addColumn("session", "text", (c) => c.notNull())
      .addColumn("state", "text", (c) => c.notNull())
      .addColumn("attempts", "integer", (c) => c.notNull())
      .addColumn("at", "bigint", (c) => c.notNull())
      .addColumn("uncertain_until", "bigint", (c) => c.notNull())
      .addColumn("shown_before", "integer", (c) => c.notNull())
      .addColumn("error", "text")
      .addPrimaryKeyConstraint("signals_person", ["request_id", "user_id"])
      .execute();

    await db.schema
      .createTable("recipient_lookups")
      .addColumn("request_id", "text", (c) => c.notNull().references("requests.id"))
      .addColumn("kind", "text", (c) => c.notNull())
      .addColumn("done_at", "bigint")
      .addColumn("attempts", "integer", (c) => c.notNull())
      .addColumn("next_attempt_at", "bigint", (c) => c.notNull())
      .addColumn("last_error", "text")
      .addPrimaryKeyConstraint("recipient_lookups_key", ["request_id", "kind"])
      .execute();
    await db.schema
      .createIndex("recipient_lookups_due")
      .on("recipient_lookups")
      .columns(["done_at", "next_attempt_at"])
      .execute();

    await db.schema
      .createTable("notices")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("request_id", "text", (c) => c.notNull().references("requests.id"))
      .addColumn("kind", "text", (c) => c.notNull())
      .addColumn("channel_id", "text", (c) => c.notNull())
      .addColumn("ts", "text")
      .addColumn("claim", "text")
      .addColumn("claimed_at", "bigint")
      .addColumn("claim_until", "bigint")
      .addColumn("attempts", "integer", (c) => c.notNull())
      .addColumn("next_attempt_at", "bigint", (c) => c.notNull())
      .addColumn("last_error", "text")
      .addUniqueConstraint("notices_place", ["request_id", "kind", "channel_id"])
      .execute();
    await db.schema.createIndex("notices_due").on("notices").columns(["ts", "next_attempt_at"]).execute();
  },
};
