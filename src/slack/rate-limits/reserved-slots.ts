import type { Clock } from "../../app/ports/aws.ts";
import type { RateLimitStore } from "../../app/ports/coordination.ts";
import type { SlackMethod } from "../slack-call.ts";
import { bucketKey, RATE_LIMITS } from "./limits.ts";

/** The slots that each replica keeps for the lookups of a click, by method: a small part of what Slack allows at once. */
const RESERVED: Partial<Record<SlackMethod, number>> = {
  "users.info": 5,
  "users.lookupByEmail": 2,
  "usergroups.users.list": 1,
  "conversations.members": 5,
};

/** How often used slots are replaced, in milliseconds. */
export const REFILL_MS = 1_000;

/** Slots that this replica has acquired before it needs them, so that the lookups of a click wait for no commit. */
export interface ReservedSlots {
  /** Uses a slot; false if none is left. */
  use(method: SlackMethod): boolean;
  /** Acquires slots for those that were used, as far as the rate limits have room. */
  refill(): Promise<void>;
}

export function makeReservedSlots(rateLimits: Pick<RateLimitStore, "acquireSlot">, clock: Clock): ReservedSlots {
  const left = new Map<string, number>();
  const acquire = async (method: SlackMethod) =>
    (await rateLimits.acquireSlot(bucketKey(method, ""), RATE_LIMITS[method], clock.now())) === 0;
  return {
    use(method) {
      const count = left.get(method) ?? 0;
      if (count > 0) left.set(method, count - 1);
      return count > 0;
    },
    async refill() {
      for (const [method, most] of Object.entries(RESERVED) as [SlackMethod, number][])
        while ((left.get(method) ?? 0) < most && (await acquire(method))) left.set(method, (left.get(method) ?? 0) + 1);
    },
  };
}
