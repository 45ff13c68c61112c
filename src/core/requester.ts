import { arnMatches, identityCenterEmail } from "./arn.ts";
import { listNames, type NameRenderer } from "./name-renderer.ts";
import type { Person } from "./person.ts";
import { describePrincipal } from "./principal.ts";

/** Slack user id to the ARNs under which that person acts in AWS. */
export type Identities = Readonly<Record<string, readonly string[]>>;

/**
 * Who started an execution, as far as its ExecutedBy tells. With neither ids nor an address it is not known. Several ids
 * where several people act under the same ARN: any of them may have been it.
 */
export interface Requester {
  userIds: string[];
  /** The address in the name of an IAM Identity Center session. */
  email: string | null;
  /** Set where the address was looked up and belongs to nobody in the workspace: then it identifies nobody. */
  emailIsForeign?: boolean | undefined;
}

export const UNKNOWN_REQUESTER: Requester = { userIds: [], email: null };

/** Whom ExecutedBy means. Pure; addresses are not looked up here. */
export function findRequester(executedBy: string | null, identities: Identities): Requester {
  if (executedBy === null) return UNKNOWN_REQUESTER;
  const userIds = Object.entries(identities)
    .filter(([, arns]) => arns.some((arn) => arnMatches(arn, executedBy)))
    .map(([userId]) => userId);
  return { userIds, email: identityCenterEmail(executedBy) };
}

/** Describes who started an execution: the people whom the configuration names for its ARN, else the AWS principal. */
export function describeRequester({ userIds }: Requester, executedBy: string | null, show: NameRenderer): string {
  return userIds.length > 0 ? listNames(userIds.map(show.user), "or", 5) : show.text(describePrincipal(executedBy));
}

/** Whether the person is the one who started the execution. */
export function isRequester(person: Pick<Person, "id" | "email">, requester: Requester): "yes" | "no" | "unknown" {
  if (requester.userIds.includes(person.id)) return "yes";
  const { email } = requester;
  if (email !== null && person.email?.toLowerCase() === email.toLowerCase()) return "yes";
  if (requester.userIds.length > 0) return "no";
  if (email === null || requester.emailIsForeign === true || person.email === null) return "unknown";
  return "no";
}

export function isKnown(requester: Requester): boolean {
  return requester.userIds.length > 0 || (requester.email !== null && requester.emailIsForeign !== true);
}
