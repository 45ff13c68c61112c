import type { KnownBlock, ModalView } from "@slack/types";
import type { RequestView } from "../../app/ports/slack.ts";
import type { ObservedExecution } from "../../core/execution.ts";
import { listNames } from "../../core/name-renderer.ts";
import { describePrincipal } from "../../core/principal.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import { explainRequesterRule } from "../../core/requester.ts";
import { authorMessage } from "./author-message.ts";
import { executionText, idsLine } from "./aws-text.ts";
import { button, context, plainText, section } from "./blocks.ts";
import { CHAR_BUDGET, MAX_BLOCKS, textLength } from "./budget.ts";
import { factsText } from "./facts.ts";
import { mentions } from "./mentions.ts";
import { notReplacedNote, parametersBlock } from "./parameters.ts";
import { reasonsBlock } from "./reasons.ts";
import { stateText } from "./state-text.ts";
import { stepBlocks } from "./step-details.ts";
import { code, plain } from "./text.ts";
import { moment } from "./time.ts";
import { warningBlock } from "./warning.ts";

/** The forms that Details can open. */
export interface DetailsActions {
  /** Signed; see signed-form-state.ts. */
  metadata: string;
  /** To approve and reject, if the message from which Details were opened has no buttons for that. */
  verdicts: boolean;
  /** To break glass, for admins. */
  breakGlass: boolean;
}

export type Details = RequestView & {
  /** As AWS returned it just now, masked; null if AWS could not be read. */
  execution: ObservedExecution | null;
  /** The reason why AWS could not be read; null or absent if it could. */
  awsReadError?: string | null | undefined;
  leadsTo?: DetailsActions | null | undefined;
};

const MAX_TITLE_LENGTH = 24;
const MAX_SENTENCE_LENGTH = 2900;
const PARTS = {
  words: { longest: 1500, lines: 60 },
  parameters: { room: 2500, most: 100, longest: 1500, rest: "; the AWS console shows all of them" },
  reasons: { room: 800, most: 10 },
} as const;

/** Renders a modal while its content is being fetched: Slack allows three seconds to open one. */
export function loadingView(title: string): ModalView {
  return modal(title, [{ type: "section", text: plainText("One moment…") }]);
}

/** Renders one sentence by Countersign, such as the reason why a click does not count. Mentions in it work. */
export function sentenceView(title: string, sentence: string): ModalView {
  return modal(title, [section(sentence.length > MAX_SENTENCE_LENGTH ? `${wholeWords(sentence)}…` : sentence)]);
}

/**
 * Renders everything about a request that fits: its facts, every parameter and every step. Starts with the part that the
 * message does not show; opened from a digest, where no message may exist yet, with the part that a message shows.
 */
export function detailsView(details: Details): ModalView {
  const { request, execution, votes, leadsTo } = details;
  const parameters = parametersBlock(request.facts.parameters, PARTS.parameters, "parameters");
  const inMessage: (KnownBlock | null)[] = [
    authorMessage(request, PARTS.words, "words"),
    section(factsText(details), "facts"),
    section(stateText(details), "state"),
    reasonsBlock(votes, PARTS.reasons, "reasons"),
  ];
  const beyond: (KnownBlock | null)[] = [
    section(rules(details), "rules"),
    execution === null ? null : section(executionLine(execution, request), "execution"),
  ];
  const first = leadsTo?.verdicts
    ? [...inMessage, parameters, notReplacedNote(request.facts), verdictActions(request), ...beyond]
    : [parameters, notReplacedNote(request.facts), ...beyond];
  const head = [readError(details), warningBlock(details), ...first].filter((block) => block !== null);
  const foot = [
    ...(leadsTo?.verdicts ? [] : inMessage),
    ...(leadsTo?.breakGlass ? breakGlassBlocks(request) : []),
    context(idsLine(request), "ids"),
  ].filter((block) => block !== null);
  const steps = stepBlocks(execution?.steps ?? [], request.stepExecutionId, {
    room: CHAR_BUDGET - textLength(head) - textLength(foot),
    most: MAX_BLOCKS.view - head.length - foot.length - 1,
  });
  const view = modal("Details", [...head, ...steps, ...foot]);
  return leadsTo ? { ...view, private_metadata: leadsTo.metadata } : view;
}

function verdictActions(request: ApprovalRequest): KnownBlock {
  return {
    type: "actions",
    block_id: "decide",
    elements: [
      button("open-approve", "Approve…", request.id, "primary"),
      button("open-reject", "Reject…", request.id, "danger"),
    ],
  };
}

/** For admins only. The buttons open a form; a click alone decides nothing. */
function breakGlassBlocks(request: ApprovalRequest): KnownBlock[] {
  return [
    section("*Break glass:* decide alone, with a reason. The channel and every admin are notified.", "glass"),
    {
      type: "actions",
      block_id: "break-glass",
      elements: [
        button("break-glass-approve", "Break glass: approve…", request.id, "danger"),
        button("break-glass-reject", "Break glass: reject…", request.id, "danger"),
      ],
    },
  ];
}

/** Returns the words that fit. A mention holds no space, so none is cut in two. */
function wholeWords(sentence: string): string {
  return sentence.slice(0, sentence.lastIndexOf(" ", MAX_SENTENCE_LENGTH));
}

function readError({ awsReadError, execution }: Details): KnownBlock | null {
  if (execution !== null && !awsReadError) return null;
  const why = awsReadError ? `: ${code(awsReadError, 300)}` : "";
  return section(
    `*AWS could not be read just now*${why}. These details are from the time when the request was opened. Try again in a minute.`,
    "unread",
  );
}

/** The route with its rule on self-approval, and the approvals that AWS itself asks for. */
function rules({ request, route, requester }: Details): string {
  const { awsApprovers, minRequiredApprovals, parentExecutionId } = request.facts;
  const approvers = awsApprovers.map((arn) => describePrincipal(arn, mentions(80)));
  return [
    `*Route:* ${route === null ? "none" : code(route.name, 100)}`,
    route === null ? null : `*Self-approval:* ${explainRequesterRule(route, requester, mentions(700))}`,
    `*AWS asks for:* ${minRequiredApprovals} of ${listNames(approvers, "and", 8) || "unknown approvers"}`,
    parentExecutionId === null ? null : `*Started by execution:* ${code(parentExecutionId, 80)}`,
  ]
    .filter((line) => line !== null)
    .join("\n");
}

function executionLine(
  { status, endedAt, failureMessage, steps }: ObservedExecution,
  request: ApprovalRequest,
): string {
  const ended = endedAt === null ? "" : `, ${moment(endedAt)}`;
  // While a step waits, AWS can still report the execution as running.
  const waiting = endedAt === null ? steps.find((step) => step.status === "Waiting") : undefined;
  const now = waiting === undefined ? executionText(status) : `is waiting at step ${code(waiting.name, 100)}`;
  // After a rejection, AWS only repeats that the step was rejected.
  const isEcho = failureMessage === null || request.outcome?.kind === "rejected";
  return `*The execution* ${now}${ended}.${isEcho ? "" : ` AWS says: ${code(failureMessage, 300)}`}`;
}

function modal(title: string, blocks: KnownBlock[]): ModalView {
  return { type: "modal", title: plainText(plain(title, MAX_TITLE_LENGTH)), close: plainText("Close"), blocks };
}
