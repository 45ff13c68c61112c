import type { RequestView } from "../src/app/ports/slack.ts";
import type { ApprovalRequest, RequestFacts } from "../src/core/request.ts";
import { findRequester } from "../src/core/requester.ts";
import { aFacts, aRequest, aRoute } from "../test/support/samples.ts";

/** The request, the routes and the times of the examples, with people and channels of the sandbox. */

export const MINUTE = 60_000;
const NOW = Math.floor(Date.now() / 1000) * 1000;
export const ASKED = NOW - 4 * MINUTE;
export const ROLE = "arn:aws:iam::111122223333:role/CountersignBot";
export const ROSA = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Operator_0123456789abcdef/rosa@example.com";

export const FACTS: RequestFacts = aFacts({
  stepName: "approveRestart",
  message: "Restart orders-db in production?\nWrites stop for about two minutes.",
  executedBy: ROSA,
  executionStartedAt: ASKED - MINUTE,
  waitingSince: ASKED,
  awsApprovers: [ROLE],
  parameters: [
    { name: "Database", values: ["orders-db"], masked: false, isDefault: false },
    { name: "Force", values: ["false"], masked: false, isDefault: true },
  ],
});
export const ROUTE = aRoute({
  name: "production databases",
  channels: ["C0PRODDBA"],
  approvers: { users: ["U0JANE"], groups: ["S0DBA"] },
});
export const ESCALATED = { ...ROUTE, escalate: { after: 15 * MINUTE, channels: ["C0ONCALL"], mention: ["S0ONCALL"] } };
export const PAYOUTS = aRoute({
  name: "payouts",
  channels: ["C0APPROVALS"],
  approvers: { users: [], groups: ["S0SRE", "S0DBA"] },
  quorum: 2,
});

export type Changes = Partial<Omit<ApprovalRequest, "facts">> & { facts?: Partial<RequestFacts> };

export function view({ facts, ...more }: Changes = {}, rest: Partial<RequestView> = {}): RequestView {
  const request = aRequest({
    target: "production/us-east-1",
    openedAt: ASKED,
    listedAccounts: {},
    addressOwners: { "rosa@example.com": { kind: "person", userId: "U0ROSA" } },
    ...more,
    facts: { ...FACTS, ...facts },
  });
  const requester = findRequester(request, {});
  return { request, votes: [], attempts: [], route: ROUTE, requester, postedAt: ASKED + 2000, ...rest };
}
