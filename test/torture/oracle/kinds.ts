import type { Json } from "../../support/http-json.ts";
import { GROUP_MEMBER } from "../runbooks.ts";
import {
  type Evidence,
  findStep,
  hadNoEffect,
  isBot,
  isSameTurn,
  readRequestId,
  turnOfRequest,
  turnOfSignal,
} from "./evidence.ts";
import { isForExecution } from "./signals.ts";

/** How often each kind of situation occurred. */
export type Kinds = Record<string, number>;

/** Counts the situations of a schedule, so that a run shows that each kind really occurred. */
export function countKinds(evidence: Evidence): Kinds {
  const { setting, executions, slackCalls, records, groupChanges, deletions } = evidence;
  const { audit, messages, notices, requests } = records;
  const count = <T>(all: readonly T[], of: (each: T) => boolean) => all.filter(of).length;
  const posted = (name: string) => count(notices, (row) => row.kind === name && row.ts !== null);
  const kind = (name: string) => count(audit, (row) => row.kind === name);
  const isFormerMember = ({ kind, actor, detail }: (typeof audit)[number]) =>
    kind === "denied" && actor === GROUP_MEMBER && JSON.parse(detail).denial === "not-approver";
  return {
    "schedules with lagging reads": setting.readLagMs > 0 ? 1 : 0,
    "stale reads": executions.reduce((sum, each) => sum + each.staleReads, 0),
    "schedules with reused step ids": setting.stepIds === "reused" ? 1 : 0,
    "later turns of a reused id": count(requests, ({ stepTurn }) => stepTurn > 1),
    "schedules with approvers as signers": setting.signers === "approvers" ? 1 : 0,
    "signals as approvers": executions.flatMap((each) => each.signals).filter((each: Json) => each.sourceIdentity)
      .length,
    "schedules over HTTP": setting.connection === "http" ? 1 : 0,
    "deliveries acknowledged over HTTP": count(slackCalls, ({ operation, outcome }) => {
      return operation.startsWith("deliver:") && outcome.status === 200 && outcome.body?.via === "http";
    }),
    "schedules with reminders and escalations": setting.deadlines ? 1 : 0,
    reminders: posted("reminder"),
    "last calls": posted("last-call"),
    escalations: posted("escalated"),
    "reports of an end": posted("execution-ended"),
    "deleted messages": deletions.length,
    "messages posted again": count(messages, (row) => row.deletions > 0 && row.ts !== null),
    withdrawals: kind("withdrawn"),
    "changes of the group": groupChanges.length,
    "denials of a former member": count(audit, isFormerMember),
    "dropped votes": kind("vote-dropped"),
    "requests decided elsewhere": count(requests, ({ outcome }) => outcome?.where === "aws" && outcome.by.length > 0),
    "decisions elsewhere during a signal": countOvertaken(evidence),
    "signals without effect": executions
      .flatMap((each) => each.signals)
      .filter((each: Json) => isBot(each.principal) && hadNoEffect(each)).length,
    "signals reported as misdirected": kind("signal-misdirected"),
    "signals reported as without effect": kind("signal-without-effect"),
  };
}

/** Counts the signals of the bot that arrived late, after another principal had ended their step. */
function countOvertaken({ awsCalls, executions, records }: Evidence): number {
  return awsCalls.filter((call) => {
    if (call.operation !== "SendAutomationSignal" || call.outcome.fault !== "delay" || !isBot(call.principal))
      return false;
    const request = records.requests.find(({ id }) => id === readRequestId({ payload: call.input.Payload ?? {} }));
    const execution = executions.find((each) => isForExecution(call, each.AutomationExecutionId));
    if (request === undefined || execution === undefined) return false;
    const turn = turnOfRequest(request);
    const endedAt = (findStep(execution, turn)?.ExecutionEndTime ?? Number.POSITIVE_INFINITY) * 1000;
    const isByOthers = execution.signals.some(
      (each: Json) => !isBot(each.principal) && isSameTurn(turnOfSignal(each), turn),
    );
    return isByOthers && endedAt < call.at;
  }).length;
}
