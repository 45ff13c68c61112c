import type { Clock, Log } from "../../app/ports/aws.ts";
import type { RateLimitStore } from "../../app/ports/coordination.ts";
import type { SlackCall, SlackMethod } from "../slack-call.ts";
import { bucketKey, type DeliveryMethod, SLOT_TIMEOUT_MS } from "./limits.ts";
import type { ReservedSlots } from "./reserved-slots.ts";
import type { AcquireMethodSlot } from "./slots.ts";

interface LimitDeps {
  acquireSlot: AcquireMethodSlot;
  /** Slots that are acquired already, for calls for which a click waits; every other call acquires its own. */
  reserved?: Pick<ReservedSlots, "use">;
  rateLimits: RateLimitStore;
  clock: Clock;
}

/** How long the store may take to report what is blocked. */
const STORE_TIMEOUT_MS = 500;

/**
 * Keeps each method to its rate limit, which all replicas share. Deliveries acquire their own slots, and are not limited
 * here. A rate limit that cannot be read, for instance while the database is unreachable, delays no call.
 *
 * States of a method:
 * - open: a call for a click uses a reserved slot; any other call, or if none is left, acquires one first. If no slot frees up within the method's timeout, the call is made anyway, and
 *   Slack decides.
 * - blocked: Slack asked to wait, by a Retry-After. Until it has elapsed, no replica calls the method: a call whose timeout
 *   is shorter is `limited` at once, and any other waits.
 */
export function limitedCall(call: SlackCall, deps: LimitDeps & { log: Log }): SlackCall {
  const { rateLimits, clock, log } = deps;
  const acquire = makeAcquire(deps);
  return async (method, args, forClick = false) => {
    if (isDelivery(method)) return call(method, args);
    const bucket = bucketKey(method, "");
    const retryAfterMs = await acquire(method, bucket, forClick);
    if (retryAfterMs > 0) {
      log.debug({ event: "rate-limit.blocked", bucket, retryAfterMs }, "no call: Slack has asked to wait");
      return { kind: "limited", retryAfterMs };
    }
    const result = await call(method, args);
    if (result.kind === "limited") {
      log.debug({ event: "rate-limit.exceeded", bucket, retryAfterMs: result.retryAfterMs }, "Slack asks to wait");
      await rateLimits.blockUntil(bucket, clock.now() + result.retryAfterMs).catch(() => undefined);
    }
    return result;
  };
}

const isDelivery = (method: SlackMethod): method is DeliveryMethod => !(method in SLOT_TIMEOUT_MS);

/** Returns 0 when the call may be made, or else how long Slack asks to wait, in milliseconds. */
function makeAcquire({ acquireSlot, reserved, rateLimits, clock }: LimitDeps) {
  /** Returns the result of `attempt`, or `fallback` if it takes longer than `ms`. */
  const within = async <T>(ms: number, attempt: (abort: AbortSignal) => Promise<T>, fallback: T): Promise<T> => {
    const ended = new AbortController();
    try {
      return await Promise.race([attempt(ended.signal), clock.sleep(ms, ended.signal).then(() => fallback)]);
    } finally {
      ended.abort();
    }
  };

  /** Returns how long the method is still blocked; 0 also if the store does not say. */
  const blockedFor = async (bucket: string): Promise<number> => {
    const now = clock.now();
    const read = () => rateLimits.blocked(now);
    const blocked = await within<ReadonlyMap<string, number>>(STORE_TIMEOUT_MS, read, new Map()).catch(() => null);
    return Math.max(0, (blocked?.get(bucket) ?? 0) - clock.now());
  };

  return async (method: Exclude<SlackMethod, DeliveryMethod>, bucket: string, forClick: boolean): Promise<number> => {
    const timeoutMs = SLOT_TIMEOUT_MS[method];
    const blockedMs = await blockedFor(bucket);
    if (blockedMs > timeoutMs) return blockedMs;
    if (blockedMs === 0 && forClick && reserved?.use(method) === true) return 0;
    const wait = (abort: AbortSignal) =>
      acquireSlot(method, "", abort).then(
        () => true,
        // A store that fails delays no call.
        () => true,
      );
    return (await within(timeoutMs, wait, false)) ? 0 : blockedFor(bucket);
  };
}
