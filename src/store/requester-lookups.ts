import { type Kysely, sql, type Transaction } from "kysely";
import type { RequesterLookupStore } from "../app/ports/store.ts";
import type { RequestPatch } from "../core/request.ts";
import { type AddressOwners, pendingAddresses } from "../core/requester.ts";
import type { Tables } from "./schema.ts";

/** Adds the lookup of a new request with an address of a requester. */
export async function addRequesterLookup(
  trx: Transaction<Tables>,
  requestId: string,
  owners: AddressOwners,
): Promise<void> {
  if (pendingAddresses(owners).length === 0) return;
  const row = { requestId, attempts: 0, nextAttemptAt: 0, lastError: null };
  await trx.insertInto("requesterLookups").values(row).execute();
}

/** Ends the lookup when a change of the request stores its last result, or closes the request. */
export async function endRequesterLookup(
  trx: Transaction<Tables>,
  requestId: string,
  patch: RequestPatch,
): Promise<void> {
  const isDone = patch.addressOwners !== undefined && pendingAddresses(patch.addressOwners).length === 0;
  if (!isDone && patch.state !== "closed") return;
  await trx.deleteFrom("requesterLookups").where("requestId", "=", requestId).execute();
}

export function makeRequesterLookupStore(db: Kysely<Tables>): RequesterLookupStore {
  return {
    due: (now, limit) =>
      db
        .selectFrom("requesterLookups")
        .select(["requestId", "attempts"])
        .where("nextAttemptAt", "<=", now)
        .orderBy("nextAttemptAt")
        .limit(limit)
        .execute(),

    async recordFailed(requestId, lastError, nextAttemptAt) {
      await db
        .updateTable("requesterLookups")
        .set({ lastError, nextAttemptAt, attempts: sql<number>`attempts + 1` })
        .where("requestId", "=", requestId)
        .execute();
    },
  };
}
