/**
 * Readiness of this process:
 * - not ready: Slack is not connected, its Web API fails, the database fails, or no target has worked since startup. All but
 *   the last can begin at any time; "no target has worked" ends with the first page of the first poll, with the first
 *   successful poll of any replica, or with a recent one by a replica that runs.
 * - degraded: requests are served, but the first poll of a target is under way, the last one failed or is too old, the queue of
 *   events fails, or a poll found a change of a target that no event announced.
 * - ready: everything works.
 */
import type { Clock } from "../app/ports/aws.ts";
import type { PollRow } from "../app/ports/coordination.ts";
import type { QueueState } from "../app/ports/waiting-queue.ts";
import type { QueueHealth } from "./queue-health.ts";
import { makeSlackHealth, type SlackHealth } from "./slack-health.ts";

/** What the parts of the bot last reported about themselves. */
export interface Health {
  slackConnected(connected: boolean): void;
  /** Records the result of a call to Slack. */
  slackCalled: SlackHealth["called"];
  /** Records that a heartbeat was written to the database: the database can be written. */
  heartbeat(): void;
  /**
   * Records the result of this replica's poll; `error` is null if it succeeded. `everyMs`: the time until the next one.
   * `unannouncedAt`: as in `Poll`.
   */
  polled(target: string, error: string | null, everyMs?: number, unannouncedAt?: number | null): void;
  /** Records that AWS returned the first page of a poll. With thousands of waiting executions, a poll takes seconds. */
  listing(target: string): void;
  /** Names a target of the configuration. Without a poll, the bot is not ready. */
  expect(target: string): void;
  /** Records the stored results of any replica's polls. Targets that are not expected are ignored. */
  recall(polls: readonly PollRow[]): void;
  isSlackConnected(): boolean;
  /** Returns how long ago the last heartbeat was written, in milliseconds; null before the first. */
  heartbeatAge(): number | null;
  /** Returns why the database may not be writable; null if the last heartbeat is recent. */
  writeFault(): string | null;
  /** Says whether the last successful poll of a target that is polled this often is too long ago. */
  isStale(lastPollAt: number | null, everyMs: number): boolean;
  /** Reports readiness. `storeFault`: why the database cannot be read, or is another file; null if it is fine. */
  report(storeFault: string | null): Readiness;
}

export interface Readiness {
  status: "ready" | "degraded" | "not ready";
  parts: Record<string, unknown>;
}

/** A target is stale when this many poll intervals, and at least a minute, have passed since its last successful poll. */
const STALE_INTERVALS = 4;
const MIN_STALE_MS = 60_000;
/** Heartbeats are written every five seconds. Without one for this long, the database is not written: its disk may be full. */
const MAX_HEARTBEAT_AGE_MS = 20_000;

interface LastPoll {
  lastPollAt: number | null;
  error: string | null;
  everyMs: number;
  unannouncedAt: number | null;
  live?: boolean;
}

/** Makes the health of this process, which starts now. */
export function makeHealth(clock: Clock, pollIntervalMs: number, queue: QueueHealth | null = null): Health {
  const startedAt = clock.now();
  let slack = false;
  const slackCalls = makeSlackHealth(clock);
  /** On the monotonic clock: the age stays right when the wall clock is set back. */
  let heartbeatAt: number | null = null;
  const targets = new Map<string, LastPoll>();
  /** The targets of which AWS has returned a page since their last poll ended. */
  const listing = new Set<string>();
  const isStale = makeIsStale(clock);
  const heartbeatAge = () => (heartbeatAt === null ? null : clock.elapsed() - heartbeatAt);
  const writeFault = () => describeHeartbeat(heartbeatAge());
  return {
    slackConnected(connected) {
      slack = connected;
    },
    heartbeat() {
      heartbeatAt = clock.elapsed();
    },
    expect(target) {
      if (!targets.has(target))
        targets.set(target, { lastPollAt: null, error: null, everyMs: pollIntervalMs, unannouncedAt: null });
    },
    recall(polls) {
      for (const { target, polledAt: lastPollAt, ...poll } of polls)
        if (targets.has(target)) targets.set(target, { lastPollAt, ...poll });
    },
    listing(target) {
      if (targets.has(target)) listing.add(target);
    },
    slackCalled: slackCalls.called,
    isSlackConnected: () => slack,
    heartbeatAge,
    writeFault,
    isStale,
    polled(target, error, everyMs = pollIntervalMs, unannouncedAt = null) {
      listing.delete(target);
      const before = targets.get(target)?.lastPollAt ?? null;
      targets.set(target, { lastPollAt: error === null ? clock.now() : before, error, everyMs, unannouncedAt });
    },
    report(storeFault) {
      const fault = storeFault ?? writeFault();
      const slackFault = slack ? slackCalls.fault() : "not connected";
      const polls = [...targets].map(([name, poll]) =>
        describePoll(name, poll, isStale(poll.lastPollAt, poll.everyMs)),
      );
      // With a long poll interval, another replica may have polled before this one started, and will not again for long.
      const hasPolled = [...targets.values()].some(
        ({ lastPollAt, live, everyMs }) =>
          lastPollAt !== null && (lastPollAt >= startedAt || (live === true && !isStale(lastPollAt, everyMs))),
      );
      const events = queue?.report();
      const isFine = polls.every(({ ok, events: heard }) => ok && heard === undefined) && events?.status !== "failing";
      const works = isFine ? "ready" : "degraded";
      const age = heartbeatAge();
      return {
        status: slackFault === null && fault === null && (listing.size > 0 || hasPolled) ? works : "not ready",
        parts: {
          slack: slackFault ?? "connected",
          store: fault ?? "ok",
          heartbeatAgeSeconds: age === null ? null : age / 1000,
          ...(events === undefined ? {} : { queue: describeQueue(events) }),
          targets: polls,
        },
      };
    },
  };
}

/** A poll in the future is from before the clock was set back: the clocks of replicas differ by less than a minute. */
const makeIsStale = (clock: Clock) => (lastPollAt: number | null, everyMs: number) =>
  lastPollAt === null ||
  clock.now() - lastPollAt >= Math.max(MIN_STALE_MS, STALE_INTERVALS * everyMs) ||
  lastPollAt - clock.now() >= MIN_STALE_MS;

const describePoll = (target: string, { lastPollAt, error, everyMs, unannouncedAt }: LastPoll, isStale: boolean) => ({
  target,
  ok: error === null && !isStale,
  lastPollAt: toIso(lastPollAt),
  everySeconds: everyMs / 1000,
  ...(error === null ? {} : { error }),
  ...(unannouncedAt === null ? {} : { events: "distrusted", unannouncedChangeAt: toIso(unannouncedAt) }),
});

const describeQueue = ({ status, lastEventAt, error, failingSince }: QueueState) => ({
  status,
  lastEventAt: toIso(lastEventAt),
  ...(error === null ? {} : { error, failingSince: toIso(failingSince) }),
});

const toIso = (at: number | null) => (at === null ? null : new Date(at).toISOString());

function describeHeartbeat(age: number | null): string | null {
  if (age === null) return "not written yet";
  return age < MAX_HEARTBEAT_AGE_MS ? null : `not written for ${Math.round(age / 1000)} s`;
}
