import type { Json } from "../../support/http-json.ts";
import { APPROVERS, findRoute } from "../runbooks.ts";
import { type Evidence, findStep, isBot } from "./evidence.ts";

export interface SignalEvaluation {
  violations: string[];
  /** Signals of the bot that AWS accepted. */
  accepted: number;
  /**
   * Requests whose signal reached the next gate, because another person ended the right gate between the bot's read and the
   * effect of the signal. SendAutomationSignal names no step, so the bot can make this rare but not impossible.
   */
  reachedNextGate: Set<string>;
}

/** Finds repeated signals, signals without enough votes, and signals for another step than the decided one. */
export function evaluateSignals(evidence: Evidence): SignalEvaluation {
  const violations: string[] = [];
  const reachedNextGate = new Set<string>();
  let accepted = 0;
  const seen = new Map<string, number>();
  for (const execution of evidence.executions) {
    for (const signal of execution.signals.filter((each: Json) => isBot(each.principal))) {
      accepted += 1;
      const comment = String(signal.payload.Comment?.[0] ?? "");
      const id = /request ([0-9a-f-]{36})/.exec(comment)?.[1] ?? "none";
      const request = evidence.records.requests.find((each) => each.id === id);
      const name = `the ${signal.type} for request ${id} on ${execution.AutomationExecutionId}`;
      if (request === undefined) {
        violations.push(`${name} names no recorded request: ${comment}`);
        continue;
      }
      for (const key of [`request ${id}`, `step ${signal.stepExecutionId}`]) {
        const count = (seen.get(key) ?? 0) + 1;
        seen.set(key, count);
        if (count > 1) violations.push(`${key} of ${execution.AutomationExecutionId} was signaled ${count} times`);
      }
      if (request.decision !== signal.type.toLowerCase()) violations.push(`${name} differs from the decision`);
      const votes = evidence.records.votes.filter(
        (vote) => vote.requestId === id && vote.verdict === request.decision && APPROVERS.includes(vote.userId),
      );
      const needed = request.decision === "reject" ? 1 : findRoute(execution.DocumentName).quorum;
      if (votes.length < needed) violations.push(`${name} has ${votes.length} of ${needed} votes`);
      if (signal.stepExecutionId === request.stepExecutionId) continue;
      if (hadFreshRead(evidence, execution, request)) reachedNextGate.add(id);
      else {
        const calls = describeCalls(evidence, execution, request, signal);
        violations.push(`${name} reached step ${signal.stepExecutionId}, not ${request.stepExecutionId}; ${calls}`);
      }
    }
  }
  return { violations, accepted, reachedNextGate };
}

/**
 * Maximum age of the read before a signal, in milliseconds: the three seconds that the bot allows, plus the time that a
 * busy machine may need between the bot's last clock check and the arrival in AWS.
 */
const MAX_READ_AGE_MS = 3_000 + 20_000;

/** Whether the last read before the signal showed the right step waiting, and was recent enough. */
function hadFreshRead(
  { awsCalls, jumps }: Evidence,
  execution: Json,
  request: { id: string; stepExecutionId: string; decidedAt: number | null },
): boolean {
  const id = execution.AutomationExecutionId;
  const endedAt = (findStep(execution, request.stepExecutionId)?.ExecutionEndTime ?? 0) * 1000;
  // Find the call by its content: after a time jump during the call, its time differs from that of the signal.
  const call = awsCalls.findLast(
    (each) =>
      each.operation === "SendAutomationSignal" &&
      each.executed &&
      isForExecution(each, id) &&
      String(each.input.Payload?.Comment?.[0]).includes(request.id),
  );
  const reads = awsCalls.filter(
    (each) =>
      each.operation === "GetAutomationExecution" &&
      each.executed &&
      (each.outcome.fault === undefined || each.outcome.fault === "delay") &&
      isBot(each.principal) &&
      isForExecution(each, id) &&
      each.seq < (call?.seq ?? 0) &&
      each.at >= (request.decidedAt ?? Number.POSITIVE_INFINITY),
  );
  // Later reads may have overtaken a delayed signal.
  if (call?.outcome.fault === "delay") return reads.some((read) => read.at <= endedAt);
  const last = reads.at(-1);
  if (call === undefined || last === undefined) return false;
  const jumped = jumps.filter(({ at }) => at >= last.at && at <= call.at).reduce((sum, { ms }) => sum + ms, 0);
  return last.at <= endedAt && call.at - last.at - jumped <= MAX_READ_AGE_MS;
}

/** Describes the events before a signal for another step: the end of the right step, and the AWS calls since the decision. */
function describeCalls(
  { awsCalls }: Evidence,
  execution: Json,
  request: { stepExecutionId: string; decidedAt: number | null },
  signal: Json,
): string {
  const from = request.decidedAt ?? 0;
  const endedAt = (findStep(execution, request.stepExecutionId)?.ExecutionEndTime ?? 0) * 1000;
  const calls = awsCalls
    .filter((each) => isForExecution(each, execution.AutomationExecutionId) && each.at >= from && each.at <= signal.at)
    .map((each) => `${each.operation} ${each.at - from}${isBot(each.principal) ? "" : " by another"}`);
  return `in ms from the decision: the step ended ${endedAt - from}, ${calls.join(", ")}`;
}

function isForExecution(call: Json, executionId: string): boolean {
  return call.input?.AutomationExecutionId === executionId;
}
