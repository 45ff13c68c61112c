import type { Kysely, Transaction } from "kysely";
import type { Lease } from "../app/ports/coordination.ts";
import { didChange } from "./changed-rows.ts";
import type { Tables } from "./schema.ts";

/** Does work in one transaction. Where the work needs a lease that another owner has taken: returns `lost` instead. */
export type Transact = <R>(work: (trx: Transaction<Tables>) => Promise<R>, lost: R) => Promise<R>;

/** Returns a Transact that needs no lease. */
export const transact =
  (db: Kysely<Tables>): Transact =>
  (work) =>
    db.transaction().execute(work);

/** Returns a Transact whose work counts only while the lease is still its owner's. */
export const transactUnder =
  (db: Kysely<Tables>, lease: Lease): Transact =>
  (work, lost) =>
    db.transaction().execute(async (trx) => ((await isOwned(trx, lease)) ? work(trx) : lost));

/** The end of a lease that its owner has released. One that has only expired is still its owner's. */
const RELEASED = 0;

/**
 * Returns whether the lease is still its owner's, and keeps it so until the transaction ends: the row is written without
 * a change, so that PostgreSQL makes the next owner wait, who then sees all effects of this transaction. Runs first: every
 * transaction locks in the order lease, request, votes, clicks, audit head. A lease that was only observed is acquired.
 */
async function isOwned(trx: Transaction<Tables>, lease: Lease): Promise<boolean> {
  const result = await trx
    .updateTable("leases")
    .set((row) => ({ until: row.ref("until") }))
    .where("name", "=", lease.name)
    .where("owner", "=", lease.owner)
    .where("token", "=", lease.token)
    .where("until", ">", RELEASED)
    .executeTakeFirst();
  return didChange(result) || (lease.replaces !== undefined && acquireObserved(trx, lease, lease.replaces));
}

/** Acquires a lease that was observed. Returns false if its row has changed since: then somebody has owned it. */
async function acquireObserved(
  trx: Transaction<Tables>,
  { name, owner, until, token }: Lease,
  observed: NonNullable<Lease["replaces"]>,
): Promise<boolean> {
  const row = { owner, until, token };
  const inserted = () =>
    trx
      .insertInto("leases")
      .values({ name, ...row })
      .onConflict((conflict) => conflict.doNothing());
  const updated = (from: number) =>
    trx
      .updateTable("leases")
      .set(row)
      .where("name", "=", name)
      .where("token", "=", from)
      .where("until", "=", observed.until);
  const query = observed.token === null ? inserted() : updated(observed.token);
  return didChange(await query.executeTakeFirst());
}
