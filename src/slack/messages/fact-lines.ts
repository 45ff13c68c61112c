import type { RichTextBlock } from "@slack/types";
import type { RequestView } from "../../app/ports/slack.ts";
import { describeTarget, gateLabel } from "../../core/describe-step.ts";
import { DEFAULT_APPROVE_TIMEOUT_SECONDS } from "../../core/execution.ts";
import { type ApprovalRequest, askedAt, deadline } from "../../core/request.ts";
import { describeRequester } from "../../core/requester.ts";
import { describeRunContext, longRunValues } from "../../core/run-context.ts";
import { line, preformatted, richText, span } from "./blocks.ts";
import { linkSpans } from "./links.ts";
import { mentions } from "./mentions.ts";
import { code, literal, name, word } from "./text.ts";
import { moment, timeLeft, utcText } from "./time.ts";

/** The characters of one value of the run. */
const MAX_RUN_LENGTH = 80;
/** More than the stored characters of one value, also where some of them are replaced. */
const MAX_RUN_VALUE_LENGTH = 1000;

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
  const run = describeRunContext(facts, mentions(MAX_RUN_LENGTH));
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

/** Shows the values of the run in full that `factsText` cuts. */
export function runBlock({ request }: Facts): RichTextBlock | null {
  // A line has an escaped character as up to five.
  const isCut = (text: string) => word(text, MAX_RUN_LENGTH) !== word(text, Number.POSITIVE_INFINITY);
  const values = longRunValues(request.facts, isCut);
  if (values.length === 0) return null;
  const lines = values.flatMap(([label, text]) => [
    line(span(name(label, 200), { bold: true })),
    preformatted(linkSpans(literal(text, MAX_RUN_VALUE_LENGTH))),
  ]);
  return richText(lines, "run");
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
