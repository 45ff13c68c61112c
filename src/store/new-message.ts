import { randomUUID } from "node:crypto";
import type { DeliveryRow } from "../app/ports/delivery-store.ts";
import type { MessagesTable } from "./schema.ts";

/** Returns an unposted row of any kind of message. */
export const newDelivery = (channelId: string): DeliveryRow => ({
  id: randomUUID(),
  channelId,
  ts: null,
  shownVersion: 0,
  shownContent: null,
  claimId: null,
  claimedAt: null,
  claimUntil: null,
  attempts: 0,
  nextAttemptAt: 0,
  lastError: null,
});

/** Returns an unposted message of a request. */
export const newMessage = (requestId: string, channelId: string, requestVersion = 1): MessagesTable => ({
  ...newDelivery(channelId),
  requestId,
  requestVersion,
  wanted: 0,
  outdatedSince: null,
  deletions: 0,
});
