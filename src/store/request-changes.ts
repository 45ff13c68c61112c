import { type SqlBool, sql, type Transaction } from "kysely";
import type { NewRequest, RequestChange, RequestStore } from "../app/ports/store.ts";
import type { SignalAttempt } from "../core/signal-attempt.ts";
import { appendAudit, isDecisionRecorded } from "./audit.ts";
import { didChange } from "./changed-rows.ts";
import { IS_REPLACED, UNREPLIED } from "./clicks.ts";
import type { Transact } from "./guard.ts";
import { newMessage } from "./new-message.ts";
import { addEndReports, endReminders } from "./notices.ts";
import { addRecipientLookup, addRequesterNotices } from "./recipient-lookups.ts";
import { addRequesterLookup, endRequesterLookup } from "./requester-lookups.ts";
import { patchToRow, requestToRow } from "./rows.ts";
import type { Tables } from "./schema.ts";

/** Makes the two writes that open and change a request, each in one transaction with its audit records. */
export function makeRequestChanges(
  transact: Transact,
  publishes: boolean,
  now: () => number,
): Pick<RequestStore, "open" | "advance"> {
  return {
    open: (opened) => transact((trx) => open(trx, opened, publishes), "lease-lost"),

    async advance(change) {
      try {
        return await transact((trx) => advance(trx, change, publishes, now()), false);
      } catch (error) {
        if (error instanceof ClickNotPending) return false;
        throw error;
      }
    },
  };
}

/** Another evaluation of the same click, or a click that replaces it, came first, so the transaction is rolled back. */
class ClickNotPending extends Error {}

async function open(
  trx: Transaction<Tables>,
  { request, channels, recipientLookup, notice, audit }: NewRequest,
  publishes: boolean,
): Promise<"opened" | "exists"> {
  const inserted = await trx
    .insertInto("requests")
    .values(requestToRow(request))
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  if (!didChange(inserted)) return "exists";
  for (const channelId of new Set(channels))
    await trx.insertInto("messages").values(newMessage(request.id, channelId)).execute();
  if (recipientLookup !== undefined) await addRecipientLookup(trx, request.id, recipientLookup);
  if (notice !== undefined) await addRecipientLookup(trx, request.id, notice.kind, notice.once);
  await addRequesterLookup(trx, request);
  await appendAudit(trx, [audit], publishes);
  return "opened";
}

async function advance(
  trx: Transaction<Tables>,
  change: RequestChange,
  publishes: boolean,
  at: number,
): Promise<boolean> {
  const { requestId, expectedVersion, patch, vote, removeVotes = [], attempt } = change;
  const version = expectedVersion + 1;
  if (attempt?.state === "sending" && !(await isDecisionRecorded(trx, requestId))) return false;
  const result = await trx
    .updateTable("requests")
    .set({ ...patchToRow(patch), version })
    .where("id", "=", requestId)
    .where("version", "=", expectedVersion)
    .executeTakeFirst();
  if (!didChange(result)) return false;
  await trx
    .updateTable("messages")
    .set({
      requestVersion: version,
      outdatedSince: sql<number>`case when shown_version < request_version then outdated_since else ${at} end`,
    })
    .where("requestId", "=", requestId)
    .execute();
  await endRequesterLookup(trx, requestId, patch);
  if (patch.state === "closed") await endReminders(trx, requestId);
  if (patch.executionEndedAt != null) await addEndReports(trx, requestId);
  await addRequesterNotices(trx, requestId, patch);
  if (vote !== undefined)
    await trx
      .insertInto("votes")
      .values(vote)
      .onConflict((conflict) => conflict.columns(["requestId", "userId"]).doUpdateSet(vote))
      .execute();
  for (const userId of removeVotes)
    await trx.deleteFrom("votes").where("requestId", "=", requestId).where("userId", "=", userId).execute();
  if (attempt !== undefined) await recordSignal(trx, attempt);
  if (change.recipientLookup !== undefined) await addRecipientLookup(trx, requestId, change.recipientLookup);
  if (change.notice !== undefined) await addRecipientLookup(trx, requestId, change.notice.kind, change.notice.once);
  if (change.click !== undefined) await markEvaluated(trx, change.click, at);
  for (const reply of change.replies ?? []) await addReply(trx, requestId, reply, at);
  await appendAudit(trx, change.audit, publishes);
  return true;
}

/** Stores an attempt. An accepted one ends the wait of a later deferred one, whose reason would otherwise still show. */
async function recordSignal(trx: Transaction<Tables>, attempt: SignalAttempt): Promise<void> {
  await trx
    .insertInto("signals")
    .values(attempt)
    .onConflict((conflict) => conflict.columns(["requestId", "attempt"]).doUpdateSet(attempt))
    .execute();
  if (attempt.state !== "accepted") return;
  await trx
    .deleteFrom("signals")
    .where("requestId", "=", attempt.requestId)
    .where("attempt", ">", attempt.attempt)
    .where("state", "=", "deferred")
    .execute();
}

/** A vote that a later click replaces must not count. The later click can have been stored while this one was evaluated. */
async function markEvaluated(trx: Transaction<Tables>, click: string, at: number): Promise<void> {
  const result = await trx
    .updateTable("clicks")
    .set({ evaluatedAt: at, lastError: null })
    .where("id", "=", click)
    .where("evaluatedAt", "is", null)
    .where(sql<SqlBool>`not ${IS_REPLACED}`)
    .executeTakeFirst();
  if (!didChange(result)) throw new ClickNotPending();
}

/**
 * Adds the text to the reply to the person's newest evaluated click, and makes the reply due. A reply that was sent is
 * replaced, because the person has it.
 */
async function addReply(
  trx: Transaction<Tables>,
  requestId: string,
  { userId, text }: { userId: string; text: string },
  at: number,
): Promise<void> {
  await trx
    .updateTable("clicks")
    .set({
      reply: sql<string>`case when ${UNREPLIED} then reply || ${`\n${text}`} else ${text} end`,
      ...{ repliedAt: null, nextAttemptAt: at, attempts: 0, lastError: null },
    })
    .where("id", "=", (clicks) =>
      clicks
        .selectFrom("clicks")
        .select("id")
        .where("requestId", "=", requestId)
        .where("userId", "=", userId)
        .where("evaluatedAt", "is not", null)
        .orderBy("receivedAt", "desc")
        .limit(1),
    )
    .execute();
}
