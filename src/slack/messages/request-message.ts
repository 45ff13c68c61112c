import type { KnownBlock } from "@slack/types";
import type { RequestView } from "../../app/ports/slack.ts";
import { shortTarget } from "../../core/describe-step.ts";
import { toPeople } from "../../core/policy.ts";
import { authorMessage, quotedQuestion } from "./author-message.ts";
import { executionNote } from "./aws-text.ts";
import { context, header, plainText, type RenderedMessage, section } from "./blocks.ts";
import { earlierGates } from "./earlier-gates.ts";
import { evidenceBlocks } from "./evidence-blocks.ts";
import { whereLines } from "./fact-lines.ts";
import { headline } from "./headline.ts";
import { lateBlock } from "./late.ts";
import { mentionPeople, mentions } from "./mentions.ts";
import { MESSAGE_PARTS } from "./message-parts.ts";
import { notifiedBlock } from "./notified.ts";
import { changedParametersBlock, defaultsNote, notReplacedNote } from "./parameters.ts";
import { reasonsBlock, soleReason } from "./reasons.ts";
import { stateText } from "./state-text.ts";
import { summary } from "./summary.ts";
import { plain, word } from "./text.ts";
import { duration } from "./time.ts";
import { buttonsBlock } from "./verdict-buttons.ts";
import { warningBlock } from "./warning.ts";
import { withheld, withheldBlock } from "./withheld.ts";
import { withoutMentions } from "./without-mentions.ts";

/**
 * Renders the message of a request in any state; the same view gives the same message. A closed request is short: its
 * outcome, the reasons and the question. `withhold`: people of other organizations can read the channel; see `withheld`.
 */
export function requestMessage(
  view: RequestView,
  { withhold = false, workspaceUrl = "" }: { withhold?: boolean; workspaceUrl?: string } = {},
): RenderedMessage {
  const shown = withhold ? withheld(view) : view;
  const note = withhold ? withheldBlock(view) : null;
  const blocks = view.request.state === "closed" ? closedBlocks(shown, note) : waitingBlocks(shown, note, workspaceUrl);
  const message = { text: summary(shown), blocks: blocks.filter((block) => block !== null) };
  return view.isQuiet ? withoutMentions(message, [view]) : message;
}

function waitingBlocks(view: RequestView, note: KnownBlock | null, workspaceUrl: string): (KnownBlock | null)[] {
  const { request } = view;
  const { parameters } = request.facts;
  return [
    header(headline(view), "what"),
    warningBlock(view),
    lateBlock(view),
    view.isReplacement ? context("This message replaces one that was deleted.", "replacement") : null,
    view.isEscalation ? escalationLine(view) : null,
    ...authorMessage(request, MESSAGE_PARTS.words, "words"),
    section(whereLines(view, mentions(80)), "where"),
    note ?? changedParametersBlock(parameters, MESSAGE_PARTS.parameters, "parameters"),
    ...evidenceBlocks(request.facts.evidence, MESSAGE_PARTS.evidence, "evidence"),
    notReplacedNote(request.facts),
    ...earlierGates(view, workspaceUrl),
    section(stateText(view), "state"),
    view.isQuiet ? null : notifiedBlock(view),
    reasonsBlock(view, MESSAGE_PARTS.reasons, "reasons"),
    buttonsBlock(view),
    context(contextLine(view), "ids"),
  ];
}

function closedBlocks(view: RequestView, note: KnownBlock | null): (KnownBlock | null)[] {
  return [
    header(headline(view), "what"),
    section(stateText(view, { inMessage: true }), "state"),
    soleReason(view) === null ? reasonsBlock(view, MESSAGE_PARTS.reasons, "reasons") : null,
    questionLine(view),
    note,
    buttonsBlock(view),
  ];
}

/** Mentions the people to whom the request was escalated. */
function escalationLine({ route }: RequestView): KnownBlock | null {
  if (route?.escalate === undefined) return null;
  const { after, mention } = route.escalate;
  const to = mention.length === 0 ? "" : ` to ${mentionPeople(toPeople(mention))}`;
  return section(`*Escalated*${to}: no decision after ${duration(after)}`, "escalation");
}

/** The target and the start of the question, on one line of a phone. */
function questionLine({ request }: RequestView): KnownBlock {
  const target = shortTarget(request, (name) => plain(name, MESSAGE_PARTS.closing.target));
  const question = quotedQuestion(request.facts, MESSAGE_PARTS.closing.line - target.length);
  const elements = [plainText(question === null ? target : `${target} · ${question}`)];
  return { type: "context", block_id: "words", elements };
}

/** The step, the version, the number of parameters that are not shown, and the execution. */
function contextLine({ request }: RequestView): string {
  const { stepName, documentVersion, parameters } = request.facts;
  return [
    `step ${word(stepName, 140)}`,
    documentVersion === null ? null : `version ${word(documentVersion, 20)}`,
    defaultsNote(parameters),
    executionNote(request),
  ]
    .filter((part) => part !== null)
    .join(" · ");
}
