import type { ApprovalRequest } from "../../../src/core/request.ts";
import type { Json } from "../../support/http-json.ts";
import { ADMIN, findRoute } from "../runbooks.ts";
import {
  type Evidence,
  findMessages,
  hadNoEffect,
  isBot,
  isNotVisible,
  isReplaced,
  isSameTurn,
  readRequestId,
  turnOfRequest,
  turnOfSignal,
} from "./evidence.ts";
import { type Expectation, expectDecidedElsewhere, expectWithoutEffect } from "./without-effect.ts";

type ReportKind = "signal-misdirected" | "signal-without-effect";

/**
 * Checks that each signal that reached another step than its request's, or that AWS accepted without effect, is reported once:
 * in the audit log, in the channels of the request and to the admins. A report about any other signal is a violation too.
 */
export function reportViolations(evidence: Evidence): string[] {
  const misdirected = findMisdirected(evidence);
  return evidence.records.requests.flatMap((request) => {
    const count = (name: ReportKind) =>
      evidence.records.audit.filter(({ requestId, kind }) => requestId === request.id && kind === name).length;
    const check = (kind: ReportKind, expected: Expectation) =>
      checkReport(evidence, request, { kind, expected, count: count(kind) });
    const reached = misdirected.get(request.id);
    const elsewhere = expectDecidedElsewhere(evidence, request, count("signal-without-effect") > 0);
    // A later turn can replace the reached one, or its own, before a read shows the decisions: the bot records that.
    const isUnseen = reached === "replaced" && isNotVisible(evidence, request.id);
    const expected = reached === undefined ? (elsewhere ?? "forbidden") : isUnseen ? "allowed" : "required";
    return [
      ...check("signal-misdirected", expected),
      ...check("signal-without-effect", expectWithoutEffect(evidence, request)),
    ];
  });
}

/** Compares the reports of one kind about a request with the expectation. */
function checkReport(
  evidence: Evidence,
  request: ApprovalRequest,
  { kind, expected, count }: { kind: ReportKind; expected: Expectation; count: number },
): string[] {
  const name = `the report ${kind} of request ${request.id}`;
  if (count === 0) return expected === "required" ? [`${name} is missing`] : [];
  if (expected === "forbidden") return [`${name} is false`];
  if (count > 1) return [`${name} has ${count} audit records, not 1`];
  const posted = evidence.records.notices
    .filter((row) => row.requestId === request.id && row.kind === kind)
    .filter((row) => findMessages(evidence, row.channelId, row.id).length > 0)
    .map(({ channelId }) => channelId);
  const document = evidence.executions.find((each) => each.AutomationExecutionId === request.executionId)?.DocumentName;
  const missing = findRoute(document).channels.filter((channel) => !posted.includes(channel));
  return [
    ...missing.map((channel) => `${name} is not posted in ${channel}`),
    ...(posted.some((channel) => isDirectMessageTo(evidence, channel, ADMIN))
      ? []
      : [`${name} is not posted to ${ADMIN}`]),
  ];
}

/** Finds the requests with a signal that AWS applied to another step or turn; `replaced`: reads no longer show that turn. */
function findMisdirected({ executions, records }: Evidence): Map<string, "visible" | "replaced"> {
  const found = new Map<string, "visible" | "replaced">();
  for (const execution of executions) {
    for (const signal of execution.signals.filter((each: Json) => isBot(each.principal) && !hadNoEffect(each))) {
      const request = records.requests.find((each) => each.id === readRequestId(signal));
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
