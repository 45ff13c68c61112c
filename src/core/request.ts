import type { Descriptions } from "./descriptions.ts";
import type { Evidence } from "./evidence.ts";
import { APPROVE_ACTION, type GateAction, PAUSE_ACTION } from "./execution.ts";
import type { FailedStep } from "./failed-step.ts";
import type { AddressOwners, ListedAccounts } from "./requester.ts";
import type { RunContext } from "./run-context.ts";
import type { Uncovered } from "./uncovered.ts";

/**
 * The request to decide a waiting aws:approve or aws:pause step: one per account, Region, execution, step execution and turn of the step.
 *
 *   open ──votes──> decided ──signal──> closed
 *     └── decided elsewhere, timed out, cancelled, not found ──> closed
 *
 *   open     until votes complete a decision, or a read shows that the step is no longer waiting
 *   decided  until a read shows that the step is no longer waiting
 *   closed   final; the message still follows the execution to its end
 *
 * Only the functions below change the state. Each returns the changed fields. The store writes them together with the audit
 * records, and only while the request still has the version that was evaluated.
 */
export type Verdict = "approve" | "reject";

/** The action of a click: a verdict, or the withdrawal of the person's own approval. */
export type RequestedAction = Verdict | "withdraw";

/** The authority of a decision: as an approver of the route, or as an admin who overrides quorum and self-approval. */
export type Authority = "approver" | "break-glass";

/** A later action of a person that replaces their earlier vote while that still waits for its evaluation. */
export type ReplacingAction = Exclude<RequestedAction, "approve"> | "break-glass";

/**
 * The facts about the waiting step when the request opens, already masked. None changes afterwards, except that a start time
 * that AWS did not report at first is added, and that `signer` follows the configuration.
 */
export interface RequestFacts extends RunContext {
  /** Present for a paused step: an approval resumes it, and a rejection stops its execution. Absent for aws:approve. */
  action?: typeof PAUSE_ACTION | undefined;
  /** Of a paused step: whether the signer could stop executions when the request opened. */
  canStop?: boolean;
  documentName: string;
  documentVersion: string | null;
  stepName: string;
  /** Position among the runbook's steps with the same action, from 1, and their number. */
  gate: number;
  gates: number;
  /** Which request about this step of the execution it is, from 2; absent for the first. */
  visit?: number;
  /** The message of the runbook's author, as written; untrusted. */
  message: string | null;
  /** The descriptions of the step and the runbook, if the author wrote no message. */
  descriptions?: Descriptions;
  executedBy: string | null;
  executionStartedAt: number | null;
  /** The start of the step, which tells its turns apart: the first one that AWS reported. */
  waitingSince: number | null;
  /** Seconds; null if AWS does not report it. The documented default is then an assumption. */
  timeoutSeconds: number | null;
  /** The `Approvers` of the runbook's step: names and ARNs of the principals whose signals AWS accepts. */
  awsApprovers: string[];
  minRequiredApprovals: number;
  parameters: Parameter[];
  parentExecutionId: string | null;
  /** The principal that signs, as AWS and the configuration name it now; absent if it is unknown. */
  signer?: RequestSigner;
  /** The reason why no route applied; absent if one did. */
  uncovered?: Uncovered;
  /** The outputs of earlier steps that the route showed when the request opened. */
  evidence?: Evidence[];
  /** The warning that the configuration had for the target when the request opened. */
  targetWarning?: string;
  /** The page of the execution by the configured `consoleUrl`; null: none. Absent without that key: the partition's console. */
  consoleUrl?: string | null;
  /** Names of hidden values that are also in the message or in visible parameters, where they are not replaced. */
  notReplaced: string[];
}

/** The principal that signs for a request: the bot's own, or the role in whose sessions approvers sign. */
export interface RequestSigner {
  kind: "bot" | "approvers";
  /** The ARN of a user or a role. */
  arn: string;
}

