/**
 * Deletes old requests, and the audit records from the beginning of the chain up to a checkpoint.
 *
 * The chain is global, so only its beginning can go: without a record in the middle, the rest would prove nothing. The
 * beginning ends before the first record whose request must stay. A request goes with its last record; until then, its first
 * records may be gone. docs/decisions/0012-retention.md explains this.
 */
import { type Kysely, type RawBuilder, type SqlBool, sql, type Transaction } from "kysely";
import type { DeletedBatch, RetentionReason, RetentionStore } from "../app/ports/retention-store.ts";
import { REFUSED, UNPUBLISHED } from "./audit.ts";
import { didChange } from "./changed-rows.ts";
import { UNEVALUATED, UNREPLIED } from "./clicks.ts";
import { deleteExpired } from "./expired-rows.ts";
import { MESSAGES_OF_REQUESTS, OUTDATED, UNPOSTED } from "./messages.ts";
import { NOTICES_OF_REQUESTS, UNPOSTED_NOTICE } from "./notices.ts";
import { UNRESOLVED } from "./recipient-lookups.ts";
import { UNVERIFIED } from "./requests.ts";
import type { Tables } from "./schema.ts";

/** The tables whose rows belong to a request, in the order in which they are emptied. A test compares the list with the schema. */
export const TABLES_OF_REQUESTS = [
  ...["votes", "signals", "messages", "notices", "recipient_lookups", "requester_lookups", "clicks"],
] as const;

/** The rows of the request that `subject` names, under a condition. */
const exists = (from: RawBuilder<unknown>, request: string, condition: RawBuilder<unknown>) =>
  sql<SqlBool>`exists (select 1 from ${from} where ${sql.ref(request)} = subject.request_id and ${condition})`;

/** The reasons to keep a request and its records, each with its condition. */
const toReasons = (cutoff: number): [RetentionReason, RawBuilder<SqlBool>][] => [
  ["recent", exists(sql`audit`, "audit.request_id", sql`audit.at >= ${cutoff}`)],
  ["not closed", exists(sql`requests`, "requests.id", sql`requests.state <> 'closed'`)],
  ["execution watched", exists(WATCHED, "requests.id", sql`true`)],
  ["event not published", exists(sql`audit`, "audit.request_id", sql`(${UNPUBLISHED} or ${REFUSED})`)],
  ["message not delivered", exists(MESSAGES_OF_REQUESTS, "messages.request_id", sql`(${UNPOSTED} or ${OUTDATED})`)],
  ["notice not delivered", exists(NOTICES_OF_REQUESTS, "notices.request_id", UNPOSTED_NOTICE)],
  ["recipients not resolved", exists(sql`recipient_lookups`, "recipient_lookups.request_id", UNRESOLVED)],
  ["signal not verified", exists(sql`requests`, "requests.id", UNVERIFIED)],
  [
    "attempt not resolved",
    exists(sql`signals`, "signals.request_id", sql`${UNCERTAIN} and signals.uncertain_until >= ${cutoff}`),
  ],
  ["click not answered", exists(sql`clicks`, "clicks.request_id", sql`(${UNEVALUATED} or ${UNREPLIED})`)],
];

const WATCHED = sql`requests join executions on executions.execution_id = requests.execution_id`;
const UNCERTAIN = sql`signals.state in ('sending', 'ambiguous')`;

/** Another replica deleted this batch first, so the transaction is rolled back. */
class AlreadyDeleted extends Error {}

