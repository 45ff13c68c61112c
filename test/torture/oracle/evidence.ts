import type { ApprovalRequest } from "../../../src/core/request.ts";
import type { Json } from "../../support/http-json.ts";
import type { DatabaseRecords } from "../database.ts";
import type { Deletion, GroupChange, Harness, Jump } from "../harness.ts";
import type { Setting } from "../setting.ts";

/** The calls and state of the stand-ins and the bot's records, after all work is complete. */
export interface Evidence {
  executions: Json[];
  awsCalls: Json[];
  slackCalls: Json[];
  /** Messages by channel; `onlyFor` marks ephemeral ones. */
  channels: Record<string, Json[]>;
  /** Events of the bot on the bus. */
  events: Json[];
  records: DatabaseRecords;
  jumps: readonly Jump[];
  groupChanges: readonly GroupChange[];
  /** The messages that a person deleted. */
  deletions: readonly Deletion[];
  /** The time of the stand-ins at which all faults had ended. */
  faultsEndedAt: number;
  /** The time of the stand-ins at the end. */
  endedAt: number;
  /** The lead of the stand-ins' clock over the bots' at the end. */
  skewMs: number;
  setting: Setting;
}

/** Whether a principal is a session of the bot's role, or one that the bot has for an approver. */
export const isBot = (principal: unknown) => /Countersign(Bot|Approver)\//.test(String(principal));

export async function gatherEvidence(harness: Harness): Promise<Evidence> {
  const [{ executions }, aws, slack, state, { events }, records] = await Promise.all([
    harness.control.aws("executions"),
    harness.control.aws("requests"),
    harness.control.slack("requests"),
    harness.control.slack("state"),
    harness.control.aws("bus?source=countersign"),
    harness.readRecords(),
  ]);
  const channels = Object.fromEntries(state.channels.map((each: Json) => [each.id, each.messages]));
  return {
    executions,
    awsCalls: aws.requests,
    slackCalls: slack.requests,
    channels,
    events,
    records,
    jumps: harness.jumps(),
    groupChanges: harness.groupChanges(),
    deletions: harness.deletions(),
    faultsEndedAt: harness.faultsEndedAt(),
    endedAt: harness.now(),
    skewMs: harness.skewMs(),
    setting: harness.setting(),
  };
}

/** One turn of a step: AWS may give the next turn the same id. */
export interface StepTurn {
  stepExecutionId: string;
  startedAt: number | null;
}

/** Two turns of a step are seconds apart. */
const SAME_START_MS = 20;

export const isSameTurn = (one: StepTurn, other: StepTurn): boolean =>
  one.stepExecutionId === other.stepExecutionId &&
  Math.abs((one.startedAt ?? Number.NaN) - (other.startedAt ?? Number.NaN)) <= SAME_START_MS;

export const turnOfStep = (step: Json): StepTurn => ({
  stepExecutionId: step.StepExecutionId,
  startedAt: step.ExecutionStartTime === undefined ? null : step.ExecutionStartTime * 1000,
});
export const turnOfSignal = (signal: Json): StepTurn => ({
  stepExecutionId: signal.stepExecutionId,
  startedAt: signal.stepStartedAt,
});
export const turnOfRequest = ({ stepExecutionId, facts }: ApprovalRequest): StepTurn => ({
  stepExecutionId,
  startedAt: facts.waitingSince,
});

/** Finds the turn of a step in an execution, also one that a later turn with the same id has replaced. */
export function findStep(execution: Json, turn: StepTurn): Json | undefined {
  const steps: Json[] = [...execution.StepExecutions, ...execution.replacedSteps];
  return steps.find((step) => isSameTurn(turnOfStep(step), turn));
}

/** Tells whether a later turn with the same id has replaced this one, so that no read shows it any more. */
export function isReplaced(execution: Json, turn: StepTurn): boolean {
  return execution.replacedSteps.some((step: Json) => isSameTurn(turnOfStep(step), turn));
}

/** Finds the bot's decisions that AWS accepted and that carry the id of a request. Resume and a stop carry none. */
export const findSignals = (execution: Json | undefined, requestId: string): Json[] =>
  (execution?.signals ?? []).filter((each: Json) => isBot(each.principal) && readRequestId(each) === requestId);

/** Reads the id of the request in the comment of a signal. */
export const readRequestId = ({ payload }: Json): string | undefined =>
  /request ([0-9a-f-]{36})/.exec(String(payload.Comment?.[0] ?? ""))?.[1];

/** Tells whether AWS accepted a decision and did nothing: the stand-in then records no step. */
export const hadNoEffect = (signal: Json): boolean => signal.stepExecutionId === undefined;

/** Tells whether the bot recorded that no read showed who decided the step of a request that it signaled. */
export function isNotVisible({ records }: Evidence, id: string): boolean {
  return records.audit.some(
    ({ requestId, kind, detail }) =>
      requestId === id && kind === "signal-verified" && JSON.parse(detail).result === "not-visible",
  );
}

/** Finds the bot's messages for a request, a notice or a digest in a channel. */
export function findMessages(evidence: Evidence, channel: string, id: string): Json[] {
  return (evidence.channels[channel] ?? []).filter(
    (message) => message.onlyFor === undefined && message.metadata?.event_payload?.request_id === id,
  );
}
