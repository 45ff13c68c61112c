import type { Clock } from "../../app/ports/aws.ts";
import type { Lookups } from "./lookups.ts";

/** How long it is remembered whether a channel is shared, in milliseconds. */
const CACHE_TTL_MS = 10 * 60_000;
/** How soon it is asked again when Slack could not tell. */
const FAILURE_TTL_MS = 30_000;

/**
 * Whether people of other organisations read a channel (Slack Connect). What cannot be told counts as shared: then a
 * message withholds its parameters, which Details shows to people of this workspace. Direct messages are not shared by
 * this bot with anybody but the person. Source: Slack API, conversations.info, `is_ext_shared`.
 */
export function makeSharedChannels(web: Pick<Lookups, "conversations">, clock: Clock) {
  const kept = new Map<string, { until: number; shared: boolean }>();
  return async (channel: string): Promise<boolean> => {
    if (channel.startsWith("D")) return false;
    const found = kept.get(channel);
    if (found !== undefined && clock.now() < found.until) return found.shared;
    try {
      const { channel: info } = await web.conversations.info({ channel });
      const shared = info?.is_ext_shared === true || info?.is_pending_ext_shared === true;
      kept.set(channel, { until: clock.now() + CACHE_TTL_MS, shared });
      return shared;
    } catch {
      kept.set(channel, { until: clock.now() + FAILURE_TTL_MS, shared: true });
      return true;
    }
  };
}
