import { SESSION_NAME } from "./listed-approver.ts";
import type { ApprovalRequest, Vote } from "./request.ts";
import { isUncertain, latestAttempt, type SignalAttempt } from "./signal-attempt.ts";

/** In whose name signals go: the bot's own, or that of each approver who decided. */
export type SignerKind = "bot" | "approvers";

export interface Signer {
  /** A Slack user id, or BOT_ID. */
  id: string;
  /** RoleSessionName; null for the bot, which uses its own credentials. The SourceIdentity is the id. */
  session: string | null;
}

/** No Slack user id is in lower case. */
export const BOT_ID = "bot";

/** The bot in its own name. */
export const BOT: Signer = { id: BOT_ID, session: null };

type Voter = Pick<Vote, "userId" | "email" | "sessionEmail">;

/**
 * Returns the session name under which AWS sees a person: the address if it is surely this person's and AWS allows it, else
 * the Slack id. An address that two voters share, since it was reassigned between their votes, names neither: AWS would
 * count both as one approver.
 */
export function sessionNameFor({ userId, sessionEmail }: Voter, others: readonly Voter[] = []): string {
  if (sessionEmail === null || !SESSION_NAME.test(sessionEmail)) return userId;
  const isShared = others.some(
    (other) => other.userId !== userId && other.email?.toLowerCase() === sessionEmail.toLowerCase(),
  );
  return isShared ? userId : sessionEmail;
}

/** Returns how many signals AWS needs. One rejection is enough. */
export function countNeeded(request: ApprovalRequest): number {
  return request.decision === "reject" ? 1 : request.facts.minRequiredApprovals;
}

/**
 * Lists the signers of a decided request in order. Where AWS needs one approval, the person who completed the decision is
 * first; the others who decided follow, in case AWS does not accept that person's signal.
 */
export function listSigners(kind: SignerKind, request: ApprovalRequest, votes: readonly Vote[]): Signer[] {
  if (kind === "bot") return [BOT];
  const decisive = votes
    .filter((vote) => vote.verdict === request.decision)
    .sort((a, b) => a.at - b.at || (a.userId < b.userId ? -1 : 1));
  const ordered = countNeeded(request) > 1 ? decisive : decisive.reverse();
  return ordered.map((vote) => ({ id: vote.userId, session: sessionNameFor(vote, votes) }));
}

export type NextSigner =
  /** This signer is next; `last` when AWS then has every approval that it needs, or that the signers can give. */
  | { kind: "next"; signer: Signer; last: boolean }
  /** AWS has accepted the signal of every signer, or as many as the step needs. */
  | { kind: "done" };

/**
 * Picks the next signer. A signer whose attempt is uncertain stays next, so that no other signal can leave before it ends.
 * `isRefused`: signers that AWS does not accept; they come again only if no other one is left.
 */
export function nextSigner(
  request: ApprovalRequest,
  signers: readonly Signer[],
  attempts: readonly SignalAttempt[],
  isRefused: (signer: Signer) => boolean,
): NextSigner {
  const findAttempt = (signer: Signer) => latestAttempt(attempts, signer.id);
  const missing = signers.filter((signer) => findAttempt(signer)?.state !== "accepted");
  const promising = missing.filter((signer) => !isRefused(signer));
  const open = promising.length > 0 ? promising : missing;
  const accepted = signers.length - missing.length;
  const uncertain = open.find((signer) => isUncertain(findAttempt(signer)));
  // A signer whose attempt had no effect comes again after the others.
  const [first] = [...open].sort((a, b) => (findAttempt(a)?.at ?? 0) - (findAttempt(b)?.at ?? 0));
  const signer = uncertain ?? first;
  const needed = countNeeded(request);
  if (signer === undefined || accepted >= needed) return { kind: "done" };
  return { kind: "next", signer, last: missing.length === 1 || accepted + 1 >= needed };
}
