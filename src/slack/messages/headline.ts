import type { RequestView } from "../../app/ports/slack.ts";
import { capitalize, findTerms, outcomeText } from "../../core/action-terms.ts";
import { gateLabel } from "../../core/describe-step.ts";
import { findObstacle } from "../../core/obstacle.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import { breakGlassVotes } from "./break-glass.ts";
import { plain } from "./text.ts";

/**
 * Returns the header of a request, which takes 150 characters: a question while a click can decide it, later its outcome.
 * It names the gate of a runbook with several gates, and break-glass.
 */
export function headline(view: Pick<RequestView, "request" | "votes" | "route">): string {
  const { request } = view;
  const runbook = plain(request.facts.documentName, 90);
  const label = gateLabel(request.facts);
  const gate = label === null ? "" : ` (${plain(label, 40)})`;
  if (request.state !== "open") return `${outcomeLabel(view)}: ${runbook}${gate}`;
  return findObstacle(request.facts, view.route) === null
    ? `${capitalize(findTerms(request.facts).verb.approve)} ${runbook}?${gate}`
    : `${UNDECIDABLE}: ${runbook}${gate}`;
}

/** Begins the title of an open request that no click can decide. */
export const UNDECIDABLE = "Waiting in AWS";

/** Returns the outcome of a request that is no longer open, such as "Approved" or "BREAK-GLASS, approved". */
export function outcomeLabel({ request, votes }: Pick<RequestView, "request" | "votes">): string {
  const label = request.state === "decided" ? decisionLabel(request) : closedLabel(request);
  if (breakGlassVotes(votes).length === 0) return label;
  return `BREAK-GLASS, ${label.charAt(0).toLowerCase()}${label.slice(1)}`;
}

/** Decided in Slack, while the step in AWS still waits. */
function decisionLabel({ decision, facts }: ApprovalRequest): string {
  return `${capitalize(findTerms(facts).past[decision ?? "approve"])} in Slack`;
}

function closedLabel({ outcome, facts }: ApprovalRequest): string {
  if (outcome === null || outcome.kind === "unknown") return "No longer waiting";
  return outcome.kind === "not-found" ? "Not found in AWS" : capitalize(outcomeText(outcome, facts));
}
