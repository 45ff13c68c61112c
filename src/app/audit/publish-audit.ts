import type { PublishedRecord } from "../../core/audit-records.ts";
import { backoffMs } from "../../core/backoff.ts";
import type { Clock, EventBus, Log, PublishResult } from "../ports/aws.ts";
import type { Lease } from "../ports/coordination.ts";
import type { Store } from "../ports/store.ts";

/** The most entries of one call. Source: EventBridge API, PutEvents. */
export const MAX_ENTRIES = 10;

const RETRY_BASE_MS = 2_000;
const RETRY_CAP_MS = 5 * 60_000;

/** How long a claim on records lasts: longer than a call with the client's own retries. After it they are due again. */
const CLAIM_MS = 60_000;
/** The part of a claim that must remain when the call starts. */
const CALL_MS = 30_000;

/**
 * Makes the use case that publishes the oldest unpublished audit records under the publisher's lease, at most one of each
 * request, so that the events of a request arrive in order. It returns how many records it tried. Each record has its own
 * entry in the reply, and is in one of these states:
 *
 *   held back  an earlier record of its request is due or claimed
 *   due        not published yet, or its time to retry has come
 *   claimed    due again when the claim expires or another replica acquires the lease, unless the call ends first
 *   published  its entry was accepted
 *   failed     its entry was rejected for good: it is logged and holds back no other. It is due again when a process begins to
 *              publish: after a restart, another version or configuration may end the cause
 *
 * A call whose reply is lost is repeated, so a consumer may see an event twice. Both have the id of the record.
 */
export function makePublishAudit(
  deps: Pick<Store, "audit" | "guardedBy"> & { bus: EventBus; clock: Clock; random: () => number; log: Log },
) {
  let token: number | null = null;
  return async (lease: Lease, abort: AbortSignal): Promise<number> => {
    const { audit, clock } = deps;
    const now = clock.now();
    if (lease.token !== token) await deps.guardedBy(lease).audit.releaseClaims(now, token === null);
    token = lease.token;
    const found = await audit.unpublished(now, MAX_ENTRIES);
    // Half as many after each failure, down to one: an entry that the bus cannot accept makes the whole call fail.
    const due = found.slice(0, Math.max(1, Math.floor(MAX_ENTRIES / 2 ** (found[0]?.attempts ?? 0))));
    if (due.length === 0) return 0;
    const seqs = due.map(({ record }) => record.seq);
    if (!(await deps.guardedBy(lease).audit.claim(seqs, now, now + CLAIM_MS))) return 0;
    // This process was paused: by now another replica may have claimed and published them.
    if (clock.now() > now + CLAIM_MS - CALL_MS) return 0;
    const results = await deps.bus.publish(
      due.map(({ record }) => record),
      abort,
    );
    await recordResults(
      deps,
      due.map((each, index) => ({ ...each, result: results[index] ?? NO_REPLY })),
    );
    return due.length;
  };
}

interface Tried {
  record: PublishedRecord;
  attempts: number;
  result: PublishResult;
}

/** Stores the results of one call: all published entries in one commit, each failed entry in a commit of its own. */
async function recordResults(deps: Parameters<typeof makePublishAudit>[0], tried: readonly Tried[]): Promise<void> {
  const eventIds = new Map<number, string>();
  for (const { record, result } of tried) if (result.kind === "published") eventIds.set(record.seq, result.eventId);
  await deps.audit.recordPublished(eventIds);
  for (const { record, attempts, result } of tried) {
    const log = deps.log.child({
      requestId: record.requestId,
      executionId: record.detail.executionId,
      seq: record.seq,
    });
    if (result.kind === "failed") await recordFailed({ ...deps, log }, record.seq, attempts, result);
    else log.debug({ event: "audit-event.published", eventId: result.eventId }, "audit event published");
  }
}

async function recordFailed(
  { audit, clock, random, log }: Parameters<typeof makePublishAudit>[0],
  seq: number,
  attempts: number,
  result: PublishResult & { kind: "failed" },
): Promise<void> {
  const error = `${result.code}: ${result.message}`;
  if (result.final) log.error({ event: "audit-event.refused", error }, "the event bus rejected an audit event");
  else log.warn({ event: "audit-event.postponed", error }, "cannot publish an audit event; trying again");
  const wait = backoffMs(attempts + 1, RETRY_BASE_MS, RETRY_CAP_MS, random());
  await audit.recordPublishFailed(seq, error, result.final ? null : clock.now() + wait);
}

const NO_REPLY: PublishResult = { kind: "failed", code: "NoReply", message: "no entry in the reply", final: false };
