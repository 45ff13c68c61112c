import { capitalize, findTerms, outcomeText } from "../../core/action-terms.ts";
import type { AuditRecord } from "../../core/audit-records.ts";
import { denialLabel } from "../../core/denial-label.ts";
import { describePrincipal } from "../../core/principal.ts";
import { isPause, type StepAction } from "../../core/request.ts";
import { mentions, mentionUser, series } from "./mentions.ts";
import { code } from "./text.ts";
import { moment } from "./time.ts";

/** Describes one event in the life of a request, in mrkdwn. */
export function historyLine(record: AuditRecord, facts: StepAction): string {
  const { detail } = record;
  const why = "error" in detail ? `: ${code(detail.error, 120)}` : "";
  return `• ${moment(record.at)}: ${describe(record, actors(record.actor), facts)}${why}`;
}

function describe({ kind, detail }: AuditRecord, who: string | null, facts: StepAction): string {
  const { verb, past, noun } = findTerms(facts);
  const by = who === null ? "" : ` by ${who}`;
  switch (kind) {
    case "requested":
      return `request opened${who === null ? "" : `; the execution was started${by}`}`;
    case "identified": {
      const { email, listed, userId } = detail;
      if (listed !== null)
        return `requester looked up: ${mentionUser(listed)} ${userId === null ? "has no active account" : "has an active account"}`;
      return `requester looked up: ${userId === null ? "no active account" : mentionUser(userId)} has the address ${code(email ?? "", 100)}`;
    }
    case "voted":
      return `${isPause(facts) ? noun[detail.verdict] : past[detail.verdict]}${by}${breakGlass(detail)}`;
    case "withdrawn":
      return `${noun.approve} withdrawn${by}`;
    case "vote-dropped":
      return `${noun.approve} of ${mentionUser(detail.userId)} no longer counts: ${denialLabel(detail.denial)}`;
    case "denied":
      return `click${by} did not count: ${denialLabel(detail.denial)}`;
    case "decided":
      return `decided: ${past[detail.decision]}${breakGlass(detail)}${who === null ? "" : `; the last vote was${by}`}`;
    case "signal-sending":
      return `sending the ${capitalize(verb[detail.decision])} signal to AWS`;
    case "signal-deferred":
      return "signal deferred";
    case "signal-accepted":
      return "AWS accepted the signal";
    case "signal-ambiguous":
      return "no clear reply from AWS to the signal";
    case "signal-refused":
      return "the signal had no effect";
    case "signal-verified":
      return detail.result === "confirmed"
        ? "verified: AWS shows that the signal decided this step"
        : "AWS does not show who decided the step";
    case "signal-misdirected":
      return detail.reachedStep === null
        ? "*the signal did not decide this step*"
        : `*the signal decided another step*: ${code(detail.reachedStep, 80)}`;
    case "signal-without-effect":
      return "*AWS accepted the signal, but the step is still waiting*";
    case "progress":
      return `progress in AWS${status(detail)}`;
    case "closed":
      return `closed: ${outcomeText(detail.outcome, facts)}${by}`;
    case "ended":
      return `execution ended${status(detail)}`;
    default:
      throw new Error(`no words for ${kind satisfies never}`);
  }
}

const breakGlass = ({ authority }: { authority?: "break-glass" }): string =>
  authority === "break-glass" ? " by *break-glass*" : "";

const status = ({ executionStatus }: { executionStatus?: string }): string =>
  executionStatus === undefined ? "" : `: ${code(executionStatus, 40)}`;

/** An actor is a Slack user, an AWS principal, a list of them, or Countersign itself; null for Countersign. */
function actors(actor: string): string | null {
  if (actor === "countersign" || actor === "unknown" || actor.trim() === "") return null;
  const each = actor
    .split(", ")
    .map((one) => (/^[UW][A-Z0-9]+$/.test(one) ? mentionUser(one) : describePrincipal(one, mentions(80))));
  return series(each, 3);
}
