import type { AuditDetails } from "./audit-records.ts";
import { toSessionArn } from "./listed-approver.ts";

/**
 * One attempt to signal a decision to AWS, stored as one row.
 *
 *   deferred   nothing was sent yet: AWS could not be read, or another step waits too. The next try uses the same row.
 *   skipped    nothing was sent: the signer's role cannot be assumed. Final; the other signers are tried first.
 *   sending    stored before the signal leaves. The reply ends it. After a crash it may or may not have been sent, so it
 *              counts as uncertain until `uncertainUntil`.
 *   ambiguous  sent without a clear reply: it may take effect until `uncertainUntil`. Ends as `accepted` when a read shows
 *              it; otherwise the same signer makes a new attempt after that time.
 *   refused    AWS did not apply it, or it never left this machine. Final.
 *   accepted   AWS accepted it, or a read shows it among the step's decisions. Final: this signer never signals again.
 */
export interface SignalAttempt {
  requestId: string;
  /** From 1, per request. */
  attempt: number;
  /** A Slack user id, or BOT_ID. */
  signerId: string;
  /** The role session's name, by which AWS's decisions tell people apart; null for the bot. */
  session: string | null;
  /** The ARN of the role or user that signed it; null while nothing was sent, and if it is not known. */
  principal: string | null;
  /** The hash of the configuration in effect when it was sent; null while nothing was sent. */
  policyHash: string | null;
  state: "deferred" | "skipped" | "sending" | "ambiguous" | "refused" | "accepted";
  /** When it began. */
  at: number;
  /**
   * The latest time at which AWS may still apply the signal. For a deferred attempt: the latest time at which AWS may apply the
   * signal of another request. For an accepted attempt: until then, a read may not show the signal yet.
   */
  uncertainUntil: number;
  /** The number of approvals on the step, before the signal left, that may come from the signal's principal. */
  shownBefore: number;
  /** AWS's error code if AWS refused it, else null. */
  code: string | null;
  /** The reason of a failure; null if there is none. */
  error: string | null;
}

/** The principal and the configuration under which signals leave now. */
export type SignedUnder = Pick<SignalAttempt, "principal" | "policyHash">;

/** The reply to a signal. */
export type SignalResult =
  /** AWS accepted it. `awsRequestId`: AWS's id of the call, as in CloudTrail. */
  | { kind: "accepted"; awsRequestId?: string }
  /** AWS replied that it did nothing: wrong moment, not allowed, throttled. It had no effect. */
  | { kind: "refused"; code: string; message: string }
  /** It never left this machine. */
  | { kind: "not-sent"; code: string; message: string }
  /**
   * It may or may not have had an effect. `answered`: AWS itself replied with an error, so the request is over; otherwise
   * no reply came, and the signal may take effect until its signature expires.
   */
  | { kind: "ambiguous"; answered: boolean; code: string; message: string };

/**
 * How long nothing is sent after an attempt without a reply, in milliseconds. Such a request may still be under way and
 * take effect late, on the step that waits then. AWS refuses a request whose signature is more than five minutes off its
 * clock; with this machine's clock up to five minutes ahead that makes ten. Source: AWS documentation, Signature Version
 * 4, "Request date and time".
 */
export const NO_REPLY_UNCERTAIN_MS = 10 * 60_000 + 30_000;

/** How long reads may lag behind a signal after AWS has replied to it. An error is a reply too: the HTTP request is over. */
export const READ_LAG_MS = 15_000;

/**
 * How long a signal can be on its way after its attempt began: it leaves within MAX_READ_AGE_MS or not at all, and the call
 * has a time limit.
 */
export const IN_FLIGHT_MS = 20_000;

/** Begins a new attempt, or continues the deferred one: nothing was sent for that one yet. */
export function beginAttempt(
  attempts: readonly SignalAttempt[],
  requestId: string,
  signer: { id: string; session: string | null },
  now: number,
): SignalAttempt {
  const last = attempts.at(-1);
  return {
    requestId,
    attempt: last === undefined ? 1 : last.state === "deferred" ? last.attempt : last.attempt + 1,
    signerId: signer.id,
    session: signer.session,
    principal: null,
    policyHash: null,
    state: "deferred",
    at: now,
    uncertainUntil: now,
    shownBefore: 0,
    code: null,
    error: null,
  };
}

/** Returns the attempt as it is stored before its signal leaves. `shownBefore`: the result of `countPossible`. */
export function startSending(attempt: SignalAttempt, shownBefore: number, under: SignedUnder): SignalAttempt {
  const uncertainUntil = attempt.at + NO_REPLY_UNCERTAIN_MS;
  return { ...attempt, ...under, state: "sending", uncertainUntil, shownBefore };
}

