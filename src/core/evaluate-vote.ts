import { clean, cleanName, isVisible } from "./clean-text.ts";
import { executionPage } from "./console-url.ts";
import { cut } from "./cut.ts";
import type { Denial } from "./denial.ts";
import { personListing, signingPrincipal } from "./listed-approver.ts";
import { type Membership, type Person, toFailedLookup } from "./person.ts";
import type { Route } from "./policy.ts";
import {
  type ApprovalRequest,
  type Authority,
  decided,
  isPause,
  type RequestedAction,
  type RequestPatch,
  type Verdict,
  type Vote,
} from "./request.ts";
import { isRequester, type Requester, requesterIds } from "./requester.ts";
import { findRequesterRule } from "./requester-rule.ts";
import { sessionNameFor } from "./signers.ts";

export type VoteEvaluation =
  | { kind: "denied"; denial: Denial }
  /** The vote counts; `patch` is empty while the quorum is not complete. */
  | { kind: "counted"; vote: Vote; completes: boolean; patch: RequestPatch }
  /** The approval of the person no longer counts. */
  | { kind: "withdrawn"; vote: Vote };

/** Maximum length of a reason in UTF-16 units: with a name and an address of normal length, it fits AWS's 512. */
export const MAX_REASON_LENGTH = 300;

export interface VoteInput {
  request: ApprovalRequest;
  route: Route | null;
  votes: readonly Vote[];
  person: Person;
  /** Membership in the approvers of the route or, for `break-glass`, in the admins. */
  membership: Membership;
  requester: Requester;
  /** See Vote. */
  sessionEmail: string | null;
  verdict: RequestedAction;
  authority: Authority;
  reason: string | null;
  /** The text that the person typed into the form as the name of the runbook. */
  typed: string | null;
  now: number;
}

/** Evaluates the vote of a person: whether it counts, and whether it completes the decision. Unknown facts deny. */
export function evaluateVote(asked: VoteInput): VoteEvaluation {
  const { request, route, votes, person, verdict, authority, now } = asked;
  const denied = (denial: Denial): VoteEvaluation => ({ kind: "denied", denial });

  const page = executionPage(request);
  if (person.accountStatus !== "member") return denied({ kind: "account-status", status: person.accountStatus });
  if (route === null)
    return denied({ kind: "no-route", route: request.route, uncovered: request.facts.uncovered, page });
  // Withdrawing an approval decides nothing.
  if (route.decide === "elsewhere" && request.state === "open" && verdict !== "withdraw")
    return denied({ kind: "information-only", route: route.name, page });
  // Withdrawing removes only the person's own approval, so it needs no permission.
  const unpermitted = verdict === "withdraw" ? null : permission(asked, route);
  if (unpermitted !== null) return denied(unpermitted);
  const over = findOver(request, votes);
  if (over !== null) return denied(over);

  const { documentName, action } = request.facts;
  const earlier = votes.find((vote) => vote.userId === person.id);
  const approvals = toApprovers(votes);
  if (verdict === "withdraw")
    return earlier?.verdict === "approve"
      ? { kind: "withdrawn", vote: earlier }
      : denied({ kind: "nothing-to-withdraw", action });
  const breaksGlass = authority === "break-glass";
  const repeated = breaksGlass ? null : findRepetition(verdict, earlier, approvals, { request, route });
  if (repeated !== null) return denied(repeated);
  const own = breaksGlass || verdict === "reject" ? null : selfApproval(asked, route);
  if (own !== null) return denied(own);
  const voter = { userId: person.id, email: person.email, sessionEmail: asked.sessionEmail };
  const session = sessionNameFor(voter, votes);
  if (personListing(request.facts, session) === "unlisted") {
    const principal = signingPrincipal(request.facts, session) ?? "";
    return denied({ kind: "not-listed", principal, page });
  }
  if (isPause(request.facts) && verdict === "reject" && request.facts.canStop !== true)
    return denied({ kind: "cannot-stop", page });
  const reason = toReason(asked.reason);
  if (reason === null && (breaksGlass || requiresReason(route, verdict)))
    return denied({ kind: "reason-missing", verdict, action });
  if ((breaksGlass || requiresTypedName(route, verdict)) && !isTypedName(asked.typed, documentName))
    return denied({ kind: "not-typed", documentName });

  const vote: Vote = {
    requestId: request.id,
    userId: person.id,
    userName: cleanName(person.name) || person.id,
    email: person.email,
    sessionEmail: asked.sessionEmail,
    verdict,
    authority,
    reason,
    at: now,
  };
  const completes = verdict === "reject" || breaksGlass || approvals.add(person.id).size >= route.quorum;
  return { kind: "counted", vote, completes, patch: completes ? decided(verdict, now) : {} };
}

