import { gateLabel } from "../../core/describe-step.ts";
import type { ApprovalRequest, OutcomeKind, Verdict } from "../../core/request.ts";
import { plain } from "./text.ts";

/** What stands in the header, which takes 150 characters: the state in one or two words, and what it is about. */
export function headline(request: ApprovalRequest): string {
  const { documentName, stepName } = request.facts;
  const gate = gateLabel(request.facts);
  const step = gate === null ? "" : `, ${plain(stepName, 35)} (${plain(gate, 19)})`;
  return `${stateLabel(request)}: ${plain(documentName, 64)}${step}`;
}

export function stateLabel(request: ApprovalRequest): string {
  switch (request.state) {
    case "open":
      return "Approval needed";
    case "decided":
      return verdictLabel(request.decision);
    case "closed":
      return outcomeLabel(request.outcome?.kind ?? "unknown");
    default:
      throw new Error(`no label for ${request.state satisfies never}`);
  }
}

/** Decided, and AWS has not moved on yet. */
function verdictLabel(decision: Verdict | null): string {
  return decision === "reject" ? "Being rejected" : "Being approved";
}

function outcomeLabel(kind: OutcomeKind): string {
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
      return "Gone from AWS";
    case "unknown":
      return "No longer waiting";
    default:
      throw new Error(`no label for ${kind satisfies never}`);
  }
}