/** Applies the reply to the attempt. */
export function resolveAttempt(attempt: SignalAttempt, result: SignalResult, now: number): SignalAttempt {
  const of = attempt.session === null ? "" : ` of ${attempt.session}`;
  switch (result.kind) {
    case "accepted":
      return acceptAttempt(attempt, now);
    case "refused":
      return {
        ...attempt,
        state: "refused",
        code: result.code,
        error: `AWS refused the signal${of} (${result.code}: ${result.message})`,
      };
    case "not-sent":
      return {
        ...attempt,
        state: "refused",
        error: `The signal${of} could not be sent (${result.code}: ${result.message})`,
      };
    case "ambiguous": {
      const uncertainUntil = now + (result.answered ? READ_LAG_MS : NO_REPLY_UNCERTAIN_MS);
      const error = `${result.code}: ${result.message}`;
      return { ...attempt, state: "ambiguous", uncertainUntil, error };
    }
    default:
      throw new Error(`unexpected result ${result satisfies never}`);
  }
}

/** Returns the attempt when its acceptance becomes known: by the reply, or by a read that shows it. */
export function acceptAttempt(attempt: SignalAttempt, now: number): SignalAttempt {
  return { ...attempt, state: "accepted", uncertainUntil: now + READ_LAG_MS, error: null };
}

/** Returns an attempt in state `sending` whose process can no longer record the reply: it stays uncertain as long as before. */
export function interruptAttempt(attempt: SignalAttempt): SignalAttempt {
  return { ...attempt, state: "ambiguous", error: "Countersign was interrupted before it recorded AWS's answer" };
}

/** Tells whether it is unknown if AWS applied the attempt. */
export function isUncertain(attempt: SignalAttempt | undefined): attempt is SignalAttempt {
  return attempt?.state === "sending" || attempt?.state === "ambiguous";
}

/** Tells whether AWS accepted the attempt, or may have. */
export function wasSent(attempt: SignalAttempt): boolean {
  return attempt.state === "accepted" || isUncertain(attempt);
}

/**
 * Returns the ARNs of the principals that signed the attempts that AWS accepted or may have: another principal may sign today.
 * Null if there is none, or if one is not known.
 */
export function findSigningPrincipals(attempts: readonly SignalAttempt[]): string[] | null {
  const principals = attempts.filter(wasSent).map(({ principal }) => principal);
  const known = principals.filter((principal) => principal !== null);
  return known.length === 0 || known.length < principals.length ? null : [...new Set(known)];
}

/** Returns the signer of the attempt, for its records. The principal is that which signed it: another one may sign today. */
export function describeSigner({
  signerId,
  session,
  principal,
}: SignalAttempt): Pick<AuditDetails["signal-sending"], "userId" | "session" | "principal"> {
  const arn = principal === null || session === null ? principal : toSessionArn(principal, session);
  return {
    ...(session === null ? {} : { userId: signerId, session }),
    ...(arn === null ? {} : { principal: arn }),
  };
}

/** Returns when no attempt can take effect any more; 0 when none was uncertain. */
export function uncertainUntil(attempts: readonly SignalAttempt[]): number {
  return Math.max(0, ...attempts.filter(isUncertain).map((attempt) => attempt.uncertainUntil));
}

/** Returns the signer's latest attempt. A deferred one says nothing about the signer and does not count. */
export function latestAttempt(attempts: readonly SignalAttempt[], signerId: string): SignalAttempt | undefined {
  return attempts.findLast((each) => each.signerId === signerId && each.state !== "deferred");
}

/** Counts the attempts that got further than being deferred. */
export function countTried(attempts: readonly SignalAttempt[]): number {
  return attempts.filter((each) => each.state !== "deferred").length;
}

/** Counts the signals that AWS accepted. */
export function countAccepted(attempts: readonly SignalAttempt[]): number {
  return attempts.filter((each) => each.state === "accepted").length;
}

/** Returns since when a signal has been on its way without a reply; null when none is. */
export function sendingSince(attempts: readonly SignalAttempt[]): number | null {
  return attempts.findLast((each) => each.state === "sending")?.at ?? null;
}

/** Returns why AWS does not have the decision yet; null when no attempt failed. */
export function lastError(attempts: readonly SignalAttempt[]): string | null {
  return attempts.at(-1)?.error ?? null;
}

/** Returns until when a signal of another request may still arrive; null if the latest attempt does not wait for that. */
export function waitsUntil(attempts: readonly SignalAttempt[]): number | null {
  const last = attempts.at(-1);
  return last?.state === "deferred" && last.uncertainUntil > last.at ? last.uncertainUntil : null;
}
