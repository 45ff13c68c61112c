import type { ApprovalRequest } from "../../../src/core/request.ts";
import type { Json } from "../../support/http-json.ts";
import { APPROVERS, findRoute } from "../runbooks.ts";
import {
  type Evidence,
  findStep,
  hadNoEffect,
  isBot,
  isSameTurn,
  readRequestId,
  turnOfRequest,
  turnOfSignal,
  turnOfStep,
} from "./evidence.ts";

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
    const decisions = execution.signals.filter((each: Json) => isBot(each.principal) && each.type !== "Resume");
    for (const signal of decisions) {
      accepted += 1;
      const id = readRequestId(signal) ?? "none";
      const request = evidence.records.requests.find((each) => each.id === id);
      const name = `the ${signal.type} for request ${id} on ${execution.AutomationExecutionId}`;
      if (request === undefined) {
        violations.push(`${name} names no recorded request: ${signal.payload.Comment?.[0]}`);
        continue;
      }
      const needed = countSignals(evidence, request);
      // Without an effect and without a reply, the bot sends it again; `findSentAgain` checks it with a reply.
      const limits: [string, number][] = hadNoEffect(signal)
        ? []
        : [
            [`request ${id}`, needed],
            [`request ${id} as ${signal.principal}`, 1],
            [`step ${signal.stepExecutionId} from ${signal.stepStartedAt}`, needed],
          ];
      for (const [key, most] of limits) {
        const count = (seen.get(key) ?? 0) + 1;
        seen.set(key, count);
        if (count > most) violations.push(`${key} of ${execution.AutomationExecutionId} was signaled ${count} times`);
      }
      if (request.decision !== signal.type.toLowerCase()) violations.push(`${name} differs from the decision`);
      violations.push(...findWrongAuthority(evidence, execution, request, signal).map((each) => `${name} ${each}`));
      if (hadNoEffect(signal) || isSameTurn(turnOfSignal(signal), turnOfRequest(request))) continue;
      if (hadFreshRead(evidence, execution, request, findCall(evidence, execution, request, signal)))
        reachedNextGate.add(id);
      else {
        const calls = describeCalls(evidence, execution, request, signal);
        violations.push(`${name} reached step ${signal.stepExecutionId}, not ${request.stepExecutionId}; ${calls}`);
      }
    }
  }
  return { violations, accepted, reachedNextGate };
}

/** Returns the most signals that a decision may need: with the approvers as signers, as many as AWS asks for. */
function countSignals({ setting }: Evidence, { decision, facts }: ApprovalRequest): number {
  return setting.signers === "approvers" && decision === "approve" ? facts.minRequiredApprovals : 1;
}

/** Checks that enough approvers voted for the decision, and that the signal was sent as the bot, or as one of them. */
export function findWrongAuthority(
  evidence: Evidence,
  execution: Json,
  request: ApprovalRequest,
  signal: Pick<Json, "principal" | "sourceIdentity">,
): string[] {
  const votes = evidence.records.votes.filter(
    (vote) => vote.requestId === request.id && vote.verdict === request.decision && APPROVERS.includes(vote.userId),
  );
  const needed = request.decision === "reject" ? 1 : findRoute(execution.DocumentName).quorum;
  const tooFew = votes.length < needed ? [`has ${votes.length} of ${needed} votes`] : [];
  const principal = String(signal.principal);
  if (evidence.setting.signers === "bot")
    return principal.includes("/CountersignBot/") ? tooFew : [...tooFew, `was sent as ${principal}`];
  const voter = votes.find((vote) => vote.userId === signal.sourceIdentity);
  const sessions = voter === undefined ? [] : [voter.userId, voter.sessionEmail ?? voter.userId];
  const isVoter = sessions.some((session) => principal.endsWith(`:assumed-role/CountersignApprover/${session}`));
  return isVoter ? tooFew : [...tooFew, `was sent as ${principal} with the source identity ${signal.sourceIdentity}`];
}

/**
 * Maximum age of the read before a signal, in milliseconds: the three seconds that the bot allows, plus the time that a
 * busy machine may need between the bot's last clock check and the arrival in AWS.
 */
const MAX_READ_AGE_MS = 3_000 + 20_000;
/** How long before the decision this read may begin: the bot reads while it evaluates the click that completes the decision. */
const MAX_EARLY_READ_MS = 3_000;

/** Finds the call by its content: after a time jump during the call, its time differs from that of the signal. */
function findCall({ awsCalls }: Evidence, execution: Json, request: ApprovalRequest, signal: Json): Json | undefined {
  return awsCalls.findLast(
    (each) =>
      each.operation === "SendAutomationSignal" &&
      each.executed &&
      isForExecution(each, execution.AutomationExecutionId) &&
      each.principal === signal.principal &&
      String(each.input.Payload?.Comment?.[0]).includes(request.id),
  );
}

/**
 * A read that arrives less than this before the record of an attempt may have had no influence on it: the bot may have recorded
 * the attempt before it had processed the reply. The end of a step causes such a read at once, because AWS announces it.
 */
const IN_FLIGHT_MS = 1_000;

