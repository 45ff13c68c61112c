import assert from "node:assert/strict";
import type { Automation } from "../../src/app/ports/aws.ts";
import type { ObservedExecution } from "../../src/core/execution.ts";
import type { Verdict } from "../../src/core/request.ts";
import type { SignalResult } from "../../src/core/signal-attempt.ts";
import { TARGET, type TestClock } from "./fakes.ts";
import { anExecution, aStep, EXECUTION_ID } from "./samples.ts";

/** Outcomes of a signal: its effect in AWS, and the reply that its sender receives. */
export const SIGNAL_OUTCOMES = [
  "accepted",
  "effect, no reply",
  "lost, no reply",
  "late effect, no reply",
  "effect, 500",
  "lost, 500",
  "refused",
  "not sent",
] as const;
export type SignalOutcome = (typeof SIGNAL_OUTCOMES)[number];

export interface SentSignal {
  verdict: Verdict;
  /** The role session that sent it; null for the bot itself. */
  session: string | null;
  at: number;
  /** The gate that was waiting when the signal was sent; null without one. */
  gate: string | null;
  outcome: SignalOutcome;
  /** Until then the signal may still take effect; 0 if AWS certainly does not apply it. */
  mayApplyUntil: number;
}

/** A signature is valid for five minutes; with clock skew AWS may accept the request for this long. */
const MAX_DELAY_MS = 10 * 60_000;

/**
 * A fake of AWS with one execution of a runbook that has `gates` consecutive gates. A signal names no gate: it applies to
 * the gate that is waiting when it arrives, which makes late signals dangerous. With `needed`, each person signals with a
 * session of their own name, and a gate passes when `needed` different principals have approved it.
 */
