import { type Kysely, sql } from "kysely";
import type { DigestStore } from "../app/ports/delivery-store.ts";
import { makeDeliveryStore } from "./deliveries.ts";
import { newDelivery } from "./new-message.ts";
import { requestFromRow } from "./rows.ts";
import type { Tables } from "./schema.ts";

export function makeDigestStore(db: Kysely<Tables>): DigestStore {
  /** Open requests that stand in no channel yet, with the channel where each is to stand. */
  const waiting = () =>
    db
      .selectFrom("messages")
      .innerJoin("requests", "requests.id", "messages.requestId")
      .where("messages.ts", "is", null)
      .where("requests.state", "=", "open");

  return {
    ...makeDeliveryStore(db, "digests"),

    async begin(behind, now) {
      const channels = await waiting()
        .select("messages.channelId")
        .groupBy("messages.channelId")
        .having(sql<number>`count(*)`, ">", behind)
        .execute();
      for (const { channelId } of channels) {
        await db
          .insertInto("digests")
          .values({ ...newDelivery(channelId), beganAt: now, endedAt: null })
          .onConflict((conflict) => conflict.column("channelId").where("endedAt", "is", null).doNothing())
          .execute();
      }
    },

    current: () => db.selectFrom("digests").selectAll().where("endedAt", "is", null).orderBy("beganAt").execute(),

    async waiting(channelId, limit) {
      const there = waiting().where("messages.channelId", "=", channelId);
      const rows = await there
        .selectAll("requests")
        .orderBy("requests.deadline")
        .orderBy("requests.openedAt")
        .limit(limit)
        .execute();
      const { count } = await there.select(({ fn }) => fn.countAll<number>().as("count")).executeTakeFirstOrThrow();
      return { requests: rows.map(requestFromRow), count };
    },

    /** A claim on a post is never over by itself: whether the message stands is found out first. */
    async ended(id, at) {
      await db
        .updateTable("digests")
        .set({ endedAt: at })
        .where("id", "=", id)
        .where((where) =>
          where.or([
            where("claim", "is", null),
            where.and([where("ts", "is not", null), where("claimUntil", "<=", at)]),
          ]),
        )
        .execute();
    },

    async at(channelId, ts) {
      const there = await db
        .selectFrom("digests")
        .select("ts")
        .where("channelId", "=", channelId)
        .where((where) =>
          where.or([
            where("ts", "=", ts),
            where.and([where("ts", "is", null), where("claim", "is not", null), where("endedAt", "is", null)]),
          ]),
        )
        .execute();
      if (there.some((row) => row.ts === ts)) return "digest";
      return there.length > 0 ? "unsettled" : "none";
    },
  };
}
