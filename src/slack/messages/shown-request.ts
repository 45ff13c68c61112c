import type { KnownBlock } from "@slack/types";
import type { ShownRequest } from "../../app/admin/show-request.ts";
import { findObstacle } from "../../core/obstacle.ts";
import { idsLine } from "./aws-text.ts";
import { button, context, header, section } from "./blocks.ts";
import { describeShown, fitting, textLength } from "./budget.ts";
import { factsText } from "./facts.ts";
import { failingEffectLine } from "./failing-effects.ts";
import { headline } from "./headline.ts";
import { historyLine } from "./history.ts";
import { notReplacedNote, parametersBlock } from "./parameters.ts";
import { messageLink } from "./permalinks.ts";
import { reasonsBlock } from "./reasons.ts";
import { routeReason } from "./route-reason.ts";
import { stateText } from "./state-text.ts";
import { stepsList, stepValues } from "./steps-list.ts";
import { verdictButtons } from "./verdict-buttons.ts";
import { warningLine } from "./warning.ts";

const MAX_LINES = 25;
/** Of a section's 3,000 characters. */
const SECTION_BUDGET = 2800;
const MAX_FAILING_EFFECTS = 3;

export interface ShowOptions {
  workspaceUrl: string;
  admin?: boolean;
  /** Everyone in the channel sees it: it has no buttons. */
  isShared?: boolean;
  /** Also people of other organizations: without the records and values of AWS, and the conditions of the route. */
  withhold?: boolean;
  /** It is the only request: there is room for the inputs and outputs of its steps. */
  isOnly?: boolean;
}

/**
 * Renders the facts, the state, the votes, the steps and the history of a request in at most `room` characters and twelve
 * blocks, or 25 for the only request.
 */
export function shownRequestBlocks(shown: ShownRequest, room: number, options: ShowOptions): KnownBlock[] {
  const { workspaceUrl, withhold = false, isOnly = false } = options;
  const { request, route } = shown;
  // The conditions of a route name values that the execution has.
  const why = route === null || withhold ? null : routeReason(route);
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
  const foot: KnownBlock[] = [context(link === null ? idsLine(request) : `${idsLine(request)} · ${link}`)];
  foot.unshift(...actions(shown, options));
  const note = notReplacedNote(request.facts);
  if (note !== null) foot.unshift(note);
  const left = room - textLength(head) - textLength(foot);
  const { execution } = shown;
  const optional = [
    withhold ? null : historyBlock(shown, Math.min(SECTION_BUDGET, left)),
    ...(withhold ? [] : stepsList(shown, request.stepExecutionId)),
    reasonsBlock(shown, { room: 600, most: 3 }, `reasons-${request.id}`),
    parametersBlock(
      request.facts.parameters,
      { room: 900, most: 8, longest: 200, rest: "; Details of the message shows the others" },
      `parameters-${request.id}`,
    ),
  ].filter((block) => block !== null);
  const fit = fitting(optional, left, optional.length);
  const values = isOnly && !withhold ? stepValues(execution, request.stepExecutionId, left - textLength(fit)) : [];
  return [...head, ...fit, ...values, ...foot];
}

/** Approvers get the buttons of the message; for an admin who may not see the message, Details lead to break-glass. */
function actions(shown: ShownRequest, { admin = false, isShared = false }: ShowOptions): KnownBlock[] {
  const { request, route, canDecide = false } = shown;
  if (isShared) return [];
  const breaksGlass = admin && request.state === "open" && findObstacle(request.facts, route) === null;
  const verdicts = canDecide ? verdictButtons(shown) : [];
  if (!breaksGlass && verdicts.length === 0) return [];
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
  if (history.length === 0 || room < 400) return null;
  const newest = history
    .slice(-MAX_LINES)
    .map((record) => historyLine(record, request.facts))
    .reverse();
  const lines = fitting(newest, room - 100 - MAX_LINES, MAX_LINES).reverse();
  const cut = describeShown(lines.length, history.length, "entries");
  return section([`*History*${cut === null ? "" : ` (${cut}, newest)`}`, ...lines].join("\n"));
}
