import { personListing } from "./listed-approver.ts";
import type { ApprovalRequest, RequestFacts } from "./request.ts";
import type { SignalAttempt, SignedUnder } from "./signal-attempt.ts";
import { type NextSigner, nextSigner, type Signer } from "./signers.ts";

/**
 * AWS's error code for a signal of a principal that the step's Approvers do not include, and for a step that does not wait for
 * a signal. Source: AWS Systems Manager API, errors of SendAutomationSignal.
 */
const INVALID_SIGNAL = "InvalidAutomationSignalException";

/** So many refusals, over at least this time in milliseconds, of a step that each read shows waiting are about the principal. */
const MIN_REFUSALS = 4;
const MIN_APART_MS = 60_000;

/** Tells whether AWS refused the attempt because of the signal itself. Each attempt follows a read that shows the step waiting. */
export const isInvalidSignal = ({ code }: SignalAttempt): boolean => code === INVALID_SIGNAL;

/**
 * Tells whether AWS does not accept the signer, although the step's Approvers may include it: all its latest attempts under
 * this principal and configuration, at least four over at least a minute, were refused as invalid.
 */
export function isRefusedForGood(
  facts: RequestFacts,
  attempts: readonly SignalAttempt[],
  signer: Signer,
  { principal, policyHash }: SignedUnder,
): boolean {
  // The bot has no session, and none is part of its listing.
  if (principal === null || personListing(facts, signer.session ?? "") === "listed") return false;
  const own = attempts.filter(({ signerId, state }) => signerId === signer.id && state !== "deferred");
  const other = own.findLastIndex(
    (each) =>
      !isInvalidSignal(each) ||
      each.principal !== principal ||
      each.policyHash !== policyHash ||
      each.session !== signer.session,
  );
  const latest = own.slice(other + 1);
  return latest.length >= MIN_REFUSALS && (latest.at(-1)?.at ?? 0) - (latest[0]?.at ?? 0) >= MIN_APART_MS;
}

/** Selects the next signer, first among those that AWS may accept. */
export function selectSigner(
  request: ApprovalRequest,
  signers: readonly Signer[],
  attempts: readonly SignalAttempt[],
  under: SignedUnder,
): NextSigner {
  return nextSigner(request, signers, attempts, (each) => isRefusedForGood(request.facts, attempts, each, under));
}

/** Tells whether AWS has refused the decision, and no further attempt is due. */
export function isGivenUp(
  { state, signal, signalNextAt }: ApprovalRequest,
  attempts: readonly SignalAttempt[],
): boolean {
  const last = attempts.at(-1);
  return (
    state === "decided" && signal === "due" && signalNextAt === null && last !== undefined && isInvalidSignal(last)
  );
}

/**
 * Tells whether a decision that AWS refused is to be sent again: the configuration has changed, or this process started after
 * the last attempt. An admin may have changed a group that the step's Approvers name, which Countersign cannot see.
 */
export function needsAnotherTry(
  request: ApprovalRequest,
  attempts: readonly SignalAttempt[],
  policyHash: string,
  startedAt = Number.NEGATIVE_INFINITY,
): boolean {
  const last = attempts.at(-1);
  if (last === undefined || !isGivenUp(request, attempts)) return false;
  return last.policyHash !== policyHash || last.at < startedAt;
}
