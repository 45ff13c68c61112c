import type { AuditEntry } from "../../core/audit-records.ts";
import { backoffMs } from "../../core/backoff.ts";
import { requestListing } from "../../core/listed-approver.ts";
import { isInvalidSignal, isRefusedForGood } from "../../core/refused-signer.ts";
import type { DecidedRequest, RequestPatch } from "../../core/request.ts";
import {
  beginAttempt,
  countTried,
  describeSigner,
  latestAttempt,
  type SignalAttempt,
  type SignalResult,
  uncertainUntil,
  wasSent,
} from "../../core/signal-attempt.ts";
import { BOT, type Signer } from "../../core/signers.ts";
import type { AwsFailure, Clock, Log } from "../ports/aws.ts";
import type { Lease } from "../ports/coordination.ts";
import type { RequestStore, Store } from "../ports/store.ts";
import type { AttemptTimes } from "./attempt-times.ts";

/** When the step is read again while an attempt is uncertain or a change of the step is to be stored. */
export const REREAD_MS = 5_000;
/** Between attempts that had no effect. */
const RETRY_BASE_MS = 5_000;
const RETRY_CAP_MS = 5 * 60_000;

export interface RecordDeps {
  requests: RequestStore;
  guardedBy: Store["guardedBy"];
  clock: Clock;
  random: () => number;
  log: Log;
  /** The hash of the configuration. */
  policyHash: string;
  attemptTimes: Pick<AttemptTimes, "remember">;
}

/** A signal of a decided request that this signer is to send. */
export interface PendingSignal {
  request: DecidedRequest;
  signer: Signer;
  /** Everyone who can signal the decision, this signer included. */
  signers: readonly Signer[];
  /** AWS needs no other signal after this one, or there is no other signer. */
  last: boolean;
  /** Every attempt of the request so far, oldest first. */
  attempts: readonly SignalAttempt[];
  /** The lease of the execution. Every write counts only while it is this process's. */
  lease: Lease;
}

/**
 * Stores an attempt in its new state, together with the state of the request's signal and an audit record. Returns the
 * signal as it is on record now; null when another process changed the request first, or when the lease has been lost.
 */
export async function recordAttempt(
  deps: RecordDeps,
  pending: PendingSignal,
  attempt: SignalAttempt,
  result?: SignalResult,
): Promise<PendingSignal | null> {
  const { request } = pending;
  const patch = toPatch(deps, pending, attempt);
  const isStored = await deps.guardedBy(pending.lease).requests.advance({
    requestId: request.id,
    expectedVersion: request.version,
    patch,
    attempt,
    audit: [toAuditEntry(deps, request, attempt, result)],
    // The deciders believe that the decision is done.
    ...(attempt.state === "refused" && patch.signalNextAt === null ? { recipientLookup: "decision-refused" } : {}),
  });
  if (!isStored) return null;
  deps.attemptTimes.remember(attempt);
  logAttempt(deps.log, request, attempt, result);
  const others = pending.attempts.filter((each) => each.attempt !== attempt.attempt);
  return {
    ...pending,
    request: { ...request, ...patch, version: request.version + 1 },
    attempts: [...others, attempt],
  };
}

/**
 * Records that nothing was sent for now. The same reason again is not worth a new version of the request. `until`: when a
 * signal of another request can no longer take effect, if the decision waits for that.
 */
export async function recordDeferred(
  deps: RecordDeps,
  pending: PendingSignal,
  error: string,
  until?: number,
): Promise<void> {
  const { request, attempts } = pending;
  const last = attempts.at(-1);
  if (last?.state === "deferred" && last.error === error)
    return deps.requests.postponeSignal(request.id, request.version, retryAt(deps, pending));
  const attempt = beginAttempt(attempts, request.id, pending.signer, deps.clock.now());
  await recordAttempt(deps, pending, { ...attempt, uncertainUntil: until ?? attempt.uncertainUntil, error });
}

/** Records that the signer cannot act, so nothing was sent. Unless that is likely to pass, the other signers come first. */
export async function recordNotReady(deps: RecordDeps, pending: PendingSignal, failure: AwsFailure): Promise<void> {
  const { request, signer, attempts } = pending;
  const error = `Not sent: AWS does not let Countersign act as ${signer.session} (${failure.code}: ${failure.message})`;
  if (failure.retry) return recordDeferred(deps, pending, error);
  const attempt = beginAttempt(attempts, request.id, signer, deps.clock.now());
  await recordAttempt(deps, pending, { ...attempt, state: "skipped", error });
}

/**
 * Records that the decision is never sent, because the audit log does not have it: somebody changed the request in the
 * database. Admins get a message.
 */
export async function recordUnrecorded(
  deps: RecordDeps,
  request: DecidedRequest,
  attempts: readonly SignalAttempt[],
  lease: Lease,
): Promise<void> {
  const { id: requestId, version: expectedVersion } = request;
  const error = "Not sent: the audit log has no record of this decision";
  const attempt = { ...beginAttempt(attempts, requestId, BOT, deps.clock.now()), error };
  const isStored = await deps.guardedBy(lease).requests.advance({
    requestId,
    expectedVersion,
    patch: { signalNextAt: null },
    attempt,
    audit: [toAuditEntry(deps, request, attempt)],
    recipientLookup: "unrecorded",
  });
  if (isStored)
    deps.log.error(
      { event: "signal.unrecorded", decision: request.decision },
      "the audit log has no record of a decision, so it is not sent to AWS: find out who changed the database",
    );
}

