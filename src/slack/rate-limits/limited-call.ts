import type { Clock, Log } from "../../app/ports/aws.ts";
import type { RateLimitStore } from "../../app/ports/coordination.ts";
import type { Purpose, SlackCall, SlackMethod } from "../slack-call.ts";
import { bucketKey, type DeliveryMethod, hasApproverPace, PACED_MS, SLOT_TIMEOUT_MS } from "./limits.ts";
import type { ReservedSlots } from "./reserved-slots.ts";
import type { AcquireMethodSlot } from "./slots.ts";

export interface LimitDeps {
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
 * - open: a call for a click uses a reserved slot; any other call, or if none is left, acquires one first. If no slot frees
 *   up within the method's timeout, the call is made anyway, and Slack decides. Where approvers have a pace of their own,
 *   their lookups are made at once: Slack's rates are not exact, and its replies tell when it limits them.
 * - blocked: Slack asked to wait, by a Retry-After. Until it has elapsed, no replica calls the method: a call whose timeout
 *   is shorter is `limited` at once, and any other waits.
 * - paced, for PACED_MS after that: as open, but the lookups of approvers acquire slots too, at their own pace.
 */
export function limitedCall(call: SlackCall, deps: LimitDeps & { log: Log }): SlackCall {
  const { rateLimits, clock, log } = deps;
  const acquire = makeAcquire(deps);
  return async (method, args, purpose = "background") => {
    if (isDelivery(method)) return call(method, args);
    const bucket = bucketKey(method, "");
    const retryAfterMs = await acquire(method, bucket, purpose);
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

  /** Returns how long the method is still blocked, and whether it was blocked lately; no block if the store does not say. */
  const findBlock = async (bucket: string): Promise<{ blockedMs: number; isPaced: boolean }> => {
    const since = clock.now() - PACED_MS;
    const read = () => rateLimits.blocked(since);
    const blocked = await within<ReadonlyMap<string, number>>(STORE_TIMEOUT_MS, read, new Map()).catch(() => null);
    const end = blocked?.get(bucket);
    return { blockedMs: Math.max(0, (end ?? 0) - clock.now()), isPaced: end !== undefined };
  };

  return async (method: Exclude<SlackMethod, DeliveryMethod>, bucket: string, purpose: Purpose): Promise<number> => {
    const timeoutMs = SLOT_TIMEOUT_MS[method];
    const { blockedMs, isPaced } = await findBlock(bucket);
    if (blockedMs > timeoutMs) return blockedMs;
    if (blockedMs === 0 && !isPaced && hasApproverPace(method, purpose)) return 0;
    if (blockedMs === 0 && purpose !== "background" && reserved?.use(method) === true) return 0;
    const wait = (abort: AbortSignal) =>
      acquireSlot(method, "", abort, purpose).then(
        () => true,
        // A store that fails delays no call.
        () => true,
      );
    return (await within(timeoutMs, wait, false)) ? 0 : (await findBlock(bucket)).blockedMs;
  };
}
