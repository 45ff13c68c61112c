import { APPROVE_ACTION, hasEnded, isWaitingForApproval, type ObservedExecution } from "./execution.ts";
import type { ApprovalRequest } from "./request.ts";

/**
 * How long nothing is sent again after an attempt whose reply never came, in milliseconds. Such a request may still be
 * on its way and take effect late, on whatever step waits then. AWS refuses a request whose signature is more than five
 * minutes off its clock; with this machine's clock up to five minutes ahead that makes ten. Source: AWS documentation,
 * Signature Version 4, "Request date and time".
 */
export const NO_REPLY_UNCERTAIN_MS = 10 * 60_000 + 30_000;

/** The same after an attempt that AWS answered with an error of its own: it is over, but what others read may lag. */
export const ERROR_REPLY_UNCERTAIN_MS = 15_000;

/**
 * How old a reading may be, counted from before it was asked for, when the signal leaves. AWS may have answered early and
 * the answer have come late, and in between the gate may have been decided elsewhere and the next one have begun to wait.
 */
export const MAX_READ_AGE_MS = 3_000;

/** How soon the step is looked at again while an attempt settles, in milliseconds. */
export const REREAD_MS = 5_000;

export type SignalMove =
  /** The step of the request waits and nothing can still be on its way: send now. */
  | { kind: "send" }
  /** Somebody or something has decided it, or our signal was taken after all: bring the request up to date. */
  | { kind: "reconcile" }
  /** An earlier attempt may still take effect. */
  | { kind: "wait"; until: number }
  /** A signal could reach another step than the one that was decided. */
  | { kind: "unsafe"; why: string };

/** What a fresh reading says about sending the signal of a decided request. Pure; the last gate before AWS. */
export function nextSignalMove(request: ApprovalRequest, observed: ObservedExecution, now: number): SignalMove {
  const step = observed.steps.find((each) => each.stepExecutionId === request.stepExecutionId);
  if (request.state !== "decided" || request.decision === null || request.signal === "accepted")
    return { kind: "reconcile" };
  if (step === undefined || !isWaitingForApproval(step) || hasEnded(observed.status)) return { kind: "reconcile" };
  const others = observed.steps.filter((each) => each !== step && each.status === "Waiting");
  if (others.length > 0) {
    const names = others.map((each) => `${each.name} (${each.action === APPROVE_ACTION ? "approval" : each.action})`);
    return { kind: "unsafe", why: `another step of the same execution waits too: ${names.join(", ")}` };
  }
  const settledAt = uncertainUntil(request);
  return settledAt > now ? { kind: "wait", until: settledAt } : { kind: "send" };
}

/** When the last attempt can no longer take effect; 0 when there is none. */
export function uncertainUntil(request: ApprovalRequest): number {
  if (request.signal !== "sending" && request.signal !== "ambiguous") return 0;
  return request.signalUncertainUntil ?? (request.signalAt ?? 0) + NO_REPLY_UNCERTAIN_MS;
}
