/**
 * How often an app may call a method in one workspace, per minute. Slack promises "at least" these numbers; the stand-in
 * takes them as the most, so that what passes here passes there. https://docs.slack.dev/apis/web-api/rate-limits
 */
export const TIERS = {
  tier1: 1,
  tier2: 20,
  tier3: 50,
  tier4: 100,
  /** "Hundreds per minute" on the method's page. */
  hundreds: 300,
  /** apps.connections.open: see `unknowns.ts`. */
  connections: 20,
} as const;

export type Tier = keyof typeof TIERS;

/** chat.postMessage in one channel: one a second, with short bursts. */
export const CHANNEL_BURST = 3;
export const CHANNEL_PER_SECOND = 1;
