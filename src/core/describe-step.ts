import type { NameRenderer } from "./name-renderer.ts";
import type { ApprovalRequest, RequestFacts } from "./request.ts";

/** Returns "gate 2 of 3" for a step of a runbook with several gates, else null. */
export function gateLabel({ gate, gates }: Pick<RequestFacts, "gate" | "gates">): string | null {
  return gates > 1 ? `gate ${gate} of ${gates}` : null;
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

/** Returns the target's name without the Region at its end: each surface shows the Region separately. */
export function targetName({ target, region }: Pick<ApprovalRequest, "target" | "region">): string {
  const bare = target.endsWith(region) ? target.slice(0, -region.length).replace(/[^\p{L}\p{N}]+$/u, "") : target;
  return bare || target;
}

/** Groups the digits of an account ID as the AWS console does: 1111-2222-3333. */
function formatAccount(account: string): string {
  return /^\d{12}$/.test(account) ? account.replace(/(....)(....)(....)/, "$1-$2-$3") : account;
}
