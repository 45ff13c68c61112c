import { arnMatches, findPrincipalArns, findSessionNames } from "./arn.ts";
import { OWN_COMMENT } from "./comment.ts";
import type { ObservedStep } from "./execution.ts";

/**
 * Everything that reads the outputs of an `aws:approve` step. AWS documents `ApprovalStatus` as Approved, Rejected or
 * Waiting, and `ApproverDecisions` as a JSON map with the decision of each approver, without its keys: nothing here relies
 * on a key. Source: AWS documentation, aws:approve, "Output".
 */

/** Returns AWS's decision on the step, null while there is none. */
export function approvalStatus(step: ObservedStep): "Approved" | "Rejected" | null {
  const status = step.outputs.ApprovalStatus?.[0];
  return status === "Approved" || status === "Rejected" ? status : null;
}

/** Counts the step's approvals: each entry that says "Approve" in any value counts once. */
export function countApprovals(step: ObservedStep): number {
  return decisions(step).filter((text) => /:\s*"?Approved?\b/i.test(text)).length;
}

/** Finds the ARNs that the step's decisions mention, each once. */
export function findDeciders(step: ObservedStep): string[] {
  return [...new Set(decisions(step).flatMap(findPrincipalArns))];
}

/**
 * Tells whether the step shows a signal: by the session that sent it or, where the decisions name no sessions, by more
 * approvals than the `shownBefore` that the step had when the signal left.
 */
export function showsSignal(step: ObservedStep, sent: { session: string; shownBefore: number }): boolean {
  const texts = decisions(step);
  if (texts.some((text) => text.includes(":assumed-role/")))
    return texts.some((text) => findSessionNames(text).includes(sent.session.toLowerCase()));
  return countApprovals(step) > sent.shownBefore;
}

/**
 * Tells whether a signal of the request, whose reply was lost, can have decided the step: a decision carries the request's
 * id, or our own principal `signsAs` made it without the id of another request, or AWS lists no decisions at all.
 */
export function mayBeDecidedBy(step: ObservedStep | undefined, requestId: string, signsAs: string | null): boolean {
  const texts = step === undefined ? [] : decisions(step);
  if (texts.length === 0 || texts.some((text) => text.includes(requestId))) return true;
  const isByUs = (text: string) => signsAs !== null && findPrincipalArns(text).some((arn) => arnMatches(signsAs, arn));
  return texts.some((text) => isByUs(text) && !text.includes(OWN_COMMENT));
}

function decisions(step: ObservedStep): readonly string[] {
  return step.outputs.ApproverDecisions ?? [];
}
