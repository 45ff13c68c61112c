import { LRUCache } from "lru-cache";
import type { Clock } from "../app/ports/aws.ts";
import type { Chat } from "../app/ports/slack.ts";
import type { Workspace } from "./connection/workspace.ts";
import { cacheOptions } from "./people/cache-options.ts";
import type { SlackCall } from "./slack-call.ts";

/** The event type in the metadata of every message, by which a message is found again in the channel's history. */
const METADATA_EVENT = "countersign_request";

/** Messages on one page of history, and the most pages that are read. Some apps get at most 15 messages a minute. */
const HISTORY_PAGE = 200;
const MAX_PAGES = 50;
/** How many interrupted searches and messages are remembered, and for how long, in milliseconds. */
const MAX_REMEMBERED = 10_000;
const REMEMBERED_MS = 60 * 60_000;

/** Returns the metadata of the message with this id. The field name fits the first kind of message, and all use it. */
export function toMetadata(id: string) {
  return { event_type: METADATA_EVENT, event_payload: { request_id: id } };
}

/** The app and the bot in this workspace, by which Slack names the author of a message. */
type Author = Pick<Workspace, "appId" | "botId">;

/** A search: it began at `asOf`, has read `pages` pages, and `ts` is the oldest message that it has found. */
interface Search {
  since: number;
  asOf: number;
  pages: number;
  cursor?: string | undefined;
  ts?: string | undefined;
}

/**
 * Makes the search of the history of a channel or a thread, from `since` on, for the bot's oldest message with an id in its
 * metadata. Every member of the channel can read and copy the metadata, so a message by another app is not ours. Source:
 * Slack API, conversations.history and conversations.replies.
 *
 * A search that a Retry-After interrupts is kept, and the next one continues it: otherwise an app with one call per minute
 * would never get beyond the first page. Until then, a message that another search came across counts too.
 */
export function makeFindMessage(call: SlackCall, author: Author, clock: Clock): Chat["find"] {
  const interrupted = new LRUCache<string, Search>(cacheOptions(clock, MAX_REMEMBERED, REMEMBERED_MS));
  const seen = new LRUCache<string, string>(cacheOptions(clock, MAX_REMEMBERED, REMEMBERED_MS));

  const readPage = async (channel: string, threadTs: string | null, search: Search) => {
    const args = { channel, ...toPageArguments(search) };
    const read =
      threadTs === null
        ? await call("conversations.history", args)
        : await call("conversations.replies", { ...args, ts: threadTs });
    // A thread that does not exist has no reply.
    if (read.kind === "refused" && read.code === "thread_not_found")
      return { kind: "page", ours: [], next: undefined } as const;
    if (read.kind !== "ok") return read;
    const { messages = [], response_metadata } = read.response;
    const ours = messages.flatMap((message) => {
      const id = toId(message.metadata);
      return typeof id === "string" && message.ts !== undefined && isBy(message, author)
        ? [{ id, ts: message.ts }]
        : [];
    });
    for (const { id, ts } of ours) seen.set(`${channel} ${id}`, ts);
    return { kind: "page", ours, next: response_metadata?.next_cursor || undefined } as const;
  };

  const find: Chat["find"] = async (channel, id, since, threadTs = null) => {
    const key = `${channel} ${id}`;
    const kept = interrupted.get(key);
    interrupted.delete(key);
    const search: Search = kept?.since === since ? kept : { since, asOf: clock.now(), pages: 0 };
    while (search.pages < MAX_PAGES) {
      const page = await readPage(channel, threadTs, search);
      if (page.kind === "refused" && page.code === "invalid_cursor" && search === kept)
        return find(channel, id, since, threadTs);
      if (page.kind === "limited") {
        interrupted.set(key, search);
        const ts = seen.get(key);
        return ts !== undefined && Number(ts) * 1000 >= since ? { kind: "found", ts } : page;
      }
      if (page.kind !== "page") return page;
      const found = page.ours.filter((each) => each.id === id).map(({ ts }) => ts);
      search.pages++;
      search.ts = [...found, ...(search.ts === undefined ? [] : [search.ts])].sort((a, b) => Number(a) - Number(b))[0];
      search.cursor = page.next;
      if (page.next === undefined) break;
    }
    if (search.ts !== undefined) return { kind: "found", ts: search.ts };
    if (search.cursor === undefined) return { kind: "absent", asOf: search.asOf };
    return {
      kind: "refused",
      code: "history_too_long",
      error: `the channel has more than ${search.pages} pages of messages since the attempt to post`,
      advice: "The message is posted again and may appear twice: delete the copy that no longer changes.",
    };
  };
  return find;
}

const toPageArguments = ({ since, cursor }: Search) => ({
  oldest: (Math.max(0, since) / 1000).toFixed(6),
  include_all_metadata: true,
  limit: HISTORY_PAGE,
  ...(cursor === undefined ? {} : { cursor }),
});

/** Slack may leave out the app of a message; the bot's id then names the same installation. */
function isBy(message: { app_id?: string; bot_id?: string }, { appId, botId }: Author): boolean {
  if (message.app_id !== undefined && appId !== null) return message.app_id === appId;
  return message.bot_id !== undefined && message.bot_id === botId;
}

/** Returns the id in the metadata of a message of ours. */
function toId(metadata: { event_type?: string; event_payload?: object } | undefined): unknown {
  if (metadata?.event_type !== METADATA_EVENT) return undefined;
  return (metadata.event_payload as { request_id?: unknown } | undefined)?.request_id;
}
