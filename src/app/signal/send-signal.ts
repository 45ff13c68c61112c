import type { AuditEntry } from "../../core/audit.ts";
import { backoffMs } from "../../core/backoff.ts";
import { signalComment } from "../../core/comment.ts";
import type { ApprovalRequest, RequestPatch } from "../../core/request.ts";
import {
  ERROR_REPLY_UNCERTAIN_MS,
  MAX_READ_AGE_MS,
  NO_REPLY_UNCERTAIN_MS,
  nextSignalMove,
  REREAD_MS,
  uncertainUntil,
} from "../../core/signal.ts";
import { isUncertain, type PersonSignal } from "../../core/signers.ts";
import type { Automation, AwsFailure, Clock, Log, SignalResult } from "../ports/aws.ts";
import type { Lease, LeaseStore } from "../ports/coordination.ts";
import type { ExecutionStore, RequestStore, Store } from "../ports/store.ts";
import { attemptOf, type OwnTurn, ownMove, ownTurn, passedOver, settled, takenPatch } from "./next-signer.ts";

/** Longer than a read and a signal can take together, so that the lease outlives the attempt it guards. */
const SIGNAL_LEASE_MS = 60_000;
/** No signal leaves when less than this is left of the lease. */
const LEASE_MARGIN_MS = 30_000;
/** How soon the lease is asked for again that another has. */
const LEASE_RETRY_MS = 1_000;
/** How soon the step is read again until it shows one person's signal, before the next person's goes out. */
const VISIBLE_REREAD_MS = 1_000;
/** Between attempts that AWS refused or that never left. */
const RETRY_BASE_MS = 5_000;
const RETRY_CAP_MS = 5 * 60_000;

const TOO_OLD = "what AWS said of the step was too old when the signal was about to leave";

export interface SendSignalDeps {
  requests: RequestStore;
  executions: ExecutionStore;
  leases: LeaseStore;
  guardedBy: Store["guardedBy"];
  clock: Clock;
  random: () => number;
  /** This process, for leases. */
  owner: string;
  /** Names the Slack workspace in the payload. */
  workspace: string;
  log: Log;
}

/**
 * Tells AWS what was decided. The signal names no step, so it leaves only under the execution's lease, after a reading
 * that shows the request's own step waiting and no other, and with the attempt on record. An attempt without a clear
 * answer is looked at, never blindly repeated.
 */
export const makeSendSignal =
  (deps: SendSignalDeps) =>
  async (automation: Automation, requestId: string, abort: AbortSignal): Promise<void> => {
    const request = await deps.requests.byId(requestId);
    if (request === null || request.state !== "decided" || request.signal === "accepted") return;
    // By what AWS calls it: replicas may have different names for one target while it is renamed.
    const name = `execution:${request.account}/${request.region}:${request.executionId}`;
    // Another request of the same execution is another owner, also within this process.
    const owner = `${deps.owner}:${request.id}`;
    const now = deps.clock.now();
    const lease = await deps.leases.acquire(name, owner, now, now + SIGNAL_LEASE_MS);
    // It rests a little: what only waits for another's lease must not be all that the rows name as due.
    if (lease === null) return deps.requests.postponeSignal(request.id, request.version, now + LEASE_RETRY_MS);
    try {
      await attempt(deps, automation, request, lease, abort);
    } finally {
      await deps.leases.release(name, owner);
    }
  };

