import type { RequestView } from "../../app/ports/slack.ts";
import { gateLabel } from "../../core/describe-step.ts";
import type { ApprovalRequest, OutcomeKind } from "../../core/request.ts";
import { breakGlassVotes } from "./break-glass.ts";
import { plain } from "./text.ts";

/**
 * Returns the header of a request, which takes 150 characters: a question while it is open, then its outcome. It names
 * the gate of a runbook with several gates, and break-glass.
 */
export function headline(view: Pick<RequestView, "request" | "votes">): string {
  const { request } = view;
  const runbook = plain(request.facts.documentName, 90);
  const label = gateLabel(request.facts);
  const gate = label === null ? "" : ` (${plain(label, 40)})`;
  return request.state === "open" ? `Approve ${runbook}?${gate}` : `${outcomeLabel(view)}: ${runbook}${gate}`;
}

/** Returns the outcome of a request that is no longer open, such as "Approved" or "BREAK-GLASS, approved". */
export function outcomeLabel({ request, votes }: Pick<RequestView, "request" | "votes">): string {
  const label = request.state === "decided" ? decisionLabel(request) : closedLabel(request.outcome?.kind ?? "unknown");
  if (breakGlassVotes(votes).length === 0) return label;
  return `BREAK-GLASS, ${label.charAt(0).toLowerCase()}${label.slice(1)}`;
}

/** Decided in Slack, while the step in AWS still waits. */
function decisionLabel({ decision }: ApprovalRequest): string {
  return decision === "reject" ? "Rejected in Slack" : "Approved in Slack";
}

function closedLabel(kind: OutcomeKind): string {
  switch (kind) {
    case "approved":
      return "Approved";
    case "rejected":
      return "Rejected";
    case "timed-out":
      return "Timed out";
    case "cancelled":
      return "Cancelled";
    case "failed":
      return "Failed";
    case "not-found":
      return "Not found in AWS";
    case "unknown":
      return "No longer waiting";
    default:
      throw new Error(`no label for ${kind satisfies never}`);
  }
}
