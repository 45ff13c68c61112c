import type { Clock } from "../ports/aws.ts";
import type { RateLimitStore } from "../ports/coordination.ts";

/**
 * The reads of groups that the clicks of one person may cause: ten at once, and then ten a minute. Slack allows some twenty a
 * minute, so that other people have the others. Source: Slack API, rate limits, tier 2.
 */
const READS_OF_ONE_PERSON = { intervalMs: 6_000, burst: 10 };

/** Limits the reads of groups that one person can cause. All replicas share the limits. */
export interface GroupReadLimit {
  /** Returns 0 if the person may cause a read of the lists now, or else how long to wait, in milliseconds. */
  acquire(userId: string, purpose: "clicks" | "forms", lists: readonly string[]): Promise<number>;
  /** Acquires the slots of the reads on credit. */
  payDebts(): Promise<void>;
}

/**
 * Makes the limits. A person's click may cause one read on credit in each replica, so that no click waits for the commit of a
 * slot.
 *
 * States of a person:
 * - without debt: the next read of a click is on credit. Ends with it.
 * - in debt: each further read acquires its slot first. Clicks that ask for the same lists at once share it. Ends when the slot of
 *   the read on credit is acquired.
 */
export function makeGroupReadLimit(rateLimits: Pick<RateLimitStore, "acquireSlot">, clock: Clock): GroupReadLimit {
  const debtors = new Set<string>();
  const acquiring = new Map<string, Promise<number>>();
  const acquire = (userId: string, purpose: string) =>
    rateLimits.acquireSlot(`${purpose}:${userId}`, READS_OF_ONE_PERSON, clock.now());
  return {
    async acquire(userId, purpose, lists) {
      if (purpose === "forms") return acquire(userId, purpose);
      if (debtors.has(userId)) {
        // Clicks of one person that are evaluated together share the read of the same lists, and so its slot.
        const key = [userId, ...lists.toSorted()].join();
        const shared = acquiring.get(key) ?? acquire(userId, purpose).finally(() => acquiring.delete(key));
        acquiring.set(key, shared);
        return shared;
      }
      debtors.add(userId);
      return 0;
    },
    async payDebts() {
      for (const userId of debtors) if ((await acquire(userId, "clicks")) === 0) debtors.delete(userId);
    },
  };
}
