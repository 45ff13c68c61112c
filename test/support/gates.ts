import assert from "node:assert/strict";
import type { Automation, SignalResult } from "../../src/app/ports.ts";
import type { ObservedExecution } from "../../src/core/execution.ts";
import type { Verdict } from "../../src/core/request.ts";
import { TARGET, type TestClock } from "./fakes.ts";
import { anExecution, aStep, EXECUTION_ID } from "./samples.ts";

/** What becomes of the next signal, and what its sender hears. */
export const FATES = [
  "taken",
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
 * that waits when it arrives, which is what makes it dangerous.
 */
export function gatesInAws(clock: TestClock, gates: number) {
  let passed = 0;
  let ended: ObservedExecution["status"] | null = null;
  let fate: Fate = "taken";
  const sent: SentSignal[] = [];
  let underWay: { verdict: Verdict; lands: number }[] = [];
  const gateOf = (index: number) => `gate-${index}`;
  const waiting = () => (ended === null && passed < gates ? gateOf(passed) : null);

  const land = (verdict: Verdict): boolean => {
    if (waiting() === null) return false;
    if (verdict === "reject") ended = "Failed";
    else if (++passed === gates) ended = "Success";
    return true;
  };
  /** Signals on their way whose moment has come. */
  const settle = () => {
    const due = underWay.filter(({ lands }) => lands <= clock.now());
    underWay = underWay.filter(({ lands }) => lands > clock.now());
    for (const { verdict } of due) land(verdict);
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
        return aStep({ stepExecutionId: index <= passed ? gateOf(index) : null, status, outputs: {} });
      }),
    });
  };

  const answerTo = (verdict: Verdict): SignalResult => {
    const silent = { kind: "ambiguous", answered: false, code: "TimeoutError", message: "x" } as const;
    const error = { kind: "ambiguous", answered: true, code: "InternalServerError", message: "x" } as const;
    switch (fate) {
      case "taken":
        return land(verdict)
          ? { kind: "taken" }
          : { kind: "refused", code: "InvalidAutomationSignalException", message: "x" };
      case "effect, no answer":
        land(verdict);
        return silent;
      case "effect, 500":
        land(verdict);
        return error;
      case "late effect, no answer":
        underWay.push({ verdict, lands: clock.now() + LATEST_MS / 2 });
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
    async signal(executionId, verdict) {
      settle();
      assert.equal(executionId, EXECUTION_ID);
      const silent = fate.endsWith("no answer");
      sent.push({
        verdict,
        at: clock.now(),
        gate: waiting(),
        fate,
        mayLandUntil: silent ? clock.now() + LATEST_MS : fate === "refused" || fate === "not sent" ? 0 : clock.now(),
      });
      return answerTo(verdict);
    },
  };

  return {
    automation,
    sent,
    waiting() {
      settle();
      return waiting();
    },
    isOver: () => ended !== null,
    /** What the next signals meet. */
    meets(next: Fate) {
      fate = next;
    },
    /** Somebody else signals, in the console or by the CLI. */
    elsewhere(verdict: Verdict) {
      settle();
      land(verdict);
    },
    ends(status: "Cancelled" | "TimedOut") {
      settle();
      ended ??= status;
    },
  };
}
