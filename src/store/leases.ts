import { type Kysely, sql } from "kysely";
import type { LeaseStore, ReplicaStore } from "../app/ports/coordination.ts";
import type { Tables } from "./schema.ts";

/** Leases that ended this long ago, and replicas, are deleted. */
const RETENTION_MS = 24 * 3_600_000;

/**
 * A lease is a row with an owner and an end: taken when free, over or one's own. The token grows with each change of
 * owner. It begins at the time, so that it grows also where an old row was deleted in between.
 */
export function makeLeaseStore(db: Kysely<Tables>): LeaseStore {
  return {
    async acquire(name, owner, now, until) {
      const taken = await db
        .insertInto("leases")
        .values({ name, owner, until, token: now })
        .onConflict((conflict) =>
          conflict
            .column("name")
            .doUpdateSet({
              owner,
              until,
              token: sql<number>`case when leases.owner = ${owner} then leases.token
                when leases.token >= ${now} then leases.token + 1 else ${now} end`,
            })
            .where((where) => where.or([where("leases.owner", "=", owner), where("leases.until", "<=", now)])),
        )
        .returningAll()
        .executeTakeFirst();
      return taken ?? null;
    },

    renew: (owner, until) =>
      db
        .updateTable("leases")
        .set({ until })
        .where("owner", "=", owner)
        .where("until", ">", 0)
        .returningAll()
        .execute(),

    async release(name, owner) {
      // The row stays for its token.
      await db.updateTable("leases").set({ until: 0 }).where("name", "=", name).where("owner", "=", owner).execute();
    },

    async free(names, now) {
      const held = await db.selectFrom("leases").select("name").where("until", ">", now).execute();
      const taken = new Set(held.map(({ name }) => name));
      return names.filter((name) => !taken.has(name));
    },
  };
}

export function makeReplicaStore(db: Kysely<Tables>): ReplicaStore {
  return {
    async heartbeat(id, now, until) {
      await db
        .insertInto("replicas")
        .values({ id, startedAt: now, until })
        .onConflict((conflict) => conflict.column("id").doUpdateSet({ until }))
        .execute();
      await db
        .deleteFrom("replicas")
        .where("until", "<", now - RETENTION_MS)
        .execute();
      await db
        .deleteFrom("leases")
        .where("until", "<", now - RETENTION_MS)
        .execute();
      const { alive } = await db
        .selectFrom("replicas")
        .select(({ fn }) => fn.countAll<number>().as("alive"))
        .where("until", ">", now)
        .executeTakeFirstOrThrow();
      return alive;
    },
    async deregister(id) {
      await db.deleteFrom("replicas").where("id", "=", id).execute();
    },
  };
}
