import type { ApprovalRequest } from "../../../src/core/request.ts";
import { wasSent } from "../../../src/core/signal-attempt.ts";
import { EFFECT_DUE_MS } from "../../../src/core/verify-signals.ts";
import type { Json } from "../../support/http-json.ts";
import type { DatabaseRecords } from "../database.ts";
import {
  type Evidence,
  findSignals,
  findStep,
  hadNoEffect,
  isBot,
  isSameTurn,
  turnOfRequest,
  turnOfSignal,
  turnOfStep,
} from "./evidence.ts";

type Attempt = DatabaseRecords["signals"][number];

/** Whether the evidence demands a report, excludes it, or explains both. */
export type Expectation = "required" | "forbidden" | "allowed";

/** The time without faults after which the bot must have read an execution that it follows, also while time jumps. */
const REPORT_MS = 75_000;
/** The part of this time without jumps: no process works during one. */
const WORK_MS = 8_000;
/** The time between a read and the evaluation of its reply. */
const EVALUATION_MS = 10_000;

/**
 * Tells whether an accepted signal of the request must be reported as one without effect. While the bot knows of such a
 * signal, it compares reads with it: a minute after the last accepted signal, a read that shows the step waiting is the report.
 */
export function expectWithoutEffect(evidence: Evidence, request: ApprovalRequest): Expectation {
  const execution = findExecution(evidence, request);
  const acceptedAt = findLastAccepted(evidence, request);
  if (acceptedAt === null) return showedWaiting(evidence, request) ? "allowed" : "forbidden";
  const { faultsEndedAt, setting, skewMs } = evidence;
  const step = findStep(execution, turnOfRequest(request));
  const dueAt = acceptedAt + EFFECT_DUE_MS;
  if (step?.StepStatus === "Waiting") return isHidden(request, step) ? "allowed" : "required";
  const endedAt = (step?.ExecutionEndTime ?? 0) * 1000;
  // The clock of the stand-ins may be ahead of the bot's: each comparison takes the reading that demands less.
  const from = Math.max(dueAt + skewMs, faultsEndedAt);
  // The jump in which the step ended gave the bot no time to read it before that.
  const until = evidence.jumps.find(({ at, ms }) => at <= endedAt && endedAt <= at + ms)?.at ?? endedAt;
  const worked = until - from - sumJumps(evidence, from, until - 1);
  if (until - from >= REPORT_MS && worked >= WORK_MS) return isHidden(request, step) ? "allowed" : "required";
  const shownUntil = endedAt + setting.readLagMs + EVALUATION_MS;
  return shownUntil + sumJumps(evidence, acceptedAt, dueAt + skewMs) < dueAt ? "forbidden" : "allowed";
}

/**
 * Tells whether a signal without effect must be reported as misdirected, because another principal decided its step; null if
 * the request has no such signal. A step that was reported before as waiting needs no second report.
 */
export function expectDecidedElsewhere(
  evidence: Evidence,
  request: ApprovalRequest,
  isReported: boolean,
): Expectation | null {
  const execution = findExecution(evidence, request);
  if (findLastAccepted(evidence, request) === null) return null;
  const turn = turnOfRequest(request);
  const decisions = (execution.signals as Json[]).filter(
    (each) => !hadNoEffect(each) && isSameTurn(turnOfSignal(each), turn),
  );
  const byOthers = decisions.filter(({ principal }) => !isBot(principal));
  if (byOthers.length === 0 || isReported) return "forbidden";
  const isReplaced = (execution.replacedSteps as Json[]).some((step) => isSameTurn(turnOfStep(step), turn));
  const isOver = findStep(execution, turn)?.StepStatus !== "Waiting";
  return isOver && !isReplaced && byOthers.length === decisions.length && countNeeded(request) === 1
    ? "required"
    : "allowed";
}

/** Finds the signals that were sent again although AWS had accepted an earlier one of the same signer. */
export function findSentAgain({ records }: Evidence): string[] {
  return records.signals.filter(wasSent).flatMap(({ requestId, signerId, attempt }) => {
    const isEarlier = (each: Attempt) =>
      each.requestId === requestId && each.signerId === signerId && each.state === "accepted" && each.attempt < attempt;
    return records.signals.some(isEarlier)
      ? [
          `attempt ${attempt} of request ${requestId} was sent although AWS had accepted an earlier signal of ${signerId}`,
        ]
      : [];
  });
}

/** Returns when the last attempt began that the bot recorded as accepted, if any accepted one had no effect; otherwise null. */
function findLastAccepted(evidence: Evidence, request: ApprovalRequest): number | null {
  const signals = findSignals(findExecution(evidence, request), request.id);
  const accepted = evidence.records.signals.filter(
    ({ requestId, state }) => requestId === request.id && state === "accepted",
  );
  const isWithoutEffect = (attempt: Attempt) => {
    const own = signals.filter((signal) => attempt.session === null || signal.sourceIdentity === attempt.signerId);
    return own.length > 0 && own.every(hadNoEffect);
  };
  return accepted.some(isWithoutEffect) ? Math.max(...accepted.map(({ at }) => at)) : null;
}

/**
 * Tells whether reads lag and one of them showed the step waiting a minute after the first signal. After a time jump, a read
 * that lags can show a state that is older than the lag.
 */
function showedWaiting({ awsCalls, records, setting }: Evidence, request: ApprovalRequest): boolean {
  const first = records.signals.find((attempt) => attempt.requestId === request.id && wasSent(attempt));
  if (setting.readLagMs === 0 || first === undefined) return false;
  return awsCalls.some(
    ({ operation, principal, at, outcome }) =>
      operation === "GetAutomationExecution" &&
      isBot(principal) &&
      at >= first.at + EFFECT_DUE_MS &&
      (outcome.body?.AutomationExecution?.StepExecutions ?? []).some(
        (step: Json) => step.StepStatus === "Waiting" && isSameTurn(turnOfStep(step), turnOfRequest(request)),
      ),
  );
}

/** Where AWS needs several approvals, a step without a list of decisions does not show which signals had an effect. */
const isHidden = (request: ApprovalRequest, step: Json) =>
  countNeeded(request) > 1 && step.Outputs?.ApproverDecisions === undefined;

const countNeeded = ({ decision, facts }: ApprovalRequest) => (decision === "reject" ? 1 : facts.minRequiredApprovals);

const sumJumps = ({ jumps }: Evidence, from: number, until: number) =>
  jumps.filter(({ at }) => at >= from && at <= until).reduce((sum, { ms }) => sum + ms, 0);

const findExecution = ({ executions }: Evidence, { executionId }: ApprovalRequest): Json =>
  executions.find((each) => each.AutomationExecutionId === executionId) ?? {
    StepExecutions: [],
    replacedSteps: [],
    signals: [],
  };
