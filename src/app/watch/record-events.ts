import type { Clock, Log } from "../ports/aws.ts";
import type { ExecutionStore } from "../ports/execution-store.ts";
import type { ExecutionEvent, QueueMessage } from "../ports/waiting-queue.ts";

/**
 * What became of a message: `foreign` is about an account or Region that is no target; `unidentified` may be about a target that
 * this process has not identified yet.
 */
export type EventResult = "recorded" | "foreign" | "unidentified" | "other" | "malformed";

/** How often a message of a target that may not be identified yet is received until it counts as foreign: minutes. */
const MAX_RECEIVES = 5;

export interface RecordedEvents {
  /** Messages to delete: everything they ask for is stored. */
  done: string[];
  /** The keys of the targets with a read to do. */
  targets: Set<string>;
  results: EventResult[];
  /** How old each event about an execution was, in milliseconds. */
  ages: number[];
}

/**
 * Makes the use case that stores the reads that a batch of messages asks for. An event decides nothing: it makes a read of
 * its execution due, for the replica that owns the target's lease. Malformed messages are left to the dead-letter queue, if
 * there is one; otherwise they are deleted, because nobody could ever process them. A message that may be about a target that is
 * not identified yet is left in the queue, for this replica a minute later or for another one.
 */
export const makeRecordEvents =
  (deps: {
    executions: Pick<ExecutionStore, "announce">;
    /** Finds the key of the target of an account and Region; null if a target that is not identified yet may have it. */
    findTarget: (event: Pick<ExecutionEvent, "account" | "region">) => string | null | undefined;
    clock: Clock;
    log: Log;
  }) =>
  async (messages: readonly QueueMessage[], hasDeadLetters: boolean): Promise<RecordedEvents> => {
    const { executions, findTarget, clock, log } = deps;
    const now = clock.now();
    const found: RecordedEvents = { done: [], targets: new Set(), results: [], ages: [] };
    const reads = new Map<string, { target: string; executionId: string; mayWait: boolean }>();
    for (const { messageId, receipt, receives, content } of messages) {
      const target = content.kind === "execution" ? findTarget(content) : undefined;
      const isKept = content.kind === "malformed" ? hasDeadLetters : target === null && receives < MAX_RECEIVES;
      if (!isKept) found.done.push(receipt);
      if (content.kind === "malformed") {
        const fields = { messageId, reason: content.reason, deleted: !hasDeadLetters };
        log.warn({ event: "queue.malformed", ...fields }, "a message of the queue is not an event");
      }
      if (content.kind !== "execution") {
        found.results.push(content.kind);
        continue;
      }
      const missing = isKept ? "unidentified" : "foreign";
      found.results.push(typeof target === "string" ? "recorded" : missing);
      if (isKept) continue;
      found.ages.push(Math.max(0, now - content.at));
      if (typeof target !== "string") continue;
      const { executionId, mayWait } = content;
      const key = `${target} ${executionId}`;
      reads.set(key, { target, executionId, mayWait: mayWait || reads.get(key)?.mayWait === true });
      found.targets.add(target);
    }
    if (reads.size > 0) await executions.announce([...reads.values()], now);
    return found;
  };
