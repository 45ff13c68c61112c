import { wasSent } from "../../../src/core/signal-attempt.ts";
import { type Evidence, findStep, turnOfRequest } from "./evidence.ts";

/** The time without faults in which the bot must make an attempt to signal a decision, in milliseconds of the fast clock. */
const ATTEMPT_MS = 12_000;

/**
 * Finds decisions that were never sent: their step timed out although AWS, Slack and the bot had worked for some time since
 * the decision. Time jumps do not count, because no process can work during one.
 */
export function lostDecisions({ records, executions, jumps, faultsEndedAt, skewMs }: Evidence): string[] {
  return records.requests.flatMap((request) => {
    const execution = executions.find((each) => each.AutomationExecutionId === request.executionId);
    const step = execution === undefined ? undefined : findStep(execution, turnOfRequest(request));
    if (request.decidedAt === null || step?.StepStatus !== "TimedOut") return [];
    if (records.signals.some((attempt) => attempt.requestId === request.id && wasSent(attempt))) return [];
    const from = Math.max(faultsEndedAt, request.decidedAt + skewMs);
    const until = step.ExecutionEndTime * 1000;
    const jumped = jumps.filter(({ at }) => at >= from && at <= until).reduce((sum, { ms }) => sum + ms, 0);
    const worked = until - from - jumped;
    if (worked < ATTEMPT_MS) return [];
    const attempts = records.signals.filter(({ requestId }) => requestId === request.id);
    const last = attempts.at(-1);
    return [
      `the decision of request ${request.id} was not sent in ${worked} ms, and its step timed out: ${last?.state} ${last?.error}`,
    ];
  });
}
