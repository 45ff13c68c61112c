import type { Kysely, Transaction } from "kysely";
import type { ExecutionStore, GuardedStore, WatchedExecution } from "../app/ports/store.ts";
import type { Transact } from "./guard.ts";
import type { Tables } from "./schema.ts";

export function makeExecutionStore(db: Kysely<Tables>): ExecutionStore {
  return {
    async watched(target) {
      const rows = await db.selectFrom("executions").selectAll().where("target", "=", target).execute();
      return rows.map(fromRow);
    },

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
  };
}

export function makeGuardedExecutionStore(db: Kysely<Tables>, transact: Transact): GuardedStore["executions"] {
  return {
    watched: makeExecutionStore(db).watched,

    watch: (execution) =>
      transact(async (trx) => {
        await trx
          .insertInto("executions")
          .values({ notFoundSince: null, ...execution })
          .onConflict((conflict) =>
            conflict.columns(["target", "executionId"]).doUpdateSet({ notFoundSince: null, ...execution }),
          )
          .execute();
      }, undefined),

    recordRead: (seen, nextReadAt, unchangedReads) =>
      transact((trx) => reread(trx, seen, { nextReadAt, unchangedReads, notFoundSince: null }), undefined),

    recordNotFound: (seen, nextReadAt, notFoundSince) =>
      transact((trx) => reread(trx, seen, { nextReadAt, notFoundSince }), undefined),

    forget: (target, executionId) =>
      transact(async (trx) => {
        await trx
          .deleteFrom("executions")
          .where("target", "=", target)
          .where("executionId", "=", executionId)
          .execute();
      }, undefined),
  };
}

function fromRow({ notFoundSince, ...row }: Tables["executions"]): WatchedExecution {
  return notFoundSince === null ? row : { ...row, notFoundSince: notFoundSince };
}

/** Writes what a reading leads to, unless somebody has asked for another one in the meantime. */
async function reread(
  trx: Transaction<Tables>,
  seen: WatchedExecution,
  change: Partial<Tables["executions"]>,
): Promise<void> {
  await trx
    .updateTable("executions")
    .set(change)
    .where("target", "=", seen.target)
    .where("executionId", "=", seen.executionId)
    .where("fingerprint", "=", seen.fingerprint)
    .where("nextReadAt", "=", seen.nextReadAt)
    .execute();
}
