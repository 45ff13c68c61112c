import type { Kysely, Transaction } from "kysely";
import type { Lease } from "../app/ports/coordination.ts";
import type { Tables } from "./schema.ts";

/**
 * Whether the lease is still its owner's. The row is written, though nothing in it changes: on PostgreSQL that holds
 * off whoever wants to take the lease until this transaction is over, so that the next owner sees all of its effects.
 * It comes first in a transaction; every transaction locks in the order lease, request, votes, clicks, audit head.
 */
export async function whereLeaseIsOwned(trx: Transaction<Tables>, lease: Lease): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable("leases")
    .set((row) => ({ until: row.ref("until") }))
    .where("name", "=", lease.name)
    .where("owner", "=", lease.owner)
    .where("token", "=", lease.token)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Does the work, under the lease where there is one; nothing when the lease is another's by now. */
export async function guarded(
  db: Kysely<Tables>,
  lease: Lease | undefined,
  work: (db: Kysely<Tables>) => Promise<unknown>,
): Promise<void> {
  if (lease === undefined) await work(db);
  else
    await db.transaction().execute(async (trx) => {
      if (await whereLeaseIsOwned(trx, lease)) await work(trx);
    });
}
