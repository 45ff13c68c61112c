import { type Kysely, type SqlBool, sql } from "kysely";
import type { MessageRow, MessageStore } from "../app/ports-store.ts";
import type { Tables } from "./schema.ts";

/** What stands in no channel yet. What closed before anybody saw it needs no message; what may stand is settled. */
const UNPOSTED = sql<SqlBool>`messages.ts is null and (requests.state <> 'closed' or messages.claim is not null)`;
const OUTDATED = sql<SqlBool>`messages.ts is not null and messages.version < requests.version`;

export function makeMessageStore(db: Kysely<Tables>): MessageStore {
  const some = async (which: typeof UNPOSTED, now: number, perChannel: number): Promise<MessageRow[]> => {
    const rows = await db
      .selectFrom((from) =>
        from
          .selectFrom("messages")
          .innerJoin("requests", "requests.id", "messages.requestId")
          .selectAll("messages")
          .select(
            sql<number>`row_number() over (partition by channel_id order by deadline, opened_at)`.as("placeInChannel"),
          )
          .where(which)
          .where("nextAttemptAt", "<=", now)
          .where((where) => where.or([where("claim", "is", null), where("claimUntil", "<=", now)]))
          .as("waiting"),
      )
      .selectAll()
      .where("placeInChannel", "<=", perChannel)
      .orderBy("placeInChannel")
      .execute();
    return rows.map(({ placeInChannel: _, ...row }) => row);
  };

  return {
    due: async (now, perChannel) => [
      ...(await some(UNPOSTED, now, perChannel)),
      ...(await some(OUTDATED, now, perChannel)),
    ],

    ofRequest: (requestId) =>
      db.selectFrom("messages").selectAll().where("requestId", "=", requestId).orderBy("channelId").execute(),

    async claim(id, claim, now, until) {
      const { numUpdatedRows } = await db
        .updateTable("messages")
        .set({ claim, claimedAt: now, claimUntil: until, attempts: sql<number>`attempts + 1` })
        .where("id", "=", id)
        .where("ts", "is", null)
        .where("claim", "is", null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async settling(id, claim, now, until) {
      const { numUpdatedRows } = await db
        .updateTable("messages")
        .set({ claimUntil: until })
        .where("id", "=", id)
        .where("ts", "is", null)
        .where("claim", "=", claim)
        .where("claimUntil", "<=", now)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async claimUpdate(id, claim, now, until) {
      const { numUpdatedRows } = await db
        .updateTable("messages")
        .set({ claim, claimedAt: now, claimUntil: until, attempts: sql<number>`attempts + 1` })
        .where("id", "=", id)
        .where("ts", "is not", null)
        .where((where) => where.or([where("claim", "is", null), where("claimUntil", "<=", now)]))
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async posted(id, ts, version) {
      await db
        .updateTable("messages")
        .set({ ts, version, claim: null, claimUntil: null, lastError: null, attempts: 0, nextAttemptAt: 0 })
        .where("id", "=", id)
        .where("ts", "is", null)
        .execute();
    },

    async unsure(id, claim, error, lookAt) {
      await db
        .updateTable("messages")
        .set({ claimUntil: lookAt, lastError: error })
        .where("id", "=", id)
        .where("claim", "=", claim)
        .execute();
    },

    async released(id, claim, error, nextAttemptAt) {
      await db
        .updateTable("messages")
        .set({ claim: null, claimUntil: null, lastError: error, nextAttemptAt })
        .where("id", "=", id)
        .where("claim", "=", claim)
        .execute();
    },

    async updated(id, version, claim) {
      const { numUpdatedRows } = await db
        .updateTable("messages")
        .set({ version, claim: null, claimUntil: null, lastError: null, attempts: 0, nextAttemptAt: 0 })
        .where("id", "=", id)
        .where("claim", "=", claim)
        .executeTakeFirst();
      if (numUpdatedRows > 0n) return;
      // Which of two updates came last is not known. Whoever has the claim now is denied its record too, and it is redone.
      await db
        .updateTable("messages")
        .set({ version: 0, claim: null, claimUntil: null, nextAttemptAt: 0 })
        .where("id", "=", id)
        .where("ts", "is not", null)
        .execute();
    },

    async failed(id, error, nextAttemptAt) {
      await db
        .updateTable("messages")
        .set({ lastError: error, nextAttemptAt, attempts: sql<number>`attempts + 1` })
        .where("id", "=", id)
        .execute();
    },
  };
}
