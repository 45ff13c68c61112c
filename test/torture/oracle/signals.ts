import type { Json } from "../../support/http-json.ts";
import { APPROVERS, findRoute } from "../runbooks.ts";
import { type Evidence, findStep, isBot } from "./evidence.ts";

export interface SignalEvaluation {
  violations: string[];
  /** Signals of the bot that AWS took. */
  accepted: number;
  /**
   * Requests whose signal reached another gate because somebody else ended the right one after the bot had read it and before the
   * signal took effect. SendAutomationSignal names no step, so this can be made rare but not impossible.
   */
  reachedNextGate: Set<string>;
}

/** No second signal, none without enough votes, and none for another step than the one that was decided. */
export function evaluateSignals(evidence: Evidence): SignalEvaluation {
  const violations: string[] = [];
  const overtaken = new Set<string>();
  let taken = 0;
  const seen = new Map<string, number>();
  for (const execution of evidence.executions) {
    for (const signal of execution.signals.filter((each: Json) => isBot(each.principal))) {
      taken += 1;
      const comment = String(signal.payload.Comment?.[0] ?? "");
      const id = /request ([0-9a-f-]{36})/.exec(comment)?.[1] ?? "none";
      const request = evidence.records.requests.find((each) => each.id === id);
      const name = `the ${signal.type} for request ${id} on ${execution.AutomationExecutionId}`;
      if (request === undefined) {
        violations.push(`${name} belongs to no request on record: ${comment}`);
        continue;
      }
      for (const key of [`request ${id}`, `step ${signal.stepExecutionId}`]) {
        const count = (seen.get(key) ?? 0) + 1;
        seen.set(key, count);
        if (count > 1) violations.push(`${key} of ${execution.AutomationExecutionId} was signalled ${count} times`);
      }
      if (request.decision !== signal.type.toLowerCase()) violations.push(`${name} is not what was decided`);
      const votes = evidence.records.votes.filter(
        (vote) => vote.requestId === id && vote.verdict === request.decision && APPROVERS.includes(vote.userId),
      );
      const needed = request.decision === "reject" ? 1 : findRoute(execution.DocumentName).quorum;
      if (votes.length < needed) violations.push(`${name} has ${votes.length} of ${needed} votes`);
      if (signal.stepExecutionId === request.stepExecutionId) continue;
      if (hadFreshRead(evidence, execution, request)) overtaken.add(id);
      else {
        const calls = describeCalls(evidence, execution, request, signal);
        violations.push(`${name} reached step ${signal.stepExecutionId}, not ${request.stepExecutionId}; ${calls}`);
      }
    }
  }
  return { violations, accepted: taken, reachedNextGate: overtaken };
}

/**
 * How long before its signal a reading may have been, in milliseconds: the three seconds that the bot allows, and what a
 * busy machine may need between the bot's last look at its fast clock and AWS's.
 */
const MAX_READ_AGE_MS = 3_000 + 20_000;

/** Whether the reading before the signal still showed the right step waiting, and was young enough to count. */
function hadFreshRead(
  { awsCalls, jumps }: Evidence,
  execution: Json,
  request: { id: string; stepExecutionId: string; decidedAt: number | null },
): boolean {
  const id = execution.AutomationExecutionId;
  const endedAt = (findStep(execution, request.stepExecutionId)?.ExecutionEndTime ?? 0) * 1000;
  // By what it carries and not by its time: where time jumps while it is on its way, the two differ.
  const call = awsCalls.findLast(
    (each) =>
      each.operation === "SendAutomationSignal" &&
      each.executed &&
      isForExecution(each, id) &&
      String(each.input.Payload?.Comment?.[0]).includes(request.id),
  );
  const readings = awsCalls.filter(
    (each) =>
      each.operation === "GetAutomationExecution" &&
      each.executed &&
      (each.outcome.fault === undefined || each.outcome.fault === "delay") &&
      isBot(each.principal) &&
      isForExecution(each, id) &&
      each.seq < (call?.seq ?? 0) &&
      each.at >= (request.decidedAt ?? Number.POSITIVE_INFINITY),
  );
  // A signal that was held up on its way may have been passed by later readings.
  if (call?.outcome.fault === "delay") return readings.some((reading) => reading.at <= endedAt);
  const last = readings.at(-1);
  if (call === undefined || last === undefined) return false;
  const jumped = jumps.filter(({ at }) => at >= last.at && at <= call.at).reduce((sum, { ms }) => sum + ms, 0);
  return last.at <= endedAt && call.at - last.at - jumped <= MAX_READ_AGE_MS;
}

/** What led to a signal for another step: when the right one ended, and what was asked of AWS since it was decided. */
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
