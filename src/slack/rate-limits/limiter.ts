import type { Clock } from "../../app/ports/aws.ts";
import type { RateLimitStore } from "../../app/ports/coordination.ts";
import { bucketKey, type makeAcquireSlot, type RateLimitKind } from "./limits.ts";

/** How long the store may take to tell whether a lane is held. */
const READING_MS = 500;

export interface RateLimiter {
  /** Resolves with 0 when the call may be made; else with how many milliseconds Slack asks to wait yet. */
  acquire(kind: RateLimitKind, patienceMs: number): Promise<number>;
  /** Slack asks to wait so long: nobody calls until then. */
  blockUntil(kind: RateLimitKind, retryAfterMs: number): Promise<void>;
}

/**
 * Keeps calls to the pace of their method, which all replicas share; and what Slack asks to wait for is kept by all of
 * them: until then nobody calls, and who cannot wait so long is told how long it is. Nobody waits for a turn longer than
 * their patience: then the call is made, and Slack says whether it may. A lane that cannot be read, such as while the
 * database is away, holds up nobody.
 */
export function makeRateLimiter(
  turn: ReturnType<typeof makeAcquireSlot>,
  lanes: RateLimitStore,
  clock: Clock,
): RateLimiter {
  /** What resolves first: this, or `otherwise` after so long. */
  const within = async <T>(ms: number, attempt: (abort: AbortSignal) => Promise<T>, otherwise: T): Promise<T> => {
    const ended = new AbortController();
    try {
      return await Promise.race([attempt(ended.signal), clock.sleep(ms, ended.signal).then(() => otherwise)]);
    } finally {
      ended.abort();
    }
  };
  /** How long Slack asks to wait yet; 0 also where that cannot be read. */
  const restOf = async (lane: string): Promise<number> => {
    const now = clock.now();
    const held = await within<Map<string, number>>(READING_MS, () => lanes.blocked(now), new Map()).catch(() => null);
    return Math.max(0, (held?.get(lane) ?? 0) - clock.now());
  };
  return {
    async acquire(kind, patienceMs) {
      const lane = bucketKey(kind, "");
      const held = await restOf(lane);
      if (held > patienceMs) return held;
      const tookTurn = (abort: AbortSignal) =>
        turn(kind, "", abort).then(
          () => true,
          () => true,
        );
      return (await within(patienceMs, tookTurn, false)) ? 0 : restOf(lane);
    },
    blockUntil: (kind, retryAfterMs) =>
      lanes.blockUntil(bucketKey(kind, ""), clock.now() + retryAfterMs).catch(() => undefined),
  };
}
