import type { Clock, Log } from "../app/ports/aws.ts";
import { type ObservedChange, wasAnnounced } from "../core/announced-change.ts";
import type { QueueHealth } from "../ops/queue-health.ts";

/** How often a target is polled while events announce its changes: the poll is a safety net then. */
const SAFETY_FACTOR = 20;
const MAX_SAFETY_MS = 5 * 60_000;
/** How long a target is polled at the normal interval after a change that no event announced. */
const DISTRUST_MS = 60 * 60_000;

/** Returns the longest time between two polls of a target: the safety interval, if there is a queue. */
export const safetyInterval = (normalMs: number) =>
  Math.max(normalMs, Math.min(MAX_SAFETY_MS, SAFETY_FACTOR * normalMs));

/**
 * How often a target is polled. States:
 * - normal: no event has announced a change of the target yet, a change came without an event less than an hour ago, or the
 *   queue fails. Ends when a change was announced and none of these is true any more.
 * - safety: events announce the target's changes. Ends with a change that none announced, or when the queue fails.
 */
export interface PollPace {
  intervalMs(): number;
  /** Returns the pause after a failed poll: the safety net must be back soon, whatever events announce. */
  retryMs(): number;
  /**
   * Returns when a read last showed a change that no event announced, while the target is polled at the normal interval because
   * of it; null otherwise.
   */
  unannouncedAt(): number | null;
  /** Continues the distrust of events that another replica has stored. */
  resume(unannouncedAt: number | null): void;
  /** Compares a change that a read showed with the events that arrived. */
  observe(change: ObservedChange & { executionId: string }): void;
}

/** `wakePoll`: ends the pause of the target's poll. `health` is null without a queue. */
export function makePollPace(deps: {
  target: string;
  normalMs: number;
  health: QueueHealth | null;
  wakePoll: () => void;
  countUnannounced: () => void;
  clock: Clock;
  log: Log;
}): PollPace {
  const { target, normalMs, health, wakePoll, countUnannounced, clock, log } = deps;
  let trustsEvents = false;
  let unannouncedAt: number | null = null;
  const isDistrusted = () => unannouncedAt !== null && !(trustsEvents && clock.now() - unannouncedAt >= DISTRUST_MS);
  const isSafe = () => health?.works() === true && trustsEvents && !isDistrusted();
  return {
    retryMs: () => normalMs,
    unannouncedAt: () => (isDistrusted() ? unannouncedAt : null),
    intervalMs: () => (isSafe() ? safetyInterval(normalMs) : normalMs),
    resume(storedAt) {
      if (storedAt === null || storedAt <= (unannouncedAt ?? Number.NEGATIVE_INFINITY)) return;
      unannouncedAt = storedAt;
      trustsEvents = false;
    },
    observe({ executionId, ...change }) {
      if (health === null) return;
      const announced = wasAnnounced(change, health.receivingSince());
      if (announced === true && !trustsEvents) {
        trustsEvents = true;
        const everySeconds = safetyInterval(normalMs) / 1000;
        log.info(
          { event: "poll.slowed", target, everySeconds },
          "events announce the changes of the target: polling less often",
        );
      }
      if (announced !== false) return;
      countUnannounced();
      const [wasSafe, isKnown] = [isSafe(), unannouncedAt !== null && clock.now() - unannouncedAt < DISTRUST_MS];
      unannouncedAt = clock.now();
      trustsEvents = false;
      if (isKnown) return;
      const afterSeconds = Math.round((change.seenAt - change.changedAt) / 1000);
      log.warn(
        { event: "poll.unannounced", target, executionId, afterSeconds, everySeconds: normalMs / 1000 },
        "a poll found a change, and no event had arrived: polling every `everySeconds` for an hour; check the EventBridge rule, the queue policy, and whether a replica has just started",
      );
      if (wasSafe) wakePoll();
    },
  };
}
