import type { KnownBlock, ModalView } from "@slack/types";
import type { ReadExecution } from "../../app/admin/inspect.ts";
import type { RequestView } from "../../app/ports/slack.ts";
import { capitalize, findTerms, repeatsRejection } from "../../core/action-terms.ts";
import type { ObservedExecution } from "../../core/execution.ts";
import { listNames } from "../../core/name-renderer.ts";
import { findObstacle } from "../../core/obstacle.ts";
import { describePrincipal } from "../../core/principal.ts";
import { type ApprovalRequest, isPause } from "../../core/request.ts";
import { explainRequesterRule } from "../../core/requester-rule.ts";
import { authorMessage } from "./author-message.ts";
import { executionText, idsLine, unreadText } from "./aws-text.ts";
import { button, context, plainText, section } from "./blocks.ts";
import { CHAR_BUDGET, MAX_BLOCKS, textLength } from "./budget.ts";
import { earlierGates } from "./earlier-gates.ts";
import { evidenceBlocks } from "./evidence-blocks.ts";
import { factsText, runBlock } from "./fact-lines.ts";
import { mentions } from "./mentions.ts";
import { MESSAGE_PARTS } from "./message-parts.ts";
import { notifiedBlock } from "./notified.ts";
import { notReplacedNote, parameterBlocks, parentBlocks } from "./parameters.ts";
import { reasonBlocks } from "./reasons.ts";
import { stateText } from "./state-text.ts";
import { stepBlocks } from "./step-details.ts";
import { code, plain } from "./text.ts";
import { moment } from "./time.ts";
import { canReject } from "./verdict-buttons.ts";
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

export type Details = RequestView &
  ReadExecution & { leadsTo?: DetailsActions | null | undefined; workspaceUrl?: string };

const MAX_TITLE_LENGTH = 24;
const MAX_SENTENCE_LENGTH = 2900;
/** The approximate length of the end of a page: IDs, break-glass and the buttons between pages. */
const FOOT_BUDGET = 900;
const MAX_FOOT_BLOCKS = 4;
/** The characters of all steps together. */
const STEPS_BUDGET = 120_000;

/** Renders a modal while its content is being fetched: Slack allows three seconds to open one. */
export function loadingView(title: string): ModalView {
  return modal(title, [{ type: "section", text: plainText("One moment…") }]);
}

/** Renders one sentence by Countersign, such as the reason why a click does not count. Mentions in it work. */
export function sentenceView(title: string, sentence: string): ModalView {
  return modal(title, [section(sentence.length > MAX_SENTENCE_LENGTH ? `${wholeWords(sentence)}…` : sentence)]);
}

/** Renders one page of Details, counted from 1. A page that does not exist any more is the last one. */
export function detailsView(details: Details, page = 1): ModalView {
  const pages = detailsPages(details);
  return pages[Math.min(page, pages.length) - 1] ?? sentenceView("Details", "There is nothing to show.");
}

/**
 * Renders everything about a request: its facts, every parameter, every output and every step. Starts with the part that
 * the message does not show; opened from a digest, where no message may exist yet, with the part that a message shows.
 */
export function detailsPages(details: Details): ModalView[] {
  const { request, leadsTo } = details;
  const pages = paginate(detailsBlocks(details));
  return pages.map((blocks, index) => {
    const foot = [
      ...(index === 0 && leadsTo?.breakGlass && canDecide(details) ? breakGlassBlocks(request) : []),
      context(idsLine(request), "ids"),
      ...(pages.length > 1 ? [pageButtons(index + 1, pages.length, leadsTo?.verdicts === true)] : []),
    ];
    const title = pages.length > 1 ? `Details (${index + 1} of ${pages.length})` : "Details";
    const view = modal(title, [...blocks, ...foot]);
    return leadsTo ? { ...view, private_metadata: leadsTo.metadata } : view;
  });
}

/** Returns the blocks of all pages, in their order. */
function detailsBlocks(details: Details): KnownBlock[] {
  const { request, execution, leadsTo } = details;
  const { facts } = request;
  const words = authorMessage(request, null, "words");
  const evidence = evidenceBlocks(facts.evidence, null, "evidence");
  const inMessage = [
    section(factsText(details), "facts"),
    ...earlierGates(details, details.workspaceUrl ?? ""),
    section(stateText(details), "state"),
    notifiedBlock(details),
    ...reasonBlocks(details, "reasons"),
  ];
  const parameters = [
    runBlock(details),
    ...parameterBlocks(facts.parameters, "parameters"),
    ...parentBlocks(facts),
    notReplacedNote(facts),
  ];
  const beyond = [
    section(rules(details), "rules"),
    execution === null ? null : section(executionLine(execution, request), "execution"),
  ];
  const steps = detailedSteps(details);
  const isCut = (blocks: readonly KnownBlock[], shown: readonly KnownBlock[]) => textLength(blocks) > textLength(shown);
  const isQuestionCut = isCut(words, authorMessage(request, MESSAGE_PARTS.words, "words"));
  const isEvidenceCut = isCut(evidence, evidenceBlocks(facts.evidence, MESSAGE_PARTS.evidence, "evidence"));
  const parts = leadsTo?.verdicts
    ? [...words, ...inMessage, ...parameters, ...evidence, ...verdictActions(details), ...beyond, ...steps]
    : [
        ...(isQuestionCut ? words : []),
        ...(isEvidenceCut ? evidence : []),
        ...[...parameters, ...beyond, ...steps],
        ...(isQuestionCut ? [] : words),
        ...(isEvidenceCut ? [] : evidence),
        ...inMessage,
      ];
  return [readError(details), warningBlock(details), ...parts].filter((block) => block !== null);
}

