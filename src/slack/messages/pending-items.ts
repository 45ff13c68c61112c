import type { KnownBlock } from "@slack/types";
import type { InspectedRequest } from "../../app/admin/inspect.ts";
import { capitalize, findTerms } from "../../core/action-terms.ts";
import { describeApprovers, NO_APPROVERS } from "../../core/approvers.ts";
import { describeStep } from "../../core/describe-step.ts";
import { DEFAULT_APPROVE_TIMEOUT_SECONDS } from "../../core/execution.ts";
import { findObstacle } from "../../core/obstacle.ts";
import { type ApprovalRequest, askedAt, deadline } from "../../core/request.ts";
import { describeRequesterRule } from "../../core/requester-rule.ts";
import { uncoveredSentence } from "../../core/uncovered.ts";
import { consoleLink } from "./aws-text.ts";
import { section } from "./blocks.ts";
import { whereLines } from "./facts.ts";
import { mentions } from "./mentions.ts";
import { messageLink } from "./permalinks.ts";
import { byVerdict } from "./state-text.ts";
import { code } from "./text.ts";
import { duration, moment } from "./time.ts";
import { warningLine } from "./warning.ts";

/** The time of the list in epoch milliseconds, and the address of the workspace with a slash at its end. */
export interface ListContext {
  now: number;
  workspaceUrl: string;
}

/** Renders one request of a list: the step, its target and requester, its times, and the approvers it is waiting for. */
export function pendingBlock(item: InspectedRequest, { now, workspaceUrl }: ListContext): KnownBlock {
  const { request } = item;
  const asked = askedAt(request);
  const show = mentions(100);
  const warned = warningLine(item);
  return section(
    [
      ...(warned === null ? [] : [warned]),
      `*${describeStep(request.facts, show)}*`,
      whereLines(item, show),
      `Waiting since ${moment(asked)} (${duration(now - asked)})${isOver(request, now) ? "; its deadline has passed" : ""}. ${waitingFor(item)}`,
      [
        messageLink(item.messages, workspaceUrl),
        consoleLink(request),
        request.route === null ? null : `Route ${code(request.route, 60)}`,
        `Request ${code(request.id, 60)}`,
      ]
        .filter((part) => part !== null)
        .join(" · "),
    ].join("\n"),
  );
}

function isOver({ facts, state }: ApprovalRequest, now: number): boolean {
  const until = deadline(facts, DEFAULT_APPROVE_TIMEOUT_SECONDS);
  return state === "open" && until !== null && until.at <= now;
}

function waitingFor({ request, votes, route, requester }: InspectedRequest): string {
  const terms = findTerms(request.facts);
  if (request.state === "decided")
    return `${capitalize(terms.past[request.decision ?? "approve"])} in Slack. AWS has not continued the step yet.`;
  if (route === null)
    return `${uncoveredSentence(request.facts.uncovered, mentions(80))} Decide it in the AWS console.`;
  const obstacle = findObstacle(request.facts, route);
  if (obstacle === "elsewhere") return "*For information only*: decide it in the AWS console.";
  if (obstacle === "unlisted")
    return "*It cannot be decided in Slack*: the step's Approvers do not include the signer. Decide it in the AWS console.";
  const have = byVerdict(votes, "approve").length;
  const approvers = describeApprovers(route, mentions()) ?? NO_APPROVERS;
  const rule = describeRequesterRule(route, requester, mentions());
  return `${have} of ${route.quorum} ${terms.approvals}; waiting for ${approvers}${rule === null ? "" : `; ${rule}`}.`;
}
