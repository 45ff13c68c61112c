import { describeApprovers } from "../../core/approvers.ts";
import { APPROVE_ACTION, type ObservedExecution } from "../../core/execution.ts";
import { explainRoutes, type RouteTrial } from "../../core/explain.ts";
import type { NameRenderer } from "../../core/name-renderer.ts";
import type { PartialSubject, Route } from "../../core/policy.ts";
import { findRequester, type Identities, isKnown } from "../../core/requester.ts";
import type { Target } from "../ports/aws.ts";

/** What of a request routes look at, one for each of its approve steps; those that wait, if any does. */
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

/** Which route, who may decide and why, in lines for a terminal. `found` is false where no route matches for certain. */
export function explain(
  policy: { routes: readonly Route[]; identities: Identities },
  subject: PartialSubject,
): { found: boolean; lines: string[] } {
  const trials = explainRoutes(policy.routes, subject);
  const last = trials.at(-1);
  const lines = [...trials.map(trialLine)];
  if (last?.verdict !== "matches") {
    const depends = trials.some((trial) => trial.verdict === "depends");
    lines.push(
      depends
        ? "Whether a route covers it depends on what was not given."
        : "No route covers it: nobody can decide it in Slack, and the admins are told.",
    );
    return { found: false, lines };
  }
  return { found: true, lines: [...lines, ...decidersLines(last.route, subject, policy.identities)] };
}

function trialLine({ route, verdict, conditions }: RouteTrial): string {
  const name = JSON.stringify(route.name);
  switch (verdict) {
    case "matches":
      return `Route ${name} matches.`;
    case "depends":
      return `Route ${name} might match: it asks for ${conditions.join(", ")}, which was not given.`;
    case "fails":
      return `Route ${name} does not match: ${conditions.join(", ")}.`;
    default:
      throw new Error(`no words for ${verdict satisfies never}`);
  }
}

const asIs = (text: string) => text;

/** Ids as they are in the configuration. */
const PLAIN: NameRenderer = { user: asIs, group: (id) => `members of ${id}`, channel: asIs, text: asIs, word: asIs };

function decidersLines(route: Route, subject: PartialSubject, identities: Identities): string[] {
  const approvers = describeApprovers(route, PLAIN) ?? "nobody: the route names no approvers";
  return [
    `  Posted in ${route.channels.join(", ")}${route.dm ? ", and to each approver as a direct message" : ""}.`,
    `  May decide: ${approvers}. ${route.quorum === 1 ? "One approval is" : `${route.quorum} approvals are`} needed; one rejection rejects.`,
    `  Reason: ${route.reason}. Confirmation: ${route.confirm}.`,
    `  ${requesterLine(route, subject, identities)}`,
  ];
}

function requesterLine(route: Route, subject: PartialSubject, identities: Identities): string {
  if (route.selfApproval) return "Whoever started it may approve it.";
  if (subject.startedBy === undefined) return "Whoever started it may not approve it.";
  const requester = findRequester(subject.startedBy, identities);
  if (requester.userIds.length > 0)
    return `Started by ${subject.startedBy}: ${requester.userIds.join(", ")} may not approve it.`;
  if (isKnown(requester)) {
    const rule = `whenRequesterUnknown: ${route.whenRequesterUnknown}`;
    return `Started by ${subject.startedBy}: whoever has the address ${requester.email} in Slack may not approve it; if nobody has, ${rule}.`;
  }
  return route.whenRequesterUnknown === "allow"
    ? `Started by ${subject.startedBy}, whom nobody under identities matches: approvals count all the same (whenRequesterUnknown: allow).`
    : `Started by ${subject.startedBy}, whom nobody under identities matches: no approval counts (whenRequesterUnknown: deny).`;
}
