import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import type { Click, ClickRow, ClickStore } from "../app/ports/click-store.ts";
import { appendAudit } from "./audit.ts";
import { didChange } from "./changed-rows.ts";
import { clickFromRow } from "./rows.ts";
import type { Tables } from "./schema.ts";

/** Clicks that the bot has not evaluated. */
export const UNEVALUATED = sql<SqlBool>`clicks.evaluated_at is null`;

/** Clicks whose author has not received the reply. */
export const UNREPLIED = sql<SqlBool>`clicks.reply is not null and clicks.replied_at is null`;

export function makeClickStore(db: Kysely<Tables>, now: () => number): ClickStore {
  const due = async (pending: RawBuilder<SqlBool>, at: number, limit: number): Promise<ClickRow[]> => {
    const rows = await db
      .selectFrom("clicks")
      .selectAll()
      .where(pending)
      .where("nextAttemptAt", "<=", at)
      .orderBy("receivedAt")
      .limit(limit)
      .execute();
    return rows.map(clickFromRow);
  };

  return {
    record: (click) => record(db, click),

    unevaluated: (at, limit) => due(UNEVALUATED, at, limit),

    unreplied: (at, limit) => due(UNREPLIED, at, limit),

    claim: (id, at, until) => claim(db, id, at, until),

    recordEvaluated: (id, reply, audit) =>
      db.transaction().execute(async (trx) => {
        const result = await trx
          .updateTable("clicks")
          .set({ evaluatedAt: now(), reply, nextAttemptAt: 0, attempts: 0, lastError: null })
          .where("id", "=", id)
          .where("evaluatedAt", "is", null)
          .executeTakeFirst();
        if (didChange(result) && audit !== null) await appendAudit(trx, [audit], false);
      }),

    async postpone(id, nextAttemptAt, lastError) {
      await db
        .updateTable("clicks")
        .set({ nextAttemptAt, lastError, attempts: sql<number>`attempts + 1` })
        .where("id", "=", id)
        .execute();
    },

    async recordReplied(id) {
      await db.updateTable("clicks").set({ repliedAt: now() }).where("id", "=", id).execute();
    },
  };
}

async function record(db: Kysely<Tables>, { origin, ...click }: Click): Promise<"recorded" | "duplicate"> {
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
  return didChange(result) ? "recorded" : "duplicate";
}

async function claim(db: Kysely<Tables>, id: string, at: number, until: number): Promise<boolean> {
  const result = await db
    .updateTable("clicks")
    .set({ nextAttemptAt: until })
    .where("id", "=", id)
    .where("nextAttemptAt", "<=", at)
    .where(sql<SqlBool>`(${UNEVALUATED} or ${UNREPLIED})`)
    .executeTakeFirst();
  return didChange(result);
}
