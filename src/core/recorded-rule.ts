import { findTerms } from "./action-terms.ts";
import type { AuditContext, RequestContext } from "./audit-records.ts";
import { counted } from "./counted.ts";
import type { NameRenderer } from "./name-renderer.ts";

/** The rule of a request as an audit record has it: that of the time of the record. */
export type RecordedRule = Pick<RequestContext, "route" | "action"> &
  Pick<AuditContext, "approvers" | "quorum" | "policyHash">;

/** Describes who could decide, and how many approvals were needed. */
export function describeRecordedApprovers(
  { approvers, quorum, route, action }: RecordedRule,
  show: NameRenderer,
): string {
  if (route === null) return "nobody in Slack: no route";
  if (approvers === null || quorum === null)
    return `nobody in Slack: route ${show.text(JSON.stringify(route))} was not in the configuration`;
  const groups = approvers.groups.map(show.group);
  const channels = approvers.channels.map((channel) => `members of ${show.channel(channel)}`);
  const people = [...approvers.users.map(show.user), ...groups, ...channels].join(", ") || "nobody";
  const terms = findTerms({ action });
  const self = approvers.selfApproval ? "may" : "may not";
  return `${people}; ${counted(quorum, terms.noun.approve, terms.approvals)}; the requester ${self} ${terms.verb.approve}`;
}

/** Names the configuration by its hash, and the one of the time when the request opened if it was another. */
export function describeRecordedPolicy(
  { policyHash }: RecordedRule,
  openedHash: string | undefined,
  show: NameRenderer,
): string {
  const isSame = openedHash === undefined || openedHash === policyHash;
  return isSame ? show.text(policyHash) : `${show.text(policyHash)}; ${show.text(openedHash)} when the request opened`;
}
