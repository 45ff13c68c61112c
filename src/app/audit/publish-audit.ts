import { backoffMs } from "../../core/backoff.ts";
import type { Clock, EventBus, Log, PublishResult } from "../ports/aws.ts";
import type { Lease } from "../ports/coordination.ts";
import type { Store } from "../ports/store.ts";

/** Entries that PutEvents takes at once. Source: EventBridge API, PutEvents. */
export const MAX_ENTRIES = 10;

const RETRY_BASE_MS = 2_000;
const RETRY_CAP_MS = 5 * 60_000;

/** Longer than a call with the client's own retries takes: after it, records that are not settled are due again. */
const CLAIM_MS = 60_000;
/** How much of it must be left when the call leaves. */
const CALL_MS = 30_000;

/**
 * Publishes the oldest unpublished audit records under the publisher's lease; each is settled by its own entry of the
 * answer. Returns how many were due. A call whose answer is lost is made again: events carry their record's id, and who
 * reads them may see one twice.
 */
export const makePublishAudit =
  (deps: Pick<Store, "audit" | "guardedBy"> & { bus: EventBus; clock: Clock; random: () => number; log: Log }) =>
  async (lease: Lease, abort: AbortSignal): Promise<number> => {
    const { audit, clock, log } = deps;
    const now = clock.now();
    const found = await audit.unpublished(now, MAX_ENTRIES);
    // Fewer after each failure, in the end one alone: a call fails as a whole when one entry is what the bus cannot take.
    const due = found.slice(0, Math.max(1, Math.floor(MAX_ENTRIES / 2 ** (found[0]?.attempts ?? 0))));
    if (due.length === 0) return 0;
    const seqs = due.map(({ record }) => record.seq);
    if (!(await deps.guardedBy(lease).audit.claim(seqs, now, now + CLAIM_MS))) return 0;
    // Held up for so long, this process no longer knows whether another has published them.
    if (clock.now() > now + CLAIM_MS - CALL_MS) return 0;
    const results = await deps.bus.publish(
      due.map(({ record }) => record),
      abort,
    );
    for (const [index, { record, attempts }] of due.entries()) {
      const result = results[index] ?? NO_REPLY;
      const fields = { seq: record.seq, requestId: record.requestId };
      if (result.kind === "published") {
        await audit.published(record.seq, result.eventId);
        continue;
      }
      const error = `${result.code}: ${result.message}`;
      if (result.final)
        log.error({ event: "audit-event.refused", ...fields, error }, "the event bus rejected an audit event");
      else
        log.warn({ event: "audit-event.postponed", ...fields, error }, "cannot publish an audit event; trying again");
      const wait = backoffMs(attempts + 1, RETRY_BASE_MS, RETRY_CAP_MS, deps.random());
      await audit.publishFailed(record.seq, error, result.final ? null : clock.now() + wait);
    }
    return due.length;
  };

const NO_REPLY: PublishResult = { kind: "failed", code: "NoAnswer", message: "no entry in the answer", final: false };
