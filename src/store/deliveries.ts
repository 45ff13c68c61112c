import { type Kysely, sql } from "kysely";
import type { DeliveryStore } from "../app/ports/delivery-store.ts";
import type { Tables } from "./schema.ts";

/** The tables whose rows are messages of ours; all have the columns of PostingRow. */
export type DeliveryTable = "messages" | "notices" | "digests";

/** The claims, posts and updates of one kind of message. Each guarded write says who may make it. */
export function makeDeliveryStore(db: Kysely<Tables>, kind: DeliveryTable): DeliveryStore {
  // Only columns that all of them have are named here; Kysely's types want one table.
  const table = kind as "messages";
  return {
    async claim(id, claim, now, until) {
      const { numUpdatedRows } = await db
        .updateTable(table)
        .set({ claim, claimedAt: now, claimUntil: until, attempts: sql<number>`attempts + 1` })
        .where("id", "=", id)
        .where("ts", "is", null)
        .where("claim", "is", null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async claimUnresolved(id, claim, now, until) {
      const { numUpdatedRows } = await db
        .updateTable(table)
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
        .updateTable(table)
        .set({ claim, claimedAt: now, claimUntil: until, attempts: sql<number>`attempts + 1` })
        .where("id", "=", id)
        .where("ts", "is not", null)
        .where((where) => where.or([where("claim", "is", null), where("claimUntil", "<=", now)]))
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async posted(id, ts, version) {
      await db
        .updateTable(table)
        .set({ ts, version, claim: null, claimUntil: null, lastError: null, attempts: 0, nextAttemptAt: 0 })
        .where("id", "=", id)
        .where("ts", "is", null)
        .execute();
    },

    async ambiguous(id, claim, error, lookAt) {
      await db
        .updateTable(table)
        .set({ claimUntil: lookAt, lastError: error })
        .where("id", "=", id)
        .where("claim", "=", claim)
        .execute();
    },

    async released(id, claim, error, nextAttemptAt) {
      await db
        .updateTable(table)
        .set({ claim: null, claimUntil: null, lastError: error, nextAttemptAt })
        .where("id", "=", id)
        .where("claim", "=", claim)
        .execute();
    },

    async updated(id, version, claim) {
      const { numUpdatedRows } = await db
        .updateTable(table)
        .set({ version, claim: null, claimUntil: null, lastError: null, attempts: 0, nextAttemptAt: 0 })
        .where("id", "=", id)
        .where("claim", "=", claim)
        .executeTakeFirst();
      if (numUpdatedRows > 0n) return;
      // Which of two updates came last is not known. Whoever has the claim now is denied its record too, and it is redone.
      await db
        .updateTable(table)
        .set({ version: 0, claim: null, claimUntil: null, nextAttemptAt: 0 })
        .where("id", "=", id)
        .where("ts", "is not", null)
        .execute();
    },

    async clearBackoff(channelId) {
      await db
        .updateTable(table)
        .set({ nextAttemptAt: 0 })
        .where("channelId", "=", channelId)
        .where("ts", "is", null)
        .execute();
    },

    async failed(id, error, nextAttemptAt) {
      await db.updateTable(table).set({ lastError: error, nextAttemptAt }).where("id", "=", id).execute();
    },
  };
}
