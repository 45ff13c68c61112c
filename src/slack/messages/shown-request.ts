import type { KnownBlock } from "@slack/types";
import type { AuditRecord } from "../../core/audit.ts";
import type { Route } from "../../core/policy.ts";
import type { ApprovalRequest, Vote } from "../../core/request.ts";
import { idsLine } from "./aws-words.ts";
import { context, header, section } from "./blocks.ts";
import { fitting, lengthOf, shownOf } from "./budget.ts";
import { factsBlock } from "./facts.ts";
import { headline } from "./headline.ts";
import { historyLine } from "./history.ts";
import { parametersBlock } from "./parameters.ts";
import { messageLink } from "./pending-items.ts";
import { reasonsBlock } from "./reasons.ts";
import { stateWords } from "./state-words.ts";
import { code } from "./text.ts";

/** One request with everything on record about it. */
export interface ShownRequest {
  request: ApprovalRequest;
  votes: Vote[];
  route: Route | null;
  /** What happened to it, oldest first. */
  history: AuditRecord[];
  /** What stands in the way of its messages now, such as a channel that Countersign is not in. */
  lastErrors: string[];
  permalink: string | null;
}

const MOST_LINES = 25;
/** Of a section's 3,000 characters. */
const HISTORY_ROOM = 2800;
const MOST_ERRORS = 3;

/** Facts, where it stands, votes, and the steps of its life, in at most `room` characters and twelve blocks. */
export function shownRequestBlocks(shown: ShownRequest, room: number): KnownBlock[] {
  const { request, votes, route } = shown;
  const fixed: (KnownBlock | null)[] = [
    header(headline(request)),
    factsBlock(request, `facts-${request.id}`),
    section(stateWords({ request, votes, route })),
    problems(shown.lastErrors),
  ];
  const head = fixed.filter((block) => block !== null);
  const link = messageLink(shown.permalink);
  const foot = context(link === null ? idsLine(request) : `${idsLine(request)} · ${link}`);
  const left = room - lengthOf(head) - lengthOf(foot);
  const history = historyBlock(shown.history, Math.min(HISTORY_ROOM, left));
  const optional = [
    history,
    reasonsBlock(votes, { room: 600, most: 3 }, `reasons-${request.id}`),
    parametersBlock(
      request.facts.parameters,
      { room: 900, most: 8, longest: 200, rest: "; the rest behind Details of the message" },
      `parameters-${request.id}`,
    ),
  ].filter((block) => block !== null);
  return [...head, ...fitting(optional, left, optional.length), foot];
}

function problems(errors: readonly string[]): KnownBlock | null {
  if (errors.length === 0) return null;
  const most = errors.slice(0, MOST_ERRORS).map((error) => `• ${code(error, 200)}`);
  const cut = shownOf(most.length, errors.length, "problems");
  return section(["*Problems*", ...most, ...(cut === null ? [] : [`${cut}.`])].join("\n"));
}

/** The newest lines when they do not all fit: the end of the story matters most. */
function historyBlock(history: readonly AuditRecord[], room: number): KnownBlock | null {
  if (history.length === 0 || room < 400) return null;
  const newest = history.slice(-MOST_LINES).map(historyLine).reverse();
  const lines = fitting(newest, room - 100 - MOST_LINES, MOST_LINES).reverse();
  const cut = shownOf(lines.length, history.length, "entries");
  return section([`*What happened*${cut === null ? "" : ` (${cut}, the newest)`}`, ...lines].join("\n"));
}
