import { LRUCache } from "lru-cache";
import type { Clock } from "../../app/ports/aws.ts";
import type { ChatFailure } from "../../app/ports/slack.ts";
import type { SlackCall } from "../slack-call.ts";
import { cacheOptions } from "./cache-options.ts";

/** How long the cache keeps whether a channel is shared, in milliseconds. */
const CACHE_TTL_MS = 10 * 60_000;
/** How soon Slack is asked again after a failure. */
const FAILURE_TTL_MS = 30_000;
/** Channels that are cached. */
const MAX_CHANNELS = 10_000;

/** Whether people of other organizations read a channel; or why Slack does not tell now. */
export type Sharing =
  | { kind: "known"; isShared: boolean }
  | Extract<ChatFailure, { kind: "limited" } | { kind: "unavailable" }>;

/**
 * Makes the check whether people of other organizations read a channel (Slack Connect). A channel that Slack refuses to
 * show counts as shared: its messages then withhold what Details shows to people of this workspace. A failure that can pass
 * is returned, so that no message loses its question because of it. A direct message has only the person and the bot.
 * Source: Slack API, conversations.info, `is_ext_shared`.
 */
export function makeSharedChannels(call: SlackCall, clock: Clock) {
  const cache = new LRUCache<string, { isShared: boolean }>(cacheOptions(clock, MAX_CHANNELS, CACHE_TTL_MS));
  const { ttl: failureTtl } = cacheOptions(clock, MAX_CHANNELS, FAILURE_TTL_MS);
  return async (channel: string): Promise<Sharing> => {
    if (channel.startsWith("D")) return { kind: "known", isShared: false };
    const cached = cache.get(channel);
    if (cached !== undefined) return { kind: "known", ...cached };
    const read = await call("conversations.info", { channel });
    if (read.kind === "limited") return read;
    if (read.kind === "refused") {
      cache.set(channel, { isShared: true }, { ttl: failureTtl });
      return { kind: "known", isShared: true };
    }
    if (read.kind !== "ok") return { kind: "unavailable", error: read.error };
    const info = read.response.channel;
    const isShared = info?.is_ext_shared === true || info?.is_pending_ext_shared === true;
    cache.set(channel, { isShared });
    return { kind: "known", isShared };
  };
}