async function attempt(
  deps: SendSignalDeps,
  automation: Automation,
  request: ApprovalRequest,
  lease: Lease,
  abort: AbortSignal,
): Promise<void> {
  const { clock, executions } = deps;
  const own = await ownTurn(deps.requests, automation, request);
  if (own === "done") {
    await change(deps, request, { signal: "accepted", signalNextAt: null, signalError: null }, "signal-accepted");
    return;
  }
  // Before the reading, so that nothing slow stands between it and the signal.
  const ready = (await own?.signing.ready(own.signer, abort)) ?? { kind: "ready" };
  if (abort.aborted) return;
  const giveWay = ready.kind === "ready" || own === null ? null : () => skip(deps, request, own, ready, lease);
  // What became of an earlier attempt is looked for all the same.
  if (giveWay !== null && !isUncertain(own?.earlier ?? undefined)) return giveWay();
  const askedAt = clock.now();
  const reading = await automation.read(request.executionId, abort, true);
  if (abort.aborted) return;
  if (reading.kind === "failed") {
    return defer(deps, request, `AWS could not be asked (${reading.code}: ${reading.message})`);
  }
  const now = clock.now();
  if (reading.kind === "not-found") {
    await deps.requests.postponeSignal(request.id, request.version, now + REREAD_MS);
    return executions.wake(automation.target.key, request.executionId, now);
  }
  const move = nextSignalMove(request, reading.execution, now);
  const turn = own === null ? ({ kind: "go" } as const) : ownMove(own, request, reading.execution, now);
  if (turn.kind === "shown" && (move.kind === "wait" || move.kind === "send")) {
    // Its answer was lost, and AWS shows it all the same: it is settled, and the next person's may go.
    await change(deps, request, takenPatch(own, request, now), "signal-accepted", lease, turn.signal);
    return executions.wake(automation.target.key, request.executionId, now);
  }
  switch (move.kind) {
    case "reconcile":
      await deps.requests.postponeSignal(request.id, request.version, now + REREAD_MS);
      return executions.wake(automation.target.key, request.executionId, now);
    case "wait":
      return deps.requests.postponeSignal(request.id, request.version, Math.min(move.until, now + REREAD_MS));
    case "unsafe":
      return defer(deps, request, `Not sent: ${move.why}`);
    case "send":
      if (giveWay !== null) return giveWay();
      if (turn.kind !== "wait") break;
      await deps.requests.postponeSignal(request.id, request.version, Math.min(turn.until, now + VISIBLE_REREAD_MS));
      return executions.wake(automation.target.key, request.executionId, now);
    default:
      throw new Error(`unexpected move ${move satisfies never}`);
  }

  const notAfter = Math.min(lease.until - LEASE_MARGIN_MS, askedAt + MAX_READ_AGE_MS);
  if (now > notAfter) return defer(deps, request, `Not sent: ${TOO_OLD}`);
  const sending: RequestPatch = {
    signal: "sending",
    signalAttempts: request.signalAttempts + 1,
    signalAt: now,
    signalUncertainUntil: now + NO_REPLY_UNCERTAIN_MS,
    signalNextAt: now + REREAD_MS,
    signalError: null,
  };
  // Written only while the lease is ours: who was paused past it finds that another has had it since.
  const signal = own === null ? undefined : attemptOf(own, request, reading.execution, now);
  if (!(await change(deps, request, sending, "signal-sending", lease, signal))) return;
  const sent = { ...request, ...sending, version: request.version + 1 };
  const comment = signalComment(sent, await deps.requests.votes(request.id), deps.workspace);
  // The last look at the clock; the adapter takes another when the signed request is about to leave.
  if (clock.now() > notAfter) {
    const unsent = { kind: "not-sent", code: "TooLate", message: TOO_OLD } as const;
    return recordNotApplied(deps, sent, `Not sent: ${TOO_OLD}`, signal && settled(signal, unsent, clock.now()));
  }
  const verdict = request.decision ?? "reject";
  const result =
    own === null
      ? await automation.signal(request.executionId, verdict, comment, notAfter)
      : await own.signing.signal(own.signer, request.executionId, verdict, comment, notAfter);
  await record(deps, sent, result, own, signal && settled(signal, result, clock.now()));
  await executions.wake(automation.target.key, request.executionId, clock.now());
}

