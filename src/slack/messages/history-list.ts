import type { KnownBlock } from "@slack/types";
import type { InspectedRequest } from "../../app/admin/inspect.ts";
import { type HistoryPage, type HistoryResult, toCursor } from "../../app/admin/list-history.ts";
import type { ClosedCursor } from "../../app/ports/request-search.ts";
import { describeStep } from "../../core/describe-step.ts";
import { consoleLink } from "./aws-text.ts";
import { context, type RenderedMessage, section } from "./blocks.ts";
import { CHAR_BUDGET, fitting } from "./budget.ts";
import { damagedTexts } from "./command-texts.ts";
import { whereLines } from "./fact-lines.ts";
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
  {
    items,
    direction,
    newer,
    older,
    damaged = new Set(),
  }: Omit<Extract<HistoryResult, { kind: "history" }>, "kind" | "unread">,
  { workspaceUrl, command }: { workspaceUrl: string; command: string | null },
): RenderedMessage {
  // The page keeps the items next to the page that the person came from.
  const inOrder = <T>(list: readonly T[]) => (direction === "older" ? [...list] : list.toReversed());
  const blocks = inOrder(items).map((item) => closedBlock(item, workspaceUrl));
  const kept = fitting(blocks, CHAR_BUDGET - 400, blocks.length);
  const shown = inOrder(inOrder(items).slice(0, kept.length));
  const isCut = shown.length < items.length;
  const pages = {
    newer: isCut && direction === "newer" ? toCursor(shown[0]?.request) : newer,
    older: isCut && direction === "older" ? toCursor(shown.at(-1)?.request) : older,
  };
  const buttons = pageButtons({ command, previous: toPage("newer", pages.newer), next: toPage("older", pages.older) });
  const [ahead, label] = direction === "older" ? [pages.older, "Next"] : [pages.newer, "Previous"];
  const isStopped = shown.length === 0 && ahead !== null;
  const nothing = `No ${newer === null ? "closed" : direction} request matches${isStopped ? " so far" : ""}.`;
  const text = shown.length === 0 ? nothing : "Closed requests, the latest first.";
  const note = isStopped
    ? `The search stopped at its limit. Press ${label} to continue it.`
    : pages.older === null
      ? null
      : "There are older requests.";
  const notes = [...(note === null ? [] : [note]), ...damagedTexts(damaged)].map((each) => context(each));
  return { text, blocks: [section(`*${text}*`), ...inOrder(kept), ...notes, ...buttons] };
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

const toPage = (direction: "older" | "newer", cursor: ClosedCursor | null) =>
  cursor === null ? null : `${direction}:${cursor.closedAt}:${cursor.id}`;

/** Parses the page of a button; null for the newest page, and for a text that is none. */
export function parseHistoryPage(page: string | null): HistoryPage {
  const [, direction, closedAt, id] = /^(older|newer):(\d{1,15}):(\S{1,60})$/.exec(page ?? "") ?? [];
  if ((direction !== "older" && direction !== "newer") || closedAt === undefined || id === undefined) return null;
  return { direction, from: { closedAt: Number(closedAt), id } };
}
