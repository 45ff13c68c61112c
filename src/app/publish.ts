import { backoffMs } from "../core/backoff.ts";
import type { AuditStore, Clock, EventBus, Log, PublishResult } from "./ports.ts";

/** Entries that PutEvents takes at once. Source: EventBridge API, PutEvents. */
export const MOST_ENTRIES = 10;

const RETRY_BASE_MS = 2_000;
const RETRY_CAP_MS = 5 * 60_000;

/** Publishes the oldest unpublished audit records; each is settled by its own entry of the answer. Returns how many were due. */
export const makePublish =
  (deps: { audit: AuditStore; bus: EventBus; clock: Clock; random: () => number; log: Log }) =>
  async (signal: AbortSignal): Promise<number> => {
    const { audit, clock, log } = deps;
    const due = await audit.unpublished(clock.now(), MOST_ENTRIES);
    if (due.length === 0) return 0;
    const results = await deps.bus.publish(
      due.map(({ record }) => record),
      signal,
    );
    for (const [index, { record, attempts }] of due.entries()) {
      const result = results[index] ?? NO_ANSWER;
      const fields = { seq: record.seq, requestId: record.requestId };
      if (result.kind === "published") {
        await audit.published(record.seq, result.eventId);
        continue;
      }
      const error = `${result.code}: ${result.message}`;
      if (result.final) log.error({ ...fields, error }, "the event bus refused an audit event for good");
      else log.warn({ ...fields, error }, "an audit event will be published again");
      const wait = backoffMs(attempts + 1, RETRY_BASE_MS, RETRY_CAP_MS, deps.random());
      await audit.publishFailed(record.seq, error, result.final ? null : clock.now() + wait);
    }
    return due.length;
  };

const NO_ANSWER: PublishResult = { kind: "failed", code: "NoAnswer", message: "no entry in the answer", final: false };
