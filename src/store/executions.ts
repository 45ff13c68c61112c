import type { Kysely } from "kysely";
import type { ExecutionStore, WatchedExecution } from "../app/ports/store.ts";
import { guarded } from "./guard.ts";
import type { Tables } from "./schema.ts";

export function makeExecutionStore(db: Kysely<Tables>): ExecutionStore {
  return {
    async watched(target) {
      const rows = await db.selectFrom("executions").selectAll().where("target", "=", target).execute();
      return rows.map(fromRow);
    },

    watch: (execution, lease) =>
      guarded(db, lease, (held) =>
        held
          .insertInto("executions")
          .values({ notFoundSince: null, ...execution })
          .onConflict((conflict) =>
            conflict.columns(["target", "executionId"]).doUpdateSet({ notFoundSince: null, ...execution }),
          )
          .execute(),
      ),

    recordRead: (seen, nextReadAt, unchangedReads, lease) =>
      guarded(db, lease, (held) =>
        reread(held, seen, { nextReadAt, unchangedReads: unchangedReads, notFoundSince: null }),
      ),

    recordNotFound: (seen, nextReadAt, notFoundSince, lease) =>
      guarded(db, lease, (held) => reread(held, seen, { nextReadAt, notFoundSince: notFoundSince })),

    /** Also where one is due already: it may be under way, and not have seen what this is about. */
    async wake(target, executionId, at) {
      await db
        .updateTable("executions")
        .set({ nextReadAt: at, unchangedReads: 0 })
        .where("target", "=", target)
        .where("executionId", "=", executionId)
        .execute();
    },

    async due(target, now, limit) {
      const rows = await db
        .selectFrom("executions")
        .selectAll()
        .where("target", "=", target)
        .where("nextReadAt", "<=", now)
        .orderBy("nextReadAt")
        .limit(limit)
        .execute();
      return rows.map(fromRow);
    },

    forget: (target, executionId, lease) =>
      guarded(db, lease, (held) =>
        held.deleteFrom("executions").where("target", "=", target).where("executionId", "=", executionId).execute(),
      ),
  };
}

function fromRow({ notFoundSince, ...row }: Tables["executions"]): WatchedExecution {
  return notFoundSince === null ? row : { ...row, notFoundSince: notFoundSince };
}

/** Writes what a reading leads to, unless somebody has asked for another one in the meantime. */
async function reread(
  db: Kysely<Tables>,
  seen: WatchedExecution,
  change: Partial<Tables["executions"]>,
): Promise<void> {
  await db
    .updateTable("executions")
    .set(change)
    .where("target", "=", seen.target)
    .where("executionId", "=", seen.executionId)
    .where("fingerprint", "=", seen.fingerprint)
    .where("nextReadAt", "=", seen.nextReadAt)
    .execute();
}
