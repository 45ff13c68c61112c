import type { KnownBlock } from "@slack/types";
import type { ShownRequest } from "../../app/admin/show-request.ts";
import type { AuditRecord } from "../../core/audit.ts";
import type { ObservedExecution } from "../../core/execution.ts";
import { canBreakGlass } from "../../core/obstacle.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import { executionText, idsLine } from "./aws-text.ts";
import { button, context, header, section } from "./blocks.ts";
import { describeShown, fitting, textLength } from "./budget.ts";
import { factsText } from "./facts.ts";
import { failingEffectLine } from "./failing-effects.ts";
import { headline } from "./headline.ts";
import { historyLine } from "./history.ts";
import { notReplacedNote, parametersBlock } from "./parameters.ts";
import { messageLink } from "./permalinks.ts";
import { reasonsBlock } from "./reasons.ts";
import { stateText } from "./state-text.ts";
import { code } from "./text.ts";
import { warningLine } from "./warning.ts";

const MAX_LINES = 25;
const MAX_STEPS = 20;
/** Of a section's 3,000 characters. */
const SECTION_BUDGET = 2800;
const MAX_FAILING_EFFECTS = 3;

/** Renders the facts, the state, the votes, the steps and the history of a request in at most `room` characters and twelve blocks. */
export function shownRequestBlocks(
  shown: ShownRequest,
  room: number,
  { workspaceUrl, admin }: { workspaceUrl: string; admin: boolean },
): KnownBlock[] {
  const { request, votes, route } = shown;
  const fixed: (KnownBlock | null)[] = [
    header(headline(shown)),
    section([warningLine(shown), factsText(shown)].filter(Boolean).join("\n"), `facts-${request.id}`),
    section(stateText(shown)),
    problems(shown.problems.map(failingEffectLine)),
  ];
  const head = fixed.filter((block) => block !== null);
  const link = messageLink(shown.messages, workspaceUrl);
  const foot: KnownBlock[] = [context(link === null ? idsLine(request) : `${idsLine(request)} · ${link}`)];
  if (admin && request.state === "open" && canBreakGlass(route)) foot.unshift(detailsButton(request));
  const note = notReplacedNote(request.facts);
  if (note !== null) foot.unshift(note);
  const left = room - textLength(head) - textLength(foot);
  const history = historyBlock(shown.history, Math.min(SECTION_BUDGET, left));
  const optional = [
    history,
    stepsBlock(shown.execution, request.stepExecutionId),
    reasonsBlock(votes, { room: 600, most: 3 }, `reasons-${request.id}`),
    parametersBlock(
      request.facts.parameters,
      { room: 900, most: 8, longest: 200, rest: "; Details of the message shows the others" },
      `parameters-${request.id}`,
    ),
  ].filter((block) => block !== null);
  return [...head, ...fitting(optional, left, optional.length), ...foot];
}

/** For admins who cannot see the request's message: Details lead to break-glass. */
function detailsButton(request: ApprovalRequest): KnownBlock {
  const elements = [button("details", "Details and break glass…", request.id)];
  return { type: "actions", block_id: `details-${request.id}`, elements };
}

function problems(lines: readonly string[]): KnownBlock | null {
  if (lines.length === 0) return null;
  const most = lines.slice(0, MAX_FAILING_EFFECTS);
  const cut = describeShown(most.length, lines.length, "problems");
  return section(["*Problems*", ...most, ...(cut === null ? [] : [`${cut}.`])].join("\n"));
}

/** One line for each step, as AWS has it now; only the first steps if there are many. */
function stepsBlock(execution: ObservedExecution | null, ownStep: string): KnownBlock {
  if (execution === null) return section("*Steps*: AWS could not be read just now. Try again in a minute.");
  const { steps } = execution;
  const all = steps.slice(0, MAX_STEPS).map((step, index) => {
    const own = step.stepExecutionId === ownStep ? " (this request)" : "";
    return `${index + 1}. ${code(step.name, 60)} ${code(step.action, 40)}: ${executionText(step.status)}${own}`;
  });
  const lines = fitting(all, SECTION_BUDGET - 100 - MAX_STEPS, MAX_STEPS);
  const cut = describeShown(lines.length, steps.length, "steps");
  return section([`*Steps*${cut === null ? "" : ` (${cut})`}`, ...lines].join("\n"));
}

/** Keeps the newest lines if they do not all fit: the end matters most. */
function historyBlock(history: readonly AuditRecord[], room: number): KnownBlock | null {
  if (history.length === 0 || room < 400) return null;
  const newest = history.slice(-MAX_LINES).map(historyLine).reverse();
  const lines = fitting(newest, room - 100 - MAX_LINES, MAX_LINES).reverse();
  const cut = describeShown(lines.length, history.length, "entries");
  return section([`*History*${cut === null ? "" : ` (${cut}, newest)`}`, ...lines].join("\n"));
}
