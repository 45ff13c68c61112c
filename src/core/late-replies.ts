import { findTerms, outcomeText } from "./action-terms.ts";
import type { ApprovalRequest, Outcome, Vote } from "./request.ts";

/** Returns replies to the people whose votes were stored but did not decide the step. */
export function toLateReplies(
  request: ApprovalRequest,
  outcome: Outcome,
  votes: readonly Vote[],
): { userId: string; text: string }[] {
  if (outcome.where === "slack") return [];
  return votes.map((vote) => ({
    userId: vote.userId,
    text: `Your ${findTerms(request.facts).of[vote.verdict]} ${request.facts.documentName} (step ${request.facts.stepName}) was recorded but did not decide the step. The step is no longer waiting: ${outcomeText(outcome, request.facts)} in AWS. The message has the details.`,
  }));
}
