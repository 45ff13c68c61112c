import type { KnownBlock } from "@slack/types";
import type { DigestView, RequestView } from "../../app/ports/slack.ts";
import { describeStep, describeTarget } from "../../core/describe-step.ts";
import { describeRequester } from "../../core/requester.ts";
import { button, context, header, type Rendered, section } from "./blocks.ts";
import { CHAR_BUDGET, fitting, MAX_BLOCKS, textLength } from "./budget.ts";
import { deadlineText } from "./facts.ts";
import { mentions } from "./mentions.ts";
import { byVerdict } from "./state-text.ts";
import { plain } from "./text.ts";
import { counted, moment } from "./time.ts";

/** While a channel is far behind: all that waits there without a message, each to be opened and decided from here. */
export function digestMessage({ since, waiting, count }: DigestView): Rendered {
  if (count === 0) {
    const words = `All posted: each approval that waited here since ${moment(since)} has its own message.`;
    return {
      text: "All posted: each approval that waited here has its own message.",
      blocks: [section(words, "what")],
    };
  }
  const title = `${counted(count, "approval")} ${count === 1 ? "waits" : "wait"} here`;
  const head: KnownBlock[] = [
    header(title, "what"),
    section(
      "More at once than Slack takes in a channel. Their messages follow one after the other; what is urgent can be opened and decided here.",
      "why",
    ),
  ];
  const items = waiting.map(entry);
  const shown = fitting(items, CHAR_BUDGET - textLength(head) - 200, MAX_BLOCKS.message - head.length - 1);
  const rest = count - shown.length;
  const foot = rest === 0 ? [] : [context(`And ${rest} more, which move up as this list empties.`, "rest")];
  return {
    text: `${title}. What is urgent can be opened and decided from the list.`,
    blocks: [...head, ...shown, ...foot],
  };
}

function entry(view: RequestView): KnownBlock {
  const { request, votes, route, requester } = view;
  const show = mentions(50);
  const have =
    route === null ? " No route covers it." : ` ${byVerdict(votes, "approve").length} of ${route.quorum} approvals.`;
  return {
    ...section(
      `*${describeStep(request.facts, show)}*\n${describeTarget(request, show)}, started by ${describeRequester(requester, request.facts.executedBy, show)}.${have} Decide by ${deadlineText(request)}.`,
      `open-${request.id}`,
    ),
    accessory: {
      ...button("open", "Open", request.id),
      accessibility_label: `Open ${plain(request.facts.documentName, 60)}`,
    },
  };
}
