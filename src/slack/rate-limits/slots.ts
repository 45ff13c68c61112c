import PQueue from "p-queue";
import type { Clock, Log } from "../../app/ports/aws.ts";
import type { RateLimit, RateLimitStore } from "../../app/ports/coordination.ts";
import type { AcquireSlot, SlackCalls } from "../../app/ports/slack.ts";
import { UNCOUNTED } from "../observe-calls.ts";
import type { Purpose, SlackMethod } from "../slack-call.ts";
import { bucketKey, findLimit, hasApproverPace, toDeliveryMethod } from "./limits.ts";

/** The longest sleep: a rate limit may have room earlier than expected. */
const MAX_WAIT_MS = 2_000;

/** Waits for the next slot of a method's rate limit; returns at once if aborted. */
export type AcquireMethodSlot = (
  method: SlackMethod,
  channelId: string,
  abort: AbortSignal,
  purpose?: Purpose,
) => Promise<void>;

/**
 * Makes the wait for a slot of the rate limits that all replicas share. The callers of one process form a queue for each
 * rate limit, so that only its head asks the database. Calls for approvers that have a pace of their own form another one.
 *
 * States of a caller:
 * - queued: another caller of this process is the head. Ends when that one has its slot.
 * - head: asks for a slot until the store grants one, or until it is aborted.
 */
export function makeAcquireMethodSlot(
  rateLimits: RateLimitStore,
  clock: Clock,
  log: Log,
  calls: Pick<SlackCalls, "waited"> = UNCOUNTED,
): AcquireMethodSlot {
  const queues = new Map<string, PQueue>();

  const waitForSlot = async (bucket: string, limit: RateLimit, abort: AbortSignal) => {
    while (!abort.aborted) {
      const waitMs = await rateLimits.acquireSlot(bucket, limit, clock.now());
      if (waitMs === 0) return;
      log.debug({ event: "rate-limit.reached", bucket, waitMs }, "waiting for a slot of a rate limit");
      await clock.sleep(Math.min(waitMs, MAX_WAIT_MS), abort);
    }
  };

  return async (method, channelId, abort, purpose = "background") => {
    const bucket = bucketKey(method, channelId);
    const name = hasApproverPace(method, purpose) ? `${bucket} approvers` : bucket;
    const queue = queues.get(name) ?? new PQueue({ concurrency: 1 });
    queues.set(name, queue);
    const begin = clock.now();
    try {
      await queue.add(() => waitForSlot(bucket, findLimit(method, purpose), abort));
    } finally {
      if (clock.now() > begin) calls.waited(clock.now() - begin);
      if (queue.size === 0 && queue.pending === 0 && queues.get(name) === queue) queues.delete(name);
    }
  };
}

/** Makes the wait of deliveries, which acquire the slot before they prepare their call. */
export const makeAcquireSlot =
  (acquire: AcquireMethodSlot): AcquireSlot =>
  (call, channelId, abort) =>
    acquire(toDeliveryMethod(call), channelId, abort);
