import type { Clock } from "../app/ports/aws.ts";
import type { Poll } from "../app/ports/coordination.ts";

/** What the parts of the bot last reported about themselves. */
export interface Health {
  slackConnected(connected: boolean): void;
  /** Records the result of this replica's poll; `error` is null if it succeeded. */
  polled(target: string, error: string | null): void;
  /** Names a target of the configuration. Without a poll, the bot is not ready. */
  expect(target: string): void;
  /** Records the stored results of any replica's polls. Targets that are not expected are ignored. */
  recall(polls: readonly Poll[]): void;
  isSlackConnected(): boolean;
  /** Says whether the last successful poll is too long ago. */
  isStale(lastPollAt: number | null): boolean;
  /** Reports readiness; `ready` is false if one part fails. */
  report(isStoreUp: () => Promise<boolean>): Promise<{ ready: boolean; parts: Record<string, unknown> }>;
}

/** A target is stale when this many poll intervals, and at least a minute, have passed since its last successful poll. */
const STALE_INTERVALS = 4;
const MIN_STALE_MS = 60_000;

/** Makes the health of this process. */
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
    async report(isStoreUp) {
      const store = await isStoreUp();
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
