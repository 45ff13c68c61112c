import type { Clock, Log } from "../app/ports/aws.ts";
import type { WaitingQueue } from "../app/ports/waiting-queue.ts";
import type { makeRecordEvents, RecordedEvents } from "../app/watch/record-events.ts";
import { backoffMs } from "../core/backoff.ts";
import type { QueueHealth } from "../ops/queue-health.ts";
import { startLoop } from "./loop.ts";
import type { WakeUps } from "./wake-ups.ts";
import type { Worker } from "./worker.ts";

/** The first and the longest pause after failed calls. */
const FAILED_BASE_MS = 1_000;
const FAILED_CAP_MS = 60_000;
/** The pause after an empty reply that did not wait: a long poll takes seconds. */
const EMPTY_PAUSE_MS = 1_000;
/** How often the queue is asked for its dead-letter queue, which an admin may add. */
const ATTRIBUTES_MS = 10 * 60_000;

/**
 * Receives events, stores the reads that they ask for, and then deletes the messages. Every replica receives: the rows say
 * what the replica with the target's lease has to read, and this one wakes its own readers.
 *
 * States of a message:
 * - received: invisible to other receivers for a minute. Ends when its read is stored and it is deleted. A process that dies
 *   before that leaves it to be received again, which only repeats a read.
 * - malformed: left to the dead-letter queue, or deleted if there is none.
 */
export function startQueueWorker(deps: {
  queue: WaitingQueue;
  record: ReturnType<typeof makeRecordEvents>;
  health: QueueHealth;
  /** Counts what arrived. */
  count: (recorded: RecordedEvents) => void;
  wakeUps: WakeUps;
  clock: Clock;
  random: () => number;
  log: Log;
}): Worker {
  const { queue, record, health, count, wakeUps, clock, random, log } = deps;
  let failures = 0;
  const findDeadLetters = makeFindDeadLetters(deps);

  const fail = (error: string, call: string): number => {
    failures++;
    const worked = health.works();
    if (health.failed(error))
      log.warn({ event: "queue.failed", call, error }, "cannot receive events; polls find what they would announce");
    if (worked && !health.works()) wakeUps.wake("queue");
    return backoffMs(failures, FAILED_BASE_MS, FAILED_CAP_MS, random());
  };

  return startLoop({
    name: "events",
    topics: [],
    wakeUps,
    everyMs: FAILED_BASE_MS,
    clock,
    log,
    async round(abort) {
      const began = clock.now();
      const received = await queue.receive(abort);
      if (abort.aborted && received.kind === "failed") return undefined;
      if (received.kind === "failed") return fail(`${received.code}: ${received.message}`, "ReceiveMessage");
      const { messages } = received;
      const hasMalformed = messages.some(({ content }) => content.kind === "malformed");
      const recorded = await record(messages, hasMalformed && (await findDeadLetters(abort)));
      for (const target of recorded.targets) wakeUps.wake(`read ${target}`);
      count(recorded);
      const removed = await queue.remove(recorded.done);
      if (removed !== null) return fail(`${removed.code}: ${removed.message}`, "DeleteMessageBatch");
      if (health.report().status === "failing") log.info({ event: "queue.recovered" }, "events are received again");
      failures = 0;
      const { length: events } = recorded.results.filter((result) => result === "recorded");
      health.received(began, events);
      if (messages.length > 0)
        log.debug({ event: "queue.received", messages: messages.length, events }, "events received");
      return messages.length === 0 && clock.now() - began < EMPTY_PAUSE_MS ? EMPTY_PAUSE_MS : 0;
    },
  });
}

/** Makes the question whether there is a dead-letter queue. Without an answer, malformed messages are deleted. */
function makeFindDeadLetters({ queue, clock, log }: { queue: WaitingQueue; clock: Clock; log: Log }) {
  let hasDeadLetters = false;
  let askAgainAt = Number.NEGATIVE_INFINITY;
  return async (abort: AbortSignal): Promise<boolean> => {
    if (clock.now() < askAgainAt) return hasDeadLetters;
    const answer = await queue.readSettings(abort);
    if (abort.aborted) return hasDeadLetters;
    hasDeadLetters = answer.kind === "settings" && answer.hasDeadLetters;
    askAgainAt = clock.now() + ATTRIBUTES_MS;
    if (answer.kind === "failed")
      log.warn(
        { event: "queue.attributes-failed", error: `${answer.code}: ${answer.message}` },
        "cannot read the attributes of the queue: malformed messages are deleted; allow sqs:GetQueueAttributes",
      );
    return hasDeadLetters;
  };
}
