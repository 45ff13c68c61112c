/**
 * A lease is a row with an owner, an end and a token. Its states, and how each one ends:
 *
 *   free      no row               `acquire` inserts it, or the first guarded write under an observed lease
 *   owned     until > now          `acquire` and `renew` by its owner move its end; `release` ends it; time does too
 *   expired   until <= now         still its owner's: `renew` and the owner's guarded writes succeed until another owner
 *                                  acquires it
 *   released  until = 0            `acquire` takes it, `renew` does not
 *
 * The token grows whenever a lease that is not owned is acquired, so that a write under an earlier ownership is recognized
 * even if the same owner has the lease again. A first token is the present time, which is more than the token of a row deleted before.
 */
import { type Kysely, sql } from "kysely";
import type { Lease, LeaseStore } from "../app/ports/coordination.ts";
import type { Tables } from "./schema.ts";

export function makeLeaseStore(db: Kysely<Tables>): LeaseStore {
  return {
    async observe(name, owner, now, until) {
      const row = await db.selectFrom("leases").selectAll().where("name", "=", name).executeTakeFirst();
      if (row === undefined) return { name, owner, until, token: now, replaces: { token: null, until: 0 } };
      if (row.until > now) return row.owner === owner ? row : null;
      const replaces = { token: row.token, until: row.until };
      return { name, owner, until, token: Math.max(row.token + 1, now), replaces };
    },

    acquire: async (name, owner, now, until) => (await acquireAll(db, [name], { owner, until, now }))[0] ?? null,

    acquireAll: (names, owner, now, until) => acquireAll(db, names, { owner, until, now }),

    renew: (owner, until) =>
      db
        .updateTable("leases")
        .set({ until })
        .where("owner", "=", owner)
        .where("until", ">", 0)
        .returningAll()
        .execute(),

    async release(name, owner) {
      // The row is kept for its token.
      await db.updateTable("leases").set({ until: 0 }).where("name", "=", name).where("owner", "=", owner).execute();
    },

    async findFree(names, now) {
      const rows = await db.selectFrom("leases").select("name").where("until", ">", now).execute();
      const owned = new Set(rows.map(({ name }) => name));
      return names.filter((name) => !owned.has(name));
    },
  };
}

/** Two replicas that acquire the same leases lock their rows in the same order. */
function acquireAll(
  db: Kysely<Tables>,
  names: readonly string[],
  { owner, until, now }: { owner: string; until: number; now: number },
): Promise<Lease[]> {
  return db
    .insertInto("leases")
    .values(names.toSorted().map((name) => ({ name, owner, until, token: now })))
    .onConflict((conflict) =>
      conflict
        .column("name")
        .doUpdateSet({
          owner,
          until,
          token: sql<number>`case when leases.owner = ${owner} and leases.until > ${now} then leases.token
            when leases.token >= ${now} then leases.token + 1 else ${now} end`,
        })
        .where((where) => where.or([where("leases.owner", "=", owner), where("leases.until", "<=", now)])),
    )
    .returningAll()
    .execute();
}
