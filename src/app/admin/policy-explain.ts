import { describeApprovers, NO_APPROVERS } from "../../core/approvers.ts";
import { APPROVE_ACTION, type ObservedExecution } from "../../core/execution.ts";
import { explainRoutes, type RouteTrial } from "../../core/explain.ts";
import type { NameRenderer } from "../../core/name-renderer.ts";
import type { PartialSubject, Route } from "../../core/policy.ts";
import { findRequester, type Identities, isKnown } from "../../core/requester.ts";
import type { Target } from "../ports/aws.ts";

/** Returns the facts to match routes against: of each waiting approve step or, if none is waiting, of each one. */
export function toSubjects(target: Target, execution: ObservedExecution): PartialSubject[] {
  const gates = execution.steps.filter((step) => step.action === APPROVE_ACTION);
  const waiting = gates.filter((step) => step.status === "Waiting");
  return (waiting.length > 0 ? waiting : gates).map((step) => ({
    document: execution.documentName,
    target: target.name,
    account: target.account,
    region: target.region,
    step: step.name,
    startedBy: execution.executedBy ?? "",
    parameters: execution.parameters,
  }));
}

/** Explains which route matches, who may decide and why, as lines of text. `found`: a route matches for certain. */
export function explain(
  policy: { routes: readonly Route[]; identities: Identities },
  subject: PartialSubject,
): { found: boolean; lines: string[] } {
  const trials = explainRoutes(policy.routes, subject);
  const last = trials.at(-1);
  const lines = trials.map(describeTrial);
  if (last?.verdict !== "matches") {
    const depends = trials.some((trial) => trial.verdict === "depends");
    lines.push(
      depends
        ? "The result depends on facts that were not given."
        : "No route matches: this request cannot be decided in Slack, and the admins are notified.",
    );
    return { found: false, lines };
  }
  return { found: true, lines: [...lines, ...describeRoute(last.route, subject, policy.identities)] };
}

function describeTrial({ route, verdict, conditions }: RouteTrial): string {
  const name = JSON.stringify(route.name);
  switch (verdict) {
    case "matches":
      return `Route ${name} matches.`;
    case "depends":
      return `Route ${name} might match: it depends on ${conditions.join(", ")}, which was not given.`;
    case "fails":
      return `Route ${name} does not match: ${conditions.join(", ")}.`;
    default:
      throw new Error(`no text for ${verdict satisfies never}`);
  }
}

const asIs = (text: string) => text;

/** Shows IDs as the configuration has them. */
const PLAIN: NameRenderer = { user: asIs, group: (id) => `members of ${id}`, channel: asIs, text: asIs, word: asIs };

function describeRoute(route: Route, subject: PartialSubject, identities: Identities): string[] {
  const approvers = describeApprovers(route, PLAIN) ?? NO_APPROVERS;
  return [
    `  Posted in ${route.channels.join(", ")}${route.dm ? ", and to each approver as a direct message" : ""}.`,
    `  May decide: ${approvers}. ${route.quorum === 1 ? "One approval is" : `${route.quorum} approvals are`} needed; one rejection rejects.`,
    `  Reason: ${route.reason}. Confirmation: ${route.confirm}.`,
    `  ${describeRequesterRule(route, subject, identities)}`,
  ];
}

function describeRequesterRule(route: Route, subject: PartialSubject, identities: Identities): string {
  if (route.selfApproval) return "The requester may approve it.";
  if (subject.startedBy === undefined) return "The requester may not approve it.";
  const requester = findRequester(subject.startedBy, identities);
  if (requester.userIds.length > 0)
    return `Started by ${subject.startedBy}: ${requester.userIds.join(", ")} may not approve it.`;
  const rule = `whenRequesterUnknown: ${route.whenRequesterUnknown}`;
  if (isKnown(requester))
    return `Started by ${subject.startedBy}: the Slack user with the address ${requester.email} may not approve it; without such a user, ${rule} applies.`;
  const effect = route.whenRequesterUnknown === "allow" ? "approvals count anyway" : "no approval counts";
  return `Started by ${subject.startedBy}, which matches no one under identities: ${effect} (${rule}).`;
}
