import type { KnownBlock } from "@slack/types";
import type { NoticeView } from "../../app/ports/slack.ts";
import { repeatsRejection } from "../../core/action-terms.ts";
import { shortTarget } from "../../core/describe-step.ts";
import type { FailedStep } from "../../core/failed-step.ts";
import { listNames } from "../../core/name-renderer.ts";
import { requesterIds } from "../../core/requester.ts";
import { executionNote, executionText } from "./aws-text.ts";
import { context, contextLines, line, preformatted, type RenderedMessage, richText, section, span } from "./blocks.ts";
import { gateLine, moreGates } from "./gate-line.ts";
import { mentionUser } from "./mentions.ts";
import { literal, plain } from "./text.ts";
import { duration, moment } from "./time.ts";

const MAX_GATES = 6;
const MAX_FAILURE_LENGTH = 2000;

/** Renders the reply that reports the end of an execution: its status, its duration, and the people who decided. */
export function executionEndMessage(view: NoticeView): RenderedMessage {
  const { request, gates = [view] } = view;
  const { executionStatus, executionEndedAt } = request;
  const { documentName, executionStartedAt } = request.facts;
  const end = executionText(executionStatus);
  const took =
    executionEndedAt === null || executionStartedAt === null
      ? ""
      : ` after ${duration(executionEndedAt - executionStartedAt)}`;
  const at = executionEndedAt === null ? "" : `, ${moment(executionEndedAt)}`;
  const isReply = view.kind === "execution-ended";
  const parent = findOwnParent(view);
  const own =
    parent === null
      ? `Your execution of ${plain(documentName, 90)}`
      : `${plain(documentName, 90)}, which your execution of ${plain(parent, 90)} started,`;
  const subject = isReply ? "The execution" : own;
  const lines = [
    ...gates.slice(-MAX_GATES).map(gateLine),
    moreGates(gates.length - MAX_GATES, request.executionId, gates.slice(0, -MAX_GATES)),
    isReply ? requesterLine(view) : null,
  ];
  const blocks: (KnownBlock | null)[] = [
    section(`*${subject} ${end}*${took}${at}`, "state"),
    failureBlock(view),
    ...contextLines(
      lines.filter((each) => each !== null),
      "people",
    ),
    isReply ? null : context(executionNote(request), "ids"),
  ];
  return {
    text: `${plain(documentName, 90)} in ${shortTarget(request, (name) => plain(name, 80))} ${plain(end, 80)}${took}.`,
    blocks: blocks.filter((block) => block !== null),
  };
}

/** Returns the runbook of the parent execution that the known requester started; null if they started this execution itself. */
export function findOwnParent({ request, requester }: Pick<NoticeView, "request" | "requester">): string | null {
  const parent = (requester.parents ?? []).findLastIndex(({ userIds }) => userIds.length > 0);
  return request.facts.parents?.[parent]?.documentName ?? null;
}

/** The failed step with AWS's texts. A rejection is no failure to explain: AWS only repeats it. */
function failureBlock({ request, gates = [] }: NoticeView): KnownBlock | null {
  const { failedStep, executionFailure, executionStatus } = request;
  if (failedStep === null) return executionFailure === null ? null : toFailure("AWS says:", [executionFailure]);
  if (gates.some((gate) => repeatsRejection(gate.request, failedStep.name))) return null;
  const { message, details } = failedStep;
  return toFailure(failureTitle(failedStep, executionStatus), [message ?? executionFailure ?? "", ...details]);
}

function failureTitle({ name, status }: FailedStep, executionStatus: string): string {
  const step = literal(name, 140);
  if (status === "TimedOut") return `Step ${step} timed out.`;
  if (status !== "Cancelled") return `Step ${step} failed.`;
  return executionStatus === status ? `The execution was cancelled at step ${step}.` : `Step ${step} was cancelled.`;
}

function toFailure(title: string, texts: readonly string[]): KnownBlock {
  const text = texts.filter((each) => each !== "").join("\n");
  return richText(
    text === "" ? [line(span(title))] : [line(span(title)), preformatted(literal(text, MAX_FAILURE_LENGTH))],
    "failure",
  );
}

/** Mentions the requester, also that of the parent executions, if the requester is known and a route does not say otherwise. */
function requesterLine({ requester, tellRequester = true }: NoticeView): string | null {
  if (!tellRequester) return null;
  const people = requesterIds(requester).map(mentionUser);
  return people.length === 0 ? null : `started by ${listNames(people, "or", 5)}`;
}
