import type { ActionsBlock, HomeView, KnownBlock } from "@slack/types";
import type { HealthReport } from "../../app/admin/health.ts";
import type { InspectedRequest } from "../../app/admin/inspect.ts";
import type { PendingResult } from "../../app/admin/list-waiting.ts";
import type { HomeContent } from "../../app/admin/refresh-home.ts";
import type { HomeRow, HomeScope } from "../../app/ports/home-store.ts";
import { capitalize, findTerms, outcomeText } from "../../core/action-terms.ts";
import { describeStep } from "../../core/describe-step.ts";
import { lookupFailureText } from "../../core/person.ts";
import { formatWaitingPage } from "../../core/waiting-order.ts";
import { button, context, header, section } from "./blocks.ts";
import { CHAR_BUDGET, fitting, MAX_BLOCKS, textLength } from "./budget.ts";
import { refusalText, unexaminedTexts, unreadTexts } from "./command-texts.ts";
import { healthSections } from "./health-text.ts";
import { mentions } from "./mentions.ts";
import { type ListContext, MIN_VOTED_ROOM, NOTHING_WAITING, pendingBlock, votedBlocks } from "./pending-items.ts";
import { moment } from "./time.ts";
import { buttonsBlock, votedButtons } from "./verdict-buttons.ts";

/** The least room for health: the requests of the page do not use it. */
const MIN_HEALTH_ROOM = 2_500;
const MAX_HEALTH_BLOCKS = 8;
/** Of the requests on which the person has voted. */
const MAX_VOTED_BLOCKS = 10;
/** The most items of one subject of health. */
const MAX_HEALTH_ITEMS = 30;

/**
 * Renders App Home: the requests that wait for this person, with the buttons of their messages, and those that have the
 * person's vote; or everything that the person may read, with Details alone; then the person's latest decisions and, for an
 * admin, health as of `healthAt`.
 */
export function homeView(content: HomeContent, list: ListContext & { healthAt?: number }): HomeView {
  const { list: found, scope, decisions, health } = content;
  const recent =
    decisions.length === 0 ? [] : [header("Your recent decisions"), section(decisions.map(decisionLine).join("\n"))];
  if (found.kind === "refused")
    return home([
      header(TITLES.mine),
      section([refusalText(), ...unexaminedTexts(found.unexamined)].join("\n")),
      ...recent,
    ]);
  if (found.kind === "unknown")
    return home([
      header(TITLES.mine),
      section(
        lookupFailureText(found, {
          subject: "your user groups",
          consequence: "Without them, this tab cannot list your requests.",
          again: "Open this tab again in a minute.",
        }),
      ),
    ]);
  const subject = scope === "all" && !found.admin ? "readable" : scope;
  const texts = [...unreadTexts(found.unread), ...unexaminedTexts(found.unexamined)];
  const partial = texts.length === 0 ? [] : [context(texts.join("\n"))];
  const heading = [header(TITLES[subject]), scopeButtons(scope, found.admin)];
  const rows = found.items.map((item, index) => [
    pendingBlock(item, list),
    scope === "mine" ? buttonsBlock(item, `decide-${index}`) : detailsButton(item.request.id, `decide-${index}`),
  ]);
  const room = CHAR_BUDGET - textLength([heading, recent, partial]) - 300;
  const most =
    (MAX_BLOCKS.view - heading.length - recent.length - partial.length - MAX_HEALTH_BLOCKS - MAX_VOTED_BLOCKS - 2) / 2;
  const healthRoom = health === null ? 0 : MIN_HEALTH_ROOM;
  // The page keeps the rows next to the page that the person came from.
  const inOrder = <T>(each: readonly T[]) => (found.direction === "after" ? [...each] : each.toReversed());
  const kept = fitting(inOrder(rows), room - healthRoom - (found.voted.total === 0 ? 0 : MIN_VOTED_ROOM), most);
  const shown = inOrder(kept);
  const voted = votedBlocks(found.voted, {
    toRow: (item, index) => [pendingBlock(item, list), votedButtons(item, `voted-${index}`)],
    room: room - healthRoom - textLength(shown),
    all: "The button at the top shows all.",
  });
  return home([
    ...heading,
    ...(found.total === 0 ? [section(NOTHING[subject])] : shown.flat()),
    ...pager(found, scope, shown.length),
    ...partial,
    ...voted,
    ...recent,
    ...(health?.kind === "health"
      ? healthBlocks(health, list.healthAt ?? list.now, room - textLength([shown, voted]))
      : []),
  ]);
}

const TITLES = {
  mine: "Waiting for you",
  all: "All waiting requests",
  readable: "Waiting requests that you may read",
} as const;
const NOTHING = {
  ...NOTHING_WAITING,
  mine: "Nothing is waiting for you. New requests appear in their channels.",
} as const;

/** A value of these buttons is a scope and, but for the first page, a page. */
export const HOME_ACTIONS = /^home-(?:scope|previous|next)$/;

export function parseHomePage(value: string): Pick<HomeRow, "scope" | "page"> | null {
  const [, scope, page = null] = /^(mine|all)(?: (\S{1,90}))?$/.exec(value) ?? [];
  return scope === "mine" || scope === "all" ? { scope, page } : null;
}

function scopeButtons(scope: "mine" | "all", admin: boolean): ActionsBlock {
  const [label, other] =
    scope === "mine" ? [admin ? "Show all requests" : "Show all that I may read", "all"] : ["Show mine", "mine"];
  return { type: "actions", block_id: "scope", elements: [button("home-scope", label, other)] };
}

/** The place of the page in the list, and the buttons to the others. */
function pager(list: Extract<PendingResult, { kind: "pending" }>, scope: HomeScope, shown: number): KnownBlock[] {
  if (list.total <= shown) return [];
  const skipped = list.direction === "after" ? 0 : list.items.length - shown;
  const offset = list.offset + skipped;
  const [first, last] = [list.items[skipped], list.items[skipped + shown - 1]];
  const to = (direction: "before" | "after", { request }: InspectedRequest) =>
    `${scope} ${formatWaitingPage(direction, request)}`;
  const elements = [
    ...(offset > 0 && first !== undefined ? [button("home-previous", "Previous", to("before", first))] : []),
    ...(offset + shown < list.total && last !== undefined ? [button("home-next", "Next", to("after", last))] : []),
  ];
  const place = context(`${offset + 1} to ${offset + shown} of ${list.total} requests, earliest deadline first.`);
  return elements.length === 0 ? [place] : [place, { type: "actions", block_id: "pages", elements }];
}

function detailsButton(requestId: string, block_id: string): ActionsBlock {
  return { type: "actions", block_id, elements: [button("details", "Details", requestId)] };
}

function decisionLine({ request, vote }: HomeContent["decisions"][number]): string {
  const verb = capitalize(findTerms(request.facts).voted[vote.verdict]);
  const outcome =
    request.outcome === null
      ? ""
      : `; ${outcomeText(request.outcome, request.facts)} in ${request.outcome.where === "slack" ? "Slack" : "AWS"}`;
  return `• ${moment(vote.at)}: ${verb} ${describeStep(request.facts, mentions(80))}${outcome}`;
}

function healthBlocks(health: HealthReport & { kind: "health" }, now: number, room: number): KnownBlock[] {
  const { sections, left } = healthSections(health, now, { room, most: MAX_HEALTH_ITEMS });
  const note = context("Not everything fits here. `/approvals health` shows more.");
  return [header("Health"), ...sections, ...(left > 0 ? [note] : [])];
}

function home(blocks: KnownBlock[]): HomeView {
  return { type: "home", blocks };
}
