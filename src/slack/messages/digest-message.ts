import type { KnownBlock } from "@slack/types";
import type { DigestView, RequestView } from "../../app/ports/slack.ts";
import { describeStep } from "../../core/describe-step.ts";
import { requestListing } from "../../core/listed-approver.ts";
import { describeRequesterRule } from "../../core/requester.ts";
import { button, context, header, type Rendered, section } from "./blocks.ts";
import { CHAR_BUDGET, fitting, MAX_BLOCKS, textLength } from "./budget.ts";
import { whereLine } from "./facts.ts";
import { mentions } from "./mentions.ts";
import { byVerdict } from "./state-text.ts";
import { plain } from "./text.ts";
import { counted, moment } from "./time.ts";

/**
 * Renders the digest of a channel with more requests than Slack accepts messages: each request that has no message of its
 * own yet can be opened and decided from here.
 */
export function digestMessage({ since, waiting, count }: DigestView): Rendered {
  if (count === 0) {
    const done = `All posted: each request that waited here since ${moment(since)} now has its own message.`;
    return {
      text: "All posted: each request that waited here now has its own message.",
      blocks: [section(done, "what")],
    };
  }
  const title = `${counted(count, "approval")} ${count === 1 ? "is" : "are"} waiting here`;
  const head: KnownBlock[] = [
    header(title, "what"),
    section(
      "Slack accepts only so many messages at once. Each request gets its own message soon. To decide an urgent request now, open it here.",
      "why",
    ),
  ];
  const items = waiting.map(entry);
  const shown = fitting(items, CHAR_BUDGET - textLength(head) - 200, MAX_BLOCKS.message - head.length - 1);
  const more = count - shown.length;
  const foot = more === 0 ? [] : [context(`${more} more follow as this list gets shorter.`, "more")];
  return {
    text: `${title}. Open an urgent request from the list to decide it now.`,
    blocks: [...head, ...shown, ...foot],
  };
}

function entry(view: RequestView): KnownBlock {
  const { request, votes, route, requester } = view;
  const show = mentions(50);
  const rule = route === null ? null : describeRequesterRule(route, requester, show);
  const have =
    route === null
      ? "*no route applies*"
      : requestListing(request.facts) === "unlisted"
        ? "*cannot be decided in Slack*"
        : `${byVerdict(votes, "approve").length} of ${route.quorum} approvals${rule === null ? "" : ` · ${rule}`}`;
  return {
    ...section(`*${describeStep(request.facts, show)}*\n${whereLine(view, show)} · ${have}`, `open-${request.id}`),
    accessory: {
      ...button("open", "Open", request.id),
      accessibility_label: `Open ${plain(request.facts.documentName, 60)}`,
    },
  };
}
