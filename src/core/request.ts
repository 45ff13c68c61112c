/**
 * The approval request: one per account, Region, execution and step execution.
 *
 *   open ──votes──> decided ──signal──> closed
 *     └── decided elsewhere, timed out, cancelled, not found ──> closed
 *
 * Only the functions below change the state. Each returns the changed fields. The store writes them together with the audit
 * records, and only while the request still has the version that was evaluated.
 */
export type Verdict = "approve" | "reject";

/** The action of a click: a verdict, or the withdrawal of the person's own approval. */
export type RequestedAction = Verdict | "withdraw";

/** The authority of a decision: as an approver of the route, or as an admin who overrides quorum and self-approval. */
export type Authority = "approver" | "break-glass";

/** The facts about the waiting step when the request opens. They never change afterwards, and are already masked. */
export interface RequestFacts {
  documentName: string;
  documentVersion: string | null;
  stepName: string;
  /** Position among the runbook's approve steps, from 1, and how many there are. */
  gate: number;
  gates: number;
  /** The message of the runbook's author, as written; untrusted. */
  message: string | null;
  executedBy: string | null;
  executionStartedAt: number | null;
  /** When the step started to wait. */
  waitingSince: number | null;
  /** Seconds; null if AWS does not report it. The documented default is then an assumption. */
  timeoutSeconds: number | null;
  /** The `Approvers` of the runbook's step: names and ARNs of the principals whose signals AWS accepts. */
  awsApprovers: string[];
  minRequiredApprovals: number;
  parameters: Parameter[];
  parentExecutionId: string | null;
}

export interface Parameter {
  name: string;
  /** Already masked if the configuration says so. */
  values: string[];
  masked: boolean;
  /** Whether the value is the runbook's default; null when the runbook could not be read. */
  isDefault: boolean | null;
}

export type RequestState = "open" | "decided" | "closed";

/**
 * The state of a decision's signal to AWS. The attempts are stored one by one: see signal-attempt.ts.
 *   none       nothing was decided
 *   due        an attempt is to be made: the first, the next signer's, or another one after an attempt without effect
 *   sending    an attempt is about to leave; after a crash it may or may not have left
 *   ambiguous  an attempt left and its reply was lost
 *   accepted   AWS accepted every signal that it needs
 */
export type SignalState = "none" | "due" | "sending" | "ambiguous" | "accepted";

export type OutcomeKind = "approved" | "rejected" | "timed-out" | "cancelled" | "failed" | "not-found" | "unknown";

export interface Outcome {
  kind: OutcomeKind;
  /** `slack` when our own signal brought it about, `aws` when it came from anywhere else. */
  where: "slack" | "aws";
  /** AWS principals named in the step's decisions, when decided elsewhere. */
  by: string[];
  /** What AWS says of a failure; masked. */
  detail: string | null;
}

export interface ApprovalRequest {
  id: string;
  target: string;
  account: string;
  region: string;
  executionId: string;
  stepExecutionId: string;
  facts: RequestFacts;
  /** The name of the route that matched, null when none did. */
  route: string | null;
  /** Raised by each change that a message shows. */
  version: number;
  state: RequestState;
  openedAt: number;
  decision: Verdict | null;
  decidedAt: number | null;
  signal: SignalState;
  /** When the signal is worked on next, null when there is nothing to do. */
  signalNextAt: number | null;
  /** AWS's own count after our signal, where the step asks for several: [have, needed]. */
  awsApprovals: [number, number] | null;
  /** AWS principals that the step's decisions name while it still waits after our signal. */
  awsDecidedBy: string[];
  outcome: Outcome | null;
  closedAt: number | null;
  /** The execution's last known status and, once it is over, when it ended and why it failed. */
  executionStatus: string;
  executionEndedAt: number | null;
  executionFailure: string | null;
}

export interface Vote {
  requestId: string;
  userId: string;
  userName: string;
  email: string | null;
  verdict: Verdict;
  authority: Authority;
  reason: string | null;
  at: number;
}

export type DecidedRequest = ApprovalRequest & { state: "decided"; decision: Verdict };

/** Says whether the request is decided here and its step may still be waiting. */
export function isDecided(request: ApprovalRequest): request is DecidedRequest {
  return request.state === "decided" && request.decision !== null;
}

export type RequestPatch = Partial<Omit<ApprovalRequest, "id" | "version">>;

/** The fields that change when enough votes are in. */
export function decided(verdict: Verdict, now: number): RequestPatch {
  return { state: "decided", decision: verdict, decidedAt: now, signal: "due", signalNextAt: now };
}

/** The fields that change when the step waits no longer. */
export function closed(outcome: Outcome, now: number): RequestPatch {
  return { state: "closed", outcome, closedAt: now, signalNextAt: null };
}

/** Until when it can be decided, epoch milliseconds; `presumed` when AWS did not say. Null when not even the start is known. */
export function deadline(facts: RequestFacts, defaultSeconds: number): { at: number; presumed: boolean } | null {
  if (facts.waitingSince === null) return null;
  const seconds = facts.timeoutSeconds ?? defaultSeconds;
  return { at: facts.waitingSince + seconds * 1000, presumed: facts.timeoutSeconds === null };
}
