import type { KnownBlock } from "@slack/types";
import type { InspectedRequest } from "../../app/admin/inspect.ts";
import type { ClosedCursor } from "../../app/ports/request-search.ts";
import { describeStep } from "../../core/describe-step.ts";
import { consoleLink } from "./aws-text.ts";
import { context, type Rendered, section } from "./blocks.ts";
import { CHAR_BUDGET, fitting } from "./budget.ts";
import { whereLines } from "./facts.ts";
import { outcomeLabel } from "./headline.ts";
import { mentions } from "./mentions.ts";
import { closedText } from "./outcome-text.ts";
import { pageButtons } from "./page-buttons.ts";
import { messageLink } from "./permalinks.ts";
import { code } from "./text.ts";
import { moment } from "./time.ts";

/** Of one request, with its reason and AWS's words about a failure. */
const MAX_ITEM_LENGTH = 2_900;

/** Renders one page of the reply to `/approvals history`. `command`: null without buttons. */
export function historyReply(
  { items, next }: { items: readonly InspectedRequest[]; next: ClosedCursor | null },
  { workspaceUrl, isFirst, command }: { workspaceUrl: string; isFirst: boolean; command: string | null },
): Rendered {
  const shown = fitting(
    items.map((item) => closedBlock(item, workspaceUrl)),
    CHAR_BUDGET - 400,
    items.length,
  );
  const last = items[shown.length - 1]?.request;
  const more = shown.length < items.length && last !== undefined ? { closedAt: last.closedAt ?? 0, id: last.id } : next;
  const buttons = pageButtons({
    command,
    previous: isFirst ? null : "newest",
    next: more === null ? null : toPage(more),
  });
  const nothing = more === null ? "No closed request matches." : "No closed request matches so far.";
  const text = shown.length === 0 ? nothing : "Closed requests, the latest first.";
  const rest =
    shown.length === 0 ? "The search stopped at its limit. Press Next to continue it." : "There are older requests.";
  const continues = more === null ? [] : [context(rest)];
  return { text, blocks: [section(`*${text}*`), ...shown, ...continues, ...buttons] };
}

/** Renders one closed request of a list: its outcome, its target and requester, and the people who decided. */
export function closedBlock(item: InspectedRequest, workspaceUrl: string): KnownBlock {
  const { request } = item;
  const show = mentions(80);
  const text = [
    `*${outcomeLabel(item)}*: ${describeStep(request.facts, show)}, ${moment(request.closedAt)}`,
    whereLines(item, show),
    closedText(item, true),
    [messageLink(item.messages, workspaceUrl), consoleLink(request), `Request ${code(request.id, 60)}`]
      .filter((part) => part !== null)
      .join(" · "),
  ];
  const whole = text.join("\n");
  // The longest part is the reason and AWS's words: without them, every item fits.
  return section(whole.length <= MAX_ITEM_LENGTH ? whole : [text[0], text[1], text[3]].join("\n"));
}

const toPage = ({ closedAt, id }: ClosedCursor) => `${closedAt}:${id}`;

/** Parses the page of a button; null for the first page, and for a text that is none. */
export function parseCursor(page: string | null): ClosedCursor | null {
  const [, closedAt, id] = /^(\d{1,15}):(\S{1,60})$/.exec(page ?? "") ?? [];
  return closedAt === undefined || id === undefined ? null : { closedAt: Number(closedAt), id };
}
