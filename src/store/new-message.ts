import { randomUUID } from "node:crypto";
import type { DeliveryRow } from "../app/ports/delivery-store.ts";
import type { MessagesTable } from "./schema.ts";

/** A message of whatever kind that nobody has tried to post yet. */
export const newDelivery = (channelId: string): DeliveryRow => ({
  id: randomUUID(),
  channelId,
  ts: null,
  version: 0,
  claim: null,
  claimedAt: null,
  claimUntil: null,
  attempts: 0,
  nextAttemptAt: 0,
  lastError: null,
});

/** A place where a request's message is to stand, and does not yet. */
export const newMessage = (requestId: string, channelId: string, requestVersion = 1): MessagesTable => ({
  ...newDelivery(channelId),
  requestId,
  requestVersion,
});
