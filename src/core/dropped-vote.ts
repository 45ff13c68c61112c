import { findTerms } from "./action-terms.ts";
import type { Denial } from "./denial.ts";
import { denialLabel } from "./denial-label.ts";
import type { NameRenderer } from "./name-renderer.ts";
import type { ApprovalRequest, Vote } from "./request.ts";

/** An approval that was counted, and whose author may no longer decide when another approval would complete the decision. */
export interface DroppedVote {
  vote: Vote;
  denial: Denial;
}

/**
 * Returns the replies about dropped votes: to their authors, except to those who are no longer full members, and to the
 * author of `vote`, which would have completed the decision. `missing`: approvals that the request still needs.
 */
export function toDroppedReplies(
  dropped: readonly DroppedVote[],
  vote: Vote,
  { facts }: ApprovalRequest,
  missing: number,
  show: NameRenderer,
): { userId: string; text: string }[] {
  if (dropped.length === 0) return [];
  const { of, verb, approvals } = findTerms(facts);
  const what = `${show.text(facts.documentName)} (step ${show.text(facts.stepName)})`;
  const outcome = missing === 0 ? "The request was decided without it." : `Another person must ${verb.approve} it.`;
  const toAuthors = dropped
    .filter(({ denial }) => denial.kind !== "account-status")
    .map(({ vote: { userId }, denial }) => ({
      userId,
      text: `Your ${of.approve} ${what} no longer counts: ${denialLabel(denial.kind)}. ${outcome}`,
    }));
  const whose = dropped.map((each) => `${show.user(each.vote.userId)} (${denialLabel(each.denial.kind)})`).join(", ");
  const complete =
    vote.authority === "break-glass" ? "Break-glass needs no other approval." : "The quorum is complete.";
  const next = missing === 0 ? complete : `It needs ${missing} more.`;
  const text = `Your ${of.approve} ${what} counts. Earlier ${approvals} that no longer count: ${whose}. ${next}`;
  return [...toAuthors, { userId: vote.userId, text }];
}
