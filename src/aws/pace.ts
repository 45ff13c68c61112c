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
const FIRST_MS = 250;
const LONGEST_MS = 8_000;
/** What each call that was not throttled leaves of it; below the least there is no lane any more. */
const EASING = 0.8;
const LEAST_MS = 25;

/** One lane for the calls to one target. AWS publishes no rates for Automation, so the lane learns from its answers. */
export interface Pace {
  /** Resolves when the next call may leave, or when aborted. An urgent one leaves at once; those after it wait longer. */
  turn(urgent: boolean, signal?: AbortSignal): Promise<void>;
  /** How a call ended: with this error, or well. */
  learn(error?: unknown): void;
}

export function makePace(clock: Clock): Pace {
  let intervalMs = 0;
  let nextAt = 0;
  return {
    async turn(urgent, signal) {
      const now = clock.now();
      if (urgent) {
        // The lane waits anew, but not for each of many together: then nothing else would ever be asked.
        nextAt = Math.max(nextAt, now + intervalMs);
        return;
      }
      const at = Math.max(now, nextAt);
      nextAt = at + intervalMs;
      if (at > now) await clock.sleep(at - now, signal);
    },
    learn(error) {
      if (error === undefined) intervalMs = intervalMs * EASING < LEAST_MS ? 0 : intervalMs * EASING;
      else if (THROTTLED.has(describe(error).code)) {
        intervalMs = Math.min(LONGEST_MS, Math.max(FIRST_MS, intervalMs * 2));
        nextAt = Math.max(nextAt, clock.now() + intervalMs);
      }
    },
  };
}

/** Puts a command's attempts into the lane, each of the client's own retries among them. */
export function paced<C extends { middlewareStack: unknown }>(
  command: C,
  { pace, urgent, signal }: { pace: Pace; urgent: boolean; signal: AbortSignal },
): C {
  // Each command's stack is typed by its input; what is added here looks at none.
  (command.middlewareStack as SSMClient["middlewareStack"]).add(
    (next) => async (sending) => {
      await pace.turn(urgent, signal);
      try {
        const answer = await next(sending);
        pace.learn();
        return answer;
      } catch (error) {
        pace.learn(error);
        throw error;
      }
    },
    { step: "finalizeRequest", priority: "low", name: "pace" },
  );
  return command;
}