export interface Parameter {
  name: string;
  /** Already masked if the configuration says so. */
  values: string[];
  masked: boolean;
  /** True if the value is the runbook's default; null if the runbook could not be read. */
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

/** Whether the signal did what it was sent for; see verify-signals.ts. */
export type Verification = "none" | "due" | "no-effect" | "confirmed" | "misdirected" | "not-visible";

/** The step that a signal decided instead of its request's own. */
export interface ReachedStep {
  stepExecutionId: string | null;
  stepName: string;
}

/** A resumed step is `approved`; a stopped one is `cancelled`, in Slack or in AWS. */
export type OutcomeKind = "approved" | "rejected" | "timed-out" | "cancelled" | "failed" | "not-found" | "unknown";

export interface Outcome {
  kind: OutcomeKind;
  /** `slack` if our own signal caused it, else `aws`. */
  where: "slack" | "aws";
  /** The AWS principals in the step's decisions, if it was decided elsewhere. */
  by: string[];
  /** AWS's message about a failure, masked. */
  detail: string | null;
  /** The comment with which the step was decided elsewhere, masked; absent if AWS returns none. */
  comment?: string;
}

export interface ApprovalRequest {
  id: string;
  target: string;
  account: string;
  region: string;
  executionId: string;
  stepExecutionId: string;
  /** Counts the requests about this id, from 1: AWS may reuse it for the next turn of a loop or a retry. */
  stepTurn: number;
  facts: RequestFacts;
  addressOwners: AddressOwners;
  listedAccounts: ListedAccounts;
  /** The name of the matching route, null if there is none. */
  route: string | null;
  /** Incremented by each change that a message shows. */
  version: number;
  state: RequestState;
  openedAt: number;
  decision: Verdict | null;
  decidedAt: number | null;
  signal: SignalState;
  /** When the next attempt to signal, or the next look at an uncertain one, is due; null if there is nothing to do. */
  signalNextAt: number | null;
  verification: Verification;
  /** The step that a misdirected signal decided; null if there is none, or it is not known. */
  reachedStep: ReachedStep | null;
  /** When a read before a signal first showed that the step no longer waits: a later read that shows it waiting is stale. */
  seenOverAt: number | null;
  /** AWS's own count of approvals after our signal, if the step needs several: [have, needed]. */
  awsApprovals: [number, number] | null;
  /** The AWS principals in the step's decisions while the step still waits after our signal. */
  awsDecidedBy: string[];
  outcome: Outcome | null;
  closedAt: number | null;
  /** The execution's last known status and, after its end, the time and the reason of a failure. */
  executionStatus: string;
  executionEndedAt: number | null;
  executionFailure: string | null;
  /** The step that made the execution fail; null before the end, and if none failed. */
  failedStep: FailedStep | null;
  /** When the next reminder is due while the request is open; null if none follows. See reminders.ts. */
  nextReminderAt: number | null;
}

export interface Vote {
  requestId: string;
  userId: string;
  userName: string;
  email: string | null;
  /** The address, if it was this person's already when the request opened and no other account had it; otherwise null. */
  sessionEmail: string | null;
  verdict: Verdict;
  authority: Authority;
  reason: string | null;
  at: number;
}

export type DecidedRequest = ApprovalRequest & { state: "decided"; decision: Verdict };

/** Tells whether the request is decided here and its step may still be waiting. */
export function isDecided(request: ApprovalRequest): request is DecidedRequest {
  return request.state === "decided" && request.decision !== null;
}

export type RequestPatch = Partial<Omit<ApprovalRequest, "id" | "version">>;

/** Returns the fields that change when votes complete a decision. */
export function decided(verdict: Verdict, now: number): RequestPatch {
  return { state: "decided", decision: verdict, decidedAt: now, signal: "due", signalNextAt: now };
}

/** Returns the fields that change when the step is no longer waiting. */
export function closed(outcome: Outcome, now: number): RequestPatch {
  return { state: "closed", outcome, closedAt: now, signalNextAt: null };
}

/** The action of a step; absent: aws:approve. */
export interface StepAction {
  action?: GateAction | undefined;
}

/** Returns the action of the request's step. */
export function gateAction({ action }: StepAction): GateAction {
  return action ?? APPROVE_ACTION;
}

/** Tells whether the request is about a paused step. */
export function isPause({ action }: StepAction): boolean {
  return action === PAUSE_ACTION;
}

/** When people were asked: the time when the step began to wait, if AWS returned it. */
export function askedAt({
  facts,
  openedAt,
}: Pick<ApprovalRequest, "openedAt"> & { facts: Pick<RequestFacts, "waitingSince"> }): number {
  return facts.waitingSince ?? openedAt;
}

/** Returns the time limit of the step in epoch milliseconds; `presumed` if AWS reports none. Null if the start is unknown. */
export function deadline(
  facts: Pick<RequestFacts, "waitingSince" | "timeoutSeconds">,
  defaultSeconds: number,
): { at: number; presumed: boolean } | null {
  if (facts.waitingSince === null) return null;
  const seconds = facts.timeoutSeconds ?? defaultSeconds;
  return { at: facts.waitingSince + seconds * 1000, presumed: facts.timeoutSeconds === null };
}

/** How long the requester of a closed request is looked up, to tell them of the decision and the end. */
const LOOKUP_AFTER_CLOSE_MS = 6 * 3_600_000;

/** Tells whether the lookup of the requester has ended, also without a result. */
export function isLookupOver({ state, closedAt }: Pick<ApprovalRequest, "state" | "closedAt">, now: number): boolean {
  return state === "closed" && now >= (closedAt ?? 0) + LOOKUP_AFTER_CLOSE_MS;
}
