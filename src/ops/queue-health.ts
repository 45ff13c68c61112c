/**
 * States of the queue of events, as this process sees it:
 * - starting: no call has ended yet.
 * - receiving: the last call succeeded.
 * - failing: calls have failed since a point in time. `works` stays true for a while: one failed call is no reason to poll
 *   more often.
 */
import type { Clock } from "../app/ports/aws.ts";
import type { QueueState } from "../app/ports/waiting-queue.ts";

export interface QueueHealth {
  /** Records a successful call that began at `since`, and the number of events about targets in it. */
  received(since: number, events: number): void;
  /** Records a failed call. Returns true if it is the first one after a success. */
  failed(error: string): boolean;
  /** Says whether events can announce changes. */
  works(): boolean;
  /** Returns the time since which every call has succeeded; null while calls fail. */
  receivingSince(): number | null;
  report(): QueueState;
}

/** How long calls may fail until polls return to their normal interval. */
const TOLERATED_MS = 30_000;

export function makeQueueHealth(clock: Pick<Clock, "now">): QueueHealth {
  let receivingSince: number | null = null;
  let lastEventAt: number | null = null;
  let failure: { error: string; since: number } | null = null;
  return {
    received(since, events) {
      receivingSince ??= since;
      failure = null;
      if (events > 0) lastEventAt = clock.now();
    },
    failed(error) {
      const isFirst = failure === null;
      failure = { error, since: failure?.since ?? clock.now() };
      receivingSince = null;
      return isFirst;
    },
    works: () => (failure === null ? receivingSince !== null : clock.now() - failure.since < TOLERATED_MS),
    receivingSince: () => receivingSince,
    report: () => ({
      status: failure !== null ? "failing" : receivingSince === null ? "starting" : "receiving",
      lastEventAt,
      error: failure?.error ?? null,
      failingSince: failure?.since ?? null,
    }),
  };
}
