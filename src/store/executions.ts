import type { Kysely } from "kysely";
import type { ExecutionStore } from "../app/ports.ts";
import { guarded } from "./guard.ts";
import type { Tables } from "./schema.ts";

export function makeExecutionStore(db: Kysely<Tables>): ExecutionStore {
  return {
    watched: (target) => db.selectFrom("executions").selectAll().where("target", "=", target).execute(),

    watch: (execution, lease) =>
      guarded(db, lease, (held) =>
        held
          .insertInto("executions")
          .values(execution)
          .onConflict((conflict) => conflict.columns(["target", "executionId"]).doUpdateSet(execution))
          .execute(),
      ),

    wasRead: (seen, nextReadAt, quietReads, lease) =>
      guarded(db, lease, (held) =>
        held
          .updateTable("executions")
          .set({ nextReadAt, quietReads })
          .where("target", "=", seen.target)
          .where("executionId", "=", seen.executionId)
          .where("fingerprint", "=", seen.fingerprint)
          .where("nextReadAt", "=", seen.nextReadAt)
          .execute(),
      ),

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

    forget: (target, executionId, lease) =>
      guarded(db, lease, (held) =>
        held.deleteFrom("executions").where("target", "=", target).where("executionId", "=", executionId).execute(),
      ),
  };
}
