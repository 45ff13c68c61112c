import type { Json } from "../../support/http-json.ts";
import { ADMIN, findRoute } from "../runbooks.ts";
import {
  type Evidence,
  findMessages,
  isBot,
  isNotVisible,
  isReplaced,
  isSameTurn,
  turnOfRequest,
  turnOfSignal,
} from "./evidence.ts";

/**
 * Checks that each signal that reached another step than its request's is reported: in the audit log, in the channels of the
 * request and to the admins. A report about a signal that reached its own step is a violation too.
 */
export function reportViolations(evidence: Evidence): string[] {
  const misdirected = findMisdirected(evidence);
  return evidence.records.requests.flatMap((request) => {
    const reports = evidence.records.audit.filter(
      ({ requestId, kind }) => requestId === request.id && kind === "signal-misdirected",
    );
    if (!misdirected.has(request.id))
      return reports.length === 0
        ? []
        : [`request ${request.id} has a report about a signal that reached its own step`];
    // A later turn can replace the reached one, or its own, before a read shows the decisions: the bot records that.
    if (misdirected.get(request.id) === "replaced" && reports.length === 0 && isNotVisible(evidence, request.id))
      return [];
    if (reports.length !== 1)
      return [`the misdirected signal of request ${request.id} has ${reports.length} audit records, not 1`];
    const posted = evidence.records.notices
      .filter(({ requestId, kind }) => requestId === request.id && kind === "signal-misdirected")
      .filter((row) => findMessages(evidence, row.channelId, row.id).length > 0)
      .map(({ channelId }) => channelId);
    const document = evidence.executions.find(
      (each) => each.AutomationExecutionId === request.executionId,
    )?.DocumentName;
    const missing = findRoute(document).channels.filter((channel) => !posted.includes(channel));
    return [
      ...missing.map((channel) => `no report in ${channel} about the misdirected signal of request ${request.id}`),
      ...(posted.some((channel) => isDirectMessageTo(evidence, channel, ADMIN))
        ? []
        : [`no report to ${ADMIN} about the misdirected signal of request ${request.id}`]),
    ];
  });
}

/** Finds the requests with a signal that AWS applied to another step or turn; `replaced`: reads no longer show that turn. */
function findMisdirected({ executions, records }: Evidence): Map<string, "visible" | "replaced"> {
  const found = new Map<string, "visible" | "replaced">();
  for (const execution of executions) {
    for (const signal of execution.signals.filter((each: Json) => isBot(each.principal))) {
      const [, id] = /request ([0-9a-f-]{36})/.exec(String(signal.payload.Comment?.[0])) ?? [];
      const request = records.requests.find((each) => each.id === id);
      if (request === undefined || isSameTurn(turnOfRequest(request), turnOfSignal(signal))) continue;
      found.set(request.id, isReplaced(execution, turnOfSignal(signal)) ? "replaced" : "visible");
    }
  }
  return found;
}

function isDirectMessageTo({ slackCalls }: Evidence, channel: string, user: string): boolean {
  return slackCalls.some(
    (call) =>
      call.operation === "conversations.open" &&
      call.executed &&
      String(call.input.users).includes(user) &&
      JSON.stringify(call.outcome).includes(channel),
  );
}
