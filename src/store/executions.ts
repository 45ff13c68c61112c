import type { Kysely } from "kysely";
import type { ExecutionStore, LeaseStore } from "../app/ports.ts";
import type { Tables } from "./schema.ts";

export function makeExecutionStore(db: Kysely<Tables>): ExecutionStore {
  return {
    watched: (target) => db.selectFrom("executions").selectAll().where("target", "=", target).execute(),

    async watch(execution) {
      await db
        .insertInto("executions")
        .values(execution)
        .onConflict((conflict) => conflict.columns(["target", "executionId"]).doUpdateSet(execution))
        .execute();
    },

    async wasRead(seen, nextReadAt, quietReads) {
      await db
        .updateTable("executions")
        .set({ nextReadAt, quietReads })
        .where("target", "=", seen.target)
        .where("executionId", "=", seen.executionId)
        .where("fingerprint", "=", seen.fingerprint)
        .where("nextReadAt", "=", seen.nextReadAt)
        .execute();
    },

    /** Also where one is due already: it may be under way, and not have seen what this is about. */
    async wake(target, executionId, at) {
      await db
        .updateTable("executions")
        .set({ nextReadAt: at, quietReads: 0 })
        .where("target", "=", target)
        .where("executionId", "=", executionId)
        .execute();
    },

    due: (target, now, limit) =>
      db
        .selectFrom("executions")
        .selectAll()
        .where("target", "=", target)
        .where("nextReadAt", "<=", now)
        .orderBy("nextReadAt")
        .limit(limit)
        .execute(),

    async forget(target, executionId) {
      await db.deleteFrom("executions").where("target", "=", target).where("executionId", "=", executionId).execute();
    },
  };
}

/** A lease is a row with an owner and an end: taken when free, over or one's own. */
export function makeLeaseStore(db: Kysely<Tables>): LeaseStore {
  return {
    async acquire(name, owner, now, until) {
      const result = await db
        .insertInto("leases")
        .values({ name, owner, until })
        .onConflict((conflict) =>
          conflict
            .column("name")
            .doUpdateSet({ owner, until })
            .where((where) => where.or([where("leases.owner", "=", owner), where("leases.until", "<=", now)])),
        )
        .executeTakeFirst();
      return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    async release(name, owner) {
      await db.deleteFrom("leases").where("name", "=", name).where("owner", "=", owner).execute();
    },
  };
}
