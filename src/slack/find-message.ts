import type { Chat } from "../app/ports/slack.ts";
import type { SlackCall } from "./slack-call.ts";

/** The event type in the metadata of every message, by which a message is found again in the channel's history. */
const METADATA_EVENT = "countersign_request";

/** Messages on one page of history, and the most pages that are read. */
const HISTORY_PAGE = 200;
const MAX_PAGES = 50;

/** Returns the metadata of the message with this id. The field name fits the first kind of message, and all use it. */
export function toMetadata(id: string) {
  return { event_type: METADATA_EVENT, event_payload: { request_id: id } };
}

/**
 * Searches the history of a channel, from `since` on, for the bot's message with this id in its metadata. Source: Slack
 * API, conversations.history.
 */
export async function findMessage(
  call: SlackCall,
  channel: string,
  id: string,
  since: number,
): ReturnType<Chat["find"]> {
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const read = await call("conversations.history", {
      channel,
      oldest: (Math.max(0, since) / 1000).toFixed(6),
      include_all_metadata: true,
      limit: HISTORY_PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (read.kind !== "ok") return read;
    const { messages, response_metadata } = read.response;
    const ours = messages?.find((message) => hasId(message.metadata, id) && message.bot_id !== undefined);
    if (ours?.ts !== undefined) return { kind: "found", ts: ours.ts };
    cursor = response_metadata?.next_cursor || undefined;
    if (cursor === undefined) return { kind: "absent" };
  }
  return {
    kind: "refused",
    code: "history_too_long",
    error: `the channel has more than ${HISTORY_PAGE * MAX_PAGES} messages since the attempt to post`,
    advice: "The message is posted again and may appear twice: delete the copy that no longer changes.",
  };
}

function hasId(metadata: { event_type?: string; event_payload?: object } | undefined, id: string): boolean {
  const payload = metadata?.event_payload as { request_id?: unknown } | undefined;
  return metadata?.event_type === METADATA_EVENT && payload?.request_id === id;
}