/** Returns when the attempt of a signal was recorded, by the clock of AWS; without a record, the time of the call. */
function findRecordedAt({ records, jumps }: Evidence, { id }: ApprovalRequest, call: Json): number {
  const ofRequest = records.signals.filter(({ requestId, state }) => requestId === id && state !== "deferred");
  const times = ofRequest.map(({ at }) => toAwsTime(jumps, at)).filter((at) => at <= call.at);
  return times.length === 0 ? call.at : Math.max(...times);
}

/** Converts a time of the bots' clocks to AWS's clock. A skew moves only AWS's clock. */
function toAwsTime(jumps: Evidence["jumps"], at: number): number {
  return jumps.reduce((time, jump) => (jump.isSkew && jump.at <= time ? time + jump.ms : time), at);
}

/** Whether the last read whose reply the bot had before the signal showed the right step waiting, and was recent enough. */
export function hadFreshRead(
  evidence: Evidence,
  execution: Json,
  request: ApprovalRequest,
  call: Json | undefined,
): boolean {
  const { awsCalls, jumps, setting } = evidence;
  const id = execution.AutomationExecutionId;
  const endedAt = (findStep(execution, turnOfRequest(request))?.ExecutionEndTime ?? 0) * 1000;
  const reads = awsCalls.filter(
    (each) =>
      each.operation === "GetAutomationExecution" &&
      each.executed &&
      (each.outcome.fault === undefined || each.outcome.fault === "delay") &&
      isBot(each.principal) &&
      isForExecution(each, id) &&
      each.seq < (call?.seq ?? 0) &&
      each.at >= (request.decidedAt ?? Number.POSITIVE_INFINITY) - MAX_EARLY_READ_MS,
  );
  if (call === undefined) return false;
  // Later reads may have overtaken a delayed signal.
  if (call.outcome.fault === "delay")
    return reads.some((read) => read.at <= endedAt || (setting.readLagMs > 0 && showsWaiting(read, request)));
  const ageAt = (until: number, read: Json) =>
    until - read.at - jumps.filter(({ at }) => at >= read.at && at <= until).reduce((sum, { ms }) => sum + ms, 0);
  const recordedAt = findRecordedAt(evidence, request, call);
  const lastAnswered = reads.findLastIndex((read) => ageAt(recordedAt, read) > IN_FLIGHT_MS);
  return reads.slice(Math.max(0, lastAnswered)).some((read) => {
    if (ageAt(call.at, read) > MAX_READ_AGE_MS) return false;
    if (setting.readLagMs === 0) return read.at <= endedAt;
    // A read that lags may show the step waiting after its end, unless the bot's list of waiting executions showed that end.
    return showsWaiting(read, request) && !wasListedElsewhere(evidence, request, endedAt, read);
  });
}

/** Whether the reply to a read shows the request's own turn of its step waiting. */
function showsWaiting(read: Json, request: ApprovalRequest): boolean {
  const steps: Json[] = read.outcome.body?.AutomationExecution?.StepExecutions ?? [];
  return steps.some((step) => step.StepStatus === "Waiting" && isSameTurn(turnOfStep(step), turnOfRequest(request)));
}

/** How long before the read the bot must have received a list, so that the list is surely on record. */
const LIST_ON_RECORD_MS = 5_000;

/**
 * Whether a list of waiting executions that the bot received well before the read showed that the step had ended: the list
 * no longer contained the execution, or contained it at another step that the read does not show as begun.
 */
function wasListedElsewhere({ awsCalls }: Evidence, request: ApprovalRequest, endedAt: number, read: Json): boolean {
  const lists = awsCalls.filter(
    (each) =>
      each.operation === "DescribeAutomationExecutions" &&
      each.executed &&
      each.outcome.fault === undefined &&
      isBot(each.principal) &&
      each.at > endedAt &&
      each.at < read.at - LIST_ON_RECORD_MS &&
      each.input?.NextToken === undefined &&
      each.outcome.body?.NextToken === undefined,
  );
  const steps: Json[] = read.outcome.body.AutomationExecution.StepExecutions;
  const hasBegun = (name: string) => steps.some((step) => step.StepName === name && step.StepStatus !== "Pending");
  const last = lists.at(-1)?.outcome.body?.AutomationExecutionMetadataList;
  if (last === undefined) return false;
  const listed = last.find((each: Json) => each.AutomationExecutionId === request.executionId);
  if (listed === undefined) return true;
  return listed.CurrentStepName !== request.facts.stepName && !hasBegun(listed.CurrentStepName);
}

/** Describes the events before a signal for another step: the end of the right step, and the AWS calls since the decision. */
function describeCalls({ awsCalls }: Evidence, execution: Json, request: ApprovalRequest, signal: Json): string {
  const from = request.decidedAt ?? 0;
  const endedAt = (findStep(execution, turnOfRequest(request))?.ExecutionEndTime ?? 0) * 1000;
  const calls = awsCalls
    .filter((each) => isForExecution(each, execution.AutomationExecutionId) && each.at >= from && each.at <= signal.at)
    .map((each) => `${each.operation} ${each.at - from}${isBot(each.principal) ? "" : " by another"}`);
  return `in ms from the decision: the step ended ${endedAt - from}, ${calls.join(", ")}`;
}

export function isForExecution(call: Json, executionId: string): boolean {
  return call.input?.AutomationExecutionId === executionId;
}
