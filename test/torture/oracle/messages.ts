import { GATE_ACTIONS, PAUSE_ACTION } from "../../../src/core/execution.ts";
import { isPause } from "../../../src/core/request.ts";
import type { Json } from "../../support/http-json.ts";
import { isDecidedWithoutEffect } from "../bot-messages.ts";
import { isOpen } from "../open-message.ts";
import { findRoute } from "../runbooks.ts";
import {
  type Evidence,
  findMessages,
  findStep,
  isBot,
  isNotVisible,
  isReplaced,
  isSameTurn,
  type StepTurn,
  turnOfRequest,
  turnOfSignal,
  turnOfStep,
} from "./evidence.ts";
import { mayHaveEnded, wasEndedByUs } from "./pauses.ts";

/**
 * Checks that each waiting step has one message in each channel of its route, and that every message states how its step
 * ended.
 */
export function messageViolations(evidence: Evidence): string[] {
  return [
    ...findStepsWithoutMessage(evidence),
    ...findDuplicates(evidence),
    ...findUntrueMessages(evidence),
    ...findMissingAdminNotices(evidence),
    ...digestViolations(evidence),
  ];
}

function findStepsWithoutMessage({ executions, records, channels }: Evidence): string[] {
  const evidence = { executions, records, channels } as Evidence;
  return executions.flatMap((execution) =>
    execution.StepExecutions.filter((step: Json) => step.StepStatus === "Waiting" && GATE_ACTIONS.includes(step.Action))
      .flatMap((step: Json) =>
        findRoute(execution.DocumentName).channels.map((channel) => {
          const request = records.requests.find((each) => isSameTurn(turnOfRequest(each), turnOfStep(step)));
          const found = request === undefined ? [] : findMessages(evidence, channel, request.id);
          return found.length > 0 ? null : `waiting step ${step.StepExecutionId} has no message in ${channel}`;
        }),
      )
      .filter((violation: string | null) => violation !== null),
  );
}

function findDuplicates({ channels, records }: Evidence): string[] {
  const known = new Set([...records.requests, ...records.notices, ...records.digests].map((row) => row.id));
  return Object.entries(channels).flatMap(([channel, messages]) => {
    const ours = messages.filter((message) => message.metadata?.event_type === "countersign_request");
    const byRequest = Map.groupBy(ours, (message) => String(message.metadata.event_payload.request_id));
    return [...byRequest].flatMap(([id, found]) => [
      ...(found.length > 1 ? [`${id} has ${found.length} messages in ${channel}`] : []),
      ...(known.has(id) ? [] : [`a message in ${channel} is about ${id}, which is not recorded`]),
    ]);
  });
}

/** Checks that the admins get a notice about each request without a route. */
function findMissingAdminNotices(evidence: Evidence): string[] {
  const { requests, notices } = evidence.records;
  return requests
    .filter((request) => request.route === null)
    .filter(
      (request) =>
        !notices.some(
          (row) =>
            row.requestId === request.id &&
            row.kind === "no-route" &&
            findMessages(evidence, row.channelId, row.id).length > 0,
        ),
    )
    .map((request) => `no notice says that request ${request.id} has no route`);
}

/** Checks that each posted digest exists and finally says that all requests are posted. */
function digestViolations(evidence: Evidence): string[] {
  return evidence.records.digests.flatMap((row) => {
    const [message] = findMessages(evidence, row.channelId, row.id);
    if (message === undefined)
      return row.ts === null
        ? []
        : [`the digest ${row.id} is recorded as posted in ${row.channelId} but does not exist`];
    return JSON.stringify(message.blocks).includes("All posted")
      ? []
      : [`the digest ${row.id} in ${row.channelId} does not say that all is posted: ${message.text}`];
  });
}

/** Returns the text that the message of an ended step must contain. */
function expectedEndText(step: Json): RegExp | null {
  const decided = step.Outputs.ApprovalStatus?.[0];
  if (step.StepStatus === "TimedOut") return /\*Timed out\*/;
  if (step.Action === PAUSE_ACTION) {
    if (step.StepStatus === "Cancelled") return /\*(Stopped|Cancelled in AWS)\*/;
    return step.StepStatus === "Success" ? /\*Resumed( in AWS)?\*/ : null;
  }
  if (step.StepStatus === "Cancelled") return /\*Cancelled in AWS\*/;
  if (decided === "Approved") return /\*Approved( in AWS)?\*/;
  if (decided === "Rejected") return /\*Rejected( in AWS)?\*/;
  return null;
}