async function record(
  deps: SendSignalDeps,
  request: ApprovalRequest,
  result: SignalResult,
  own: OwnTurn | null,
  signal: PersonSignal | undefined,
): Promise<void> {
  const now = deps.clock.now();
  const fields = {
    requestId: request.id,
    executionId: request.executionId,
    decision: request.decision,
    ...(own === null ? {} : { as: own.signer.session }),
  };
  switch (result.kind) {
    case "accepted":
      deps.log.info({ event: "signal.accepted", ...fields }, "AWS accepted the signal");
      await change(deps, request, takenPatch(own, request, now), "signal-accepted", undefined, signal);
      return;
    case "refused":
    case "not-sent": {
      deps.log.warn(
        { event: "signal.refused", ...fields, code: result.code, error: result.message },
        "signal not applied",
      );
      const what = result.kind === "refused" ? "AWS refused the signal" : "The signal could not be sent";
      const as = own === null ? "" : ` of ${own.signer.session}`;
      return recordNotApplied(deps, request, `${what}${as} (${result.code}: ${result.message})`, signal);
    }
    case "ambiguous": {
      deps.log.warn(
        { event: "signal.ambiguous", ...fields, code: result.code, error: result.message },
        "no clear reply to the signal",
      );
      const until = now + (result.answered ? ERROR_REPLY_UNCERTAIN_MS : NO_REPLY_UNCERTAIN_MS);
      await change(
        deps,
        request,
        {
          signal: "ambiguous",
          signalUncertainUntil: until,
          signalNextAt: now,
          signalError: `No clear answer from AWS (${result.code}: ${result.message})`,
        },
        "signal-ambiguous",
        undefined,
        signal,
      );
      return;
    }
    default:
      throw new Error(`unexpected result ${result satisfies never}`);
  }
}

/** The attempt just made surely had no effect: the next one is as good as a first. */
async function recordNotApplied(
  deps: SendSignalDeps,
  request: ApprovalRequest,
  error: string,
  signal?: PersonSignal,
): Promise<void> {
  const patch: RequestPatch = {
    signal: "due",
    signalUncertainUntil: null,
    signalNextAt: retryAt(deps, request),
    signalError: error,
  };
  await change(deps, request, patch, "signal-refused", undefined, signal);
}

/** Nothing was sent now. What is known of an earlier attempt stays as it is. */
async function defer(deps: SendSignalDeps, request: ApprovalRequest, error: string): Promise<void> {
  const signalNextAt = retryAt(deps, request);
  if (request.signalError === error) return deps.requests.postponeSignal(request.id, request.version, signalNextAt);
  await change(deps, request, { signalNextAt, signalError: error }, "signal-deferred");
}

/** The person cannot act, so nothing is sent. Unless that soon passes, those after them come first. */
async function skip(
  deps: SendSignalDeps,
  request: ApprovalRequest,
  own: OwnTurn,
  failure: AwsFailure,
  lease: Lease,
): Promise<void> {
  const { code, message, retry } = failure;
  const error = `Not sent: AWS does not let Countersign act as ${own.signer.session} (${code}: ${message})`;
  if (retry) return defer(deps, request, error);
  const now = deps.clock.now();
  const patch: RequestPatch = {
    ...(uncertainUntil(request) <= now ? { signal: "due", signalUncertainUntil: null } : {}),
    signalAttempts: request.signalAttempts + 1,
    signalNextAt: retryAt(deps, request),
    signalError: error,
  };
  await change(deps, request, patch, "signal-deferred", lease, passedOver(own, request, error, now));
}

function retryAt(deps: SendSignalDeps, request: ApprovalRequest): number {
  return deps.clock.now() + backoffMs(request.signalAttempts, RETRY_BASE_MS, RETRY_CAP_MS, deps.random());
}

type SignalRecordKind = Extract<AuditEntry["kind"], `signal-${string}`>;

async function change(
  deps: SendSignalDeps,
  request: ApprovalRequest,
  patch: RequestPatch,
  kind: SignalRecordKind,
  lease?: Lease,
  signal?: PersonSignal,
): Promise<boolean> {
  const common = { requestId: request.id, at: deps.clock.now(), actor: "countersign" };
  const detail = {
    decision: request.decision ?? "reject",
    attempt: patch.signalAttempts ?? request.signalAttempts,
    ...(signal === undefined ? {} : { userId: signal.userId, session: signal.session }),
  } as const;
  const entry: AuditEntry =
    kind === "signal-sending" || kind === "signal-accepted"
      ? { ...common, kind, detail }
      : { ...common, kind, detail: { ...detail, error: patch.signalError ?? "" } };
  const requests = lease === undefined ? deps.requests : deps.guardedBy(lease).requests;
  return requests.advance({
    requestId: request.id,
    expectedVersion: request.version,
    patch,
    audit: [entry],
    ...(signal === undefined ? {} : { signal }),
  });
}
