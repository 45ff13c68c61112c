import { findTerms } from "./action-terms.ts";
import type { NameRenderer } from "./name-renderer.ts";
import type { ApprovalRequest, RequestFacts } from "./request.ts";

/** Returns "gate 2 of 3" for a step of a runbook with several gates ("pause 2 of 3" for a paused step), "2nd time" for a step that waits again, else null. */
export function gateLabel(facts: Pick<RequestFacts, "action" | "gate" | "gates" | "visit">): string | null {
  const { gate, gates, visit = 1 } = facts;
  const parts = [
    gates > 1 ? `${findTerms(facts).step} ${gate} of ${gates}` : null,
    visit > 1 ? `${ordinal(visit)} time` : null,
  ];
  return parts.filter((part) => part !== null).join(", ") || null;
}

function ordinal(number: number): string {
  const isTeen = number % 100 >= 11 && number % 100 <= 13;
  const ending = isTeen ? undefined : ["th", "st", "nd", "rd"][number % 10];
  return `${number}${ending ?? "th"}`;
}

/** Describes a step: "Prod-DB-Restart, step approveRestart (gate 2 of 3)". */
export function describeStep(facts: ApprovalRequest["facts"], show: NameRenderer): string {
  const gate = gateLabel(facts);
  return `${show.text(facts.documentName)}, step ${show.text(facts.stepName)}${gate === null ? "" : ` (${gate})`}`;
}

/** Describes a target: "production (1111-2222-3333, us-east-1)". */
export function describeTarget(
  request: Pick<ApprovalRequest, "target" | "account" | "region">,
  show: NameRenderer,
): string {
  return `${show.word(targetName(request))} (${show.word(formatAccount(request.account))}, ${show.word(request.region)})`;
}

/** Describes a step and its target: "Prod-DB-Restart, step approveRestart, in production (1111-2222-3333, us-east-1)". */
export function describeRequest(request: ApprovalRequest, show: NameRenderer): string {
  return `${describeStep(request.facts, show)}, in ${describeTarget(request, show)}`;
}

/** Returns the target's name without account and Region at its end: each surface shows them separately. */
export function targetName({
  target,
  account,
  region,
}: Pick<ApprovalRequest, "target" | "account" | "region">): string {
  return without(without(target, region), account);
}

/** Names a target where there is no room for its Region: the name as shown, and the account if the target lists accounts. */
export function shortTarget(
  request: Pick<ApprovalRequest, "target" | "account" | "region">,
  show: (name: string) => string,
): string {
  const name = targetName(request);
  const listed = without(request.target, request.region) !== name;
  if (!listed) return show(name);
  const digits = formatAccount(request.account);
  return `${show(name)} ${digits === request.account ? show(digits) : digits}`;
}

/** Removes an end and what separates it, unless nothing would be left. */
const without = (text: string, end: string): string =>
  (text.endsWith(end) ? text.slice(0, -end.length).replace(/[^\p{L}\p{N}]+$/u, "") : text) || text;

/** Groups the digits of an account ID as the AWS console does: 1111-2222-3333. */
function formatAccount(account: string): string {
  return /^\d{12}$/.test(account) ? account.replace(/(....)(....)(....)/, "$1-$2-$3") : account;
}
