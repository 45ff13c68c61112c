import PQueue from "p-queue";
import type { Clock } from "../../app/ports/aws.ts";
import type { RateLimit, RateLimitStore } from "../../app/ports/coordination.ts";

/** One post a second in a channel, with a burst of three. Source: Slack API, rate limits of chat.postMessage. */
const POSTS: RateLimit = { intervalMs: 1_000, burst: 3 };
/** chat.update is tier 3: fifty a minute for the whole app, in bursts. Source: Slack API, rate limits. */
const UPDATES: RateLimit = { intervalMs: 1_200, burst: 5 };
/** Tiers 3 and 4 are fifty and a hundred calls a minute for the whole app. Source: Slack API, rate limits. */
const TIER_3: RateLimit = { intervalMs: 1_200, burst: 10 };
const TIER_4: RateLimit = { intervalMs: 600, burst: 20 };
/**
 * Who clicks waits for what is read of people and groups: half a minute's calls of a tier may go at once. Tier 2 is twenty
 * calls a minute. Source: Slack API, rate limits.
 */
const LOOKUPS = {
  "usergroups.users.list": { intervalMs: 3_000, burst: 10 },
  "users.lookupByEmail": { intervalMs: 1_200, burst: 25 },
  "conversations.info": { intervalMs: 1_200, burst: 25 },
  "users.info": { intervalMs: 600, burst: 50 },
  "conversations.members": { intervalMs: 600, burst: 50 },
} as const;
export type LookupKind = keyof typeof LOOKUPS;
/** No longer is slept at once, so that a lane that moves on early is noticed. */
const MAX_WAIT_MS = 2_000;

const RATE_LIMITS = {
  post: POSTS,
  update: UPDATES,
  /** conversations.history: what came of an unfinished post. */
  history: TIER_3,
  /** conversations.open: where to write to a person. */
  openDirectMessage: TIER_3,
  /** chat.postEphemeral: why a click does not count. */
  postEphemeral: TIER_4,
  ...LOOKUPS,
} as const;
export type RateLimitKind = keyof typeof RATE_LIMITS;

/** Posts have a lane for each channel, each other method one for all. */
export const bucketKey = (kind: RateLimitKind, channelId: string) => (kind === "post" ? `post:${channelId}` : kind);

/**
 * Waits for the next turn in a lane that all replicas share. Within this process callers of a lane stand in a queue, so
 * that only its head asks the database.
 */
export function makeAcquireSlot(lanes: RateLimitStore, clock: Clock) {
  const queues = new Map<string, PQueue>();
  return async (kind: RateLimitKind, channelId: string, abort: AbortSignal): Promise<void> => {
    const name = bucketKey(kind, channelId);
    const queue = queues.get(name) ?? new PQueue({ concurrency: 1 });
    queues.set(name, queue);
    await queue.add(async () => {
      while (!abort.aborted) {
        const wait = await lanes.acquireSlot(name, RATE_LIMITS[kind], clock.now());
        if (wait === 0) return;
        await clock.sleep(Math.min(wait, MAX_WAIT_MS), abort);
      }
    });
  };
}
