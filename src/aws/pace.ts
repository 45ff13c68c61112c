import type { SSMClient } from "@aws-sdk/client-ssm";
import type { AwsCalls, Clock, ReadLane } from "../app/ports/aws.ts";
import { describe } from "./aws-failures.ts";
import { UNCOUNTED } from "./uncounted.ts";

/** AWS's error codes for throttling; they differ by service and age. */
const THROTTLED: ReadonlySet<string> = new Set([
  "ThrottlingException",
  "Throttling",
  "ThrottledException",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
]);
/** Milliseconds between two calls after the first throttled one. Each further one doubles the interval, up to the maximum. */
const INITIAL_INTERVAL_MS = 250;
const MAX_INTERVAL_MS = 8_000;
/** Each call that is not throttled multiplies the interval by this factor. Below the minimum, calls are no longer paced. */
const EASING = 0.8;
const MIN_INTERVAL_MS = 25;

/** Tells whether AWS refused the call because there were too many. */
export const isThrottled = (error: unknown): boolean => THROTTLED.has(describe(error).code);

/** Paces the calls to one target. AWS publishes no rate limits for Automation, so the pacer learns from AWS's answers. */
export interface CallPacer {
  /** Resolves when the next call of the lane may leave, or when aborted. A call of a signal leaves at once; routine calls wait longer. */
  waitForSlot(lane: ReadLane, abort?: AbortSignal): Promise<void>;
  /** Records the end of a call, with its error if it failed. */
  record(error?: unknown): void;
}

export function makeCallPacer(clock: Clock, calls: Pick<AwsCalls, "waited"> = UNCOUNTED): CallPacer {
  let intervalMs = 0;
  let nextAt = 0;
  let nextForPeopleAt = 0;
  return {
    async waitForSlot(lane, abort) {
      const now = clock.now();
      const at = lane === "signal" ? now : Math.max(now, lane === "people" ? nextForPeopleAt : nextAt);
      if (lane === "people") nextForPeopleAt = at + intervalMs;
      // The interval starts again, but only once for simultaneous calls of a signal: otherwise other calls would never leave.
      nextAt = Math.max(nextAt, at + intervalMs);
      if (at <= now) return;
      calls.waited(at - now);
      await clock.sleep(at - now, abort);
    },
    record(error) {
      if (error === undefined) intervalMs = intervalMs * EASING < MIN_INTERVAL_MS ? 0 : intervalMs * EASING;
      else if (isThrottled(error)) {
        intervalMs = Math.min(MAX_INTERVAL_MS, Math.max(INITIAL_INTERVAL_MS, intervalMs * 2));
        nextAt = Math.max(nextAt, clock.now() + intervalMs);
      }
    },
  };
}

/** Limits the calls that are under way at a time. Each call follows one of `most` earlier calls, in turn. */
export function limitConcurrency(most: number) {
  const ends = Array.from({ length: most }, () => Promise.resolve<unknown>(undefined));
  let count = 0;
  return <T>(call: () => Promise<T>): Promise<T> => {
    const at = count++ % most;
    const result = (ends[at] ?? Promise.resolve()).then(call);
    ends[at] = result.catch(() => undefined);
    return result;
  };
}

export interface PacedCall {
  pace: CallPacer;
  lane: ReadLane;
  abort: AbortSignal;
}

/** Paces each attempt of a command, including the client's own retries. */
export function paced<C extends { middlewareStack: unknown }>(command: C, { pace, lane, abort }: PacedCall): C {
  // The stack's type depends on the command's input, which this middleware does not use.
  (command.middlewareStack as SSMClient["middlewareStack"]).add(
    (next) => async (sending) => {
      await pace.waitForSlot(lane, abort);
      try {
        const reply = await next(sending);
        pace.record();
        return reply;
      } catch (error) {
        pace.record(error);
        throw error;
      }
    },
    { step: "finalizeRequest", priority: "low", name: "pace" },
  );
  return command;
}
