import type { Clock } from "../app/ports/aws.ts";
import type { Poll } from "../app/ports/coordination.ts";

/** What the parts of the bot last reported of themselves. */
export interface Health {
  slackConnected(connected: boolean): void;
  polled(target: string, error: string | null): void;
  expect(target: string): void;
  /** What is on record of the targets, whichever replica polled them. Those that are not expected are left out. */
  recall(polls: readonly Poll[]): void;
  isSlackConnected(): boolean;
  /** Whether the last good poll is too long ago. */
  isStale(lastPollAt: number | null): boolean;
  /** The readiness report; `ready` is false as soon as one part is not well. */
  report(storeIsUp: () => Promise<boolean>): Promise<{ ready: boolean; parts: Record<string, unknown> }>;
}

/** A target is stale when so many poll intervals, and at least a minute, have passed since its last good poll. */
const STALE_INTERVALS = 4;
const MIN_STALE_MS = 60_000;

export function makeHealth(clock: Clock, pollIntervalMs: number): Health {
  let slack = false;
  const targets = new Map<string, { lastPollAt: number | null; error: string | null }>();
  const stale = Math.max(MIN_STALE_MS, STALE_INTERVALS * pollIntervalMs);
  const isStale = (lastPollAt: number | null) => lastPollAt === null || clock.now() - lastPollAt >= stale;
  return {
    slackConnected(connected) {
      slack = connected;
    },
    expect(target) {
      if (!targets.has(target)) targets.set(target, { lastPollAt: null, error: null });
    },
    recall(polls) {
      for (const { target, polledAt, error } of polls)
        if (targets.has(target)) targets.set(target, { lastPollAt: polledAt, error });
    },
    isSlackConnected: () => slack,
    isStale,
    polled(target, error) {
      const before = targets.get(target)?.lastPollAt ?? null;
      targets.set(target, { lastPollAt: error === null ? clock.now() : before, error });
    },
    async report(storeIsUp) {
      const store = await storeIsUp();
      const polls = [...targets].map(([name, { lastPollAt, error }]) => {
        const recent = !isStale(lastPollAt);
        return {
          target: name,
          ok: recent,
          lastPollAt: lastPollAt === null ? null : new Date(lastPollAt).toISOString(),
          ...(error === null ? {} : { error }),
        };
      });
      const ready = slack && store && polls.length > 0 && polls.every((poll) => poll.ok);
      return {
        ready,
        parts: { slack: slack ? "connected" : "not connected", store: store ? "ok" : "unreachable", targets: polls },
      };
    },
  };
}
