import type { RequestView } from "../../app/ports/slack.ts";
import { capitalize, findTerms } from "../../core/action-terms.ts";
import { gateLabel, shortTarget } from "../../core/describe-step.ts";
import { listNames } from "../../core/name-renderer.ts";
import { findObstacle } from "../../core/obstacle.ts";
import { describePrincipal } from "../../core/principal.ts";
import { firstLine } from "./author-message.ts";
import { plainDeadline } from "./fact-lines.ts";
import { outcomeLabel, UNDECIDABLE } from "./headline.ts";
import { plainNames } from "./mentions.ts";
import { OBSTACLE_SENTENCES } from "./obstacle-text.ts";
import { byVerdict } from "./state-text.ts";
import { plain } from "./text.ts";
import { plainWarning } from "./warning.ts";

/**
 * Returns the message as one sentence for notifications and screen readers, well below the 4,000 characters that
 * chat.update accepts: the question with target, requester and deadline, later the outcome. It names people without
 * mentioning them: the message mentions them. `deadline`: whether to name it.
 */
export function summary(view: RequestView, { deadline = true } = {}): string {
  const { request, route } = view;
  const { facts } = request;
  const label = gateLabel(facts);
  const gate = label === null ? "" : ` (${label})`;
  const place = `${plain(facts.documentName, 140)} in ${shortTarget(request, (name) => plain(name, 80))}${gate}`;
  const first = facts.parents?.at(-1) ?? facts;
  const requester = facts.parentsUnread === undefined ? describePrincipal(first.executedBy, plainNames()) : "unknown";
  const startedBy = `tarted by ${requester}`;
  if (request.state !== "open") return `${outcomeLabel(view)}${deciders(view)}: ${place}, s${startedBy}.`;
  const question = firstLine(facts);
  const obstacle = findObstacle(facts, route);
  const ownQuestion =
    obstacle === null ? `${capitalize(findTerms(facts).verb.approve)} ${place}?` : `${UNDECIDABLE}: ${place}.`;
  const asked = question === null ? ownQuestion : `${place}: ${plain(question, 300)}`;
  const by = deadline ? plainDeadline(request) : null;
  const rest = obstacle === null ? "" : ` ${OBSTACLE_SENTENCES[obstacle]}`;
  const warned = plainWarning(view);
  return `${warned === null ? "" : `${warned}: `}${asked} S${startedBy}${by === null ? "" : `, decide by ${by}`}.${rest}`;
}

function deciders({ request, votes }: RequestView): string {
  if (request.decision === null || (request.outcome !== null && request.outcome.where !== "slack")) return "";
  const decisive = byVerdict(votes, request.decision);
  if (decisive.length === 0) return "";
  return ` by ${listNames(
    decisive.map((vote) => plain(vote.userName, 60)),
    "and",
    5,
  )}`;
}
