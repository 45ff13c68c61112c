/**
 * Calls per minute of a method, per app and workspace. Slack guarantees "at least" these numbers; the stand-in uses them as
 * the maximum, so that an app that works here works with Slack. https://docs.slack.dev/apis/web-api/rate-limits
 */
export const TIERS = {
  tier1: 1,
  tier2: 20,
  tier3: 50,
  tier4: 100,
  /** For "hundreds per minute" on a method's page. */
  hundreds: 300,
  /** apps.connections.open: see `unknowns.ts`. */
  connections: 20,
} as const;

export type Tier = keyof typeof TIERS;

/** chat.postMessage per channel: one per second, with short bursts. */
export const CHANNEL_BURST = 3;
export const CHANNEL_PER_SECOND = 1;
