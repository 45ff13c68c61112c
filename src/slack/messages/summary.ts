import type { RequestView } from "../../app/ports/slack.ts";
import { describeRequest } from "../../core/describe-step.ts";
import { describePrincipal } from "../../core/principal.ts";
import { stateLabel } from "./headline.ts";
import { plainNames, series } from "./mentions.ts";
import { byVerdict } from "./state-text.ts";
import { plain } from "./text.ts";

/**
 * The message as one sentence, for notifications and screen readers: well under the 4,000 characters that chat.update
 * takes. People are named, not mentioned: the message's own line mentions them.
 */
export function summary(view: RequestView): string {
  const { request } = view;
  const { facts } = request;
  return `${stateLabel(request)}${deciders(view)}: ${describeRequest(request, plainNames())}, started by ${plain(describePrincipal(facts.executedBy), 140)}.${ask(view)}`;
}

function deciders({ request, votes }: RequestView): string {
  if (request.decision === null || (request.outcome !== null && request.outcome.where !== "slack")) return "";
  const decisive = byVerdict(votes, request.decision);
  if (decisive.length === 0) return "";
  return ` by ${series(
    decisive.map((vote) => plain(vote.userName, 60)),
    5,
  )}`;
}

function ask({ request, votes, route }: RequestView): string {
  if (request.state !== "open") return "";
  if (route === null) return " No route covers it, so nobody can decide it in Slack.";
  return ` ${byVerdict(votes, "approve").length} of ${route.quorum} approvals so far.`;
}
