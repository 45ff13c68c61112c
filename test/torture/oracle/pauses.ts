import { type ApprovalRequest, isPause } from "../../../src/core/request.ts";
import { wasSent } from "../../../src/core/signal-attempt.ts";
import type { Json } from "../../support/http-json.ts";
import { type Evidence, findStep, isBot, isSameTurn, turnOfRequest, turnOfSignal } from "./evidence.ts";
import { findWrongAuthority, hadFreshRead, isForExecution } from "./signals.ts";

export interface PauseEvaluation {
  violations: string[];
  /** Resume signals and stops of the bot that AWS accepted. */
  resumes: number;
  stops: number;
  /** Those that took effect after the pause of their request, which another person had ended since the bot's read. */
  late: number;
}

/** A Resume or a stop of the bot that AWS accepted, and the pause that it ended; undefined if it ended none. */
interface PauseCall {
  kind: "resume" | "stop";
  call: Json;
  signer: Pick<Json, "principal" | "sourceIdentity">;
  own: ApprovalRequest | undefined;
}

const DECISION = { resume: "approve", stop: "reject" } as const;

/**
 * Finds repeated Resume signals and stops, those without enough votes, and those that took effect after the decided pause.
 * Neither names a request, so each counts for the request of the pause that it ended, or else for the newest decision.
 */
export function evaluatePauses(evidence: Evidence): PauseEvaluation {
  const found: PauseEvaluation = { violations: [], resumes: 0, stops: 0, late: 0 };
  const signaled = new Set<string>();
  for (const execution of evidence.executions) {
    const id = execution.AutomationExecutionId;
    const pauses = evidence.records.requests.filter(({ executionId, facts }) => executionId === id && isPause(facts));
    for (const { kind, call, signer, own } of [
      ...findResumes(evidence, execution, pauses),
      ...findStops(evidence, execution, pauses),
    ]) {
      found[kind === "resume" ? "resumes" : "stops"] += 1;
      const isFor = ({ decision, decidedAt }: ApprovalRequest) =>
        decision === DECISION[kind] && decidedAt !== null && decidedAt <= call.at;
      const request = own !== undefined && isFor(own) ? own : pauses.findLast(isFor);
      if (request === undefined) {
        found.violations.push(`the ${kind} of execution ${id} belongs to no decision`);
        continue;
      }
      const name = `the ${kind} for request ${request.id} on ${id}`;
      if (signaled.has(request.id)) found.violations.push(`${name} was sent twice`);
      signaled.add(request.id);
      found.violations.push(
        ...findWrongAuthority(evidence, execution, request, signer).map((problem) => `${name} ${problem}`),
      );
      if (request === own) continue;
      if (hadFreshRead(evidence, execution, request, call)) found.late += 1;
      else found.violations.push(`${name} took effect after the end of its pause, without a fresh read`);
    }
  }
  return found;
}

function findResumes({ awsCalls }: Evidence, execution: Json, pauses: readonly ApprovalRequest[]): PauseCall[] {
  const signals = execution.signals.filter((each: Json) => isBot(each.principal) && each.type === "Resume");
  const calls = awsCalls.filter(
    (each) =>
      each.operation === "SendAutomationSignal" &&
      each.input.SignalType === "Resume" &&
      each.outcome.status !== 400 &&
      wasExecutedFor(each, execution),
  );
  // Both are in the order in which AWS accepted them.
  return signals.map((signal: Json, index: number) => ({
    kind: "resume",
    call: calls[index] ?? signal,
    signer: signal,
    own: pauses.find((request) => isSameTurn(turnOfRequest(request), turnOfSignal(signal))),
  }));
}

function findStops({ awsCalls }: Evidence, execution: Json, pauses: readonly ApprovalRequest[]): PauseCall[] {
  const calls = awsCalls.filter(
    (each) =>
      each.operation === "StopAutomationExecution" && each.outcome.status !== 400 && wasExecutedFor(each, execution),
  );
  return calls.map((call) => ({
    kind: "stop",
    call,
    // The stand-in records no source identity of a stop.
    signer: { principal: call.principal, sourceIdentity: String(call.principal).split("/").at(-1) },
    own: pauses.find((request) => findStep(execution, turnOfRequest(request))?.StepStatus === "Cancelled"),
  }));
}

/** Whether AWS carried out a call of the bot; an error after that, or a lost reply, changes nothing. */
function wasExecutedFor(call: Json, execution: Json): boolean {
  return call.executed && isBot(call.principal) && isForExecution(call, execution.AutomationExecutionId);
}

/**
 * Tells whether the bot's own Resume or stop ended this pause. AWS lists no decisions of a pause: one whose reply was lost
 * may have ended it, and counts as its cause.
 */
export function mayHaveEnded(evidence: Evidence, execution: Json, request: ApprovalRequest): boolean {
  return (
    wasEndedByUs(evidence, execution, request) ||
    evidence.records.signals.some((attempt) => attempt.requestId === request.id && wasSent(attempt))
  );
}

/** Tells whether AWS accepted the bot's own Resume for this pause, or its stop while it was the step that waited. */
export function wasEndedByUs(evidence: Evidence, execution: Json, request: ApprovalRequest): boolean {
  const calls = [...findResumes(evidence, execution, [request]), ...findStops(evidence, execution, [request])];
  return calls.some(({ kind, own }) => own === request && request.decision === DECISION[kind]);
}
