import { FIRST_HASH } from "../../core/audit-records.ts";
import { createIndex, type Db } from "./foundation-table.ts";

export async function createAudit(db: Db): Promise<void> {
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
    .addColumn("checkpoint_seq", "integer", (c) => c.notNull())
    .addColumn("checkpoint_hash", "text", (c) => c.notNull())
    .execute();
  const first = { id: 1, seq: 0, hash: FIRST_HASH, checkpointSeq: 0, checkpointHash: FIRST_HASH };
  await db.insertInto("auditHead").values(first).execute();
}
