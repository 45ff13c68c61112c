import { type Kysely, sql, type Transaction } from "kysely";
import type { RequesterLookupStore } from "../app/ports/store.ts";
import type { ApprovalRequest, RequestPatch } from "../core/request.ts";
import { pendingLookups } from "../core/requester.ts";
import type { Tables } from "./schema.ts";

/** Adds the lookup of a new request with an address or a listed account of a requester. */
export async function addRequesterLookup(trx: Transaction<Tables>, request: ApprovalRequest): Promise<void> {
  if (pendingLookups(request, {}).length === 0) return;
  const row = { requestId: request.id, attempts: 0, nextAttemptAt: 0, lastError: null };
  await trx.insertInto("requesterLookups").values(row).execute();
}

/** Ends the lookup when a change of the request stores its last result. It goes on when the request closes: see isLookupOver. */
export async function endRequesterLookup(
  trx: Transaction<Tables>,
  requestId: string,
  { addressOwners, listedAccounts }: RequestPatch,
): Promise<void> {
  const stored = addressOwners !== undefined && listedAccounts !== undefined ? { addressOwners, listedAccounts } : null;
  const isDone = stored !== null && pendingLookups({ ...stored, facts: { executedBy: null } }, {}).length === 0;
  if (!isDone) return;
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

    async end(requestId) {
      await db.deleteFrom("requesterLookups").where("requestId", "=", requestId).execute();
    },
  };
}
