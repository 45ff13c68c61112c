import {
  type AuditContext,
  type AuditDetails,
  type AuditEntry,
  requestContext,
  toShownFacts,
} from "../../core/audit-records.ts";
import type { Denial } from "../../core/denial.ts";
import type { DroppedVote } from "../../core/dropped-vote.ts";
import type { ApprovalRequest, Authority, Vote } from "../../core/request.ts";
import type { Click } from "../ports/click-store.ts";

/** Returns the audit record of a click that did not count. */
export function toDeniedEntry(click: Click, denial: Denial, at: number): AuditEntry {
  const detail = { denial: denial.kind, verdict: click.verdict, ...breakGlass(click.authority) };
  return { requestId: click.requestId, kind: "denied", at, actor: click.userId, detail };
}

/** Returns the audit record of an approval that its author took back. */
export function toWithdrawnEntry({ requestId, userId }: Vote, at: number): AuditEntry {
  return { requestId, kind: "withdrawn", at, actor: userId, detail: {} };
}

/** Returns the audit record of an earlier approval whose author may no longer decide. */
export function toDroppedEntry({ vote, denial }: DroppedVote, at: number): AuditEntry {
  const detail = { userId: vote.userId, denial: denial.kind };
  return { requestId: vote.requestId, kind: "vote-dropped", at, actor: "countersign", detail };
}

/** Returns the audit record of a vote that counted. */
export function toVotedEntry(vote: Vote): AuditEntry {
  const { requestId, verdict, userName: name } = vote;
  const detail = { verdict, ...breakGlass(vote.authority), ...reason(vote), name };
  return { requestId, kind: "voted", at: vote.at, actor: vote.userId, detail };
}

/** Returns the audit record of the decision that a vote completed. */
export function toDecidedEntry(vote: Vote, request: ApprovalRequest, context: AuditContext): AuditEntry {
  const { verdict: decision, authority } = vote;
  const detail = {
    decision,
    ...breakGlass(authority),
    ...requestContext(request),
    ...context,
    ...toShownFacts(request),
    ...reason(vote),
  };
  return { requestId: request.id, kind: "decided", at: vote.at, actor: vote.userId, detail };
}

const breakGlass = (authority: Authority): Pick<AuditDetails["voted"], "authority"> =>
  authority === "approver" ? {} : { authority };

const reason = (vote: Vote): Pick<AuditDetails["voted"], "reason"> =>
  vote.reason === null ? {} : { reason: vote.reason };
