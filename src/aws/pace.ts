import type { SSMClient } from "@aws-sdk/client-ssm";
import PQueue from "p-queue";
import type { AwsCalls, Clock, ReadPriority } from "../app/ports/aws.ts";
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
  /** Resolves when the next call of this priority may leave, or when aborted. A call of a signal leaves at once; routine calls wait longer. */
  waitForSlot(priority: ReadPriority, abort?: AbortSignal): Promise<void>;
  /** Records the end of a call, with its error if it failed. */
  record(error?: unknown): void;
}

/**
 * Routine calls form a queue, and calls for people another one. The first call of a queue sleeps until its priority's next time
 * and takes its slot when it leaves, so an aborted call takes none. No call is the first one for longer than MAX_INTERVAL_MS:
 * a time further away is from before the clock was set back.
 */
export function makeCallPacer(clock: Clock, calls: Pick<AwsCalls, "waited"> = UNCOUNTED): CallPacer {
  let intervalMs = 0;
  const nextAt = { routine: 0, people: 0 };
  const queues = { routine: lazyQueue(1), people: lazyQueue(1) };
  // Other calls wait a full interval after a call of a signal or for people, but only once for simultaneous ones: otherwise
  // they would never leave.
  const delay = (priority: keyof typeof nextAt) => {
    nextAt[priority] = Math.max(nextAt[priority], clock.now() + intervalMs);
  };
  const leave = async (priority: keyof typeof nextAt, begin: number, abort?: AbortSignal) => {
    const now = clock.now();
    if (nextAt[priority] > now + MAX_INTERVAL_MS) nextAt[priority] = now;
    const sleepMs = Math.max(0, nextAt[priority] - now);
    const waitMs = now - begin + sleepMs;
    if (waitMs > 0) calls.waited(waitMs);
    if (sleepMs > 0) await clock.sleep(sleepMs, abort);
    if (abort?.aborted) return;
    delay(priority);
    delay("routine");
  };
  return {
    async waitForSlot(priority, abort) {
      if (abort?.aborted) return;
      if (priority === "signal") return delay("routine");
      const begin = clock.now();
      const options = abort === undefined ? {} : { signal: abort };
      // The queue rejects only the calls that are aborted.
      await queues[priority]()
        .add(() => leave(priority, begin, abort), options)
        .catch(() => undefined);
    },
    record(error) {
      if (error === undefined) intervalMs = intervalMs * EASING < MIN_INTERVAL_MS ? 0 : intervalMs * EASING;
      else if (isThrottled(error)) {
        intervalMs = Math.min(MAX_INTERVAL_MS, Math.max(INITIAL_INTERVAL_MS, intervalMs * 2));
        delay("routine");
      }
    },
  };
}

/** Limits the calls that are under way at a time. A call that is aborted while it waits does not begin: it rejects. */
export function limitConcurrency(most: number) {
  const queue = lazyQueue(most);
  return <T>(call: () => Promise<T>, abort: AbortSignal): Promise<T> => queue().add(call, { signal: abort });
}

/** Returns a queue that exists from its first use: each of a thousand targets has several, and most of them stay empty. */
function lazyQueue(concurrency: number): () => PQueue {
  let queue: PQueue | undefined;
  return () => {
    queue ??= new PQueue({ concurrency });
    return queue;
  };
}

export interface PacedCall {
  pace: CallPacer;
  priority: ReadPriority;
  abort: AbortSignal;
}

/** Paces each attempt of a command, including the client's own retries. */
export function paced<C extends { middlewareStack: unknown }>(command: C, { pace, priority, abort }: PacedCall): C {
  // The stack's type depends on the command's input, which this middleware does not use.
  (command.middlewareStack as SSMClient["middlewareStack"]).add(
    (next) => async (sending) => {
      await pace.waitForSlot(priority, abort);
      abort.throwIfAborted();
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
