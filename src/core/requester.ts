import { capitalize, findRouteTerms } from "./action-terms.ts";
import { arnMatches, identityCenterEmail, toRoleArn } from "./arn.ts";
import { listNames, type NameRenderer } from "./name-renderer.ts";
import type { Person } from "./person.ts";
import type { Route } from "./policy.ts";
import { classifyPrincipal, describePrincipal, isPersonal, principalName, principalNoun } from "./principal.ts";

/** Maps a Slack user id to the ARNs under which this person acts in AWS. */
export type Identities = Readonly<Record<string, readonly string[]>>;

/**
 * The Slack account that had the address in the requester's session name when the request opened:
 *
 *   none      the session name is no address, so there is no owner to look up
 *   pending   until Slack returns the owner; approvals wait
 *   person    final: a later change of an address does not change who started the execution
 *   nobody    final: no active person had the address
 */
export type AddressOwner =
  | { kind: "none" }
  | { kind: "pending" }
  | { kind: "person"; userId: string }
  | { kind: "nobody" };

/** The person who started an execution, derived from ExecutedBy, the configuration and the owner of the address. */
export interface Requester {
  executedBy: string | null;
  /** One of these people started the execution. Empty: the requester is unknown. */
  userIds: string[];
  /** Each of these people may have started the execution, through a role that other people can use as well. */
  candidates: string[];
  /** The email address in the session name of IAM Identity Center. */
  email: string | null;
  /** Whether Slack has yet to return the owner of the address. */
  pending: boolean;
}

export const UNKNOWN_REQUESTER: Requester = {
  executedBy: null,
  userIds: [],
  candidates: [],
  email: null,
  pending: false,
};

/** Returns the state of the lookup when a request opens. */
export function initialOwner(executedBy: string | null): AddressOwner {
  return { kind: requesterEmail(executedBy) === null ? "none" : "pending" };
}

/** Returns the address in ExecutedBy, or null. */
export function requesterEmail(executedBy: string | null): string | null {
  return executedBy === null ? null : identityCenterEmail(executedBy);
}

/**
 * Finds the requester. A person whom the configuration lists with an IAM user, the root user or a session of Identity
 * Center is the requester. A person listed with a role, or with a session whose name its user chose, is only a candidate.
 */
export function findRequester(executedBy: string | null, identities: Identities, owner: AddressOwner): Requester {
  const email = requesterEmail(executedBy);
  const requester: Requester = { executedBy, userIds: [], candidates: [], email, pending: owner.kind === "pending" };
  if (executedBy === null) return requester;
  for (const [userId, arns] of Object.entries(identities)) {
    if (!arns.some((arn) => arnMatches(arn, executedBy))) continue;
    const isExact = arns.some((arn) => arn.toLowerCase() === executedBy.toLowerCase());
    if (isExact && identifiesPerson(executedBy)) requester.userIds.push(userId);
    else requester.candidates.push(userId);
  }
  if (owner.kind === "person" && !requester.userIds.includes(owner.userId)) requester.userIds.push(owner.userId);
  return requester;
}

/** Tells whether an ARN belongs to one person: only these names are not chosen by the person who uses them. */
function identifiesPerson(arn: string): boolean {
  return ["iam-user", "root", "identity-center"].includes(classifyPrincipal(arn));
}

/** Describes who started an execution: the AWS principal, after the people who are or may be behind it. */
export function describeRequester(requester: Requester, show: NameRenderer): string {
  const { executedBy, userIds, candidates } = requester;
  if (userIds.length > 0) return `${names(userIds, show)} (${principalName(executedBy, show)})`;
  const principal = describePrincipal(executedBy, show);
  return candidates.length > 0 ? `${principal}, perhaps ${names(candidates, show)}` : principal;
}

const names = (userIds: readonly string[], show: NameRenderer) => listNames(userIds.map(show.user), "or", 5);

/**
 * Tells whether the person started the execution, as far as the self-approval rule is concerned: `yes` also for a
 * candidate, and for the current owner of the address.
 */
export function isRequester(person: Pick<Person, "id" | "email">, requester: Requester): "yes" | "no" | "unknown" {
  const { userIds, candidates, email } = requester;
  if (userIds.includes(person.id) || candidates.includes(person.id)) return "yes";
  if (email !== null && person.email?.toLowerCase() === email.toLowerCase()) return "yes";
  return userIds.length > 0 ? "no" : "unknown";
}

/**
 * The effect of a route's self-approval rules on the approvals of one request, apart from those of its candidates:
 *
 *   off       the requester may approve
 *   known     everyone but the requester may approve
 *   pending   approvals wait for the owner of the address
 *   allowed   the requester is unknown, and approvals count
 *   denied    the requester is unknown, and no approval counts
 */
export type RequesterRule = "off" | "known" | "pending" | "allowed" | "denied";

