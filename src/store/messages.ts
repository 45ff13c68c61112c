import { type Kysely, type SqlBool, sql } from "kysely";
import type { MessageStore } from "../app/ports/delivery-store.ts";
import { isDue, makeDeliveryStore, selectDue } from "./deliveries.ts";
import { letOthersRun } from "./let-others-run.ts";
import { fairOrder } from "./post-order.ts";
import { NOT_CLOSED } from "./requests.ts";
import type { Tables } from "./schema.ts";
import { newestFirst } from "./update-order.ts";

export const MESSAGES_OF_REQUESTS = sql`messages join requests on requests.id = messages.request_id`;

/**
 * Messages to post. A request that closed before its message was posted needs none. If an attempt may have posted it, that
 * attempt must still be resolved.
 */
export const UNPOSTED = sql<SqlBool>`messages.ts is null and messages.deletions < 2 and (requests.state <> 'closed' or messages.claim_id is not null)`;

/**
 * A request that closes ends its unclaimed messages, so no later claim may post one. The versions differ while another
 * transaction changes the request.
 */
const POSTABLE = sql<SqlBool>`exists (select 1 from requests where requests.id = messages.request_id
  and requests.version = messages.request_version and requests.state <> 'closed')`;

/** Messages to update: they show an older version of their request. */
export const OUTDATED = sql<SqlBool>`messages.ts is not null and messages.shown_version < messages.request_version`;

export function makeMessageStore(db: Kysely<Tables>): MessageStore {
  const due = (pending: typeof UNPOSTED, inOrder: typeof newestFirst, now: number, perChannel: number) => {
    const ordered = inOrder(sql<SqlBool>`${pending} and ${isDue("messages", now)}`, now);
    // SQLite joins in the order of a cross join: otherwise it would look for each message of the table in the few ordered ones.
    // Source: SQLite documentation, The SQLite Query Optimizer Overview, Manual Control Of Query Plans Using CROSS JOIN.
    const from = sql`(${ordered}) as ordered cross join messages`;
    const isOrdered = sql<SqlBool>`messages.id = ordered.id`;
    const query = { table: "messages", from, pending: isOrdered, order: sql`ordered.place` } as const;
    return selectDue<Tables["messages"]>(db, query, now, perChannel);
  };

  return {
    ...makeDeliveryStore(db, "messages", POSTABLE),

    due: async (now, perChannel) => [
      ...(await due(UNPOSTED, fairOrder, now, perChannel)),
      ...(await due(OUTDATED, newestFirst, now, perChannel)),
    ],

    async recordOpened(requestId) {
      const unposted = db.updateTable("messages").where("requestId", "=", requestId).where("ts", "is", null);
      await unposted.set({ wanted: 1 }).execute();
    },

    async recordDeleted(channelId, ts) {
      await db
        .updateTable("messages")
        .set({
          ts: null,
          shownVersion: 0,
          shownContent: null,
          claimId: null,
          claimUntil: null,
          attempts: 0,
          nextAttemptAt: 0,
          lastError: null,
          deletions: sql<number>`deletions + 1`,
        })
        .where("channelId", "=", channelId)
        .where("ts", "=", ts)
        .execute();
    },

    nextPosted: (after, postedBefore) => findNextPosted(db, after, postedBefore),

    async lastPosted(channelId) {
      const row = await db
        .selectFrom("messages")
        .select((each) => each.fn.max("ts").as("ts"))
        .where("channelId", "=", channelId)
        .executeTakeFirst();
      return row?.ts ?? null;
    },

    ofRequest: (requestId) =>
      db.selectFrom("messages").selectAll().where("requestId", "=", requestId).orderBy("channelId").execute(),
  };
}

/** The requests that one statement examines. */
const REQUESTS_PER_PAGE = 500;

/** Finds the posted message of an open request that follows another one in the order in which requests opened. */
async function findNextPosted(
  db: Kysely<Tables>,
  { openedAt, requestId, channelId }: Parameters<MessageStore["nextPosted"]>[0],
  postedBefore: number,
): ReturnType<MessageStore["nextPosted"]> {
  for (let from = sql<SqlBool>`(opened_at, id) >= (${openedAt}, ${requestId})`; ; ) {
    const page = db
      .selectFrom("requests")
      .select(["id", "openedAt"])
      .where(NOT_CLOSED)
      .where("state", "=", "open")
      .where(from)
      .orderBy("openedAt")
      .orderBy("id")
      .limit(REQUESTS_PER_PAGE);
    const row = await db
      .selectFrom(page.as("page"))
      .crossJoin("messages")
      .select(["page.openedAt", "messages.requestId", "messages.channelId", "messages.ts"])
      .whereRef("messages.requestId", "=", "page.id")
      .where("messages.ts", "is not", null)
      .where("messages.ts", "<", (postedBefore / 1000).toFixed(6))
      .where("messages.deletions", "<", 2)
      .where((where) => where.or([where("page.id", "!=", requestId), where("messages.channelId", ">", channelId)]))
      .orderBy("page.openedAt")
      .orderBy("page.id")
      .orderBy("messages.channelId")
      .limit(1)
      .executeTakeFirst();
    if (row?.ts != null) return { ...row, ts: row.ts };
    const last = (await page.execute()).at(-1);
    if (last === undefined) return null;
    await letOthersRun();
    from = sql<SqlBool>`(opened_at, id) > (${last.openedAt}, ${last.id})`;
  }
}
