import { type Kysely, type SqlBool, sql, type Transaction } from "kysely";
import {
  type NoticeKind,
  type NoticeRow,
  type NoticeStore,
  REMINDER_KINDS,
  THREAD_KINDS,
} from "../app/ports/delivery-store.ts";
import type { ReminderKind } from "../core/reminders.ts";
import { makeDeliveryStore, selectDue } from "./deliveries.ts";
import { newDelivery } from "./new-message.ts";
import type { NoticesTable, Tables } from "./schema.ts";

export const NOTICES_OF_REQUESTS = sql`notices left join requests on requests.id = notices.request_id`;

/** The requests of the notice's execution, as `each`. */
const OF_EXECUTION = sql`requests as each where each.account = requests.account and each.region = requests.region
  and each.execution_id = requests.execution_id`;

/** The messages that a reply may follow: for the end of an execution those of all its requests. */
const IN_THREAD = sql<SqlBool>`messages.channel_id = notices.channel_id and messages.request_id in
  (select each.id from ${OF_EXECUTION} and (each.id = requests.id or notices.kind = 'execution-ended'))`;

/** A message that was deleted for the second time, or after the end, is not posted again: its reply then goes to the channel. */
const HAS_THREAD = sql<SqlBool>`exists (select 1 from messages where ${IN_THREAD} and (messages.ts is not null
  or (messages.claim_id is null and (messages.deletions > 1 or (messages.deletions > 0 and requests.state = 'closed')))))`;

/** Lists kinds for a condition. */
const kinds = (list: readonly NoticeKind[]) => sql.join(list.map((kind) => sql.lit(kind)));

export type ReplacedKind = Exclude<ReminderKind, "escalated">;

/** The reminders of which a channel gets only the newest. */
export const REPLACED_KINDS: readonly ReplacedKind[] = ["reminder", "last-call"];

/** A reminder that became due again, for example while it was unknown whether Slack had posted the earlier one. */
const IS_REPLACED = sql<SqlBool>`notices.kind in (${kinds(REPLACED_KINDS)}) and exists (select 1 from notices as newer
  where newer.request_id = notices.request_id and newer.kind in (${kinds(REPLACED_KINDS)}) and newer.number > notices.number
    and newer.channel_id = notices.channel_id)`;

/** The end of an execution is reported when all of its requests show it, and reminders end with the open request. */
const CAN_SAY = sql<SqlBool>`(notices.kind not in ('execution-ended', 'requester-ended')
    or not exists (select 1 from ${OF_EXECUTION} and each.execution_ended_at is null))
  and (notices.kind not in (${kinds(REMINDER_KINDS)}) or requests.state = 'open') and not (${IS_REPLACED})`;

/**
 * Notices to post. They are never updated. A reply waits for its thread. An attempt that may have posted a notice must be
 * resolved in any case.
 */
export const UNPOSTED_NOTICE = sql<SqlBool>`notices.ts is null and (notices.claim_id is not null or (
  (notices.kind not in (${kinds(THREAD_KINDS)}) or ${HAS_THREAD}) and ${CAN_SAY}))`;

export function makeNoticeStore(db: Kysely<Tables>): NoticeStore {
  const order = sql`notices.next_attempt_at`;
  return {
    ...makeDeliveryStore(db, "notices"),

    due: (now, perChannel) =>
      selectDue<NoticesTable>(
        db,
        { table: "notices", from: NOTICES_OF_REQUESTS, pending: UNPOSTED_NOTICE, order },
        now,
        perChannel,
      ),

    stepWithoutId: (id) =>
      db
        .selectFrom("stepsWithoutId")
        .select(["target", "account", "region", "executionId", "documentName", "stepName", "consoleUrl"])
        .where("id", "=", id)
        .executeTakeFirstOrThrow(),

    add: (requestId, kind, channelId, number, detail) =>
      addNotice(db, { requestId, kind, channelId, number, detail: detail ?? null }),

    ofRequest: (requestId) =>
      db.selectFrom("notices").selectAll().where("requestId", "=", requestId).orderBy("channelId").execute(),

    async findThread({ id }) {
      const { rows } = await sql<{ ts: string }>`select messages.ts
        from ${NOTICES_OF_REQUESTS}, messages join requests as own on own.id = messages.request_id
        where notices.id = ${id} and messages.ts is not null and ${IN_THREAD}
        order by own.opened_at desc, own.step_turn desc limit 1`.execute(db);
      return rows[0]?.ts ?? null;
    },

    async recordThread(id, claimId, threadTs) {
      await db.updateTable("notices").set({ threadTs }).where("id", "=", id).where("claimId", "=", claimId).execute();
    },
  };
}

/** A notice to add: once for each request, kind, number, subject and channel, and once for each `once` that is not null. */
type NewNotice = Pick<NoticeRow, "requestId" | "kind" | "channelId"> &
  Partial<Pick<NoticesTable, "number" | "subject" | "detail" | "once">>;

export async function addNotice(db: Kysely<Tables>, notice: NewNotice): Promise<void> {
  await db
    .insertInto("notices")
    .values({
      ...newDelivery(notice.channelId),
      number: 0,
      subject: "",
      detail: null,
      threadTs: null,
      once: null,
      ...notice,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/**
 * Adds the report of the end of an execution in each channel that has a message about it, once for each execution. A message
 * that is not posted by then, and that no attempt may have posted, is never posted: it gets no reply.
 */
export async function addEndReports(trx: Transaction<Tables>, requestId: string): Promise<void> {
  const { rows } = await sql<{ channelId: string; account: string; region: string; executionId: string }>`
    select distinct messages.channel_id, requests.account, requests.region, requests.execution_id
    from requests, messages
    where requests.id = ${requestId} and messages.request_id in (select each.id from ${OF_EXECUTION})
      and messages.channel_id not like 'D%'
      and (messages.ts is not null or messages.claim_id is not null or messages.deletions > 0)`.execute(trx);
  for (const { channelId, account, region, executionId } of rows) {
    const once = JSON.stringify(["execution-ended", account, region, executionId, channelId]);
    await addNotice(trx, { requestId, kind: "execution-ended", channelId, once });
  }
}

/** Removes the reminders that are never posted because their request ended. One that an attempt may have posted is resolved. */
export async function endReminders(trx: Transaction<Tables>, requestId: string): Promise<void> {
  await trx
    .deleteFrom("notices")
    .where("requestId", "=", requestId)
    .where("kind", "in", REMINDER_KINDS)
    .where("ts", "is", null)
    .where("claimId", "is", null)
    .execute();
}
