import { capitalize, findTerms } from "../../core/action-terms.ts";
import type { VoteEvaluation } from "../../core/evaluate-vote.ts";
import type { NameRenderer } from "../../core/name-renderer.ts";
import type { Route } from "../../core/policy.ts";
import type { ApprovalRequest } from "../../core/request.ts";

/**
 * Says to a person who decided without the message of the request, for example from the reply to a command, that the click
 * counted: the message, which changes too, may be in a channel that they do not see.
 */
export function confirmationText(
  evaluation: Exclude<VoteEvaluation, { kind: "denied" }>,
  { request, route, approvals }: { request: ApprovalRequest; route: Route | null; approvals: number },
  show: NameRenderer,
): string {
  const subject = `${show.text(request.facts.documentName)}, step ${show.text(request.facts.stepName)}`;
  const terms = findTerms(request.facts);
  const { of } = terms;
  if (evaluation.kind === "withdrawn") return `Your ${of.approve} ${subject} is withdrawn.`;
  const { vote, completes } = evaluation;
  if (!completes)
    return `Your ${of.approve} ${subject} counts: ${approvals} of ${route?.quorum ?? 1} ${terms.approvals}.`;
  return `${capitalize(terms.past[vote.verdict])}: ${subject}. Countersign sends the decision to AWS. The message of the request shows the result.`;
}