function findUntrueMessages(evidence: Evidence): string[] {
  const violations: string[] = [];
  for (const request of evidence.records.requests) {
    const execution = evidence.executions.find((each) => each.AutomationExecutionId === request.executionId);
    const turn = turnOfRequest(request);
    const step = execution === undefined ? undefined : findStep(execution, turn);
    if (step === undefined) {
      violations.push(`request ${request.id} is about a step that AWS does not have`);
      continue;
    }
    for (const channel of findRoute(execution.DocumentName).channels) {
      for (const message of findMessages(evidence, channel, request.id)) {
        const report = (problem: string) =>
          violations.push(`the message of request ${request.id} in ${channel} ${problem}: ${toStatusText(message)}`);
        const blocks = JSON.stringify(message.blocks);
        const open = isOpen(message);
        if (step.StepStatus === "Waiting" && isDecidedWithoutEffect(request)) {
          if (open) report("has buttons although its decision was sent");
          if (request.verification === "no-effect" && !blocks.includes(":rotating_light:"))
            report("does not say that its signal had no effect");
          continue;
        }
        if (step.StepStatus === "Waiting") {
          if (!open) report("has no buttons although its step is waiting");
          continue;
        }
        if (open) report(`has buttons although its step is ${step.StepStatus}`);
        const expected = expectedEndText(step);
        // A turn that was replaced before a read showed its end has an outcome that AWS does not say.
        const isUnknown = isReplaced(execution, turn) && /\*No longer waiting\*/.test(blocks);
        if (expected !== null && !expected.test(blocks) && !isUnknown)
          report(`does not say that its step is ${step.StepStatus}`);
        if (isPause(request.facts)) {
          const isOurs = /\*(Resumed|Stopped)\*/.test(blocks);
          if (isOurs && !mayHaveEnded(evidence, execution, request)) report("says that Slack ended the pause");
          if (
            !isOurs &&
            !isUnknown &&
            wasEndedByUs(evidence, execution, request) &&
            !wasCanceledElsewhere(evidence, execution)
          )
            report("does not say that Slack ended the pause");
          continue;
        }
        const [byUs, byOthers] = [wasSignaled(execution, turn, request.id), wasSignaled(execution, turn, null)];
        if (/\*(Approved|Rejected) in AWS\*/.test(blocks) && byUs && !byOthers)
          report("says that AWS decided, but Slack did");
        // AWS accepted the signal, and a replaced turn no longer shows who decided it: the signal reached a later turn.
        const isHidden = isReplaced(execution, turn) && isNotVisible(evidence, request.id);
        if (/\*(Approved|Rejected)\*/.test(blocks) && !byUs && !isHidden)
          report("says that Slack decided, but AWS did");
      }
    }
  }
  return violations;
}

/**
 * Tells whether the bot signaled this turn of a step for this request or, with `id` null, somebody else did. Where AWS needs two
 * approvals, both may have. A signal for an earlier turn that reached this one is no decision of this request.
 */
function wasSignaled(execution: Json, turn: StepTurn, id: string | null): boolean {
  return execution.signals.some(
    (each: Json) =>
      isSameTurn(turnOfSignal(each), turn) &&
      (id === null ? !isBot(each.principal) : isBot(each.principal) && JSON.stringify(each.payload).includes(id)),
  );
}

/** Tells whether another principal stopped the execution: AWS accepts a second stop while the first one is under way. */
function wasCanceledElsewhere({ awsCalls }: Evidence, execution: Json): boolean {
  return awsCalls.some(
    (call) =>
      call.operation === "StopAutomationExecution" &&
      call.executed &&
      !isBot(call.principal) &&
      call.input.AutomationExecutionId === execution.AutomationExecutionId,
  );
}

function toStatusText(message: Json): string {
  return JSON.stringify(message.blocks.find((block: Json) => block.block_id === "state")?.text?.text ?? message.text);
}
