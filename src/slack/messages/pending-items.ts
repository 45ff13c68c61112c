import type { KnownBlock } from "@slack/types";
import type { InspectedRequest } from "../../app/admin/inspect.ts";
import type { OwnVotes } from "../../app/admin/list-waiting.ts";
import { capitalize, findTerms } from "../../core/action-terms.ts";
import { describeApprovers, NO_APPROVERS } from "../../core/approvers.ts";
import { counted } from "../../core/counted.ts";
import { describeStep } from "../../core/describe-step.ts";
import { DEFAULT_APPROVE_TIMEOUT_SECONDS } from "../../core/execution.ts";
import type { NameRenderer } from "../../core/name-renderer.ts";
import { findObstacle } from "../../core/obstacle.ts";
import { isGivenUp } from "../../core/refused-signer.ts";
import { type ApprovalRequest, askedAt, deadline } from "../../core/request.ts";
import { describeRequesterRule } from "../../core/requester-rule.ts";
import { consoleLink } from "./aws-text.ts";
import { context, header, section } from "./blocks.ts";
import { fitting } from "./budget.ts";
import { whereLines } from "./fact-lines.ts";
import { mentions } from "./mentions.ts";
import { messageLink } from "./permalinks.ts";
import { partlyRefusedText } from "./signal-text.ts";
import { byVerdict, noRouteSentence } from "./state-text.ts";
import { code } from "./text.ts";
import { duration, moment } from "./time.ts";
import { warningLine } from "./warning.ts";

/** The time of the list in epoch milliseconds, and the address of the workspace with a slash at its end. */
export interface ListContext {
  now: number;
  workspaceUrl: string;
  /** The only person who sees the list, whose own votes it points out; null if everyone in a channel sees it. */
  reader?: string | null;
}

/** The text of an empty list of the waiting requests: of all, or of those that the person may read. */
export const NOTHING_WAITING = {
  all: "No request is waiting.",
  readable: "No request that you may read is waiting.",
} as const;

/** The longest text of a section. Source: Slack API, section block. */
const MAX_SECTION = 3_000;
/** The lengths at which names are cut: the first at which all fit. Escaped, a name is up to five times as long. */
const NAME_LENGTHS = [100, 50] as const;
const SHORT_NAME = 20;

/** The least room for the requests with the vote of the reader: the list above them does not use it. */
export const MIN_VOTED_ROOM = 1_500;

/** Renders one request of a list: the step, its target and requester, its times, and the approvers it is waiting for. */
export function pendingBlock(item: InspectedRequest, list: ListContext): KnownBlock {
  for (const length of NAME_LENGTHS) {
    const text = pendingText(item, list, mentions(length));
    if (text.length <= MAX_SECTION) return section(text);
  }
  return section(pendingText(item, list, mentions(SHORT_NAME)));
}

function pendingText(
  item: InspectedRequest,
  { now, workspaceUrl, reader = null }: ListContext,
  show: NameRenderer,
): string {
  const { request } = item;
  const asked = askedAt(request);
  const warned = warningLine(item);
  return [
    ...(warned === null ? [] : [warned]),
    `*${describeStep(request.facts, show)}*`,
    whereLines(item, show),
    `Waiting since ${moment(asked)} (${duration(now - asked)})${isOver(request, now) ? "; its deadline has passed" : ""}. ${waitingFor(item, show)}${ownVote(item, reader)}`,
    [
      messageLink(item.messages, workspaceUrl),
      consoleLink(request),
      request.route === null ? null : `Route ${code(request.route, 60)}`,
      `Request ${code(request.id, 60)}`,
    ]
      .filter((part) => part !== null)
      .join(" · "),
  ].join("\n");
}

/**
 * Renders the requests that wait for more votes, or for AWS, after the vote of the reader: below the list of those that wait
 * for the reader. `all`: the way to the requests that do not fit.
 */
export function votedBlocks(
  { items, total }: OwnVotes,
  { toRow, room, all }: { toRow: (item: InspectedRequest, index: number) => KnownBlock[]; room: number; all: string },
): KnownBlock[] {
  if (total === 0) return [];
  const shown = fitting(items.map(toRow), room - 250, items.length);
  const more = total - shown.length;
  const note = `${counted(more, "more request has", "more requests have")} your vote. ${all}`;
  return [header("Waiting requests with your vote"), ...shown.flat(), ...(more === 0 ? [] : [context(note)])];
}

/** In a list of one person: that the request has this person's vote. */
function ownVote({ request: { facts }, votes }: InspectedRequest, reader: string | null): string {
  const own = votes.find(({ userId }) => userId === reader);
  if (own === undefined) return "";
  return ` *You ${findTerms(facts).voted[own.verdict]} this.*`;
}

function isOver({ facts, state }: ApprovalRequest, now: number): boolean {
  const until = deadline(facts, DEFAULT_APPROVE_TIMEOUT_SECONDS);
  return state === "open" && until !== null && until.at <= now;
}

function waitingFor(item: InspectedRequest, show: NameRenderer): string {
  const { request, votes, route, requester } = item;
  const terms = findTerms(request.facts);
  if (request.state === "decided") {
    const decided = `${capitalize(terms.past[request.decision ?? "approve"])} in Slack`;
    return isGivenUp(request, item.attempts)
      ? `${decided}, but ${partlyRefusedText(request, item.attempts) ?? "AWS does not accept the decision"}. Decide the step in the AWS console.`
      : `${decided}. AWS has not continued the step yet.`;
  }
  if (route === null) return noRouteSentence(request, show);
  const obstacle = findObstacle(request.facts, route);
  if (obstacle === "elsewhere") return "*For information only.* Decide the step in the AWS console.";
  if (obstacle === "unlisted")
    return "*Cannot be decided in Slack*: the step's Approvers do not include the signer. Decide the step in the AWS console.";
  const have = byVerdict(votes, "approve").length;
  const approvers = describeApprovers(route, show) ?? NO_APPROVERS;
  const rule = describeRequesterRule(route, requester, show);
  return `${have} of ${route.quorum} ${terms.approvals}; waiting for ${approvers}${rule === null ? "" : `; ${rule}`}.`;
}
