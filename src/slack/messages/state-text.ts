import type { RequestView } from "../../app/ports/slack.ts";
import { describeApprovers } from "../../core/approvers.ts";
import { arnMatches } from "../../core/arn.ts";
import type { Route } from "../../core/policy.ts";
import { describePrincipal } from "../../core/principal.ts";
import type { ApprovalRequest, Verdict, Vote } from "../../core/request.ts";
import { countAccepted, lastError, type SignalAttempt } from "../../core/signal-attempt.ts";
import { executionText } from "./aws-text.ts";
import { mentions, mentionUser, series } from "./mentions.ts";
import { isBreakGlass } from "./notice-message.ts";
import { outcomeSentence } from "./outcome-text.ts";
import { requesterText } from "./requester-text.ts";
import { code } from "./text.ts";
import { moment } from "./time.ts";

const MAX_VOTES_NAMED = 8;
const MAX_ERROR_LENGTH = 300;

/** The part of a message that changes: where the request stands, and what comes next. In mrkdwn. */
export function stateText(view: RequestView): string {
  switch (view.request.state) {
    case "open":
      return openText(view);
    case "decided":
      return [breakGlassText(view), decidedText(view)].filter(Boolean).join("\n");
    case "closed":
      return [breakGlassText(view), outcomeSentence(view), endText(view.request)].filter(Boolean).join("\n");
    default:
      throw new Error(`no words for ${view.request.state satisfies never}`);
  }
}

/** Said before all else where an admin decided against the route's rules. */
function breakGlassText({ votes }: RequestView): string {
  const by = isBreakGlass(votes).map((vote) => mentionUser(vote.userId));
  return by.length === 0 ? "" : `:rotating_light: *Break-glass* by ${series(by, 3)}, against the route's rules.`;
}

function openText({ request, votes, route, requester }: RequestView): string {
  if (route === null) return noApproverText(request);
  const given = byVerdict(votes, "approve");
  const count = `*${given.length} of ${route.quorum} approvals${given.length > 0 ? ":" : "."}*`;
  const by = given.length > 0 ? ` ${voters(given)}.` : "";
  const needed = request.facts.minRequiredApprovals;
  const alsoAws = needed > 1 ? `\nAWS itself asks for ${needed} approvals, each by another AWS identity.` : "";
  const missing = route.quorum - given.length;
  const more = given.length > 0 && missing > 0 ? ` *${missing} more ${missing === 1 ? "is" : "are"} missing.*` : "";
  const ownExecution = requesterText(route, requester);
  const about = ownExecution === null ? "" : `\n${ownExecution}`;
  return `${count}${by}${more} ${approversText(route, given)}${about}${alsoAws}`;
}

/** People who have approved already are left out. */
function approversText(route: Route, given: readonly Vote[]): string {
  const approvers = describeApprovers(route, mentions(), { except: given.map((vote) => vote.userId) });
  if (approvers !== null) return `${approvers} may decide.`;
  if (route.approvers.users.length > 0) return "Everybody who may decide has approved.";
  return "The route names no approvers, so nobody may decide. Ask an admin to name some.";
}

function noApproverText(request: ApprovalRequest): string {
  const why =
    request.route === null
      ? "No route of the configuration covers this request"
      : `The route ${code(request.route, 80)} is no longer in the configuration`;
  return `*Nobody can decide this in Slack.* ${why}. Ask an admin to add a route, or decide it in the AWS console.`;
}

function decidedText({ request, votes, attempts }: RequestView): string {
  const verdict = request.decision ?? "approve";
  const decisive = byVerdict(votes, verdict);
  const by = decisive.length > 0 ? ` by ${voters(decisive)}` : "";
  return `*${verdict === "approve" ? "Approved" : "Rejected"}*${by}.\n${signalText(request, attempts)}`;
}

function signalText(request: ApprovalRequest, attempts: readonly SignalAttempt[]): string {
  const { signal, awsApprovals } = request;
  const reason = lastError(attempts);
  const error = reason === null ? null : code(reason, MAX_ERROR_LENGTH);
  switch (signal) {
    case "none":
    case "due":
      return error === null
        ? acceptedSoFar(request, countAccepted(attempts))
        : `AWS does not have the decision yet: ${error}. Countersign tries again by itself.`;
    case "sending":
      return "The decision is on its way to AWS.";
    case "ambiguous":
      return `AWS gave no clear answer${error === null ? "" : ` (${error})`}. Countersign reads the step again before it sends anything more.`;
    case "accepted":
      if (awsApprovals === null) return "AWS took the decision. The step has not moved on yet.";
      return `AWS has ${awsApprovals[0]} of ${awsApprovals[1]} approvals. It counts each AWS identity once, so the others must approve in AWS${stillListed(request)}.`;
    default:
      throw new Error(`no words for ${signal satisfies never}`);
  }
}

function acceptedSoFar({ facts }: ApprovalRequest, accepted: number): string {
  if (accepted === 0) return "AWS is about to be told.";
  return `AWS took ${accepted} of the ${facts.minRequiredApprovals} approvals that it asks for; the next is on its way.`;
}

/** Whom else the step names: its Approvers without those whom AWS counts already. */
function stillListed({ facts, awsDecidedBy }: ApprovalRequest): string {
  const others = facts.awsApprovers.filter((listed) => !awsDecidedBy.some((arn) => arnMatches(listed, arn)));
  if (others.length === 0) return "";
  return `. The step also names ${series(
    others.map((each) => code(describePrincipal(each), 80)),
    8,
  )}`;
}

function endText(request: ApprovalRequest): string {
  const { executionStatus, executionEndedAt, executionFailure } = request;
  if (executionEndedAt === null) return `The execution ${executionText(executionStatus)}.`;
  const failure = executionFailure === null ? "" : ` AWS says: ${code(executionFailure, MAX_ERROR_LENGTH)}`;
  return `The execution ${executionText(executionStatus)}, ${moment(executionEndedAt)}.${failure}`;
}

/** One vote a person, in the order given. */
export function byVerdict(votes: readonly Vote[], verdict: Verdict): Vote[] {
  const seen = new Set<string>();
  return votes.filter((vote) => {
    if (vote.verdict !== verdict || seen.has(vote.userId)) return false;
    seen.add(vote.userId);
    return true;
  });
}

function voters(votes: readonly Vote[]): string {
  return series(
    votes.map((vote) => `${mentionUser(vote.userId)}, ${moment(vote.at)}`),
    MAX_VOTES_NAMED,
    "; ",
  );
}