/** Returns the rule that applies. `deny-people` denies a principal behind which there must be a person, or that is unclear. */
export function findRequesterRule(route: RequesterPolicy, requester: Requester): RequesterRule {
  if (route.selfApproval) return "off";
  if (requester.userIds.length > 0) return "known";
  if (requester.pending) return "pending";
  switch (route.whenRequesterUnknown) {
    case "allow":
      return "allowed";
    case "deny":
      return "denied";
    case "deny-people":
      return isPersonal(classifyPrincipal(requester.executedBy)) ? "denied" : "allowed";
    default:
      throw new Error(`unexpected rule ${route.whenRequesterUnknown satisfies never}`);
  }
}

type RequesterPolicy = Pick<Route, "selfApproval" | "whenRequesterUnknown"> & Partial<Pick<Route, "match">>;

/** Says in a few words who may not approve because of the requester, or null where the requester may. */
export function describeRequesterRule(route: RequesterPolicy, requester: Requester, show: NameRenderer): string | null {
  const rule = findRequesterRule(route, requester);
  const { userIds, candidates, email } = requester;
  if (rule === "off") return null;
  const others = candidates.filter((each) => !userIds.includes(each));
  const excluded = others.length === 0 ? "" : `not ${names(others, show)}, who may have started it; `;
  if (rule === "known") return `${excluded}not ${names(userIds, show)}, who started it`;
  if (rule === "pending")
    return `${excluded}${findRouteTerms(route).approvals} wait until Slack returns the owner of ${show.text(email ?? "")}, who started it`;
  return `${excluded}${unknownText(route, requester, show)}`;
}

/** Explains the rule in full: its effect, and the line of the configuration that would identify the requester. */
export function explainRequesterRule(route: RequesterPolicy, requester: Requester, show: NameRenderer): string {
  const rule = findRequesterRule(route, requester);
  const { userIds, candidates, email } = requester;
  const { verb, past, approvals } = findRouteTerms(route);
  if (rule === "off") return `The requester may ${verb.approve}.`;
  const others = candidates.filter((each) => !userIds.includes(each));
  const excluded =
    others.length === 0 ? "" : `${names(others, show)} may have started it and may not ${verb.approve} it. `;
  if (rule === "known") return `${excluded}${names(userIds, show)} started it and may not ${verb.approve} it.`;
  if (rule === "pending") {
    const otherwise = `If no active person has it, ${ruleName(route, show)} applies.`;
    return `${excluded}${show.text(email ?? "")} started it and may not ${verb.approve} it. ${capitalize(approvals)} wait until Slack returns the owner of this address. ${otherwise}`;
  }
  const unknown = unknownText(route, requester, show);
  const line = describeMissingIdentity(route, requester, show);
  return [`${excluded}Self-approval: ${unknown}.`, line, rule === "denied" ? `It can be ${past.reject}.` : null]
    .filter((sentence) => sentence !== null)
    .join(" ");
}

/** Names the line under `identities` that would identify the requester or a candidate; null where none is missing. */
export function describeMissingIdentity(
  route: RequesterPolicy,
  requester: Requester,
  show: NameRenderer,
  kinds: "people" | "all" = "all",
): string | null {
  const { executedBy, candidates } = requester;
  const rule = findRequesterRule(route, requester);
  if (executedBy === null || candidates.length > 0 || (rule !== "allowed" && rule !== "denied")) return null;
  if (identifiesPerson(executedBy))
    return `An admin can identify the requester with this line under ${show.text("identities")}: ${identityLine(executedBy, show)}.`;
  const kind = classifyPrincipal(executedBy);
  if (kinds === "people" || (kind !== "role" && kind !== "federated-user")) return null;
  return `An admin can exclude a person who uses it with this line under ${show.text("identities")}: ${identityLine(toRoleArn(executedBy), show)}.`;
}

const identityLine = (arn: string, show: NameRenderer) => show.text(`U...: ["${arn}"]`);

function unknownText(route: RequesterPolicy, { executedBy }: Requester, show: NameRenderer): string {
  const kind = classifyPrincipal(executedBy);
  const because = isPersonal(kind)
    ? kind === "identity-center"
      ? `the requester is ${principalNoun(kind)} that matches no active person in Slack`
      : `the requester is ${principalNoun(kind)} that ${show.text("identities")} does not list`
    : `the requester is ${principalNoun(kind)}, which identifies no one`;
  const denied = findRequesterRule(route, { ...UNKNOWN_REQUESTER, executedBy }) === "denied";
  const { noun, approvals } = findRouteTerms(route);
  return `${denied ? show.strong(`no ${noun.approve} counts`) : `${approvals} count`}, because ${because} (${ruleName(route, show)})`;
}

const ruleName = (route: RequesterPolicy, show: NameRenderer) =>
  show.text(`whenRequesterUnknown: ${route.whenRequesterUnknown}`);
