import type { RequestView } from "../../app/ports/slack.ts";
import { type ActionTerms, capitalize, findTerms, STOP_PERMISSION } from "../../core/action-terms.ts";
import { describeApprovers } from "../../core/approvers.ts";
import { arnMatches } from "../../core/arn.ts";
import type { NameRenderer } from "../../core/name-renderer.ts";
import { findObstacle } from "../../core/obstacle.ts";
import type { Route } from "../../core/policy.ts";
import { describePrincipal } from "../../core/principal.ts";
import { isGivenUp } from "../../core/refused-signer.ts";
import { type ApprovalRequest, isPause, type Verdict, type Vote } from "../../core/request.ts";
import { describeMissingIdentity, describeRequesterRule } from "../../core/requester-rule.ts";
import { countAccepted, lastError, type SignalAttempt, uncertainUntil, waitsUntil } from "../../core/signal-attempt.ts";
import { uncoveredSentence } from "../../core/uncovered.ts";
import { consoleLink, executionLink, inAwsConsole } from "./aws-text.ts";
import { breakGlassText } from "./break-glass.ts";
import { givenUpText, listingText } from "./listing-text.ts";
import { mentions, mentionUser, series } from "./mentions.ts";
import { closedText } from "./outcome-text.ts";
import { noEffectText, partlyRefusedText } from "./signal-text.ts";
import { code } from "./text.ts";
import { moment } from "./time.ts";

const MAX_VOTES_NAMED = 8;
const MAX_ERROR_LENGTH = 300;
/** Long enough for the ARN of a user with any path that people write. */
const MAX_IDENTITY_LENGTH = 400;

/**
 * Returns the part of a message that changes: the votes so far, the decision or the outcome. `inMessage`: see
 * closedText. In mrkdwn.
 */
export function stateText(view: RequestView, { inMessage = false }: { inMessage?: boolean } = {}): string {
  const { request, votes } = view;
  switch (request.state) {
    case "open":
      return openText(view);
    case "decided":
      return [breakGlassText(votes), decidedText(view)].filter(Boolean).join("\n");
    case "closed":
      return [breakGlassText(votes), closedText(view, inMessage)].filter(Boolean).join("\n");
    default:
      throw new Error(`no text for ${request.state satisfies never}`);
  }
}

/** Said where a paused step has no Stop button. The permission may have changed since, and AWS may not have answered. */
const noStopText = (request: ApprovalRequest) =>
  `When this request opened, AWS did not confirm that Countersign may stop executions (${code(STOP_PERMISSION, 40)}). Stop the execution ${inAwsConsole(request)}.`;

/** The status line: approvals so far, who may decide, and who may not. */
function openText({ request, votes, route, requester, isQuiet = false }: RequestView): string {
  if (route === null) {
    const why = noRouteSentence(request, mentions(80));
    return withConsole(`*This request cannot be decided in Slack.* ${why}`, request);
  }
  if (route.decide === "elsewhere") return elsewhereText(request);
  const listing = listingText(request);
  // Nobody can approve here, so nobody needs the count of approvals.
  if (listing !== null && findObstacle(request.facts, route) !== null) return listing;
  const terms = findTerms(request.facts);
  const given = byVerdict(votes, "approve");
  const missing = route.quorum - given.length;
  const parts = [
    given.length === 0
      ? `*0 of ${route.quorum} ${terms.approvals}*`
      : `*${given.length} of ${route.quorum} ${terms.approvals}:* ${voters(given)}`,
    given.length > 0 && missing > 0 ? `${missing} more needed` : null,
    isQuiet ? `approvers of route ${code(route.name, 80)}` : approversText(route, given, terms),
    describeRequesterRule(route, requester, mentions()),
  ];
  const missingLine = describeMissingIdentity(route, requester, mentions(MAX_IDENTITY_LENGTH), "people");
  const status = parts.filter((part) => part !== null).join(" · ");
  const line = missingLine === null ? status : `${status}. ${missingLine}`;
  const needed = request.facts.minRequiredApprovals;
  return [
    line,
    needed > 1 ? `AWS itself requires ${needed} approvals, each from a different AWS identity.` : null,
    isPause(request.facts) && request.facts.canStop !== true ? noStopText(request) : null,
    listing,
  ]
    .filter((each) => each !== null)
    .join("\n");
}

/** People who have approved already are left out. */
function approversText(route: Route, given: readonly Vote[], { voted }: ActionTerms): string {
  const approvers = describeApprovers(route, mentions(), { except: given.map((vote) => vote.userId) });
  if (approvers !== null) return approvers;
  if (route.approvers.users.length > 0)
    return `every approver of the route has ${voted.approve}: ask an admin to add approvers`;
  return "*the route names no approvers*: ask an admin to add some";
}

/** The status line of a route with `decide: elsewhere`: people see the request in Slack and decide it in AWS. */
function elsewhereText(request: ApprovalRequest): string {
  return `*For information only.* Decide in AWS: ${consoleLink(request) ?? executionLink(request)}.`;
}

const withConsole = (text: string, request: ApprovalRequest) =>
  [text, consoleLink(request)].filter((line) => line !== null).join("\n");

