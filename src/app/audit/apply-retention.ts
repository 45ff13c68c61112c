import type { Clock, Log } from "../ports/aws.ts";
import type { RetentionStore } from "../ports/retention-store.ts";

/** Records of one transaction: clicks and votes must not wait long for its locks. */
const MAX_BATCH = 200;
/** How long a claim on a batch lasts. */
const CLAIM_MS = 60_000;
const EVERY_MS = 3_600_000;

/**
 * Makes the use case that deletes one batch of old requests with their audit records. Returns whether more is due at once.
 * A request that is old and unfinished stops the deletion of everything after it, and is logged at each run.
 */
export const makeApplyRetention =
  (deps: { retention: RetentionStore; retentionMs: number; clock: Clock; log: Log }) => async (): Promise<boolean> => {
    const { retention, retentionMs, clock, log } = deps;
    const now = clock.now();
    if (!(await retention.claim(now, now + CLAIM_MS))) return false;
    const cutoff = now - retentionMs;
    const batch = await retention.deleteBatch(cutoff, MAX_BATCH);
    if (batch === null) return false;
    const { records, requests, more, keeps } = batch;
    if (records > 0) log.info({ event: "retention.deleted", records, requests }, "old requests deleted");
    if (keeps !== null && keeps.reason !== "recent")
      log.warn({ event: "retention.stopped", ...keeps }, "an old request is unfinished: later records are not deleted");
    if (!more) await retention.deleteExpired(cutoff);
    await retention.schedule(more ? now : now + EVERY_MS);
    return more;
  };
