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

    async renew(owner, until) {
      const own = await db.selectFrom("leases").selectAll().where("owner", "=", owner).where("until", ">", 0).execute();
      const renewed: Lease[] = [];
      for (let from = 0; from < own.length; from += MAX_RENEWED)
        renewed.push(...(await renewAll(db, own.slice(from, from + MAX_RENEWED), until)));
      return renewed;
    },

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

/** Leases in one statement: fewer than SQLite has variables for. */
const MAX_RENEWED = 1_000;

/** Statements that lock the rows of several leases lock them in this order, so that they never deadlock. */
const inOrder = (leases: readonly Lease[]) => leases.toSorted((one, other) => (one.name < other.name ? -1 : 1));

/** An update would lock its rows in the order in which the table has them. */
function renewAll(db: Kysely<Tables>, own: readonly Lease[], until: number): Promise<Lease[]> {
  return db
    .insertInto("leases")
    .values(inOrder(own).map(({ name, owner, token }) => ({ name, owner, until, token })))
    .onConflict((conflict) =>
      conflict
        .column("name")
        .doUpdateSet({ until })
        .whereRef("leases.owner", "=", "excluded.owner")
        .where("leases.until", ">", 0),
    )
    .returningAll()
    .execute();
}

function acquireAll(
  db: Kysely<Tables>,
  names: readonly string[],
  { owner, until, now }: { owner: string; until: number; now: number },
): Promise<Lease[]> {
  return db
    .insertInto("leases")
    .values(inOrder(names.map((name) => ({ name, owner, until, token: now }))))
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
