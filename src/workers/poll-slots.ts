import type { Clock } from "../app/ports/aws.ts";

/** The longest time between two polls that are due at the same moment: the polls of a few targets need no pacing. */
const MAX_SPACING_MS = 100;
/** The share of an interval over which a round is spread. The remainder absorbs delays, so that no queue builds up. */
const SPREAD = 0.9;

/** Paces the polls of all targets of this process. */
export interface PollSlots {
  /** Resolves when the next poll may begin, or when aborted. */
  acquire(abort: AbortSignal): Promise<void>;
}

/**
 * Spreads the polls of many targets over the interval: after the start, a common outage or a wake-up, all are due at the same
 * moment. They begin in the order in which they became due, and each target keeps the phase that it gets in this way.
 */
export function makePollSlots(targets: number, intervalMs: number, clock: Clock): PollSlots {
  const spacingMs = Math.min(MAX_SPACING_MS, (SPREAD * intervalMs) / Math.max(1, targets));
  let nextAt = Number.NEGATIVE_INFINITY;
  return {
    async acquire(abort) {
      const now = clock.now();
      // Each target waits for one slot at most. A slot further away is from before the clock was set back.
      if (nextAt > now + intervalMs) nextAt = now;
      const at = Math.max(now, nextAt);
      nextAt = at + spacingMs;
      if (at > now) await clock.sleep(at - now, abort);
    },
  };
}
