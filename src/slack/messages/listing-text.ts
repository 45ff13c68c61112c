import { requestListing, toApproverLine } from "../../core/listed-approver.ts";
import { describePrincipal } from "../../core/principal.ts";
import { isGivenUp, isInvalidSignal } from "../../core/refused-signer.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import { countAccepted, type SignalAttempt } from "../../core/signal-attempt.ts";
import { inAwsConsole } from "./aws-text.ts";
import { mentions } from "./mentions.ts";
import { code } from "./text.ts";

/** Says whether AWS may refuse the decision, because the step's Approvers do not name the principal that signs. */
export function listingText(request: ApprovalRequest): string | null {
  const { facts } = request;
  const { signer } = facts;
  if (signer === undefined) return null;
  const principal = describePrincipal(signer.arn, mentions(80));
  switch (requestListing(facts)) {
    case "listed":
      return null;
    case "unknown":
      return `:warning: Countersign cannot tell whether the step's Approvers include ${principal}. If AWS refuses the decision, decide the step ${inAwsConsole(request)}.`;
    case "unlisted":
      return refusedText(
        request,
        `AWS would refuse the decision: the step's Approvers do not include ${principal}`,
        signer.arn,
      );
    default:
      throw new Error("no text for the listing");
  }
}

/** Says that no click can decide the step, and which line of the runbook would have let the signer do it. */
function refusedText(request: ApprovalRequest, why: string, arn: string, then = ""): string {
  return `:no_entry: *This request cannot be decided in Slack.* ${why}. Decide the step ${inAwsConsole(request)}.${then} For later executions, add this line to Approvers in the runbook:\n\`\`${code(toApproverLine(arn), 300)}\`\``;
}

/** A group that the Approvers name may have changed meanwhile. */
const ANOTHER_TRY =
  " Countersign sends the decision again only after its principal or its configuration changes, or once after a restart.";

/** Says which principal AWS does not accept after several attempts; null if AWS has not refused the decision for good. */
export function givenUpText(request: ApprovalRequest, attempts: readonly SignalAttempt[]): string | null {
  const { signer } = request.facts;
  if (isGivenUp(request, attempts) && countAccepted(attempts) > 0)
    return `:no_entry: *Countersign cannot send the other approvals.* Decide the step ${inAwsConsole(request)}.${ANOTHER_TRY}`;
  if (requestListing(request.facts) === "unlisted") return listingText(request);
  if (signer === undefined || !isGivenUp(request, attempts)) return null;
  const principal = describePrincipal(signer.arn, mentions(80));
  const last = attempts.at(-1)?.principal;
  const count = attempts.filter((each) => isInvalidSignal(each) && each.principal === last).length;
  const times = count === 1 ? "once" : `${count} times`;
  return refusedText(
    request,
    `AWS refused the decision ${times} while the step was waiting: it does not accept ${principal}`,
    signer.arn,
    ANOTHER_TRY,
  );
}