export function makeRetentionStore(db: Kysely<Tables>): RetentionStore {
  const row = () => db.updateTable("schedules").where("name", "=", "retention");
  return {
    async isDue(now) {
      const due = db.selectFrom("schedules").select("name").where("name", "=", "retention").where("nextAt", "<=", now);
      return (await due.executeTakeFirst()) !== undefined;
    },
    claim: async (now, until) =>
      didChange(await row().where("nextAt", "<=", now).set({ nextAt: until }).executeTakeFirst()),
    async schedule(at) {
      await row().set({ nextAt: at }).execute();
    },
    deleteExpired: (cutoff) => deleteExpired(db, cutoff),
    async findStop(cutoff) {
      const first = await db
        .selectFrom("audit")
        .select("requestId")
        .where("seq", ">", (head) => head.selectFrom("auditHead").select("checkpointSeq").where("id", "=", 1))
        .orderBy("seq")
        .limit(1)
        .executeTakeFirst();
      const reason = first && (await findKept(db, [first.requestId], cutoff)).get(first.requestId);
      return first === undefined || reason === undefined || reason === "recent"
        ? null
        : { requestId: first.requestId, reason };
    },
    async deleteBatch(cutoff, limit) {
      try {
        return await db.transaction().execute((trx) => deleteBatch(trx, cutoff, limit));
      } catch (error) {
        if (error instanceof AlreadyDeleted) return null;
        throw error;
      }
    },
  };
}

async function deleteBatch(trx: Transaction<Tables>, cutoff: number, limit: number): Promise<DeletedBatch> {
  const head = await trx.selectFrom("auditHead").selectAll().where("id", "=", 1).executeTakeFirstOrThrow();
  const records = await trx
    .selectFrom("audit")
    .select(["seq", "requestId", "hash"])
    .where("seq", ">", head.checkpointSeq)
    .orderBy("seq")
    .limit(limit)
    .execute();
  const kept = await findKept(trx, [...new Set(records.map(({ requestId }) => requestId))], cutoff);
  const end = records.findIndex(({ requestId }) => kept.has(requestId));
  const deleted = end < 0 ? records : records.slice(0, end);
  const first = records[end];
  const reason = first && kept.get(first.requestId);
  const keeps = first === undefined || reason === undefined ? null : { requestId: first.requestId, reason };
  const last = deleted.at(-1);
  if (last === undefined) return { records: 0, requests: 0, more: false, keeps };
  await trx.deleteFrom("audit").where("seq", ">", head.checkpointSeq).where("seq", "<=", last.seq).execute();
  const requests = await deleteRequests(trx, [...new Set(deleted.map(({ requestId }) => requestId))]);
  const moved = await trx
    .updateTable("auditHead")
    .set({ checkpointSeq: last.seq, checkpointHash: last.hash })
    .where("id", "=", 1)
    .where("checkpointSeq", "=", head.checkpointSeq)
    .executeTakeFirst();
  if (!didChange(moved)) throw new AlreadyDeleted();
  return { records: deleted.length, requests, more: keeps === null && records.length === limit, keeps };
}

/** Returns the requests that must stay, each with the first reason. */
async function findKept(
  trx: Kysely<Tables>,
  requestIds: readonly string[],
  cutoff: number,
): Promise<Map<string, RetentionReason>> {
  if (requestIds.length === 0) return new Map();
  const cases = toReasons(cutoff).map(([reason, condition]) => sql`when ${condition} then ${sql.lit(reason)}`);
  const { rows } = await sql<{ requestId: string; reason: RetentionReason | null }>`
    select subject.request_id, case ${sql.join(cases, sql` `)} end as reason
    from (select distinct request_id from audit where request_id in (${sql.join([...requestIds])})) as subject`.execute(
    trx,
  );
  return new Map(rows.flatMap(({ requestId, reason }) => (reason === null ? [] : [[requestId, reason]])));
}

/** Deletes the requests that have no audit record left, with everything that belongs to them. Returns their number. */
async function deleteRequests(trx: Transaction<Tables>, requestIds: readonly string[]): Promise<number> {
  const left = await trx
    .selectFrom("audit")
    .select("requestId")
    .distinct()
    .where("requestId", "in", [...requestIds])
    .execute();
  const gone = requestIds.filter((id) => !left.some(({ requestId }) => requestId === id));
  if (gone.length === 0) return 0;
  const ids = sql.join(gone);
  for (const table of TABLES_OF_REQUESTS)
    await sql`delete from ${sql.table(table)} where request_id in (${ids})`.execute(trx);
  const { numDeletedRows } = await trx.deleteFrom("requests").where("id", "in", gone).executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
