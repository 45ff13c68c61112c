import type { ApprovalRequest } from "../../core/request.ts";
import { MAX_READ_AGE_MS } from "../../core/signal.ts";
import type { Automation, Clock } from "../ports/aws.ts";
import type { Lease, LeaseStore } from "../ports/coordination.ts";

/** Longer than a read and a signal can take together, so that the lease outlives the attempt it guards. */
export const SIGNAL_LEASE_MS = 60_000;
/** A read that is older than this leaves too little time for the signal, and another one is made. */
const MAX_EARLY_AGE_MS = MAX_READ_AGE_MS / 2;

/** Tells whether a read leaves enough time for the signal. */
export function isRecent(read: AskedAt, clock: Clock): boolean {
  return clock.now() >= read.askedAt && readAge(read, clock) <= MAX_EARLY_AGE_MS;
}

/** When AWS was asked, on the clock of the machine and on the one that is never set. */
export interface AskedAt {
  askedAt: number;
  askedElapsed: number;
}

/** Returns the age of a read. If the machine's clock was set back since, the other clock has the greater age. */
export const readAge = ({ askedAt, askedElapsed }: AskedAt, clock: Clock) =>
  Math.max(clock.now() - askedAt, clock.elapsed() - askedElapsed);

/** The shortest time between two early reads of one execution, however often people click. */
const MIN_INTERVAL_MS = 1_000;

/** Identifies a request and its execution. */
export type SignaledRequest = Pick<ApprovalRequest, "id" | "account" | "region" | "executionId">;

/** A successful read of the execution before a signal, with the lease that was observed before AWS was asked. */
export interface ReadUnderLease extends AskedAt {
  lease: Lease;
  reading: Extract<Awaited<ReturnType<Automation["read"]>>, { kind: "read" }>;
}

export interface EarlyReadDeps {
  leases: Pick<LeaseStore, "observe">;
  clock: Clock;
  /** This process, for leases. */
  owner: string;
}

/** Observes the execution's lease; null while another process, or another request of the execution, has it. */
export function observeLease({ leases, clock, owner }: EarlyReadDeps, request: SignaledRequest): Promise<Lease | null> {
  const { name, owner: own } = toExecutionLease(owner, request);
  const now = clock.now();
  return leases.observe(name, own, now, now + SIGNAL_LEASE_MS);
}

/**
 * Names the execution's lease by AWS's own ids: replicas may have different names for one target while it is renamed.
 * Another request of the same execution is another owner, also within one process.
 */
export const toExecutionLease = (process: string, { id, account, region, executionId }: SignaledRequest) => ({
  name: `execution:${account}/${region}:${executionId}`,
  owner: `${process}:${id}`,
});

/** Reads the execution before its signal while the click that may decide it is evaluated. */
export interface EarlyReads {
  /** Begins the read, unless one began a moment ago. */
  begin(automation: Automation, request: SignaledRequest): void;
  /** Returns the read, once, if it succeeds while it is fresh enough; else null, as soon as it is too old. */
  take(request: SignaledRequest): Promise<ReadUnderLease | null>;
}

/**
 * Makes the early reads of this process. The lease is observed before AWS is asked, and the attempt to signal is stored only
 * if nobody has owned it since: the read is as good as one that begins after the decision.
 *
 * States of a read: begun, until `take` returns it or it is too old, which aborts it.
 */
export function makeEarlyReads(deps: EarlyReadDeps): EarlyReads {
  const { clock } = deps;
  const begun = new Map<string, { at: number; result: Promise<ReadUnderLease | null>; abort: AbortController }>();
  /** When the last read of each execution began. */
  const lastAt = new Map<string, number>();

  const read = async (
    automation: Automation,
    request: SignaledRequest,
    abort: AbortSignal,
  ): Promise<ReadUnderLease | null> => {
    const asked = { askedAt: clock.now(), askedElapsed: clock.elapsed() };
    const lease = await observeLease(deps, request);
    // A lease that this process has already belongs to a signal in progress, whose effect the read may not show.
    if (lease === null || lease.replaces === undefined) return null;
    const reading = await automation.read(request.executionId, abort, "signal");
    return reading.kind === "read" ? { lease, ...asked, reading } : null;
  };
  const forget = (now: number) => {
    for (const [id, { at, abort }] of begun) {
      if (now - at <= MAX_EARLY_AGE_MS) continue;
      abort.abort();
      begun.delete(id);
    }
    for (const [name, at] of lastAt) if (now - at >= MIN_INTERVAL_MS) lastAt.delete(name);
  };

  return {
    begin(automation, request) {
      const now = clock.now();
      forget(now);
      const { name } = toExecutionLease("", request);
      if (lastAt.has(name)) return;
      lastAt.set(name, now);
      // The read before the signal reports what fails here.
      const abort = new AbortController();
      begun.set(request.id, {
        at: now,
        result: read(automation, request, abort.signal).catch(() => null),
        abort,
      });
    },
    async take({ id }) {
      const early = begun.get(id);
      if (early === undefined) return null;
      const { at, abort } = early;
      const leftMs = Math.min(MAX_EARLY_AGE_MS, at + MAX_EARLY_AGE_MS - clock.now());
      const isTooOld = () => clock.sleep(leftMs, abort.signal).then(() => null);
      const result = leftMs < 0 ? null : await Promise.race([early.result, isTooOld()]);
      abort.abort();
      begun.delete(id);
      return result !== null && isRecent(result, clock) ? result : null;
    },
  };
}
