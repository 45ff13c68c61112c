import { arnMatches, identityCenterEmail } from "./arn.ts";
import { listNames, type NameRenderer } from "./name-renderer.ts";
import type { Person } from "./person.ts";
import { describePrincipal } from "./principal.ts";

/** Maps a Slack user id to the ARNs under which this person acts in AWS. */
export type Identities = Readonly<Record<string, readonly string[]>>;

/**
 * The person who started an execution, derived from ExecutedBy. The requester is unknown if there is neither an id nor an
 * address. There are several ids if several people act under the same ARN: any of them may have started it.
 */
export interface Requester {
  userIds: string[];
  /** The email address in the session name of IAM Identity Center. */
  email: string | null;
  /** True if no one in the workspace has the address: then it identifies no one. */
  emailIsForeign?: boolean | undefined;
}

export const UNKNOWN_REQUESTER: Requester = { userIds: [], email: null };

/** Finds the requester in ExecutedBy. Does not look up addresses. */
export function findRequester(executedBy: string | null, identities: Identities): Requester {
  if (executedBy === null) return UNKNOWN_REQUESTER;
  const userIds = Object.entries(identities)
    .filter(([, arns]) => arns.some((arn) => arnMatches(arn, executedBy)))
    .map(([userId]) => userId);
  return { userIds, email: identityCenterEmail(executedBy) };
}

/** Describes who started an execution: the AWS principal, after the people whom the configuration names for its ARN. */
export function describeRequester({ userIds }: Requester, executedBy: string | null, show: NameRenderer): string {
  const principal = describePrincipal(executedBy, show);
  return userIds.length > 0 ? `${listNames(userIds.map(show.user), "or", 5)} (${principal})` : principal;
}

/** Tells whether the person started the execution. */
export function isRequester(person: Pick<Person, "id" | "email">, requester: Requester): "yes" | "no" | "unknown" {
  if (requester.userIds.includes(person.id)) return "yes";
  const { email } = requester;
  if (email !== null && person.email?.toLowerCase() === email.toLowerCase()) return "yes";
  if (requester.userIds.length > 0) return "no";
  if (email === null || requester.emailIsForeign === true || person.email === null) return "unknown";
  return "no";
}

/** Tells whether the requester identifies at least one person in the workspace. */
export function isKnown(requester: Requester): boolean {
  return requester.userIds.length > 0 || (requester.email !== null && requester.emailIsForeign !== true);
}
