import { createHash, randomUUID } from "node:crypto";
import { type Kysely, type SqlBool, sql, type Transaction } from "kysely";
import type { AuditStore, GuardedStore } from "../app/ports/store.ts";
import { type AuditEntry, chainText, isPublished } from "../core/audit-records.ts";
import { fitEntry } from "../core/audit-size.ts";
import { canonicalJson } from "../core/canonical-json.ts";
import { parseObject } from "../core/parse-object.ts";
import { readLimited, type WholeRows } from "./damaged-rows.ts";
import type { Transact } from "./guard.ts";
import { auditFromRow } from "./rows.ts";
import type { AuditTable, Tables } from "./schema.ts";

/** Records to publish. */
export const UNPUBLISHED = sql<SqlBool>`audit.publishing = 'due'`;

/**
 * Records that come after an unpublished one of their request, and wait for it. A refused one delays no other. With "||", SQLite
 * searches the few records of the request, and not all that are due.
 */
const IS_HELD_BACK = sql<SqlBool>`exists (select 1 from audit as earlier where earlier.request_id = audit.request_id
  and earlier.seq < audit.seq and earlier.publishing || '' = 'due')`;

/** Records that the event bus refused. They are sent again when a process begins to publish. */
export const REFUSED = sql<SqlBool>`audit.publishing = 'failed'`;

/**
 * Appends entries to the chain inside the caller's transaction. It locks the head row first, so that on PostgreSQL too
 * writers come one after the other and no two records follow the same one.
 */
export async function appendAudit(
  trx: Transaction<Tables>,
  entries: readonly AuditEntry[],
  publishes: boolean,
): Promise<void> {
  if (entries.length === 0) return;
  const head = await trx
    .updateTable("auditHead")
    .set({ seq: sql<number>`seq + ${entries.length}` })
    .where("id", "=", 1)
    .returning(["seq", "hash"])
    .executeTakeFirstOrThrow();
  let seq = head.seq - entries.length;
  let previous = head.hash;
  for (const each of entries) {
    const entry = fitEntry(each);
    // PostgreSQL cannot store NUL in a text, and stores U+FFFD instead: the hash is that of the stored record.
    const requestId = entry.requestId.replaceAll("\0", "\uFFFD");
    const record = { ...entry, requestId, seq: ++seq, id: randomUUID(), previous };
    const hash = createHash("sha256").update(chainText(record)).digest("hex");
    await trx
      .insertInto("audit")
      .values({
        ...record,
        hash,
        detail: canonicalJson(entry.detail),
        publishing: publishes && isPublished(entry) ? "due" : "never",
        publishNextAt: 0,
        publishAttempts: 0,
        publishError: null,
        eventId: null,
      })
      .execute();
    previous = hash;
  }
  await trx.updateTable("auditHead").set({ hash: previous }).where("id", "=", 1).execute();
}

/** Tells whether the request has a `decided` record with its present decision: a row that was changed by hand has none. */
export async function isDecisionRecorded(db: Kysely<Tables>, requestId: string): Promise<boolean> {
  const found = await decidedRecords(db).where("requests.id", "=", requestId).execute();
  return found.some(isOfDecision);
}

/** Counts the decided requests that have no record of their present decision. */
export async function countUnrecorded(db: Kysely<Tables>): Promise<number> {
  const found = await decidedRecords(db).where(sql<SqlBool>`requests.state = 'decided'`).execute();
  const recorded = new Set(found.filter(isOfDecision).map(({ id }) => id));
  return new Set(found.map(({ id }) => id)).size - recorded.size;
}

/** Each request with each of its `decided` records, or with null if it has none. */
const decidedRecords = (db: Kysely<Tables>) =>
  db
    .selectFrom("requests")
    .leftJoin("audit", (join) => join.onRef("audit.requestId", "=", "requests.id").on("audit.kind", "=", "decided"))
    .select(["requests.id", "requests.decision", "audit.detail"]);

/** Compares the parsed detail: a parameter can be called `decision` too. */
const isOfDecision = ({ detail, decision }: { detail: string | null; decision: string | null }): boolean =>
  detail !== null && parseObject(detail)?.decision === decision;

export function makeAuditStore(db: Kysely<Tables>, whole: WholeRows): AuditStore {
  return {
    async unpublished(now, limit) {
      const due = db
        .selectFrom("audit")
        .selectAll()
        .where(UNPUBLISHED)
        // "+": SQLite would otherwise search by this column, and sort all that it finds.
        .where(sql<SqlBool>`+publish_next_at <= ${now}`)
        .where(sql<SqlBool>`not ${IS_HELD_BACK}`)
        .orderBy("seq");
      const toDue = (row: AuditTable) => ({ record: auditFromRow(row), attempts: row.publishAttempts });
      const read = (rows: readonly AuditTable[]) =>
        whole.parse(rows, toDue, ({ requestId }) => ({ table: "audit", requestId }));
      const found = await readLimited(limit, (asked) => due.limit(asked).execute(), read);
      return found.flatMap(({ record, attempts }) => (isPublished(record) ? [{ record, attempts }] : []));
    },
    async recordPublished(eventIds) {
      if (eventIds.size === 0) return;
      const ids = [...eventIds].map(([seq, id]) => sql`when seq = ${seq} then ${id}`);
      await db
        .updateTable("audit")
        .set({
          publishing: "done",
          eventId: sql<string>`case ${sql.join(ids, sql` `)} end`,
          publishError: null,
        })
        .where("seq", "in", [...eventIds.keys()])
        .execute();
    },
    async recordPublishFailed(seq, error, nextAttemptAt) {
      await db
        .updateTable("audit")
        .set({
          publishing: nextAttemptAt === null ? "failed" : "due",
          publishError: error,
          publishNextAt: nextAttemptAt ?? 0,
          publishAttempts: sql<number>`publish_attempts + 1`,
        })
        .where("seq", "=", seq)
        .execute();
    },
  };
}

export function makeGuardedAuditStore(transact: Transact): GuardedStore["audit"] {
  return {
    claim: (seqs, now, until) =>
      transact(async (trx) => {
        const { numUpdatedRows } = await trx
          .updateTable("audit")
          .set({ publishNextAt: until })
          .where("seq", "in", [...seqs])
          .where(UNPUBLISHED)
          .where("publishNextAt", "<=", now)
          .executeTakeFirst();
        // If another replica has published some of them, the others are due again when this claim expires.
        return numUpdatedRows === BigInt(seqs.length);
      }, false),
    releaseClaims: (now, isRestart) =>
      transact(async (trx) => {
        const claimed = trx.updateTable("audit").where(UNPUBLISHED).where("publishNextAt", ">", now);
        await claimed.set({ publishNextAt: now }).execute();
        const again = { publishing: "due", publishNextAt: now } as const;
        if (isRestart) await trx.updateTable("audit").where(REFUSED).set(again).execute();
      }, undefined),
  };
}
