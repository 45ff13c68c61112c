import type { KnownBlock } from "@slack/types";
import type { InspectedRequest } from "../../app/admin/inspect.ts";
import { describeApprovers } from "../../core/approvers.ts";
import { describeStep, describeTarget } from "../../core/describe-step.ts";
import { describeRequester } from "../../core/requester.ts";
import { consoleLink } from "./aws-text.ts";
import { section } from "./blocks.ts";
import { askedAt, deadlineText } from "./facts.ts";
import { mentions } from "./mentions.ts";
import { messageLink } from "./permalinks.ts";
import { byVerdict } from "./state-text.ts";
import { code } from "./text.ts";
import { duration, moment } from "./time.ts";

/** What a list is seen from: the moment, epoch milliseconds, and the address of the workspace, ending in a slash. */
export interface ListContext {
  now: number;
  workspaceUrl: string;
}

/** One request in a list: what, where, since when, and for whom it waits. */
export function pendingBlock(item: InspectedRequest, { now, workspaceUrl }: ListContext): KnownBlock {
  const { request, requester } = item;
  const asked = askedAt(request);
  const show = mentions(100);
  return section(
    [
      `*${describeStep(request.facts, show)}*`,
      `${describeTarget(request, show)}, started by ${describeRequester(requester, request.facts.executedBy, show)}`,
      `Waits since ${moment(asked)} (${duration(now - asked)}), decide by ${deadlineText(request)}. ${waitingFor(item)}`,
      [messageLink(item.messages, workspaceUrl), consoleLink(request), `Request ${code(request.id, 60)}`]
        .filter(Boolean)
        .join(" · "),
    ].join("\n"),
  );
}

function waitingFor({ request, votes, route }: InspectedRequest): string {
  if (request.state === "decided")
    return request.decision === "reject" ? "Rejected; AWS is being told." : "Approved; AWS is being told.";
  if (route === null) return "*No route covers it:* ask an admin to add one.";
  const have = byVerdict(votes, "approve").length;
  const approvers = describeApprovers(route, mentions()) ?? "nobody: its route names no approvers";
  return `${have} of ${route.quorum} approvals; waits for ${approvers}.`;
}
