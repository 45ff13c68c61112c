import type { Kysely } from "kysely";
import type { HomeRow, HomeStore } from "../app/ports/home-store.ts";
import { didChange } from "./changed-rows.ts";
import type { Tables } from "./schema.ts";

export function makeHomeStore(db: Kysely<Tables>): HomeStore {
  /** Changes the view only while the claim is this process's: a person who opens it again ends the claim. */
  const update = async ({ userId, nextAttemptAt }: HomeRow, change: Partial<HomeRow>) => {
    const own = db.updateTable("homeViews").where("userId", "=", userId).where("nextAttemptAt", "=", nextAttemptAt);
    return didChange(await own.set(change).executeTakeFirst());
  };
  return {
    async open(userId, at, page = { scope: "mine", page: null }) {
      const opened = { ...page, openedAt: at, shownSeq: -1, fingerprint: null, nextAttemptAt: at, lastError: null };
      await db
        .insertInto("homeViews")
        .values({ userId, slackHash: null, ...opened })
        .onConflict((conflict) => conflict.column("userId").doUpdateSet(opened))
        .execute();
    },

    due: (now, since, limit) =>
      db
        .selectFrom("homeViews")
        .innerJoin("auditHead", (join) => join.on("auditHead.id", "=", 1))
        .selectAll("homeViews")
        .select("auditHead.seq as headSeq")
        .whereRef("homeViews.shownSeq", "<", "auditHead.seq")
        .where("nextAttemptAt", "<=", now)
        .where("openedAt", ">=", since)
        .orderBy("nextAttemptAt")
        .limit(limit)
        .execute(),

    claim: async (row, until) =>
      (await update(row, { nextAttemptAt: until })) ? { ...row, nextAttemptAt: until } : null,

    async recordShown(claimed, shown) {
      await update(claimed, { ...shown, lastError: null });
    },

    async recordFailed(claimed, lastError, nextAttemptAt) {
      await update(claimed, { lastError, nextAttemptAt, slackHash: null, fingerprint: null });
    },
  };
}