/** Records that AWS has every signal that it needs. */
export async function recordDone(
  deps: RecordDeps,
  request: DecidedRequest,
  attempts: readonly SignalAttempt[],
  lease: Lease,
): Promise<void> {
  const detail = { decision: request.decision, attempt: attempts.at(-1)?.attempt ?? 0 };
  const { id: requestId, version: expectedVersion } = request;
  await deps.guardedBy(lease).requests.advance({
    requestId,
    expectedVersion,
    patch: { signal: "accepted", signalNextAt: null },
    audit: [{ requestId, kind: "signal-accepted", at: deps.clock.now(), actor: "countersign", detail }],
  });
}

/** The state of the request's signal that follows from an attempt's. */
function toPatch(
  deps: RecordDeps,
  pending: PendingSignal,
  attempt: SignalAttempt,
): Pick<RequestPatch, "signal" | "signalNextAt" | "verification"> {
  const now = deps.clock.now();
  switch (attempt.state) {
    case "deferred":
      return { signalNextAt: retryAt(deps, pending) };
    case "skipped":
      return {
        ...(uncertainUntil(pending.attempts) > now ? {} : { signal: "due" }),
        signalNextAt: retryAt(deps, pending),
      };
    case "sending":
      return { signal: "sending", signalNextAt: now + REREAD_MS, verification: "due" };
    case "ambiguous":
      return { signal: "ambiguous", signalNextAt: now };
    case "refused":
      return {
        signal: "due",
        signalNextAt: isFinal(pending, attempt) ? null : retryAt(deps, pending),
        // This signal did nothing, so it remains to verify the others, if there are any.
        ...(pending.attempts.some((each) => each.attempt !== attempt.attempt && wasSent(each)) ? {} : NOTHING_SENT),
      };
    case "accepted":
      return pending.last ? { signal: "accepted", signalNextAt: null } : { signal: "due", signalNextAt: now };
    default:
      throw new Error(`unexpected state ${attempt.state satisfies never}`);
  }
}

const NOTHING_SENT = { verification: "none" } as const;

/**
 * Tells whether AWS refuses every signer that is left: no retry can help until the signer or the configuration changes, and a
 * read of the execution then makes the signal due again. Any other refusal is tried again: the step may not have been ready.
 */
function isFinal({ request: { facts }, signers, attempts }: PendingSignal, refused: SignalAttempt): boolean {
  if (!isInvalidSignal(refused)) return false;
  if (requestListing(facts) === "unlisted") return true;
  const all = [...attempts.filter((each) => each.attempt !== refused.attempt), refused];
  return signers.every(
    (each) => latestAttempt(all, each.id)?.state === "accepted" || isRefusedForGood(facts, all, each, refused),
  );
}

function retryAt({ clock, random }: RecordDeps, { attempts }: PendingSignal): number {
  return clock.now() + backoffMs(countTried(attempts), RETRY_BASE_MS, RETRY_CAP_MS, random());
}

function toAuditEntry(
  { clock }: RecordDeps,
  request: DecidedRequest,
  attempt: SignalAttempt,
  result?: SignalResult,
): AuditEntry {
  const { state } = attempt;
  const common = { requestId: request.id, at: clock.now(), actor: "countersign" };
  const detail = { decision: request.decision, attempt: attempt.attempt, ...describeSigner(attempt) };
  if (state === "sending") return { ...common, kind: "signal-sending", detail };
  if (state === "accepted") {
    const awsRequestId = result?.kind === "accepted" ? result.awsRequestId : undefined;
    return {
      ...common,
      kind: "signal-accepted",
      detail: { ...detail, ...(awsRequestId === undefined ? {} : { awsRequestId }) },
    };
  }
  const failed = { ...detail, error: attempt.error ?? "" };
  if (state === "ambiguous" || state === "refused") return { ...common, kind: `signal-${state}`, detail: failed };
  return { ...common, kind: "signal-deferred", detail: failed };
}

function logAttempt(
  log: Log,
  request: DecidedRequest,
  { state, attempt, session, error }: SignalAttempt,
  result: SignalResult | undefined,
): void {
  const fields = {
    ...{ decision: request.decision, attempt },
    ...(session === null ? {} : { as: session }),
    ...(error === null ? {} : { error }),
  };
  if (state === "accepted") log.info({ event: "signal.accepted", ...fields }, "AWS accepted the signal");
  else if (result?.kind === "not-sent")
    log.warn({ event: "signal.not-sent", ...fields, code: result.code }, "the signal did not leave this machine");
  else if (state === "refused") log.warn({ event: "signal.refused", ...fields }, "signal not applied");
  else if (state === "ambiguous") log.warn({ event: "signal.ambiguous", ...fields }, "no clear reply to the signal");
  else log.debug({ event: `signal.${state}`, ...fields }, "signal attempt changed");
}
