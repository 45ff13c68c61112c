import { backoffMs } from "../core/backoff.ts";
import type { AuditStore, Clock, EventBus, Log } from "./ports.ts";

/** Entries that PutEvents takes at once. Source: EventBridge API, PutEvents. */
export const MOST_ENTRIES = 10;

const RETRY_BASE_MS = 2_000;
const RETRY_CAP_MS = 5 * 60_000;

/** Publishes the oldest unpublished audit records; each is settled by its own entry of the answer. Returns how many were due. */
export const makePublish = (deps: {
  audit: AuditStore;
  bus: EventBus;
  clock: Clock;
  random: () => number;
  log: Log;
}) => {
  const attempts = new Map<number, number>(); // only for the length of the wait; a restart starts anew
  return async (signal: AbortSignal): Promise<number> => {
    const { audit, clock, log } = deps;
    const records = await audit.unpublished(clock.now(), MOST_ENTRIES);
    if (records.length === 0) return 0;
    const results = await deps.bus.publish(records, signal);
    for (const [index, record] of records.entries()) {
      const result = results[index] ?? {
        kind: "failed",
        code: "NoAnswer",
        message: "no entry in the answer",
        final: false,
      };
      const fields = { seq: record.seq, requestId: record.requestId };
      if (result.kind === "published") {
        attempts.delete(record.seq);
        await audit.published(record.seq, result.eventId);
      } else if (result.final) {
        log.error(
          { ...fields, code: result.code, error: result.message },
          "the event bus refused an audit event for good",
        );
        await audit.publishFailed(record.seq, `${result.code}: ${result.message}`, null);
      } else {
        const attempt = (attempts.get(record.seq) ?? 0) + 1;
        attempts.set(record.seq, attempt);
        log.warn({ ...fields, code: result.code, error: result.message }, "an audit event will be published again");
        const wait = backoffMs(attempt, RETRY_BASE_MS, RETRY_CAP_MS, deps.random());
        await audit.publishFailed(record.seq, `${result.code}: ${result.message}`, clock.now() + wait);
      }
    }
    return records.length;
  };
};
