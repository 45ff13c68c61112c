import { type Kysely, type SqlBool, sql, type Transaction } from "kysely";
import type { RecipientLookup, RecipientLookupKind, RecipientLookupStore } from "../app/ports/delivery-store.ts";
import type { RequestPatch } from "../core/request.ts";
import { newMessage } from "./new-message.ts";
import { addNotice } from "./notices.ts";
import type { Tables } from "./schema.ts";

/** Lookups that have not found all recipients. */
export const UNRESOLVED = sql<SqlBool>`recipient_lookups.done_at is null`;

/** Adds a lookup, once for each request and kind and subject, and once for each `once` that is not null. */
export async function addRecipientLookup(
  trx: Kysely<Tables>,
  requestId: string,
  kind: RecipientLookupKind,
  once: string | null = null,
  subject = "",
): Promise<void> {
  await trx
    .insertInto("recipientLookups")
    .values({ requestId, kind, subject, once, doneAt: null, attempts: 0, nextAttemptAt: 0, lastError: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export function makeRecipientLookupStore(db: Kysely<Tables>): RecipientLookupStore {
  return {
    add: (requestId, kind, once, subject) => addRecipientLookup(db, requestId, kind, once, subject),

    due: (now, limit) =>
      db
        .selectFrom("recipientLookups")
        .select(["requestId", "kind", "subject", "attempts"])
        .where(UNRESOLVED)
        .where("nextAttemptAt", "<=", now)
        .orderBy("nextAttemptAt")
        .limit(limit)
        .execute(),

    recordDone: (lookup, channels, at) =>
      db.transaction().execute(async (trx) => {
        await addDestinations(trx, lookup, channels);
        await trx
          .updateTable("recipientLookups")
          .set({ doneAt: at, lastError: null })
          .where("requestId", "=", lookup.requestId)
          .where("kind", "=", lookup.kind)
          .where("subject", "=", lookup.subject)
          .execute();
      }),

    recordFailed: (lookup, lastError, nextAttemptAt, channels = []) =>
      db.transaction().execute(async (trx) => {
        await addDestinations(trx, lookup, channels);
        await trx
          .updateTable("recipientLookups")
          .set({ lastError, nextAttemptAt, attempts: sql<number>`attempts + 1` })
          .where("requestId", "=", lookup.requestId)
          .where("kind", "=", lookup.kind)
          .where("subject", "=", lookup.subject)
          .execute();
      }),
  };
}

/** Adds a message or a notice for each channel, once however often the channel is found. */
async function addDestinations(
  trx: Transaction<Tables>,
  { requestId, kind, subject }: RecipientLookup,
  channels: readonly string[],
): Promise<void> {
  const requestVersion = kind === "direct-messages" ? await lockVersion(trx, requestId) : 0;
  for (const channelId of new Set(channels)) {
    if (kind === "direct-messages") await addMessage(trx, requestId, channelId, requestVersion);
    else await addNotice(trx, { requestId, kind, subject, channelId });
  }
}

/**
 * Returns the version of the request and locks the request until the transaction ends, by a write that changes nothing:
 * on PostgreSQL this waits for a change of the request in progress, and a later change finds the new message.
 */
async function lockVersion(trx: Transaction<Tables>, requestId: string): Promise<number> {
  const { version } = await trx
    .updateTable("requests")
    .set((row) => ({ version: row.ref("version") }))
    .where("id", "=", requestId)
    .returning("version")
    .executeTakeFirstOrThrow();
  return version;
}

async function addMessage(
  trx: Transaction<Tables>,
  requestId: string,
  channelId: string,
  requestVersion: number,
): Promise<void> {
  await trx
    .insertInto("messages")
    .values(newMessage(requestId, channelId, requestVersion))
    .onConflict((conflict) => conflict.columns(["requestId", "channelId"]).doNothing())
    .execute();
}

/**
 * Adds the search for the requester, who gets the result of each request, and once the end of the execution. A decision that AWS
 * does not have yet is no result: AWS can refuse it, and the step can end in another way.
 */
export async function addRequesterNotices(
  trx: Transaction<Tables>,
  requestId: string,
  { state, executionEndedAt }: Pick<RequestPatch, "state" | "executionEndedAt">,
): Promise<void> {
  const isClosed = state === "closed";
  if (!isClosed && executionEndedAt == null) return;
  const { account, region, executionId, route } = await trx
    .selectFrom("requests")
    .select(["account", "region", "executionId", "route"])
    .where("id", "=", requestId)
    .executeTakeFirstOrThrow();
  if (route === null) return;
  if (isClosed) await addRecipientLookup(trx, requestId, "requester-decided");
  const once = JSON.stringify(["requester-ended", account, region, executionId]);
  if (executionEndedAt != null) await addRecipientLookup(trx, requestId, "requester-ended", once);
}
