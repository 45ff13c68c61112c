import type { Kysely } from "kysely";
import type { ReplicaStore } from "../app/ports/coordination.ts";
import { releaseClaims } from "./release-claims.ts";
import type { Tables } from "./schema.ts";

/**
 * Leases that ended this long ago are deleted. A token is about the time of the last acquisition: a lease that was just
 * released keeps its row, by which one who observed it earlier sees that somebody has owned it since.
 */
const RETENTION_MS = 24 * 3_600_000;

export function makeReplicaStore(db: Kysely<Tables>): ReplicaStore {
  return {
    async heartbeat(id, now, until) {
      await db
        .insertInto("replicas")
        .values({ id, startedAt: now, until })
        .onConflict((conflict) => conflict.column("id").doUpdateSet({ until }))
        .execute();
      const cutoff = now - RETENTION_MS;
      await db.deleteFrom("leases").where("until", "<", cutoff).where("token", "<", cutoff).execute();
      const { alive } = await db
        .selectFrom("replicas")
        .select(({ fn }) => fn.countAll<number>().as("alive"))
        .where("until", ">", now)
        .executeTakeFirstOrThrow();
      return alive;
    },

    releaseDead: (now) =>
      db.transaction().execute(async (trx) => {
        const dead = await trx.deleteFrom("replicas").where("until", "<=", now).returning("id").execute();
        for (const { id } of dead) await releaseClaims(trx, id, now);
        return dead.map(({ id }) => id);
      }),

    async deregister(id) {
      await db.deleteFrom("replicas").where("id", "=", id).execute();
    },
  };
}
