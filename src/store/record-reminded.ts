import type { Transaction } from "kysely";
import type { DueReminders } from "../app/ports/store.ts";
import { newMessage } from "./new-message.ts";
import { addNotice, REPLACED_KINDS, type ReplacedKind } from "./notices.ts";
import type { Tables } from "./schema.ts";

/** Stores the reminders of a request and the time of the next one. The guard makes each reminder one, whichever replica is first. */
export async function recordReminded(trx: Transaction<Tables>, reminded: DueReminders): Promise<boolean> {
  const { request, kinds, channels, escalateTo, detail, next } = reminded;
  const { id: requestId, nextReminderAt: number } = request;
  if (number === null) return false;
  const open = await trx
    .updateTable("requests")
    .set({ nextReminderAt: next })
    .where("id", "=", requestId)
    .where("state", "=", "open")
    .where("nextReminderAt", "=", number)
    .returning("version")
    .executeTakeFirst();
  if (open === undefined) return false;
  for (const channelId of channels)
    for (const due of kinds) {
      const kind = due === "escalated" ? due : await replaceUnposted(trx, requestId, channelId, due);
      await addNotice(trx, { requestId, kind, number, channelId, detail });
    }
  for (const channelId of escalateTo)
    await trx
      .insertInto("messages")
      .values(newMessage(requestId, channelId, open.version))
      .onConflict((conflict) => conflict.columns(["requestId", "channelId"]).doNothing())
      .execute();
  return true;
}

/**
 * Removes the earlier reminder that a channel has not got, so that only one follows an outage of several intervals. Returns the
 * kind of the new one: it is the last call if it replaces that. An attempt that may have posted an earlier one is resolved.
 */
async function replaceUnposted(
  trx: Transaction<Tables>,
  requestId: string,
  channelId: string,
  kind: ReplacedKind,
): Promise<ReplacedKind> {
  const removed = await trx
    .deleteFrom("notices")
    .where("requestId", "=", requestId)
    .where("channelId", "=", channelId)
    .where("kind", "in", REPLACED_KINDS)
    .where("ts", "is", null)
    .where("claimId", "is", null)
    .returning("kind")
    .execute();
  return removed.some((row) => row.kind === "last-call") ? "last-call" : kind;
}
