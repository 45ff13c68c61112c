import { arnMatches, identityCenterEmail } from "./arn.ts";
import { listNames, type NameRenderer } from "./name-renderer.ts";
import type { Person } from "./person.ts";
import { classifyPrincipal, describePrincipal, principalName } from "./principal.ts";

/** Maps a Slack user id to the ARNs under which this person acts in AWS. */
export type Identities = Readonly<Record<string, readonly string[]>>;

/**
 * The Slack account that had the address in a requester's session name when the request opened:
 *
 *   pending   until Slack returns the owner; no approval counts
 *   person    final: a later change of an address does not change who started the execution
 *   nobody    final: no active person had the address
 */
export type AddressOwner = { kind: "pending" } | { kind: "person"; userId: string } | { kind: "nobody" };

/** The owner of each address: that of the requester, and those of the requesters of the parent executions. */
export type AddressOwners = Readonly<Record<string, AddressOwner>>;

/**
 * Whether the Slack account of a person whom the configuration lists with a requester's principal said who started the execution
 * when the request opened:
 *
 *   pending    until Slack returns the account; no approval counts
 *   active     final: a later change of the account does not change who started the execution
 *   inactive   final: the account was deactivated, a bot or gone, so it identifies no one
 */
export type ListedAccount = "pending" | "active" | "inactive";

/** The accounts of the listed people, by Slack id. */
export type ListedAccounts = Readonly<Record<string, ListedAccount>>;

/** What the request stores about its requesters. Without `listedAccounts`, every listed person counts as active. */
export interface StoredRequester {
  facts: RequesterFacts;
  addressOwners: AddressOwners;
  listedAccounts?: ListedAccounts;
}

/** A lookup of a requester that is not done: of the owner of an address, or of a listed account. */
export type PendingLookup = { email: string } | { userId: string };

/** The facts that identify the requesters: the principals that started an execution and its parents. */
export interface RequesterFacts {
  executedBy: string | null;
  parents?: readonly { executedBy: string | null }[];
  /** Why the parent after the last one could not be read; absent if the last one is the first execution. */
  parentsUnread?: string;
}

/** The person who started an execution, derived from ExecutedBy, the configuration and the owner of the address. */
export interface Requester {
  executedBy: string | null;
  /** One of these people started the execution. Empty: the requester is unknown. */
  userIds: string[];
  /** Each of these people may have started the execution, through a role that other people can use as well. */
  candidates: string[];
  /** The email address in the session name of IAM Identity Center. */
  email: string | null;
  /** Listed people who would be the requester, but whose accounts were deactivated, bots or gone when the request opened: they identify no one. Absent: none. */
  inactive?: string[];
  /** Whether Slack has yet to return the owner of the address. */
  pending: boolean;
  /** The requesters of the executions that started this one, the nearest first; absent: no other execution started it. */
  parents?: Requester[];
  /** Why this parent execution could not be read: an error code. Its requester is unknown. */
  unread?: string;
}

export const UNKNOWN_REQUESTER: Requester = {
  executedBy: null,
  userIds: [],
  candidates: [],
  email: null,
  pending: false,
};

/** Returns the lookups of a new request. */
export function initialOwners(facts: RequesterFacts): AddressOwners {
  const emails = toPrincipals(facts).map(requesterEmail);
  return Object.fromEntries(emails.flatMap((email) => (email === null ? [] : [[email, { kind: "pending" }]])));
}

/** Returns the lookups of a new request: those of the people whom the configuration lists with a requester's principal. */
export function initialAccounts(facts: RequesterFacts, identities: Identities): ListedAccounts {
  return Object.fromEntries(findListed(facts, identities).map((userId) => [userId, "pending"]));
}

const findListed = (facts: RequesterFacts, identities: Identities) =>
  requesterIds(findRequester({ facts, addressOwners: {} }, identities));

/** Returns the lookups of a request that are not done. A person whom the configuration lists since then is looked up too. */
export function pendingLookups(
  { facts, addressOwners, listedAccounts = {} }: StoredRequester,
  identities: Identities,
): PendingLookup[] {
  const emails = Object.keys(addressOwners).filter((email) => addressOwners[email]?.kind === "pending");
  const stored = Object.keys(listedAccounts).filter((userId) => listedAccounts[userId] === "pending");
  const added = findListed(facts, identities).filter((userId) => listedAccounts[userId] === undefined);
  return [...[...stored, ...added].map((userId) => ({ userId })), ...emails.map((email) => ({ email }))];
}

const toPrincipals = ({ executedBy, parents = [] }: RequesterFacts) => [
  executedBy,
  ...parents.map((each) => each.executedBy),
];

/** Returns the address in ExecutedBy, or null. */
export function requesterEmail(executedBy: string | null): string | null {
  return executedBy === null ? null : identityCenterEmail(executedBy);
}

