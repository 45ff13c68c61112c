import type { ApprovalRequest, Vote } from "./request.ts";

/** How every comment of ours begins, before the request's id. */
export const OWN_COMMENT = "Countersign request";

/** AWS takes 1 to 512 characters in each payload value. Source: SSM API model, AutomationParameterValue. */
export const MAX_PAYLOAD_VALUE_LENGTH = 512;

/** How a decision against quorum and self-approval is marked, for whoever searches the records. */
export const BREAK_GLASS = "BREAK-GLASS";

/** Values that one payload key may have. Source: SSM API model, AutomationParameterValueList. */
const MAX_VALUES = 50;

/** How many people's approvals one signal can name, beside the summary. */
export const MAX_APPROVALS = MAX_VALUES - 1;

/** What is kept of a name and of an address, so that the ids behind them always stand in the value. */
const MAX_NAME_LENGTH = 80;
const MAX_EMAIL_LENGTH = 128;

/**
 * The `Comment` of a signal: who decided, why, and which request of ours it was. A summary first, then one value for
 * each person. Identity comes before the reason, and its ids are never cut.
 */
export function signalComment(request: ApprovalRequest, votes: readonly Vote[], workspace: string): string[] {
  const decisive = votes.filter((vote) => vote.verdict === request.decision);
  const verb = request.decision === "reject" ? "Rejected" : "Approved";
  const names = decisive.map(toName).join(", ");
  const broken = decisive.some((vote) => vote.authority === "break-glass") ? `${BREAK_GLASS}: ` : "";
  const summary = `${broken}${OWN_COMMENT} ${request.id}: ${verb} in Slack by ${names}`;
  const each = decisive.slice(0, MAX_APPROVALS).map((vote) => {
    const email = vote.email === null ? "" : ` <${cut(vote.email, MAX_EMAIL_LENGTH)}>`;
    const reason = vote.reason === null ? "" : `; reason: ${vote.reason}`;
    const mark = vote.authority === "break-glass" ? `${BREAK_GLASS}: ` : "";
    return `${mark}${verb} by ${toName(vote)}${email} (Slack user ${vote.userId}, workspace ${workspace}); request ${request.id}${reason}`;
  });
  return [summary, ...each].map((value) => cut(plain(value), MAX_PAYLOAD_VALUE_LENGTH));
}

/** A name without the marks by which a value tells its parts apart: people choose their names, and not their ids. */
function toName(vote: Vote): string {
  return cut(vote.userName.replaceAll(/[<>();\s]+/g, " ").trim(), MAX_NAME_LENGTH);
}

/** One line of whole characters. */
function plain(text: string): string {
  return text.toWellFormed().replaceAll(/\p{Cc}+/gu, " ");
}

/** At most `length` UTF-16 units, never half a surrogate pair, ending in an ellipsis where something was cut. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  if (length < 1) return "";
  const kept = text.slice(0, length - 1);
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}
