import { CHANNEL_BURST, CHANNEL_PER_SECOND, TIERS, type Tier } from "./tiers.ts";

/** The settings in `POST /_control/limits`. */
export interface RateLimitSettings {
  enabled: boolean;
  /** Calls per minute for single methods, instead of their tier's. */
  perMinute: Record<string, number>;
}

export interface RateLimiter {
  settings: RateLimitSettings;
  /** Counts a call. Returns undefined if it is allowed, otherwise the seconds to wait (at least 1). */
  acquire(call: { owner: string; method: string; tier: Tier; channel?: string | undefined }): number | undefined;
  reset(): void;
}

const MINUTE_MS = 60_000;

/**
 * Limits calls with a sliding window of one minute per app, workspace and method; chat.postMessage also with a bucket per
 * channel, which allows a short burst and refills by one per second. A rejected call does not count.
 */
export function makeRateLimiter(clock: { now(): number }): RateLimiter {
  const windows = new Map<string, number[]>();
  const buckets = new Map<string, { left: number; at: number }>();

  const windowWait = (key: string, max: number, now: number): number => {
    const recent = (windows.get(key) ?? []).filter((at) => at > now - MINUTE_MS);
    windows.set(key, recent);
    if (recent.length < max) return 0;
    // The call is allowed once the call `max` calls ago has left the window.
    return (recent[recent.length - max] ?? now) + MINUTE_MS - now;
  };

  const bucketWait = (key: string, now: number): number => {
    const bucket = buckets.get(key) ?? { left: CHANNEL_BURST, at: now };
    const left = Math.min(CHANNEL_BURST, bucket.left + ((now - bucket.at) / 1000) * CHANNEL_PER_SECOND);
    buckets.set(key, { left, at: now });
    return left >= 1 ? 0 : ((1 - left) / CHANNEL_PER_SECOND) * 1000;
  };

  const limiter: RateLimiter = {
    settings: { enabled: true, perMinute: {} },
    acquire({ owner, method, tier, channel }) {
      if (!limiter.settings.enabled) return undefined;
      const now = clock.now();
      const key = `${owner} ${method}`;
      const channelKey = method === "chat.postMessage" && channel !== undefined ? `${key} ${channel}` : undefined;
      const wait = Math.max(
        windowWait(key, limiter.settings.perMinute[method] ?? TIERS[tier], now),
        channelKey === undefined ? 0 : bucketWait(channelKey, now),
      );
      if (wait > 0) return Math.max(1, Math.ceil(wait / 1000));
      windows.get(key)?.push(now);
      const bucket = channelKey === undefined ? undefined : buckets.get(channelKey);
      if (bucket !== undefined) bucket.left -= 1;
      return undefined;
    },
    reset() {
      windows.clear();
      buckets.clear();
      limiter.settings = { enabled: true, perMinute: {} };
    },
  };
  return limiter;
}