/**
 * Finds the requester of a request and those of the parent executions. A person whom the configuration lists with an IAM
 * user, the root user or a session of Identity Center is the requester. A person listed with a role, or with a session whose
 * name its user chose, is only a candidate.
 */
export function findRequester(
  { facts, addressOwners, listedAccounts = {} }: StoredRequester,
  identities: Identities,
): Requester {
  const [own, ...parents] = toPrincipals(facts).map((each) =>
    findPerson(each, identities, addressOwners, listedAccounts),
  );
  const { parentsUnread: unread } = facts;
  if (unread !== undefined) parents.push({ ...UNKNOWN_REQUESTER, unread });
  return { ...(own ?? UNKNOWN_REQUESTER), ...(parents.length === 0 ? {} : { parents }) };
}

function findPerson(
  executedBy: string | null,
  identities: Identities,
  owners: AddressOwners,
  accounts: ListedAccounts,
): Requester {
  const email = requesterEmail(executedBy);
  const owner = email === null ? undefined : owners[email];
  const requester: Requester = { executedBy, userIds: [], candidates: [], email, pending: owner?.kind === "pending" };
  if (executedBy === null) return requester;
  for (const [userId, arns] of Object.entries(identities)) {
    if (!arns.some((arn) => arnMatches(arn, executedBy))) continue;
    const isExact = arns.some((arn) => arn.toLowerCase() === executedBy.toLowerCase());
    if (!isExact || !identifiesPerson(executedBy)) requester.candidates.push(userId);
    else if (accounts[userId] === "inactive") requester.inactive = [...(requester.inactive ?? []), userId];
    else requester.userIds.push(userId);
  }
  if (owner?.kind === "person" && !requester.userIds.includes(owner.userId)) requester.userIds.push(owner.userId);
  return requester;
}

/** Returns the requester and those of the parent executions, each of which the self-approval rule concerns. */
export function everyRequester(requester: Requester): Requester[] {
  return [requester, ...(requester.parents ?? [])];
}

/** Returns each person who is known to have started the execution or a parent of it. */
export function requesterIds(requester: Requester): string[] {
  return distinct(everyRequester(requester).flatMap(({ userIds }) => userIds));
}

/** Tells whether approvals wait for a lookup: of a listed account, or of the owner of an address of a requester who is not listed. */
export function awaitsLookup(request: StoredRequester, identities: Identities): boolean {
  const isListed = pendingLookups(request, identities).some((lookup) => "userId" in lookup);
  return isListed || awaitsOwner(findRequester(request, identities));
}

/** Tells whether a requester is known only when Slack returns the owner of an address. */
export function awaitsOwner(requester: Requester): boolean {
  return everyRequester(requester).some(({ pending, userIds }) => pending && userIds.length === 0);
}

const distinct = <Item>(items: readonly Item[]) => [...new Set(items)];

/** Tells whether an ARN belongs to one person: only these names are not chosen by the person who uses them. */
export function identifiesPerson(arn: string): boolean {
  return ["iam-user", "root", "identity-center"].includes(classifyPrincipal(arn));
}

/**
 * Describes who started an execution: the AWS principal, after the people who are or may be behind it. For a child execution,
 * the requester of the first execution comes first.
 */
export function describeRequester(requester: Requester, show: NameRenderer): string {
  const [first = requester, ...others] = everyRequester(requester).reverse();
  const principals = distinct(others.map((each) => each.executedBy).filter((each) => each !== first.executedBy));
  const through = principals.map((each) => principalName(each, show));
  return `${describeOne(first, show)}${through.length === 0 ? "" : ` through ${listNames(through, "and", 2)}`}`;
}

function describeOne({ executedBy, userIds, candidates, unread }: Requester, show: NameRenderer): string {
  if (unread !== undefined) return "an unknown requester";
  if (userIds.length > 0) return `${names(userIds, show)} (${principalName(executedBy, show)})`;
  const principal = describePrincipal(executedBy, show);
  return candidates.length > 0 ? `${principal}, perhaps ${names(candidates, show)}` : principal;
}

/** Names the people as one of whom each may be the requester. */
export const names = (userIds: readonly string[], show: NameRenderer) => listNames(userIds.map(show.user), "or", 5);

/**
 * Tells whether the person started the execution or a parent of it, for the self-approval rule: `yes` also for a candidate,
 * for the current owner of the address, and for a listed person whose account was inactive when the request opened.
 */
export function isRequester(person: Pick<Person, "id" | "email">, requester: Requester): "yes" | "no" | "unknown" {
  const every = everyRequester(requester);
  const isOne = ({ userIds, candidates, inactive = [], email }: Requester) =>
    [userIds, candidates, inactive].some((ids) => ids.includes(person.id)) ||
    (email !== null && person.email?.toLowerCase() === email.toLowerCase());
  if (every.some(isOne)) return "yes";
  return every.every(({ userIds }) => userIds.length > 0) ? "no" : "unknown";
}
