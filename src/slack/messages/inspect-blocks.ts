import type { KnownBlock } from "@slack/types";
import type { InspectedRequest } from "../../app/admin/inspect.ts";
import { type OwnVotes, WAITING_PAGE } from "../../app/admin/list-waiting.ts";
import type { ShownRequest } from "../../app/admin/show-request.ts";
import { counted } from "../../core/counted.ts";
import { formatWaitingPage, type WaitingPage } from "../../core/waiting-order.ts";
import { context, header, type RenderedMessage, section } from "./blocks.ts";
import { CHAR_BUDGET, describeShown, fitting, MAX_BLOCKS, textLength } from "./budget.ts";
import { notVisibleText, sentenceReply } from "./command-texts.ts";
import { closedBlock } from "./history-list.ts";
import { pageButtons } from "./page-buttons.ts";
import { type ListContext, MIN_VOTED_ROOM, NOTHING_WAITING, pendingBlock, votedBlocks } from "./pending-items.ts";
import { type ShowOptions, shownRequestBlocks } from "./shown-request.ts";
import { stepsList, stepValues } from "./steps-list.ts";

const MAX_SHOWN = 4;

/**
 * Renders one page of the reply to `/approvals pending`; each of its requests is at most about a thousand characters long.
 * `total` counts the requests of all pages, and `offset` those before this one. `command`: the command of the page buttons;
 * null without buttons.
 */
export function pendingBlocks(
  items: readonly InspectedRequest[],
  list: ListContext & {
    total: number;
    offset?: number;
    direction?: WaitingPage["direction"];
    command?: string | null;
    filtered?: "mine" | "filters" | null;
    /** The waiting requests with the vote of the reader, which are not among `items`. */
    voted?: OwnVotes;
    /** Whether the list has the requests of everyone. */
    admin?: boolean;
  },
): RenderedMessage {
  const { direction = "after", command = null, filtered = null, admin = true, voted = NO_VOTES } = list;
  const all = Math.max(list.total, items.length);
  const whose = filtered === "mine" ? " for you" : admin ? "" : " that you may read";
  const count =
    all === 0
      ? NOTHING[filtered ?? (admin ? "all" : "readable")]
      : `${counted(all, "request is", "requests are")} waiting${whose}.`;
  const text =
    voted.total === 0
      ? count
      : `${count} ${counted(voted.total, "waiting request has", "waiting requests have")} your vote.`;
  if (all + voted.total === 0) return sentenceReply(text);
  // The page keeps the items next to the page that the person came from.
  const inOrder = <T>(each: readonly T[]) => (direction === "after" ? [...each] : each.toReversed());
  const page = inOrder(items).slice(0, WAITING_PAGE);
  const kept = fitting(
    page.map((item) => pendingBlock(item, list)),
    CHAR_BUDGET - 300 - (voted.total === 0 ? 0 : MIN_VOTED_ROOM),
    WAITING_PAGE,
  );
  const own = votedBlocks(voted, {
    toRow: (item) => [pendingBlock(item, list)],
    room: CHAR_BUDGET - 300 - textLength(kept),
    all: "`/approvals pending` lists all.",
  });
  const shown = inOrder(page.slice(0, kept.length));
  const offset = (list.offset ?? 0) + (direction === "after" ? 0 : items.length - kept.length);
  const end = offset + shown.length;
  const range =
    shown.length === all ? null : `${Math.min(offset + 1, end)} to ${end} of ${all}, earliest deadline first.`;
  const buttons = pageButtons({
    command,
    previous: offset === 0 ? null : toPage("before", shown[0]),
    next: end < all ? toPage("after", shown.at(-1)) : null,
  });
  return {
    text,
    blocks: [
      section(`*${text}*`),
      ...inOrder(kept),
      ...(range === null ? [] : [context(range)]),
      ...buttons,
      // At the end of the list, which can be pages away. The text at the top counts them.
      ...(end < all ? [] : own),
    ],
  };
}

