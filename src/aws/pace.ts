import type { SSMClient } from "@aws-sdk/client-ssm";
import type { Clock } from "../app/ports/aws.ts";
import { describe } from "./aws-failures.ts";

/** How AWS says that calls come too often, by service and age. */
const THROTTLED: ReadonlySet<string> = new Set([
  "ThrottlingException",
  "Throttling",
  "ThrottledException",
  "TooManyRequestsException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
]);
/** Between two calls after the first throttled one, in milliseconds; each further one doubles it up to the longest. */
const INITIAL_INTERVAL_MS = 250;
const MAX_INTERVAL_MS = 8_000;
/** What each call that was not throttled leaves of it; below the least there is no lane any more. */
const EASING = 0.8;
const MIN_INTERVAL_MS = 25;

/** One lane for the calls to one target. AWS publishes no rates for Automation, so the lane learns from its answers. */
export interface CallPacer {
  /** Resolves when the next call may leave, or when aborted. An urgent one leaves at once; those after it wait longer. */
  waitForSlot(urgent: boolean, abort?: AbortSignal): Promise<void>;
  /** How a call ended: with this error, or well. */
  record(error?: unknown): void;
}

export function makeCallPacer(clock: Clock): CallPacer {
  let intervalMs = 0;
  let nextAt = 0;
  return {
    async waitForSlot(urgent, abort) {
      const now = clock.now();
      if (urgent) {
        // The lane waits anew, but not for each of many together: then nothing else would ever be asked.
        nextAt = Math.max(nextAt, now + intervalMs);
        return;
      }
      const at = Math.max(now, nextAt);
      nextAt = at + intervalMs;
      if (at > now) await clock.sleep(at - now, abort);
    },
    record(error) {
      if (error === undefined) intervalMs = intervalMs * EASING < MIN_INTERVAL_MS ? 0 : intervalMs * EASING;
      else if (THROTTLED.has(describe(error).code)) {
        intervalMs = Math.min(MAX_INTERVAL_MS, Math.max(INITIAL_INTERVAL_MS, intervalMs * 2));
        nextAt = Math.max(nextAt, clock.now() + intervalMs);
      }
    },
  };
}

/** Puts a command's attempts into the lane, each of the client's own retries among them. */
export function paced<C extends { middlewareStack: unknown }>(
  command: C,
  { pace, urgent, signal }: { pace: CallPacer; urgent: boolean; signal: AbortSignal },
): C {
  // Each command's stack is typed by its input; what is added here looks at none.
  (command.middlewareStack as SSMClient["middlewareStack"]).add(
    (next) => async (sending) => {
      await pace.waitForSlot(urgent, signal);
      try {
        const answer = await next(sending);
        pace.record();
        return answer;
      } catch (error) {
        pace.record(error);
        throw error;
      }
    },
    { step: "finalizeRequest", priority: "low", name: "pace" },
  );
  return command;
}
