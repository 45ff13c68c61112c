import type { KnownBlock } from "@slack/types";
import type { ShownRequest } from "../../app/admin/show-request.ts";
import { listNames } from "../../core/name-renderer.ts";
import { findObstacle } from "../../core/obstacle.ts";
import { idsLine } from "./aws-text.ts";
import { button, context, header, section } from "./blocks.ts";
import { describeShown, fitting, textLength } from "./budget.ts";
import { factsText } from "./fact-lines.ts";
import { failingEffectLine } from "./failing-effects.ts";
import { headline } from "./headline.ts";
import { historyLine } from "./history.ts";
import { notReplacedNote, parametersBlock } from "./parameters.ts";
import { messageLink } from "./permalinks.ts";
import { reasonsBlock } from "./reasons.ts";
import { keptRoute, routeReason } from "./route-reason.ts";
import { stateText } from "./state-text.ts";
import { verdictButtons } from "./verdict-buttons.ts";
import { warningLine } from "./warning.ts";

const MAX_LINES = 25;
/** Of a section's 3,000 characters. */
const SECTION_BUDGET = 2800;
const MAX_FAILING_EFFECTS = 3;
/** Less room is not worth the history. */
const MIN_HISTORY = 400;

export interface ShowOptions {
  workspaceUrl: string;
  admin?: boolean;
  /** Everyone in the channel sees it: it has no buttons. */
  isShared?: boolean;
  /** Also people of other organizations: without the records and values of AWS, and the conditions of the route. */
  withhold?: boolean;
}

/**
 * Renders the facts, the state, the votes and the history of a request in at most `room` characters and ten blocks. `foot`:
 * the buttons and the ids, which name the parts without room. `where`: the place of these parts.
 */
export function shownRequestBlocks(
  shown: ShownRequest,
  { room, where }: { room: number; where: string },
  options: ShowOptions,
): { body: KnownBlock[]; foot: KnownBlock[] } {
  const { workspaceUrl, withhold = false } = options;
  const { request, route } = shown;
  // The conditions of a route name values that the execution has.
  const why = route === null || withhold ? null : shown.isPolicyChanged ? keptRoute(route) : routeReason(route);
  const facts = [warningLine(shown), factsText(shown)].filter((each) => each !== null).join("\n");
  const reason = why === null || facts.length + why.length > SECTION_BUDGET ? "" : `\n${why}`;
  const fixed: (KnownBlock | null)[] = [
    header(headline(shown)),
    section(`${facts}${reason}`, `facts-${request.id}`),
    section(stateText(shown)),
    withhold ? null : problems(shown.problems.map(failingEffectLine)),
  ];
  const head = fixed.filter((block) => block !== null);
  const link = messageLink(shown.messages, workspaceUrl);
  const ids = link === null ? idsLine(request) : `${idsLine(request)} · ${link}`;
  const note = notReplacedNote(request.facts);
  const end = [...(note === null ? [] : [note]), ...actions(shown, options)];
  const left = room - textLength(head) - textLength(end) - ids.length - where.length - 100;
  const { blocks, missing } = optionalBlocks(shown, left, options);
  const cut = missing.length === 0 ? "" : `\nNot shown, for lack of room: ${listNames(missing, "and")}. ${where}`;
  return { body: [...head, ...blocks], foot: [...end, context(`${ids}${cut}`)] };
}

/** Returns the blocks that fit, and the names of those that do not. The history takes the room that the others leave. */
function optionalBlocks(
  shown: ShownRequest,
  room: number,
  { withhold = false, isShared = false }: Partial<ShowOptions>,
) {
  const { request, history } = shown;
  const { facts, id } = request;
  const more = isShared ? "; Details of the message shows the others" : "; press Details for the others";
  const values = {
    parameters: parametersBlock(facts.parameters, { room: 900, most: 8, longest: 200, rest: more }, `parameters-${id}`),
    reasons: reasonsBlock(shown, { room: 600, most: 3 }, `reasons-${id}`),
  };
  const blocks: KnownBlock[] = [];
  const missing: string[] = [];
  let left = room;
  for (const [name, block] of Object.entries(values)) {
    if (block === null) continue;
    const length = textLength(block);
    if (length > left) missing.push(name);
    else blocks.push(block);
    left -= length > left ? 0 : length;
  }
  if (withhold || history.length === 0) return { blocks, missing };
  const records = historyBlock(shown, Math.min(SECTION_BUDGET, left));
  return records === null ? { blocks, missing: [...missing, "history"] } : { blocks: [...blocks, records], missing };
}

/** Approvers get the buttons of the message. Details are for everyone: the message may be in a channel that they do not see. */
function actions(shown: ShownRequest, { admin = false, isShared = false }: ShowOptions): KnownBlock[] {
  const { request, route, canDecide = false } = shown;
  if (isShared) return [];
  const breaksGlass = admin && request.state === "open" && findObstacle(request.facts, route) === null;
  const verdicts = canDecide ? verdictButtons(shown) : [];
  const details = button("details", breaksGlass ? "Details and break glass…" : "Details", request.id);
  return [{ type: "actions", block_id: `decide-${request.id}`, elements: [...verdicts, details] }];
}

function problems(lines: readonly string[]): KnownBlock | null {
  if (lines.length === 0) return null;
  const most = lines.slice(0, MAX_FAILING_EFFECTS);
  const cut = describeShown(most.length, lines.length, "problems");
  return section(["*Problems*", ...most, ...(cut === null ? [] : [`${cut}.`])].join("\n"));
}

/** Keeps the newest lines if they do not all fit: the end matters most. */
function historyBlock({ history, request }: ShownRequest, room: number): KnownBlock | null {
  if (room < MIN_HISTORY) return null;
  const newest = history
    .slice(-MAX_LINES)
    .map((record) => historyLine(record, request.facts))
    .reverse();
  const lines = fitting(newest, room - 100 - MAX_LINES, MAX_LINES).reverse();
  const cut = describeShown(lines.length, history.length, "entries");
  return section([`*History*${cut === null ? "" : ` (${cut}, newest)`}`, ...lines].join("\n"));
}
