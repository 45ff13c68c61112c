import assert from "node:assert/strict";
import type { Automation } from "../../src/app/ports/aws.ts";
import type { ObservedExecution } from "../../src/core/execution.ts";
import type { Verdict } from "../../src/core/request.ts";
import type { SignalResult } from "../../src/core/signal-attempt.ts";
import { TARGET, type TestClock } from "./fakes.ts";
import { anExecution, aStep, EXECUTION_ID } from "./samples.ts";

/** What becomes of the next signal, and what its sender hears. */
export const FATES = [
  "accepted",
  "effect, no answer",
  "lost, no answer",
  "late effect, no answer",
  "effect, 500",
  "lost, 500",
  "refused",
  "not sent",
] as const;
export type Fate = (typeof FATES)[number];

export interface SentSignal {
  verdict: Verdict;
  /** The role session that sent it; null for the bot itself. */
  session: string | null;
  at: number;
  /** The gate that waited when it left, null when none did. */
  gate: string | null;
  fate: Fate;
  /** Until then it may still take effect; what surely has none never may. */
  mayLandUntil: number;
}

/** A request's signature is good for five minutes; with clocks apart it may be taken that long after. */
const LATEST_MS = 10 * 60_000;

/**
 * One execution of a runbook with gates one after another, as AWS has it. A signal names no gate: it lands on the one
 * that waits when it arrives, which is what makes it dangerous. With `needed`, each person signals as themselves, and a
 * gate lets pass when so many different principals have approved.
 */
export function gatesInAws(clock: TestClock, gates: number, needed: number | null = null) {
  /** Who has approved each gate. */
  const approved = Array.from({ length: gates }, () => new Set<string>());
  /** As whom AWS lets the bot not act at present. */
  const untrusted = new Set<string>();
  let passed = 0;
  let ended: ObservedExecution["status"] | null = null;
  let fate: Fate = "accepted";
  const sent: SentSignal[] = [];
  let underWay: { signal: SentSignal; lands: number }[] = [];
  const gateOf = (index: number) => `gate-${index}`;
  const waiting = () => (ended === null && passed < gates ? gateOf(passed) : null);

  const land = (verdict: Verdict, session: string | null): boolean => {
    if (waiting() === null) return false;
    if (verdict === "reject") {
      ended = "Failed";
      return true;
    }
    approved[passed]?.add(session ?? "bot");
    if ((approved[passed]?.size ?? 0) >= (needed ?? 1) && ++passed === gates) ended = "Success";
    return true;
  };
  /** Signals on their way whose moment has come. */
  const settle = () => {
    const due = underWay.filter(({ lands }) => lands <= clock.now());
    underWay = underWay.filter(({ lands }) => lands > clock.now());
    for (const { signal } of due) {
      land(signal.verdict, signal.session);
      signal.mayLandUntil = clock.now();
    }
  };

  const execution = (): ObservedExecution => {
    settle();
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
        // The same step name each time: a loop, as far as anybody can tell by names.
        const stepExecutionId = index <= passed ? gateOf(index) : null;
        if (needed === null) return aStep({ stepExecutionId, status, outputs: {} });
        const ApproverDecisions = [...(approved[index] ?? [])].map((session) =>
          JSON.stringify({ Approver: `arn:aws:sts::111122223333:assumed-role/R/${session}`, Decision: "Approve" }),
        );
        const inputs = { ...aStep().inputs, MinRequiredApprovals: needed };
        return aStep({ stepExecutionId, status, inputs, outputs: { ApproverDecisions } });
      }),
    });
  };

  const answerTo = (signal: SentSignal): SignalResult => {
    const { verdict, session } = signal;
    const silent = { kind: "ambiguous", answered: false, code: "TimeoutError", message: "x" } as const;
    const error = { kind: "ambiguous", answered: true, code: "InternalServerError", message: "x" } as const;
    switch (fate) {
      case "accepted":
        return land(verdict, session)
          ? { kind: "accepted" }
          : { kind: "refused", code: "InvalidAutomationSignalException", message: "x" };
      case "effect, no answer":
        land(verdict, session);
        return silent;
      case "effect, 500":
        land(verdict, session);
        return error;
      case "late effect, no answer":
        underWay.push({ signal, lands: clock.now() + LATEST_MS / 2 });
        return silent;
      case "lost, no answer":
        return silent;
      case "lost, 500":
        return error;
      case "refused":
        return { kind: "refused", code: "ThrottlingException", message: "x" };
      case "not sent":
        return { kind: "not-sent", code: "ECONNREFUSED", message: "x" };
      default:
        return assert.fail(fate satisfies never);
    }
  };

  const send = (executionId: string, verdict: Verdict, session: string | null): SignalResult => {
    settle();
    assert.equal(executionId, EXECUTION_ID);
    // Nobody hears whether it is lost, or late, or has had its effect; what has had it can have it no more.
    const open = fate === "lost, no answer" || fate === "late effect, no answer";
    const signal: SentSignal = {
      verdict,
      session,
      at: clock.now(),
      gate: waiting(),
      fate,
      mayLandUntil: open ? clock.now() + LATEST_MS : fate === "refused" || fate === "not sent" ? 0 : clock.now(),
    };
    sent.push(signal);
    return answerTo(signal);
  };

  const automation: Automation = {
    target: TARGET,
    async listWaiting() {
      const { executionId, status } = execution();
      const executions =
        status === "Waiting" ? [{ executionId, status, currentStepName: "approve", currentAction: "aws:approve" }] : [];
      return { kind: "listed", executions };
    },
    read: async () => ({ kind: "read", execution: execution() }),
    defaults: async () => null,
    signers: needed === null ? "bot" : "approvers",
    ready: async ({ session }) =>
      session !== null && untrusted.has(session)
        ? { kind: "failed", code: "AccessDenied", message: "x", retry: false }
        : { kind: "ready" },
    signal: async ({ session }, executionId, verdict) => send(executionId, verdict, session),
  };

  return {
    automation,
    sent,
    waiting() {
      settle();
      return waiting();
    },
    isOver: () => ended !== null,
    /** Whether AWS lets the bot act under a session of that name from now on. */
    trusts(session: string, trusted: boolean) {
      if (trusted) untrusted.delete(session);
      else untrusted.add(session);
    },
    /** What the next signals meet. */
    meets(next: Fate) {
      fate = next;
    },
    /** Somebody else signals, in the console or by the CLI. */
    elsewhere(verdict: Verdict) {
      settle();
      land(verdict, "somebody-else");
    },
    ends(status: "Cancelled" | "TimedOut") {
      settle();
      ended ??= status;
    },
  };
}
