import { randomUUID } from "node:crypto";
import type { MessagesTable } from "./schema.ts";

/** A place where a request's message is to stand, and does not yet. */
export function newMessage(requestId: string, channelId: string): MessagesTable {
  return {
    id: randomUUID(),
    requestId,
    channelId,
    ts: null,
    version: 0,
    wantedVersion: 1,
    claim: null,
    claimedAt: null,
    claimUntil: null,
    attempts: 0,
    nextAttemptAt: 0,
    lastError: null,
  };
}
