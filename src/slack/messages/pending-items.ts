import type { KnownBlock } from "@slack/types";
import type { Route } from "../../core/policy.ts";
import type { ApprovalRequest, Vote } from "../../core/request.ts";
import { consoleLink, where } from "./aws-text.ts";
import { section } from "./blocks.ts";
import { askedAt } from "./facts.ts";
import { mentionPeople } from "./mentions.ts";
import { type MessageLocation, messageLink } from "./permalinks.ts";
import { byVerdict } from "./state-text.ts";
import { code } from "./text.ts";
import { duration, moment } from "./time.ts";

/** A request that is not over, for a list of them. */
export interface PendingItem {
  request: ApprovalRequest;
  votes: Vote[];
  route: Route | null;
  messages: readonly MessageLocation[];
}

/** What a list is seen from: the moment, epoch milliseconds, and the address of the workspace, ending in a slash. */
export interface ListContext {
  now: number;
  workspaceUrl: string;
}

/** One request in a list: what, where, since when, and for whom it waits. */
export function pendingBlock(item: PendingItem, { now, workspaceUrl }: ListContext): KnownBlock {
  const { request } = item;
  const { documentName, stepName, gate, gates } = request.facts;
  const asked = askedAt(request);
  const which = gates > 1 ? ` (gate ${gate} of ${gates})` : "";
  return section(
    [
      `*${code(documentName, 100)}*, step ${code(stepName, 100)}${which}`,
      where(request),
      `Waits since ${moment(asked)} (${duration(now - asked)}). ${waitingFor(item)}`,
      [messageLink(item.messages, workspaceUrl), consoleLink(request), `Request ${code(request.id, 60)}`]
        .filter(Boolean)
        .join(" · "),
    ].join("\n"),
  );
}

function waitingFor({ request, votes, route }: PendingItem): string {
  if (request.state === "decided")
    return request.decision === "reject" ? "Rejected; AWS is being told." : "Approved; AWS is being told.";
  if (route === null) return "*No route covers it:* ask an admin to add one.";
  const have = byVerdict(votes, "approve").length;
  const { users, groups } = route.approvers;
  const people =
    users.length + groups.length > 0 ? mentionPeople(route.approvers) : "nobody: its route names no approvers";
  return `${have} of ${route.quorum} approvals; waits for ${people}.`;
}
