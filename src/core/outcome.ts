import {
  approvalStatus,
  findAuthors,
  findComments,
  findDeciders,
  mayBeDecidedBy,
  type SigningPrincipals,
  whoDecided,
} from "./approver-decisions.ts";
import { cut } from "./cut.ts";
import { isUnderWay, type ObservedExecution, type ObservedStep } from "./execution.ts";
import { type ApprovalRequest, isPause, type Outcome, type OutcomeKind, type Verdict } from "./request.ts";

const MAX_COMMENT_LENGTH = 1000;

/** Everything that the outcome of a request depends on. */
export interface Ending {
  step: ObservedStep | undefined;
  observed: ObservedExecution;
  request: ApprovalRequest;
  /** AWS accepted a signal of the request: all that it needs, or the first of several. */
  isAccepted: boolean;
  /** AWS accepted a signal of the request, or may have. */
  wasSent: boolean;
  /** The read shows a later turn of the step under the same id, so nothing shows how its own turn ended. */
  isReplaced: boolean;
  maskText: (text: string) => string;
  signedAs: SigningPrincipals;
}

/** Returns how a request ended: its outcome, where it was decided and by which principals. */
export function toOutcome(ending: Ending): Outcome {
  const { step, maskText } = ending;
  const kind = outcomeKind(ending);
  const ours = isOurs(kind, ending);
  const comments = ours || step === undefined ? [] : findComments(step);
  return {
    kind,
    where: ours ? "slack" : "aws",
    by: ours || step === undefined ? [] : findDeciders(step),
    detail: step?.failureMessage == null || ours ? null : maskText(step.failureMessage),
    ...(comments.length === 0 ? {} : { comment: cut(maskText(comments.join(" · ")), MAX_COMMENT_LENGTH) }),
  };
}

function outcomeKind(ending: Ending): OutcomeKind {
  const { step, observed, request, isReplaced, isAccepted } = ending;
  if (isPause(request.facts)) return pauseOutcome(ending);
  if (isReplaced) return !isAccepted ? "unknown" : request.decision === "reject" ? "rejected" : "approved";
  const decided = step === undefined ? null : approvalStatus(step);
  // A step that was still waiting or running when its execution ended has no final status.
  const unfinished = step === undefined || step.status === "Waiting" || isUnderWay(step);
  if (unfinished && decided !== null) return decided === "Approved" ? "approved" : "rejected";
  const status = unfinished ? observed.status : step.status;
  if (status === "TimedOut") return "timed-out";
  if (status === "Cancelled" || status === "Cancelling") return "cancelled";
  if (decided === "Rejected") return "rejected";
  if (decided === "Approved") return "approved";
  if (unfinished) return "unknown";
  if (status === "Success") return "approved";
  if (status === "Failed") return mayHaveSent(ending, "reject") ? "rejected" : "failed";
  return "unknown";
}

/** A pause has no outputs: only its status shows how it ended. A stop cancels the step together with its execution. */
function pauseOutcome(ending: Ending): OutcomeKind {
  const { step, observed, request, isReplaced, isAccepted } = ending;
  // The execution went on, so it was not stopped.
  if (isReplaced) return isAccepted && request.decision === "approve" ? "approved" : "unknown";
  const unfinished = step === undefined || step.status === "Waiting" || isUnderWay(step);
  const status = unfinished ? observed.status : step.status;
  if (status === "TimedOut") return "timed-out";
  if (status === "Cancelled" || status === "Cancelling") return "cancelled";
  if (unfinished) return "unknown";
  if (status === "Success") return "approved";
  if (status === "Failed") return mayHaveSent(ending, "reject") ? "cancelled" : "failed";
  return "unknown";
}

/** Tells whether our signal with this verdict reached AWS, or may have. */
function mayHaveSent({ request, isAccepted }: Ending, verdict: Verdict): boolean {
  const isUnclear = request.signal === "ambiguous" || request.signal === "sending";
  return request.decision === verdict && (isAccepted || isUnclear);
}

/** Tells whether our own signal caused the outcome. A signal that AWS accepted did, unless the decisions are all of others. */
function isOurs(kind: OutcomeKind, ending: Ending): boolean {
  const { step, request, isAccepted, wasSent, signedAs } = ending;
  const rejected = isPause(request.facts) ? "cancelled" : "rejected";
  const verdict = kind === "approved" ? "approve" : kind === rejected ? "reject" : null;
  // An earlier attempt may have decided the step even if AWS refused the last one. The id alone proves nothing if no signal was
  // sent: a comment of another person can quote it.
  const isNamed = wasSent && step !== undefined && findAuthors(step, request.id, signedAs).includes("this-request");
  if (verdict !== null && request.decision === verdict && isNamed) return true;
  if (verdict === null || !mayHaveSent(ending, verdict)) return false;
  return isAccepted ? whoDecided(step, request.id, signedAs) !== "others" : mayBeDecidedBy(step, request.id, signedAs);
}
