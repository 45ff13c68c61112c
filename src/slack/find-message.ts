import type { Chat } from "../app/ports/slack.ts";
import type { Workspace } from "./connection/workspace.ts";
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

/** The app and the bot in this workspace, by which Slack names the author of a message. */
type Author = Pick<Workspace, "appId" | "botId">;

/**
 * Searches the history of a channel or of a thread, from `since` on, for the bot's oldest message with this id in its
 * metadata. Every member of the channel can read and copy the metadata, so a message by another app is not ours. Source:
 * Slack API, conversations.history and conversations.replies.
 */
export async function findMessage(
  call: SlackCall,
  author: Author,
  channel: string,
  id: string,
  since: number,
  threadTs: string | null = null,
): ReturnType<Chat["find"]> {
  let cursor: string | undefined;
  let oldest: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const args = {
      channel,
      oldest: (Math.max(0, since) / 1000).toFixed(6),
      include_all_metadata: true,
      limit: HISTORY_PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    };
    const read =
      threadTs === null
        ? await call("conversations.history", args)
        : await call("conversations.replies", { ...args, ts: threadTs });
    // A thread that does not exist has no reply.
    if (read.kind === "refused" && read.code === "thread_not_found") return { kind: "absent" };
    if (read.kind !== "ok") return read;
    const { messages = [], response_metadata } = read.response;
    for (const message of messages) {
      if (!hasId(message.metadata, id) || !isBy(message, author) || message.ts === undefined) continue;
      if (oldest === undefined || Number(message.ts) < Number(oldest)) oldest = message.ts;
    }
    cursor = response_metadata?.next_cursor || undefined;
    if (cursor === undefined) break;
  }
  if (oldest !== undefined) return { kind: "found", ts: oldest };
  if (cursor === undefined) return { kind: "absent" };
  return {
    kind: "refused",
    code: "history_too_long",
    error: `the channel has more than ${HISTORY_PAGE * MAX_PAGES} messages since the attempt to post`,
    advice: "The message is posted again and may appear twice: delete the copy that no longer changes.",
  };
}

/** Slack may leave out the app of a message; the bot's id then names the same installation. */
function isBy(message: { app_id?: string; bot_id?: string }, { appId, botId }: Author): boolean {
  if (message.app_id !== undefined && appId !== null) return message.app_id === appId;
  return message.bot_id !== undefined && message.bot_id === botId;
}

function hasId(metadata: { event_type?: string; event_payload?: object } | undefined, id: string): boolean {
  const payload = metadata?.event_payload as { request_id?: unknown } | undefined;
  return metadata?.event_type === METADATA_EVENT && payload?.request_id === id;
}
