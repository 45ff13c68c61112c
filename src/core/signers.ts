import { countApprovals, showsSignal } from "./approver-decisions.ts";
import type { ObservedStep } from "./execution.ts";
import type { ApprovalRequest, Vote } from "./request.ts";
import { ERROR_REPLY_UNCERTAIN_MS } from "./signal.ts";

/**
 * One deciding person's own signal, where each signals as themselves.
 *   sending  about to be sent; after a crash nobody knows whether it was
 *   unsure   sent without a clear answer
 *   refused  surely without effect; it may be sent again
 *   taken    AWS accepted it, or shows it among the step's decisions
 */
export interface PersonSignal {
  requestId: string;
  userId: string;
  /** The role session's name, by which AWS's decisions tell people apart. */
  session: string;
  state: "sending" | "ambiguous" | "refused" | "accepted";
  attempts: number;
  /** When the last attempt began. */
  at: number;
  /** Until then the last attempt may still take effect. */
  uncertainUntil: number;
  /** How many approvals AWS showed before the last attempt. */
  shownBefore: number;
  error: string | null;
}

/** What AssumeRole takes as RoleSessionName and SourceIdentity. Source: AWS STS API, AssumeRole. */
const SESSION = /^[\w+=,.@-]{2,64}$/;

/**
 * The name under which AWS sees a person: the address where it fits, else the Slack id. An address that stands with
 * another who voted too, since it changed hands meanwhile, names neither: AWS would take the two for one.
 */
export function sessionNameFor(
  person: { userId: string; email: string | null },
  others: readonly { userId: string; email: string | null }[] = [],
): string {
  const { userId, email } = person;
  if (email === null || !SESSION.test(email)) return userId;
  const isShared = others.some(
    (other) => other.userId !== userId && other.email?.toLowerCase() === email.toLowerCase(),
  );
  return isShared ? userId : email;
}

/** How many signals AWS needs. One rejection is enough. */
function countNeeded(request: ApprovalRequest): number {
  return request.decision === "reject" ? 1 : request.facts.minRequiredApprovals;
}

/**
 * Those who can signal for a decided request, in order. Where one signal is needed, it is that of the person who completed
 * the decision; the others who decided come after, for the case that AWS does not take it from that person.
 */
export function listSigners(request: ApprovalRequest, votes: readonly Vote[]): Vote[] {
  const decisive = votes
    .filter((vote) => vote.verdict === request.decision)
    .sort((a, b) => a.at - b.at || (a.userId < b.userId ? -1 : 1));
  return countNeeded(request) > 1 ? decisive : decisive.reverse();
}

export type Turn =
  /** This person's signal is next; `last` when nobody's comes after it. */
  | { kind: "next"; signer: Vote; last: boolean }
  /** AWS has taken the signal of each, or as many as the step asks for. */
  | { kind: "done" };

/** Whose signal is due. One whose end is not known stays due: nobody else's goes out before it is settled. */
export function nextSigner(request: ApprovalRequest, votes: readonly Vote[], signals: readonly PersonSignal[]): Turn {
  const signers = listSigners(request, votes);
  const signalOf = (vote: Vote) => signals.find((each) => each.userId === vote.userId);
  const open = signers.filter((vote) => signalOf(vote)?.state !== "accepted");
  const taken = signers.length - open.length;
  const unsettled = open.find((vote) => isUncertain(signalOf(vote)));
  // Whoever AWS refused comes again after the others.
  const [first] = [...open].sort((a, b) => (signalOf(a)?.at ?? 0) - (signalOf(b)?.at ?? 0));
  const signer = unsettled ?? first;
  const needed = countNeeded(request);
  if (signer === undefined || taken >= needed) return { kind: "done" };
  return { kind: "next", signer, last: open.length === 1 || taken + 1 >= needed };
}

/** Whether nobody knows yet what became of the last attempt. */
export function isUncertain(signal: PersonSignal | undefined): signal is PersonSignal {
  return signal?.state === "sending" || signal?.state === "ambiguous";
}

/**
 * Until when the next person's signal waits for the reading to catch up with the one before; 0 when nothing is waited for.
 * A reading that does not show that one may be older than it, and one that shows all that AWS asks for may be about to
 * show the step's end: in both the step may be over already, and the signal would be for the next.
 */
export function waitsForReading(
  step: ObservedStep,
  signals: readonly PersonSignal[],
  request: ApprovalRequest,
  now: number,
): number {
  const isComplete = countApprovals(step) >= countNeeded(request);
  const until = signals
    .filter((signal) => signal.state === "accepted" && (isComplete || !showsSignal(step, signal)))
    .map((signal) => signal.at + ERROR_REPLY_UNCERTAIN_MS);
  const latest = Math.max(0, ...until);
  return latest > now ? latest : 0;
}
