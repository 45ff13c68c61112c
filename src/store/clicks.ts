import { type Kysely, sql } from "kysely";
import type { ClickStore } from "../app/ports/click-store.ts";
import { appendAudit } from "./audit.ts";
import { clickFromRow } from "./rows.ts";
import type { Tables } from "./schema.ts";

export function makeClickStore(db: Kysely<Tables>, now: () => number): ClickStore {
  return {
    async record({ origin, ...click }) {
      const result = await db
        .insertInto("clicks")
        .values({
          ...click,
          channelId: origin.channelId,
          messageTs: origin.kind === "message" ? origin.ts : null,
          evaluatedAt: null,
          reply: null,
          repliedAt: null,
          nextAttemptAt: 0,
          attempts: 0,
          lastError: null,
        })
        .onConflict((conflict) => conflict.column("key").doNothing())
        .executeTakeFirst();
      return result.numInsertedOrUpdatedRows === 0n ? "duplicate" : "recorded";
    },

    async unevaluated(at, limit) {
      const rows = await db
        .selectFrom("clicks")
        .selectAll()
        .where("evaluatedAt", "is", null)
        .where("nextAttemptAt", "<=", at)
        .orderBy("receivedAt")
        .limit(limit)
        .execute();
      return rows.map(clickFromRow);
    },

    async claim(id, at, until) {
      const { numUpdatedRows } = await db
        .updateTable("clicks")
        .set({ nextAttemptAt: until })
        .where("id", "=", id)
        .where("nextAttemptAt", "<=", at)
        .where("repliedAt", "is", null)
        .where((where) => where.or([where("evaluatedAt", "is", null), where("reply", "is not", null)]))
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    evaluated: (id, reply, audit) =>
      db.transaction().execute(async (trx) => {
        const result = await trx
          .updateTable("clicks")
          .set({ evaluatedAt: now(), reply, nextAttemptAt: 0, attempts: 0, lastError: null })
          .where("id", "=", id)
          .where("evaluatedAt", "is", null)
          .executeTakeFirst();
        if (result.numUpdatedRows > 0n && audit !== null) await appendAudit(trx, [audit], false);
      }),

    async postponed(id, nextAttemptAt, lastError) {
      await db
        .updateTable("clicks")
        .set({ nextAttemptAt, lastError, attempts: sql<number>`attempts + 1` })
        .where("id", "=", id)
        .execute();
    },

    async unreplied(at, limit) {
      const rows = await db
        .selectFrom("clicks")
        .selectAll()
        .where("reply", "is not", null)
        .where("repliedAt", "is", null)
        .where("nextAttemptAt", "<=", at)
        .orderBy("receivedAt")
        .limit(limit)
        .execute();
      return rows.map(clickFromRow);
    },

    async replied(id) {
      await db.updateTable("clicks").set({ repliedAt: now() }).where("id", "=", id).execute();
    },
  };
}
