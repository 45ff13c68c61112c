import type { ApprovalRequest, Vote } from "./request.ts";

/** AWS takes 1 to 512 characters in each payload value. Source: SSM API model, AutomationParameterValue. */
export const LONGEST_PAYLOAD_VALUE = 512;

/** Values that one payload key may have. Source: SSM API model, AutomationParameterValueList. */
const MOST_VALUES = 50;

/**
 * The `Comment` of a signal: who decided, why, and which request of ours it was. A summary first, then one value for
 * each person. Identity comes before the reason, and only the reason is cut.
 */
export function signalComment(request: ApprovalRequest, votes: readonly Vote[], workspace: string): string[] {
  const decisive = votes.filter((vote) => vote.verdict === request.decision);
  const verb = request.decision === "reject" ? "Rejected" : "Approved";
  const names = decisive.map((vote) => vote.userName).join(", ");
  const summary = fit(`Countersign request ${request.id}: ${verb} in Slack by `, names);
  const each = decisive.slice(0, MOST_VALUES - 1).map((vote) => {
    const email = vote.email === null ? "" : ` <${vote.email}>`;
    const identity = cut(
      `${verb} by ${vote.userName}${email} (Slack user ${vote.userId}, workspace ${workspace}); request ${request.id}`,
      LONGEST_PAYLOAD_VALUE,
    );
    return vote.reason === null ? identity : fit(`${identity}; reason: `, vote.reason);
  });
  return [summary, ...each].map((value) => value.replaceAll(/\p{Cc}+/gu, " "));
}

function fit(head: string, tail: string): string {
  return head + cut(tail, Math.max(0, LONGEST_PAYLOAD_VALUE - head.length));
}

/** At most `length` UTF-16 units, never half a surrogate pair, ending in an ellipsis where something was cut. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  if (length < 1) return "";
  const kept = text.slice(0, length - 1);
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}