function detailedSteps({ request, execution }: Details): KnownBlock[] {
  const steps = execution?.steps ?? [];
  const marks = new Map([[request.stepExecutionId, "this request"]]);
  const { blocks, cut } = stepBlocks(steps, marks, { room: STEPS_BUDGET });
  return cut === null ? blocks : [...blocks, context(`${cut}. The AWS console shows all of them.`, "steps")];
}

/** Divides blocks into pages that Slack accepts. */
function paginate(blocks: readonly KnownBlock[]): KnownBlock[][] {
  const pages: KnownBlock[][] = [];
  let left = 0;
  for (const block of blocks) {
    const length = textLength(block);
    const page = pages.at(-1);
    if (page === undefined || length > left || page.length >= MAX_BLOCKS.view - MAX_FOOT_BLOCKS) {
      pages.push([block]);
      left = CHAR_BUDGET - FOOT_BUDGET - length;
    } else {
      page.push(block);
      left -= length;
    }
  }
  return pages;
}

/** The buttons to the pages before and after; `open`: the pages also lead to a decision. */
function pageButtons(at: number, count: number, open: boolean): KnownBlock {
  const value = (page: number) => (open ? `${page} open` : String(page));
  const before = at > 1 ? [button("details-previous", "Previous page", value(at - 1))] : [];
  const after = at < count ? [button("details-next", "Next page", value(at + 1))] : [];
  return { type: "actions", block_id: "pages", elements: [...before, ...after] };
}

const canDecide = ({ request, route }: Details) => findObstacle(request.facts, route) === null;

function verdictActions(details: Details): KnownBlock[] {
  if (!canDecide(details)) return [];
  const { request } = details;
  const { verb } = findTerms(request.facts);
  const reject = button("open-reject", `${capitalize(verb.reject)}…`, request.id, "danger");
  const elements = [
    button("open-approve", `${capitalize(verb.approve)}…`, request.id, "primary"),
    ...(canReject(request) ? [reject] : []),
  ];
  return [{ type: "actions", block_id: "decide", elements }];
}

/** For admins only. The buttons open a form; a click alone decides nothing. */
function breakGlassBlocks(request: ApprovalRequest): KnownBlock[] {
  const { verb } = findTerms(request.facts);
  return [
    section("*Break glass:* decide alone, with a reason. The channel and every admin are notified.", "glass"),
    {
      type: "actions",
      block_id: "break-glass",
      elements: [
        button("break-glass-approve", `Break glass: ${verb.approve}…`, request.id, "danger"),
        ...(canReject(request)
          ? [button("break-glass-reject", `Break glass: ${verb.reject}…`, request.id, "danger")]
          : []),
      ],
    },
  ];
}

/** Returns the words that fit. A mention holds no space, so none is cut in two. */
function wholeWords(sentence: string): string {
  return sentence.slice(0, sentence.lastIndexOf(" ", MAX_SENTENCE_LENGTH));
}

function readError({ unread = null }: Details): KnownBlock | null {
  if (unread === null) return null;
  return section(`${unreadText(unread)} These details are from the time when the request was opened.`, "unread");
}

/** The route with its rule on self-approval, and the approvals that AWS itself asks for. */
function rules({ request, route, requester }: Details): string {
  const { awsApprovers, minRequiredApprovals, parentExecutionId, parents = [] } = request.facts;
  const parentIds = parents.length === 0 ? [parentExecutionId] : parents.map(({ executionId }) => executionId);
  const startedBy = parentIds.flatMap((id) => (id === null ? [] : [code(id, 80)]));
  const approvers = awsApprovers.map((arn) => describePrincipal(arn, mentions(80)));
  return [
    `*Route:* ${route === null ? "none" : code(route.name, 100)}`,
    route === null
      ? null
      : `*Self-approval:* ${explainRequesterRule(route, requester, mentions(700), request.state === "open")}`,
    isPause(request.facts)
      ? "*AWS asks for:* any principal that may send Resume"
      : `*AWS asks for:* ${minRequiredApprovals} of ${listNames(approvers, "and", 8) || "unknown approvers"}`,
    startedBy.length === 0 ? null : `*Started by execution:* ${startedBy.join(", by ")}`,
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
  const isEcho = failureMessage === null || repeatsRejection(request, request.failedStep?.name ?? null);
  return `*The execution* ${now}${ended}.${isEcho ? "" : ` AWS says: ${code(failureMessage, 300)}`}`;
}

function modal(title: string, blocks: KnownBlock[]): ModalView {
  return { type: "modal", title: plainText(plain(title, MAX_TITLE_LENGTH)), close: plainText("Close"), blocks };
}