/** Says why a request has no route (none applied when it opened, or the configuration no longer has it), and the next step. */
export function noRouteSentence({ route, facts }: ApprovalRequest, show: NameRenderer): string {
  return route === null
    ? `${uncoveredSentence(facts.uncovered, show)} Decide the step in the AWS console. A changed policy applies only to later requests.`
    : `Route ${show.text(route)} is no longer in the configuration. Decide the step in the AWS console, or ask an admin to restore the route under this name.`;
}

function decidedText({ request, votes, attempts }: RequestView): string {
  const verdict = request.decision ?? "approve";
  const decisive = byVerdict(votes, verdict);
  const by = decisive.length > 0 ? ` by ${voters(decisive)}` : "";
  return `*${capitalize(findTerms(request.facts).past[verdict])}*${by}.\n${signalText(request, attempts)}`;
}

function signalText(request: ApprovalRequest, attempts: readonly SignalAttempt[]): string {
  const { signal, awsApprovals, verification } = request;
  const blockedUntil = waitsUntil(attempts);
  if (signal === "due" && request.signalNextAt !== null && blockedUntil !== null)
    return `Not sent to AWS yet: an earlier signal of this execution may still take effect. Countersign checks again at ${moment(blockedUntil)}. ${decideNowText(request, blockedUntil)}`;
  const reason = lastError(attempts);
  const error = reason === null ? null : code(reason, MAX_ERROR_LENGTH);
  const givenUp = givenUpText(request, attempts);
  switch (signal) {
    case "none":
    case "due":
      return error === null
        ? acceptedSoFar(request, countAccepted(attempts))
        : givenUp === null
          ? `AWS does not have the decision${retryText(request, error)}`
          : `${refusalText(request, attempts, error)}.\n${givenUp}`;
    case "sending":
      return "Sending to AWS.";
    case "ambiguous":
      return `No clear reply from AWS${error === null ? "" : ` (${error})`}. ${uncertainText(request, attempts)}`;
    case "accepted":
      if (verification === "no-effect") return `:rotating_light: ${noEffectText(request)}`;
      if (awsApprovals === null)
        return isPause(request.facts) && request.decision === "reject"
          ? "AWS accepted the stop. The execution has not ended yet."
          : "AWS accepted the decision. The step has not continued yet.";
      return awsCountText(request, awsApprovals);
    default:
      throw new Error(`no words for ${signal satisfies never}`);
  }
}

/** Says how many approvals AWS still needs, and from which identities. */
function awsCountText(request: ApprovalRequest, [given, needed]: readonly [number, number]): string {
  const others = needed - given === 1 ? "Another identity" : "Other identities";
  return `AWS has ${given} of ${needed} approvals, and counts each AWS identity once. ${others} must approve the step ${inAwsConsole(request)}.${stillListed(request)}`;
}

function refusalText(request: ApprovalRequest, attempts: readonly SignalAttempt[], error: string): string {
  const partly = isGivenUp(request, attempts) ? partlyRefusedText(request, attempts) : null;
  return partly === null ? `AWS did not accept the decision: ${error}` : `${partly} (${error})`;
}

function retryText(request: ApprovalRequest, error: string): string {
  return request.signalNextAt === null
    ? `: ${error}. Countersign will not send the decision. Decide the step ${inAwsConsole(request)}, or ask an admin to do so.`
    : ` yet: ${error}. Countersign will try again. If this error persists, ask an admin to fix the cause, or decide the step ${inAwsConsole(request)}.`;
}

/** When people can expect the next attempt, and how to decide before it. */
function uncertainText(request: ApprovalRequest, attempts: readonly SignalAttempt[]): string {
  const until = uncertainUntil(attempts);
  return `The signal may still take effect until ${moment(until)}. Countersign reads the step every few seconds, and sends the signal again only after that time and only if the step is still waiting. ${decideNowText(request, until)}`;
}

/** A signal names no step: after a decision in AWS, a signal that is still on its way can decide the next gate. */
function decideNowText(request: ApprovalRequest, until: number): string {
  const page = consoleLink(request) ?? executionLink(request);
  return `If you cannot wait, decide in AWS: ${page}. :warning: If the execution then reaches another gate before ${moment(until)}, the late signal may decide that gate.`;
}

function acceptedSoFar({ facts }: ApprovalRequest, accepted: number): string {
  if (accepted === 0) return "Sending to AWS.";
  return `AWS has accepted ${accepted} of the ${facts.minRequiredApprovals} approvals that AWS requires. Sending the next one.`;
}

/** Names the other Approvers of the step, without those whose approval AWS has counted. */
function stillListed({ facts, awsDecidedBy }: ApprovalRequest): string {
  const others = facts.awsApprovers.filter((listed) => !awsDecidedBy.some((arn) => arnMatches(listed, arn)));
  if (others.length === 0) return "";
  return ` The step's Approvers also include ${series(
    others.map((each) => describePrincipal(each, mentions(80))),
    8,
  )}.`;
}

/** Returns one vote of each person, in the order given. */
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
    votes.map((vote) => `${mentionUser(vote.userId)} (${moment(vote.at)})`),
    MAX_VOTES_NAMED,
  );
}
