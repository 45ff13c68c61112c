import { type Kysely, sql, type Transaction } from "kysely";
import type { NoticeKind, NoticeStore, RecipientLookup, RecipientLookupKind } from "../app/ports/delivery-store.ts";
import { makeDeliveryStore } from "./deliveries.ts";
import { newDelivery, newMessage } from "./new-message.ts";
import type { Tables } from "./schema.ts";

/** An lookup is asked for once for a request, whoever asks. */
export async function addRecipientLookup(
  trx: Transaction<Tables>,
  requestId: string,
  kind: RecipientLookupKind,
): Promise<void> {
  await trx
    .insertInto("recipientLookups")
    .values({ requestId, kind, doneAt: null, attempts: 0, nextAttemptAt: 0, lastError: null })
    .onConflict((conflict) => conflict.columns(["requestId", "kind"]).doNothing())
    .execute();
}

export function makeNoticeStore(db: Kysely<Tables>): NoticeStore {
  return {
    ...makeDeliveryStore(db, "notices"),

    dueLookups: (now, limit) =>
      db
        .selectFrom("recipientLookups")
        .select(["requestId", "kind", "attempts"])
        .where("doneAt", "is", null)
        .where("nextAttemptAt", "<=", now)
        .orderBy("nextAttemptAt")
        .limit(limit)
        .execute(),

    lookupDone: (lookup, channels, at) =>
      db.transaction().execute(async (trx) => {
        await addDestinations(trx, lookup, channels);
        await trx
          .updateTable("recipientLookups")
          .set({ doneAt: at, lastError: null })
          .where("requestId", "=", lookup.requestId)
          .where("kind", "=", lookup.kind)
          .execute();
      }),

    lookupFailed: (lookup, lastError, nextAttemptAt, channels = []) =>
      db.transaction().execute(async (trx) => {
        await addDestinations(trx, lookup, channels);
        await trx
          .updateTable("recipientLookups")
          .set({ lastError, nextAttemptAt, attempts: sql<number>`attempts + 1` })
          .where("requestId", "=", lookup.requestId)
          .where("kind", "=", lookup.kind)
          .execute();
      }),

    async due(now, perChannel) {
      const rows = await db
        .selectFrom((from) =>
          from
            .selectFrom("notices")
            .selectAll()
            .select(
              sql<number>`row_number() over (partition by channel_id order by next_attempt_at)`.as("placeInChannel"),
            )
            .where("ts", "is", null)
            .where("nextAttemptAt", "<=", now)
            .where((where) => where.or([where("claim", "is", null), where("claimUntil", "<=", now)]))
            .as("waiting"),
        )
        .selectAll()
        .where("placeInChannel", "<=", perChannel)
        .orderBy("placeInChannel")
        .execute();
      return rows.map(({ placeInChannel: _, ...row }) => row);
    },

    ofRequest: (requestId) =>
      db.selectFrom("notices").selectAll().where("requestId", "=", requestId).orderBy("channelId").execute(),
  };
}

/** Each place is on record once, however often it is found. */
async function addDestinations(
  trx: Transaction<Tables>,
  { requestId, kind }: RecipientLookup,
  channels: readonly string[],
): Promise<void> {
  const version = kind === "direct-messages" ? await isVersionBlocked(trx, requestId) : 0;
  for (const channelId of new Set(channels)) {
    if (kind === "direct-messages") await addMessage(trx, requestId, channelId, version);
    else await addNotice(trx, requestId, kind, channelId);
  }
}

/**
 * The request's version. The row is written, though nothing in it changes: on PostgreSQL a change of the request that is
 * under way is waited for, and one that comes later finds the new message and asks for its update.
 */
async function isVersionBlocked(trx: Transaction<Tables>, requestId: string): Promise<number> {
  const { version } = await trx
    .updateTable("requests")
    .set((row) => ({ version: row.ref("version") }))
    .where("id", "=", requestId)
    .returning("version")
    .executeTakeFirstOrThrow();
  return version;
}

async function addMessage(
  trx: Transaction<Tables>,
  requestId: string,
  channelId: string,
  requestVersion: number,
): Promise<void> {
  await trx
    .insertInto("messages")
    .values(newMessage(requestId, channelId, requestVersion))
    .onConflict((conflict) => conflict.columns(["requestId", "channelId"]).doNothing())
    .execute();
}

async function addNotice(
  trx: Transaction<Tables>,
  requestId: string,
  kind: NoticeKind,
  channelId: string,
): Promise<void> {
  await trx
    .insertInto("notices")
    .values({ ...newDelivery(channelId), requestId, kind })
    .onConflict((conflict) => conflict.columns(["requestId", "kind", "channelId"]).doNothing())
    .execute();
}
