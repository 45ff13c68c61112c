import type { RequestView } from "../../app/ports/slack.ts";
import { capitalize, isStopped, outcomeText, repeatsRejection } from "../../core/action-terms.ts";
import { type AwsDeciders, describeDecider } from "../../core/aws-deciders.ts";
import { listNames } from "../../core/name-renderer.ts";
import { type ApprovalRequest, askedAt, isPause, type Outcome, type Vote } from "../../core/request.ts";
import { executionLink, executionText } from "./aws-text.ts";
import { mentions, mentionUser } from "./mentions.ts";
import { soleReason } from "./reasons.ts";
import { misdirectedText } from "./signal-text.ts";
import { code } from "./text.ts";
import { duration, moment } from "./time.ts";

const MAX_NAMED = 8;
/** Of a reason in mrkdwn, where an escaped character takes up to five. */
const MAX_REASON_TEXT_LENGTH = 1000;

/**
 * Tells how a closed request ended: by whom, after how long, why, and how the execution ended. A message leaves out the
 * time of that end, and includes the reason if there is only one; other surfaces list reasons separately. In mrkdwn.
 */
export function closedText(view: RequestView, inMessage: boolean): string {
  const { request, votes } = view;
  const { outcome } = request;
  const result = outcome === null ? "*Closed*, with an unknown outcome" : outcomeSentence(outcome, view);
  const reason = inMessage ? soleReason(view) : null;
  const why = reason === null ? "" : `: ${code(reason, MAX_REASON_TEXT_LENGTH)}`;
  return [
    `${result}${why} · ${executionEnd(request, inMessage)}`,
    request.verification === "misdirected"
      ? `:rotating_light: ${misdirectedText(request)}`
      : outcome === null
        ? null
        : notApplied(outcome, request, votes),
    awsReason(request),
  ]
    .filter((line) => line !== null)
    .join("\n");
}

function outcomeSentence(outcome: Outcome, { request, votes, awsDeciders = {} }: RequestView): string {
  const by = byPrincipals(outcome, awsDeciders);
  const asked = askedAt(request);
  const detected = ` (seen by Countersign after ${duration((request.closedAt ?? asked) - asked)})`;
  switch (outcome.kind) {
    case "approved":
    case "rejected": {
      const verb = capitalize(outcomeText(outcome, request.facts));
      const comment = outcome.comment === undefined ? "" : `, with the comment ${code(outcome.comment, 300)}`;
      if (outcome.where === "aws")
        return `*${verb} in AWS*${by}, not in Slack${isPause(request.facts) ? NO_RESUMER : ""}${detected}${comment}`;
      return decidedInSlack(verb, request, votes);
    }
    case "timed-out":
      return `*Timed out* before AWS had a decision${detected}`;
    case "cancelled":
      if (isStopped(outcome)) return decidedInSlack("Stopped", request, votes);
      return `*Cancelled in AWS*${by} before AWS had a decision${detected}`;
    case "failed":
      return `*The step failed in AWS* before AWS had a decision${detected}`;
    case "not-found":
      return `*AWS no longer has this execution*, so it cannot be decided${detected}`;
    case "unknown":
      return `*No longer waiting*: AWS does not say how the step was decided${by}${detected}`;
    default:
      throw new Error(`no sentence for ${outcome.kind satisfies never}`);
  }
}

/** AWS names the principals of approvals, but not the one that resumed a pause. */
const NO_RESUMER = " (AWS does not show by whom)";

function decidedInSlack(verb: string, request: ApprovalRequest, votes: readonly Vote[]): string {
  const asked = askedAt(request);
  const decisive = votes.filter((vote) => vote.verdict === request.decision);
  const by = decisive.length > 0 ? ` by ${named(decisive)}` : "";
  return `*${verb}*${by} after ${duration((request.decidedAt ?? request.closedAt ?? asked) - asked)}`;
}

function executionEnd(request: ApprovalRequest, inMessage: boolean): string {
  const { executionStatus, executionEndedAt, outcome } = request;
  const execution = `execution ${executionLink(request)}`;
  if (outcome?.kind === "not-found") return execution;
  // The status is as old as the last reading, so a status such as "running" could be wrong by now.
  if (executionEndedAt === null) return `${execution} has not ended yet`;
  const end = `${execution} ${executionText(executionStatus)}`;
  return inMessage ? end : `${end}, ${moment(executionEndedAt)}`;
}

/** After a rejection or a stop, AWS only repeats it, unless another step failed later. */
function awsReason(request: ApprovalRequest): string | null {
  const { outcome, executionEndedAt, executionFailure, failedStep } = request;
  const ofStep = repeatsRejection(request, null) ? null : (outcome?.detail ?? null);
  const isRepeated = executionEndedAt === null || repeatsRejection(request, failedStep?.name ?? null);
  const reasons = [ofStep, isRepeated ? null : executionFailure];
  const shown = [...new Set(reasons)].filter((reason) => reason !== null).map((reason) => code(reason, 300));
  return shown.length === 0 ? null : `AWS says: ${shown.join(", ")}`;
}

/** Tells people whose votes had no effect. */
function notApplied(outcome: Outcome, request: ApprovalRequest, votes: readonly Vote[]): string | null {
  if (outcome.where === "slack" || votes.length === 0) return null;
  const subject = request.decision === null ? "Votes in Slack" : "The decision in Slack";
  return `${subject} by ${named(votes)} had no effect.`;
}

function byPrincipals(outcome: Outcome, people: AwsDeciders): string {
  if (outcome.by.length === 0) return "";
  const names = outcome.by.map((arn) => describeDecider(arn, people, mentions(100)));
  return ` by ${listNames(names, "and", 5)}`;
}

function named(votes: readonly Vote[]): string {
  return listNames([...new Set(votes.map((vote) => mentionUser(vote.userId)))], "and", MAX_NAMED);
}
