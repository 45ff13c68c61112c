import type { Transaction } from "kysely";
import type { DueReminders } from "../app/ports/store.ts";
import { newMessage } from "./new-message.ts";
import { addNotice } from "./notices.ts";
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
  for (const kind of kinds)
    for (const channelId of channels) await addNotice(trx, { requestId, kind, number, channelId, detail });
  for (const channelId of escalateTo)
    await trx
      .insertInto("messages")
      .values(newMessage(requestId, channelId, open.version))
      .onConflict((conflict) => conflict.columns(["requestId", "channelId"]).doNothing())
      .execute();
  return true;
}
