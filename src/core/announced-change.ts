/** A change that a read of AWS showed, compared with the events about its execution. Times are epoch milliseconds. */
export interface ObservedChange {
  /** When the change happened, by AWS's clock. */
  changedAt: number;
  /** When the newest event about the execution arrived; null without one. */
  announcedAt: number | null;
  /** When the change was stored. */
  seenAt: number;
}

/** An event is usually there within a second. A change that is older, and that no event announced, is counted as unannounced. */
const MAX_EVENT_DELAY_MS = 10_000;
/** The clocks of AWS and of the bot may differ by this much. */
const MAX_CLOCK_DIFFERENCE_MS = 2_000;

/**
 * Tells whether an event announced the change; null if an event can still be on its way, or if the change is from before
 * `receivingSince`: its event may wait in the queue.
 */
export function wasAnnounced(
  { changedAt, announcedAt, seenAt }: ObservedChange,
  receivingSince: number | null,
): boolean | null {
  if (announcedAt !== null && announcedAt >= changedAt - MAX_CLOCK_DIFFERENCE_MS) return true;
  if (receivingSince === null || changedAt < receivingSince) return null;
  return seenAt - changedAt < MAX_EVENT_DELAY_MS ? null : false;
}
