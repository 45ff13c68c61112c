import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import type { MessageStore } from "../app/ports/delivery-store.ts";
import { didChange } from "./changed-rows.ts";
import { isDue, makeDeliveryStore } from "./deliveries.ts";
import { letOthersRun } from "./let-others-run.ts";
import { ROWS_PER_PAGE, readMessages, readPending } from "./pending-messages.ts";
import { inFairOrder, readPosts, type Unposted } from "./post-order.ts";
import { NOT_CLOSED } from "./requests.ts";
import type { Tables } from "./schema.ts";
import { newestFirst, type Outdated } from "./update-order.ts";

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
  return {
    ...makeDeliveryStore(db, "messages", { post: POSTABLE }),

    async due(now, perChannel) {
      const unposted = await readUnposted(db, sql<SqlBool>`${UNPOSTED} and ${isDue("messages", now)}`);
      const outdated = await readPending<Outdated>(
        db,
        ["messages.id", "messages.channel_id", "messages.ts", "messages.outdated_since", "requests.requester_key"],
        sql<SqlBool>`${OUTDATED} and ${isDue("messages", now)}`,
      );
      const toPost = await firstOfEach(unposted, perChannel, (ofChannel) => orderPosts(db, ofChannel));
      const toUpdate = await firstOfEach(outdated, perChannel, async (ofChannel) => newestFirst(ofChannel, now));
      // What was posted or updated since the pages were read is not due any more.
      const isStillDue = sql<SqlBool>`(messages.ts is null or ${OUTDATED}) and ${isDue("messages", now)}`;
      return readMessages(db, [...toPost, ...toUpdate], isStillDue);
    },

    async recordOpened(requestId) {
      const unposted = db.updateTable("messages").where("requestId", "=", requestId).where("ts", "is", null);
      await unposted.set({ wanted: 1 }).execute();
    },

    async recordDeleted(channelId, ts) {
      const forgotten = await db
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
        .executeTakeFirstOrThrow();
      return didChange(forgotten);
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

const UNPOSTED_COLUMNS = ["id", "channel_id", "request_id", "wanted"].map((name) => `messages.${name}`);
const ORDER_COLUMNS = ["requester_key", "deadline", "opened_at"].map((name) => `requests.${name}`);

/** Reads the messages to post that satisfy `condition`. */
export const readUnposted = (db: Kysely<Tables>, condition: RawBuilder<SqlBool>): Promise<Unposted[]> =>
  readPending<Unposted>(db, [...UNPOSTED_COLUMNS, ...ORDER_COLUMNS], condition);

/** Returns the messages of one channel in the order of their posts. */
export async function orderPosts(db: Kysely<Tables>, ofChannel: readonly Unposted[]): Promise<readonly Unposted[]> {
  const [first] = ofChannel;
  if (first === undefined || ofChannel.length === 1) return ofChannel;
  const firstOpenedAt = ofChannel.reduce((least, { openedAt }) => Math.min(least, openedAt), first.openedAt);
  return inFairOrder(ofChannel, await readPosts(db, first.channelId, firstOpenedAt));
}

/** Returns the ids of the first messages of each channel: the first one of each, then the second one of each, and so on. */
async function firstOfEach<Row extends { id: string; channelId: string }>(
  rows: readonly Row[],
  count: number,
  inOrder: (ofChannel: readonly Row[]) => Promise<readonly Row[]>,
): Promise<string[]> {
  const channels: (readonly Row[])[] = [];
  let ordered = 0;
  for (const ofChannel of Map.groupBy(rows, ({ channelId }) => channelId).values()) {
    channels.push((await inOrder(ofChannel)).slice(0, count));
    ordered += ofChannel.length;
    if (ordered < ROWS_PER_PAGE) continue;
    ordered = 0;
    await letOthersRun();
  }
  return Array.from({ length: count }, (_, place) => channels.flatMap((each) => each[place]?.id ?? [])).flat();
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
