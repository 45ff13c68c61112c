import { cleanName, oneLine } from "./clean-text.ts";
import { cut } from "./cut.ts";
import type { ApprovalRequest, Vote } from "./request.ts";

/** The start of every comment of ours, before the request id. */
export const OWN_COMMENT = "Countersign request";

/** Comes before the reason of a person, and in no earlier part of a value: no name contains it. */
export const REASON_MARK = "; reason:";

/** AWS accepts 1 to 512 characters in each payload value. Source: SSM API model, AutomationParameterValue. */
export const MAX_PAYLOAD_VALUE_LENGTH = 512;

/** Marks a decision that overrides quorum and self-approval, so that a search of the records finds it. */
export const BREAK_GLASS = "BREAK-GLASS";

/** Maximum number of values of one payload key. Source: SSM API model, AutomationParameterValueList. */
const MAX_VALUES = 50;

/** Maximum number of approvals that one signal can name, next to the summary. */
export const MAX_APPROVALS = MAX_VALUES - 1;

/** Limits for a name and an email address, so that the value always has room for the ids after them. */
const MAX_NAME_LENGTH = 80;
const MAX_EMAIL_LENGTH = 128;

/**
 * Writes the `Comment` of a signal: a summary with the request id, then one value per person with identity and reason.
 * The identity comes first, and its ids are never cut.
 */
export function signalComment(request: ApprovalRequest, votes: readonly Vote[], workspace: string): string[] {
  const decisive = votes.filter((vote) => vote.verdict === request.decision);
  const verb = request.decision === "reject" ? "Rejected" : "Approved";
  const names = decisive.map(toName).join(", ");
  const broken = decisive.some((vote) => vote.authority === "break-glass") ? `${BREAK_GLASS}: ` : "";
  const summary = `${broken}${OWN_COMMENT} ${request.id}: ${verb} in Slack by ${names}`;
  const each = decisive.slice(0, MAX_APPROVALS).map((vote) => {
    const email = vote.email === null ? "" : ` <${cut(vote.email, MAX_EMAIL_LENGTH)}>`;
    const reason = vote.reason === null ? "" : `${REASON_MARK} ${vote.reason}`;
    const mark = vote.authority === "break-glass" ? `${BREAK_GLASS}: ` : "";
    return `${mark}${verb} by ${toName(vote)}${email} (Slack user ${vote.userId}, workspace ${workspace}); request ${request.id}${reason}`;
  });
  return [summary, ...each].map((value) => cut(oneLine(value), MAX_PAYLOAD_VALUE_LENGTH));
}

/** Removes the characters that separate the parts of a value from a name, because people choose their names freely. */
function toName(vote: Vote): string {
  return cut(cleanName(vote.userName.replaceAll(/[<>();:]/g, " ")), MAX_NAME_LENGTH) || vote.userId;
}
