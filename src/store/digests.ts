import { type Kysely, type SqlBool, sql } from "kysely";
import type { DigestStore } from "../app/ports/delivery-store.ts";
import type { WholeRows } from "./damaged-rows.ts";
import { makeDeliveryStore } from "./deliveries.ts";
import { orderPosts, readUnposted } from "./messages.ts";
import { newDelivery } from "./new-message.ts";
import type { Tables } from "./schema.ts";

/** Digests that the worker keeps up to date. Whether one must be updated depends on what it shows, which only it knows. */
const CURRENT = sql<SqlBool>`digests.ended_at is null`;

/** Current digests with work left, by the rows alone: they are not posted, or failed. */
export const BEHIND = sql<SqlBool>`${CURRENT} and (digests.ts is null or digests.last_error is not null)`;

const WAITING = sql<SqlBool>`messages.ts is null and messages.deletions < 2 and requests.state = 'open'`;

/**
 * Selects open requests whose message is not posted, with the channel of that message. SQLite begins with the first table of
 * a cross join: there are few such messages among many open requests.
 */
const selectWaiting = (db: Kysely<Tables>) =>
  db.selectFrom("messages").crossJoin("requests").whereRef("requests.id", "=", "messages.requestId").where(WAITING);

export function makeDigestStore(db: Kysely<Tables>, whole: WholeRows): DigestStore {
  return {
    ...makeDeliveryStore(db, "digests", { post: CURRENT, update: CURRENT }),

    begin: (threshold, now) => begin(db, threshold, now),

    current: () => db.selectFrom("digests").selectAll().where(CURRENT).orderBy("beganAt").execute(),

    async waiting(channelId, limit) {
      const there = await readUnposted(db, sql<SqlBool>`${WAITING} and messages.channel_id = ${channelId}`);
      const first = (await orderPosts(db, there)).slice(0, limit).map(({ requestId }) => requestId);
      if (first.length === 0) return { requests: [], count: 0 };
      const rows = await db.selectFrom("requests").selectAll().where("id", "in", first).execute();
      const place = new Map(first.map((id, index) => [id, index]));
      rows.sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
      return { requests: whole.requests(rows), count: there.length };
    },

    // A claim may have posted or updated the digest, even one that has expired.
    async end({ id, ts, shownVersion }, at) {
      await db
        .updateTable("digests")
        .set({ endedAt: at })
        .where("id", "=", id)
        .where("ts", ts === null ? "is" : "=", ts)
        .where("shownVersion", "=", shownVersion)
        .where("claimId", "is", null)
        .execute();
    },

    async endLost(id, ts, at) {
      await db.updateTable("digests").set({ endedAt: at }).where("id", "=", id).where("ts", "=", ts).execute();
    },

    identify: (channelId, ts) => identify(db, channelId, ts),
  };
}

async function begin(db: Kysely<Tables>, threshold: number, now: number): Promise<void> {
  const channels = await selectWaiting(db)
    .select("messages.channelId")
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom("digests")
            .select("digests.id")
            .whereRef("digests.channelId", "=", "messages.channelId")
            .where(CURRENT),
        ),
      ),
    )
    .groupBy("messages.channelId")
    .having(sql<number>`count(*)`, ">", threshold)
    .execute();
  for (const { channelId } of channels) {
    await db
      .insertInto("digests")
      .values({ ...newDelivery(channelId), beganAt: now, endedAt: null })
      .onConflict((conflict) => conflict.column("channelId").where("endedAt", "is", null).doNothing())
      .execute();
  }
}

async function identify(db: Kysely<Tables>, channelId: string, ts: string): Promise<"digest" | "unresolved" | "none"> {
  const there = await db
    .selectFrom("digests")
    .select("ts")
    .where("channelId", "=", channelId)
    .where((where) =>
      where.or([
        where("ts", "=", ts),
        where.and([where("ts", "is", null), where("claimId", "is not", null), where("endedAt", "is", null)]),
      ]),
    )
    .execute();
  if (there.some((row) => row.ts === ts)) return "digest";
  return there.length > 0 ? "unresolved" : "none";
}
