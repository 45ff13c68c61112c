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
      transact((trx) => recordResult(trx, seen, { nextReadAt, unchangedReads, notFoundSince: null }), undefined),

    recordNotFound: (seen, nextReadAt, notFoundSince) =>
      transact((trx) => recordResult(trx, seen, { nextReadAt, notFoundSince }), undefined),

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
  return notFoundSince === null ? row : { ...row, notFoundSince };
}

/** Writes the result of a read, unless the row has changed since: then another read was asked for. */
async function recordResult(
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