/**
 * Returns the denial of a click by a person who has voted, from stored state alone; null if the click must be evaluated. Only a
 * click that may count needs the person's permission, so a repeated click costs no call to Slack.
 */
export function findRepeatedVote(
  request: ApprovalRequest,
  route: Route | null,
  votes: readonly Vote[],
  { userId, verdict, authority }: { userId: string; verdict: RequestedAction; authority: Authority },
): Denial | null {
  const earlier = votes.find((vote) => vote.userId === userId);
  if (earlier === undefined || route === null || verdict === "withdraw" || authority === "break-glass") return null;
  const over = findOver(request, votes);
  // On a route that only informs now, no other vote can follow: the evaluation names the AWS console.
  if (over !== null || route.decide === "elsewhere") return over;
  return findRepetition(verdict, earlier, toApprovers(votes), { request, route });
}

function findOver(request: ApprovalRequest, votes: readonly Vote[]): Denial | null {
  const { state, decision, outcome, facts } = request;
  if (state === "open") return null;
  const cast = votes.map(({ userId, verdict }) => ({ userId, verdict }));
  return { kind: state, request: { decision, outcome, facts: { action: facts.action } }, votes: cast };
}

function findRepetition(
  verdict: Verdict,
  earlier: Vote | undefined,
  approvals: ReadonlySet<string>,
  { request, route }: { request: ApprovalRequest; route: Route },
): Denial | null {
  if (earlier === undefined || (earlier.verdict !== verdict && verdict !== "approve")) return null;
  // If the quorum was lowered to the number of existing approvals, a second click of any approver completes it.
  const isEnough = earlier.verdict === "approve" && approvals.size >= route.quorum;
  return isEnough ? null : { kind: "already-voted", verdict: earlier.verdict, action: request.facts.action };
}

const toApprovers = (votes: readonly Vote[]) =>
  new Set(votes.filter((each) => each.verdict === "approve").map((each) => each.userId));

/** Tells whether a person typed the runbook's name. Phones capitalize the first letter and add white space. */
export function isTypedName(typed: string | null, documentName: string): boolean {
  return typed !== null && typed.trim().toLowerCase() === documentName.trim().toLowerCase();
}

/** Cleans a reason; null if it has nothing to see. */
function toReason(text: string | null): string | null {
  return text !== null && isVisible(text) ? cut(clean(text).trim(), MAX_REASON_LENGTH) : null;
}

/** Tells whether a verdict on this route needs a reason. */
export function requiresReason(route: Route, verdict: Verdict): boolean {
  return route.reason === "always" || (route.reason === "reject" && verdict === "reject");
}

/** Tells whether a verdict on this route needs the typed name of the runbook. */
export function requiresTypedName(route: Route, verdict: Verdict): boolean {
  return route.confirm === "typed" && verdict === "approve";
}

function permission({ membership, authority }: VoteInput, route: Route): Denial | null {
  switch (membership.kind) {
    case "member":
      return null;
    case "unknown":
      return { kind: "membership-unknown", ...toFailedLookup(membership) };
    case "not-member":
      if (authority === "break-glass") return { kind: "not-admin" };
      return { kind: "not-approver", route, gone: membership.gone ?? [] };
    default:
      throw new Error(`unexpected membership ${membership satisfies never}`);
  }
}

/** Returns the denial if the person may not approve because of the requester rule, else null. */
function selfApproval({ request, person, requester }: VoteInput, route: Route): Denial | null {
  const rule = findRequesterRule(route, requester);
  if (rule !== "off" && isRequester(person, requester) === "yes")
    return {
      kind: "self-approval",
      action: request.facts.action,
      ...(requesterIds(requester).includes(person.id) ? {} : { isCandidate: true }),
    };
  switch (rule) {
    case "off":
    case "known":
    case "allowed":
      return null;
    case "pending":
      return { kind: "requester-unread", error: "the lookup is not done yet" };
    case "denied":
      return { kind: "requester-unknown", route, requester };
    default:
      throw new Error(`unexpected ${rule satisfies never}`);
  }
}
