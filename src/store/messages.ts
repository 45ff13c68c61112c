import { type Kysely, sql } from "kysely";
import type { MessageRow, MessageStore } from "../app/ports.ts";
import type { Tables } from "./schema.ts";

export function makeMessageStore(db: Kysely<Tables>): MessageStore {
  return {
    async due(now, limit) {
      const unposted = await db
        .selectFrom("messages")
        .innerJoin("requests", "requests.id", "messages.requestId")
        .selectAll("messages")
        .where("ts", "is", null)
        .where("nextAttemptAt", "<=", now)
        .where((where) => where.or([where("claim", "is", null), where("claimUntil", "<=", now)]))
        // What closed before anybody saw it needs no message; what may have been posted is settled all the same.
        .where((where) => where.or([where("requests.state", "!=", "closed"), where("claim", "is not", null)]))
        .orderBy("requests.openedAt")
        .limit(limit)
        .execute();
      const outdated = await db
        .selectFrom("messages")
        .innerJoin("requests", "requests.id", "messages.requestId")
        .selectAll("messages")
        .where("ts", "is not", null)
        .where("nextAttemptAt", "<=", now)
        .whereRef("messages.version", "<", "requests.version")
        .orderBy("requests.openedAt")
        .limit(limit)
        .execute();
      return [...unposted, ...outdated].map((row): MessageRow => ({ ...row }));
    },

    ofRequest: (requestId) =>
      db.selectFrom("messages").selectAll().where("requestId", "=", requestId).orderBy("channelId").execute(),

    async claim(id, claim, now, until) {
      const result = await db
        .updateTable("messages")
        .set({ claim, claimedAt: now, claimUntil: until, attempts: sql<number>`attempts + 1` })
        .where("id", "=", id)
        .where("ts", "is", null)
        .where("claim", "is", null)
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
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
        .where("ts", "is", null)
        .execute();
    },

    async updated(id, version) {
      await db
        .updateTable("messages")
        .set({ version, lastError: null, attempts: 0, nextAttemptAt: 0 })
        .where("id", "=", id)
        .where("version", "<", version)
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