const NO_VOTES: OwnVotes = { items: [], total: 0 };

function toPage(direction: WaitingPage["direction"], item: InspectedRequest | undefined): string | null {
  return item === undefined ? null : formatWaitingPage(direction, item.request);
}

const NOTHING = {
  ...NOTHING_WAITING,
  mine: "No request is waiting for you.",
  filters: "No waiting request matches these filters.",
} as const;

/** Renders the reply to `/approvals show ID`: the requests of an execution, newest first, and its steps once. */
export function showBlocks(
  requests: readonly ShownRequest[],
  options: ShowOptions & Partial<ListContext>,
): RenderedMessage {
  const [first] = requests;
  if (first === undefined) return sentenceReply(notVisibleText());
  const isOnly = requests.length === 1;
  const text = `${counted(requests.length, "request")}${isOnly ? "" : " of one execution"}.`;
  const heads: KnownBlock[] = isOnly ? [] : [header(text)];
  const marks = toMarks(requests);
  const steps = options.withhold ? [] : stepsList(first, marks, first.request);
  const count = Math.min(requests.length, MAX_SHOWN);
  const room = CHAR_BUDGET - textLength([...heads, ...steps]) - 300;
  const place = {
    room: Math.floor(room / count),
    where: !isOnly ? ALSO_BY_ID : options.isShared ? ALSO_IN_MESSAGE : ALSO_IN_DETAILS,
  };
  const all = requests.slice(0, count).map((shown) => shownRequestBlocks(shown, place, options));
  // The facts of a request can be longer than its share.
  const parts = all.slice(0, Math.max(1, fitting(all, room, count).length));
  const cut = describeShown(parts.length, requests.length, "requests");
  const rest = cut === null ? [] : [context(`${cut}, newest first. Use the request ID for any other.`)];
  const blocks = (values: KnownBlock[]) =>
    isOnly
      ? parts.flatMap(({ body, foot }) => [...body, ...steps, ...values, ...foot])
      : [...heads, ...parts.flatMap(({ body, foot }) => [...body, ...foot]), ...rest, ...steps, ...values];
  if (options.withhold) return { text, blocks: blocks([]) };
  const used = blocks([]);
  const left = { room: CHAR_BUDGET - textLength(used), maxBlocks: MAX_BLOCKS.message - 1 - used.length };
  return { text, blocks: blocks(stepValues(first, marks, { ...left, where: place.where })) };
}

const ALSO_IN_DETAILS = "Press Details to see the rest.";
const ALSO_IN_MESSAGE = "Details of the message shows the rest.";
const ALSO_BY_ID = "For more, use the ID of one request.";

/** Marks the steps of the requests: of several, each with the beginning of its id. */
function toMarks(requests: readonly ShownRequest[]): Map<string, string> {
  const marks = requests.map(({ request: { id, stepExecutionId } }): [string, string] => [
    stepExecutionId,
    requests.length === 1 ? "this request" : `request ${id.slice(0, 8).replaceAll(/[^\w-]/g, "")}`,
  ]);
  // AWS may use the id of a step again: the newest request comes first.
  return new Map(marks.toReversed());
}

/** Renders the requests that an ambiguous id can mean. Each has its whole id. */
export function choiceBlocks(
  items: readonly InspectedRequest[],
  list: ListContext & { total: number },
): RenderedMessage {
  const text = `${counted(list.total, "request matches", "requests match")}. Use the request ID of one of them.`;
  const shown = fitting(
    items.map((item) =>
      item.request.state === "closed" ? closedBlock(item, list.workspaceUrl) : pendingBlock(item, list),
    ),
    CHAR_BUDGET - 300,
    WAITING_PAGE,
  );
  const cut = describeShown(shown.length, list.total, "requests");
  return {
    text,
    blocks: [section(`*${text}*`), ...shown, ...(cut === null ? [] : [context(`${cut}, newest first.`)])],
  };
}
