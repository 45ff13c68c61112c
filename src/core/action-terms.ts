import { PAUSE_ACTION } from "./execution.ts";
import type { Route } from "./policy.ts";
import { type ApprovalRequest, isPause, type Outcome, type StepAction, type Verdict } from "./request.ts";

/** The terms of one action: approvals are approved or rejected, pauses are resumed or stopped. */
export interface ActionTerms {
  verb: Record<Verdict, string>;
  past: Record<Verdict, string>;
  /** What one vote did: it may not decide alone. */
  voted: Record<Verdict, string>;
  noun: Record<Verdict, string>;
  /** The noun before its object: "approval of Prod-DB-Restart". */
  of: Record<Verdict, string>;
  /** More than one vote for the step to continue. */
  approvals: string;
  /** The name of a step with this action among several: "gate 1 of 2". */
  step: string;
}

const APPROVAL: ActionTerms = {
  verb: { approve: "approve", reject: "reject" },
  past: { approve: "approved", reject: "rejected" },
  voted: { approve: "approved", reject: "rejected" },
  noun: { approve: "approval", reject: "rejection" },
  of: { approve: "approval of", reject: "rejection of" },
  approvals: "approvals",
  step: "gate",
};

const PAUSE: ActionTerms = {
  verb: { approve: "resume", reject: "stop" },
  past: { approve: "resumed", reject: "stopped" },
  voted: { approve: "voted to resume", reject: "voted to stop" },
  noun: { approve: "vote to resume", reject: "vote to stop" },
  of: { approve: "vote to resume", reject: "vote to stop" },
  approvals: "votes to resume",
  step: "pause",
};

/** Allows the signer to stop executions. */
export const STOP_PERMISSION = "ssm:StopAutomationExecution";

/** Returns the terms that every surface uses for a request. */
export function findTerms(facts: StepAction): ActionTerms {
  return isPause(facts) ? PAUSE : APPROVAL;
}

/** Returns the terms of the requests that a route covers. */
export function findRouteTerms({ match }: Partial<Pick<Route, "match">>): ActionTerms {
  return match?.action === PAUSE_ACTION ? PAUSE : APPROVAL;
}

/** Begins a text with a capital letter. */
export function capitalize(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** Tells whether a decision in Slack stopped the execution. */
export function isStopped({ kind, where }: Pick<Outcome, "kind" | "where">): boolean {
  return kind === "cancelled" && where === "slack";
}

/**
 * Tells whether a failure at the step with this name only repeats the rejection, or the stop, of the request. Null: the step
 * that failed is not known.
 */
export function repeatsRejection(
  { facts, outcome }: Pick<ApprovalRequest, "facts" | "outcome">,
  failedStep: string | null,
): boolean {
  const isRejected = outcome !== null && (outcome.kind === "rejected" || isStopped(outcome));
  return isRejected && (failedStep === null || failedStep === facts.stepName);
}

/** Returns how a request ended, as it reads after a colon. */
export function outcomeText(outcome: Pick<Outcome, "kind" | "where">, facts: StepAction): string {
  const { past } = findTerms(facts);
  switch (outcome.kind) {
    case "approved":
      return past.approve;
    case "rejected":
      return past.reject;
    case "timed-out":
      return "timed out";
    case "cancelled":
      return isStopped(outcome) ? past.reject : "cancelled";
    case "failed":
      return "failed";
    case "not-found":
      return "not found";
    case "unknown":
      return "ended without a known decision";
    default:
      throw new Error(`no words for ${outcome.kind satisfies never}`);
  }
}
