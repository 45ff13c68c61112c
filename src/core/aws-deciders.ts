import type { NameRenderer } from "./name-renderer.ts";
import { describePrincipal, principalName } from "./principal.ts";
import type { ApprovalRequest } from "./request.ts";
import { findRequester, type Identities } from "./requester.ts";

/** The Slack accounts of the principals who decided in AWS, by their ARNs, where one is known. */
export type AwsDeciders = Readonly<Record<string, string>>;

/** Finds the people who decided in AWS: `identities` or the owner of an address names one person for the principal. */
export function findAwsDeciders(
  { outcome, addressOwners }: Pick<ApprovalRequest, "outcome" | "addressOwners">,
  identities: Identities,
): AwsDeciders {
  if (outcome?.where !== "aws") return {};
  const found = outcome.by.map((arn) => {
    const { userIds } = findRequester({ facts: { executedBy: arn }, addressOwners }, identities);
    return userIds.length === 1 ? [[arn, userIds[0] ?? ""]] : [];
  });
  return Object.fromEntries(found.flat());
}

/** Names a principal who decided in AWS, after the person behind it. */
export function describeDecider(arn: string, people: AwsDeciders, show: NameRenderer): string {
  const userId = people[arn];
  return userId === undefined ? describePrincipal(arn, show) : `${show.user(userId)} (${principalName(arn, show)})`;
}