export function fakeGates(clock: TestClock, gates: number, needed: number | null = null) {
  /** The principals that have approved each gate. */
  const approved = Array.from({ length: gates }, () => new Set<string>());
  /** Sessions that AWS currently refuses to the bot. */
  const untrusted = new Set<string>();
  let passed = 0;
  let ended: ObservedExecution["status"] | null = null;
  let outcome: SignalOutcome = "accepted";
  const sent: SentSignal[] = [];
  let inTransit: { signal: SentSignal; appliesAt: number }[] = [];
  const toGateId = (index: number) => `gate-${index}`;
  const waiting = () => (ended === null && passed < gates ? toGateId(passed) : null);

  const applySignal = (verdict: Verdict, session: string | null): boolean => {
    if (waiting() === null) return false;
    if (verdict === "reject") {
      ended = "Failed";
      return true;
    }
    approved[passed]?.add(session ?? "bot");
    if ((approved[passed]?.size ?? 0) >= (needed ?? 1) && ++passed === gates) ended = "Success";
    return true;
  };
  /** Applies the signals in transit that have arrived. */
  const applyArrived = () => {
    const due = inTransit.filter(({ appliesAt }) => appliesAt <= clock.now());
    inTransit = inTransit.filter(({ appliesAt }) => appliesAt > clock.now());
    for (const { signal } of due) {
      applySignal(signal.verdict, signal.session);
      signal.mayApplyUntil = clock.now();
    }
  };

  const execution = (): ObservedExecution => {
    applyArrived();
    const failedAt = ended === "Failed" || ended === "TimedOut" || ended === "Cancelled" ? passed : -1;
    return anExecution({
      status: ended ?? "Waiting",
      endedAt: ended === null ? null : clock.now(),
      steps: Array.from({ length: gates }, (_, index) => {
        const status =
          index < passed
            ? "Success"
            : index === failedAt
              ? (ended ?? "")
              : index === passed && ended === null
                ? "Waiting"
                : "Pending";
        // Every gate has the same step name, like a gate in a loop.
        const stepExecutionId = index <= passed ? toGateId(index) : null;
        if (needed === null) return aStep({ stepExecutionId, status, outputs: {} });
        const ApproverDecisions = [...(approved[index] ?? [])].map((session) =>
          JSON.stringify({ Approver: `arn:aws:sts::111122223333:assumed-role/R/${session}`, Decision: "Approve" }),
        );
        const inputs = { ...aStep().inputs, MinRequiredApprovals: needed };
        return aStep({ stepExecutionId, status, inputs, outputs: { ApproverDecisions } });
      }),
    });
  };

  const replyTo = (signal: SentSignal): SignalResult => {
    const { verdict, session } = signal;
    const silent = { kind: "ambiguous", answered: false, code: "TimeoutError", message: "x" } as const;
    const error = { kind: "ambiguous", answered: true, code: "InternalServerError", message: "x" } as const;
    switch (outcome) {
      case "accepted":
        return applySignal(verdict, session)
          ? { kind: "accepted" }
          : { kind: "refused", code: "InvalidAutomationSignalException", message: "x" };
      case "effect, no reply":
        applySignal(verdict, session);
        return silent;
      case "effect, 500":
        applySignal(verdict, session);
        return error;
      case "late effect, no reply":
        inTransit.push({ signal, appliesAt: clock.now() + MAX_DELAY_MS / 2 });
        return silent;
      case "lost, no reply":
        return silent;
      case "lost, 500":
        return error;
      case "refused":
        return { kind: "refused", code: "ThrottlingException", message: "x" };
      case "not sent":
        return { kind: "not-sent", code: "ECONNREFUSED", message: "x" };
      default:
        return assert.fail(outcome satisfies never);
    }
  };

  const send = (executionId: string, verdict: Verdict, session: string | null): SignalResult => {
    applyArrived();
    assert.equal(executionId, EXECUTION_ID);
    // The sender cannot know whether the signal is lost, late or applied. A signal that was applied cannot apply again.
    const open = outcome === "lost, no reply" || outcome === "late effect, no reply";
    const signal: SentSignal = {
      verdict,
      session,
      at: clock.now(),
      gate: waiting(),
      outcome,
      mayApplyUntil: open
        ? clock.now() + MAX_DELAY_MS
        : outcome === "refused" || outcome === "not sent"
          ? 0
          : clock.now(),
    };
    sent.push(signal);
    return replyTo(signal);
  };

  const automation: Automation = {
    target: TARGET,
    async listExecutions() {
      return { kind: "listed", executions: [], hasMore: false };
    },
    async listWaiting() {
      const { executionId, status } = execution();
      const executions =
        status === "Waiting" ? [{ executionId, status, currentStepName: "approve", currentAction: "aws:approve" }] : [];
      return { kind: "listed", executions };
    },
    read: async () => ({ kind: "read", execution: execution() }),
    withParents: async (read) => read,
    tags: async () => ({ kind: "read", tags: {} }),
    defaults: async () => ({ kind: "read", defaults: {}, allowedValues: {} }),
    signers: needed === null ? "bot" : "approvers",
    ready: async ({ session }) =>
      session !== null && untrusted.has(session)
        ? { kind: "failed", code: "AccessDenied", message: "x", retry: false }
        : { kind: "ready" },
    canStop: async () => assert.fail("there is no pause"),
    signal: async ({ session }, executionId, { kind }) =>
      kind === "approve" || kind === "reject" ? send(executionId, kind, session) : assert.fail(kind),
  };

  return {
    automation,
    sent,
    waiting() {
      applyArrived();
      return waiting();
    },
    hasEnded: () => ended !== null,
    /** Sets whether AWS accepts the bot under a session of this name. */
    setTrusted(session: string, trusted: boolean) {
      if (trusted) untrusted.delete(session);
      else untrusted.add(session);
    },
    /** Sets the outcome of the next signals. */
    setOutcome(next: SignalOutcome) {
      outcome = next;
    },
    /** Signals like another person in the console or the CLI. */
    decideElsewhere(verdict: Verdict) {
      applyArrived();
      applySignal(verdict, "another-person");
    },
    endExecution(status: "Cancelled" | "TimedOut") {
      applyArrived();
      ended ??= status;
    },
  };
}
