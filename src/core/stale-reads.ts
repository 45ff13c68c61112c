import { hasEnded, isWaitingAs, NOT_WAITING, type ObservedExecution, parseFingerprint } from "./execution.ts";
import { type ApprovalRequest, gateAction } from "./request.ts";
import { matchTurns } from "./step-turns.ts";

/** How long reads may contradict a newer observation before that is reported. */
export const CONTRADICTION_REPORT_MS = 60_000;

/** What a list of waiting executions showed of an execution, and when AWS was asked for the first list that showed it. */
export interface ListedState {
  fingerprint: string;
  listedAt?: number | null;
}

/**
 * Returns why a read is older than an observation on record, or null. A read that was fetched just now may still show an
 * older state. Each row of a request is an observation: its step had begun to wait, and it had ended if the request is
 * closed or `seenOverAt` is set.
 */
export function contradictsRows(observed: ObservedExecution, known: readonly ApprovalRequest[]): string | null {
  if (hasEnded(observed.status)) return null;
  const turns = matchTurns(observed.steps, known);
  for (const request of known) {
    if (turns.isReplaced(request)) continue;
    const step = turns.findStep(request);
    const { stepName } = request.facts;
    const action = gateAction(request.facts);
    // AWS may stop listing a step that ended long ago.
    const isMissing = step === undefined ? request.state !== "closed" : step.status === "Pending";
    if (isMissing) return `an earlier read showed step ${stepName} waiting, and this one does not show that it began`;
    if (isOver(request) && step !== undefined && isWaitingAs(step, action))
      return `an earlier read showed that step ${stepName} had ended, and this one shows it waiting`;
  }
  return null;
}

function isOver({ state, outcome, seenOverAt }: ApprovalRequest): boolean {
  return seenOverAt !== null || (state === "closed" && outcome?.kind !== "not-found");
}

/**
 * Returns why a read that shows the request's step waiting is older than the list of waiting executions, or null. The list
 * is newer if it no longer contains the execution, or contains it at a step that the read does not show as begun.
 */
export function contradictsList(
  observed: ObservedExecution,
  request: ApprovalRequest,
  known: readonly ApprovalRequest[],
  listed: ListedState | null,
): string | null {
  const step = matchTurns(observed.steps, known).findStep(request);
  if (listed === null || step === undefined || !isWaitingAs(step, gateAction(request.facts))) return null;
  if (listed.fingerprint === NOT_WAITING) {
    const isNewer = step.startedAt !== null && listed.listedAt != null && listed.listedAt > step.startedAt;
    return isNewer ? "the list of waiting executions no longer contains this one" : null;
  }
  const name = parseFingerprint(listed.fingerprint)?.currentStepName ?? step.name;
  const named = observed.steps.filter((each) => each.name === name);
  // The name that the list gives to a step inside another step is not documented.
  const isAhead = named.length === 0 ? step.parentStepId === null : named.every(({ status }) => status === "Pending");
  return isAhead ? `the list of waiting executions shows this one at step ${name}` : null;
}
