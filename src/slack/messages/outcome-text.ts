import type { RequestView } from "../../app/ports/slack.ts";
import { describePrincipal } from "../../core/principal.ts";
import type { ApprovalRequest, Outcome, Vote } from "../../core/request.ts";
import { askedAt } from "./facts.ts";
import { mentionUser, series } from "./mentions.ts";
import { code } from "./text.ts";
import { duration } from "./time.ts";

const MAX_NAMED = 8;

/** How a closed request came to its end: what, by whom, where, and how long after people were asked. In mrkdwn. */
export function outcomeSentence({ request, votes }: RequestView): string {
  const outcome = request.outcome;
  if (outcome === null) return "*Closed.* How it ended is not on record.";
  const detail = outcome.detail === null ? "" : `\nAWS says: ${code(outcome.detail, 300)}`;
  return `${sentence(outcome, request, votes)}${notAppliedText(outcome, request, votes)}${detail}`;
}

function sentence(outcome: Outcome, request: ApprovalRequest, votes: readonly Vote[]): string {
  const asked = askedAt(request);
  const noticed = `noticed ${duration((request.closedAt ?? asked) - asked)} after it was asked`;
  switch (outcome.kind) {
    case "approved":
    case "rejected": {
      const verb = outcome.kind === "approved" ? "Approved" : "Rejected";
      if (outcome.where === "aws") return `*${verb} in AWS*${byPrincipals(outcome)}, not in Slack; ${noticed}.`;
      const decisive = votes.filter((vote) => vote.verdict === request.decision);
      const by = decisive.length > 0 ? ` by ${named(decisive)}` : "";
      const after = duration((request.decidedAt ?? request.closedAt ?? asked) - asked);
      return `*${verb}*${by}, ${after} after it was asked.`;
    }
    case "timed-out":
      return `*Timed out*: the step's time was over before AWS had a decision; ${noticed}.`;
    case "cancelled":
      return `*Cancelled in AWS*${byPrincipals(outcome)} before AWS had a decision; ${noticed}.`;
    case "failed":
      return `*The step failed in AWS* before AWS had a decision; ${noticed}.`;
    case "not-found":
      return `*AWS no longer knows this execution*, so nothing can be decided any more; ${noticed}.`;
    case "unknown":
      return `*The step waits no longer*, and AWS does not say how it was decided${byPrincipals(outcome)}; ${noticed}.`;
    default:
      throw new Error(`no sentence for ${outcome.kind satisfies never}`);
  }
}

/** Those who voted in Slack for nothing must be able to see it. */
function notAppliedText(outcome: Outcome, request: ApprovalRequest, votes: readonly Vote[]): string {
  if (outcome.where === "slack" || votes.length === 0) return "";
  const what = request.decision === null ? "Votes in Slack" : "The decision in Slack";
  return `\n${what} by ${named(votes)} had no effect.`;
}

function byPrincipals(outcome: Outcome): string {
  if (outcome.by.length === 0) return "";
  return ` by ${series(
    outcome.by.map((arn) => code(describePrincipal(arn), 100)),
    5,
  )}`;
}

function named(votes: readonly Vote[]): string {
  return series([...new Set(votes.map((vote) => mentionUser(vote.userId)))], MAX_NAMED);
}
