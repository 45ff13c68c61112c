import type { AuditRecord } from "../../core/audit.ts";
import { outcomeText } from "../../core/denial.ts";
import { describePrincipal } from "../../core/principal.ts";
import type { Verdict } from "../../core/request.ts";
import { mentionUser, series } from "./mentions.ts";
import { code } from "./text.ts";
import { moment } from "./time.ts";

/** One line of a request's life, in mrkdwn. */
export function historyLine(record: AuditRecord): string {
  const { detail } = record;
  const why = "error" in detail && detail.error !== undefined ? `: ${code(detail.error, 120)}` : "";
  return `• ${moment(record.at)}: ${words(record, actors(record.actor))}${why}`;
}

function words({ kind, detail }: AuditRecord, who: string | null): string {
  const by = who === null ? "" : ` by ${who}`;
  switch (kind) {
    case "requested":
      return `asked${by === "" ? "" : `; the execution was started${by}`}`;
    case "voted":
      return `${verb(detail.verdict)}${by}${breakGlass(detail)}`;
    case "withdrawn":
      return `an approval was withdrawn${by}`;
    case "denied":
      return `a click${by} did not count (${code(detail.denial, 40)})`;
    case "decided":
      return `decided${breakGlass(detail)}, ${verb(detail.decision)}${by === "" ? "" : `; the last vote was${by}`}`;
    case "signal-sending":
      return `the ${detail.decision === "reject" ? "Reject" : "Approve"} signal goes out to AWS`;
    case "signal-deferred":
      return "the signal was held back";
    case "signal-accepted":
      return "AWS took the signal";
    case "signal-ambiguous":
      return "AWS gave no clear answer to the signal";
    case "signal-refused":
      return "AWS did not take the signal";
    case "progress":
      return `AWS reports progress${status(detail)}`;
    case "closed":
      return `closed, ${outcomeText(detail.outcome.kind)}${by}`;
    case "ended":
      return `the execution is over${status(detail)}`;
    default:
      throw new Error(`no words for ${kind satisfies never}`);
  }
}

const verb = (verdict: Verdict): string => (verdict === "reject" ? "rejected" : "approved");

const breakGlass = ({ authority }: { authority?: "break-glass" }): string =>
  authority === "break-glass" ? " by *break-glass*" : "";

const status = ({ executionStatus }: { executionStatus?: string }): string =>
  executionStatus === undefined ? "" : `: ${code(executionStatus, 40)}`;

/** An actor is a Slack user, an AWS principal, several of them in one text, or Countersign itself. */
function actors(actor: string): string | null {
  if (actor === "countersign" || actor === "unknown" || actor.trim() === "") return null;
  const each = actor
    .split(", ")
    .map((one) => (/^[UW][A-Z0-9]+$/.test(one) ? mentionUser(one) : code(describePrincipal(one), 80)));
  return series(each, 3);
}
