import type { RequestView } from "../../app/ports/slack.ts";
import { describeTarget, gateLabel } from "../../core/describe-step.ts";
import { DEFAULT_APPROVE_TIMEOUT_SECONDS } from "../../core/execution.ts";
import { type ApprovalRequest, askedAt, deadline } from "../../core/request.ts";
import { describeRequester } from "../../core/requester.ts";
import { describeRunContext } from "../../core/run-context.ts";
import { mentions } from "./mentions.ts";
import { code } from "./text.ts";
import { moment, timeLeft, utcText } from "./time.ts";

type Facts = Pick<RequestView, "request" | "requester">;

/** Returns the target, the requester and the deadline of an open request on one line. In mrkdwn. */
export function whereLine(view: Facts, show = mentions()): string {
  const parts = [describeTarget(view.request, show), `started by ${requesterName(view, show)}`];
  if (view.request.state === "open") parts.push(`decide by ${deadlineText(view.request)}`);
  return parts.join(" · ");
}

/** Returns the same and, on a line of its own, the iteration or the target of rate control. In mrkdwn. */
export function whereLines(view: Facts, show = mentions()): string {
  return [whereLine(view, show), describeRunContext(view.request.facts, show)].filter(Boolean).join("\n");
}

/** Lists the facts: runbook, step, target, requester and times; while the request is open, its deadline. In mrkdwn. */
export function factsText(view: Facts): string {
  const { request } = view;
  const { facts } = request;
  const version = facts.documentVersion === null ? "" : `, version ${code(facts.documentVersion, 20)}`;
  const label = gateLabel(facts);
  const gate = label === null ? "" : `, ${label}`;
  const started = facts.executionStartedAt === null ? "" : `, ${moment(facts.executionStartedAt)}`;
  const run = describeRunContext(facts, mentions(80));
  return [
    `*Runbook:* ${code(facts.documentName, 140)}${version}`,
    `*Step:* ${code(facts.stepName, 140)}${gate}`,
    ...(run === null ? [] : [`*Part of the run:* ${run}`]),
    `*Target:* ${describeTarget(request, mentions())}`,
    `*Started by:* ${requesterName(view)}${started}`,
    `*${request.state === "closed" ? "Began to wait" : "Waiting since"}:* ${moment(askedAt(request))}`,
    ...(request.state === "open" ? [`*Decide by:* ${deadlineText(request)}`] : []),
  ].join("\n");
}

function requesterName({ requester }: Facts, show = mentions()): string {
  return describeRequester(requester, show);
}

/** Until when the request can be decided. In mrkdwn. */
export function deadlineText({ facts }: ApprovalRequest): string {
  const until = deadline(facts, DEFAULT_APPROVE_TIMEOUT_SECONDS);
  if (until === null) return "an unknown time";
  const note = until.presumed ? "; AWS returned no time limit: this is AWS's default" : "";
  return `${moment(until.at)}${timeLeft(until.at, note)}`;
}

/** The same for plain text; null if it is unknown. */
export function plainDeadline({ facts }: ApprovalRequest): string | null {
  return utcText(deadline(facts, DEFAULT_APPROVE_TIMEOUT_SECONDS)?.at ?? null);
}
