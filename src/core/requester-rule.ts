import { capitalize, findRouteTerms } from "./action-terms.ts";
import { toRoleArn } from "./arn.ts";
import type { NameRenderer } from "./name-renderer.ts";
import type { Route } from "./policy.ts";
import { classifyPrincipal, isPersonal, principalNoun } from "./principal.ts";
import { everyRequester, identifiesPerson, names, type Requester, requesterIds } from "./requester.ts";

/**
 * The effect of a route's self-approval rules on the approvals of one request, apart from those of its candidates:
 *
 *   off       the requester may approve
 *   denied    a requester is unknown, and no approval counts
 *   pending   no approval counts until Slack returns the owner of an address
 *   known     everyone but the requester may approve
 *   allowed   the requester is unknown, and approvals count
 */
export type RequesterRule = "off" | "denied" | "pending" | "known" | "allowed";

/** From the strictest one: of the rules for an execution and its parents, the first one applies. */
const BY_STRICTNESS: readonly RequesterRule[] = ["denied", "pending", "known", "allowed"];

/** Returns the rule that applies: the strictest of those for the requesters of the execution and of its parents. */
export function findRequesterRule(route: RequesterPolicy, requester: Requester): RequesterRule {
  const rules = everyRequester(requester).map((each) => findOwnRule(route, each));
  return BY_STRICTNESS.find((rule) => rules.includes(rule)) ?? "off";
}

/** Returns the rule for one requester. `deny-people` denies a principal behind which there must be a person, or that is unclear. */
function findOwnRule(route: RequesterPolicy, requester: Requester): RequesterRule {
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

/** Returns the requester that causes the rule; of several, the one nearest to the first execution. */
const findCause = (route: RequesterPolicy, requester: Requester, rule: RequesterRule) =>
  everyRequester(requester).findLast((each) => findOwnRule(route, each) === rule) ?? requester;

/** Returns the people who may have started the execution or a parent of it, without those who are known to. */
function findCandidates(requester: Requester): string[] {
  const candidates = new Set(everyRequester(requester).flatMap((each) => each.candidates));
  for (const userId of requesterIds(requester)) candidates.delete(userId);
  return [...candidates];
}

/** Says in a few words who may not approve because of the requester, or null where the requester may. */
export function describeRequesterRule(route: RequesterPolicy, requester: Requester, show: NameRenderer): string | null {
  const rule = findRequesterRule(route, requester);
  if (rule === "off") return null;
  const cause = findCause(route, requester, rule);
  const [others, userIds] = [findCandidates(requester), requesterIds(requester)];
  return [
    others.length === 0 ? null : `not ${names(others, show)}, who possibly started it`,
    userIds.length === 0 ? null : `not ${names(userIds, show)}, who started it`,
    rule === "pending"
      ? `no ${findRouteTerms(route).noun.approve} counts until Slack returns the owner of ${show.text(cause.email ?? "")}, who started it`
      : null,
    rule === "denied" || rule === "allowed" ? unknownText(route, cause, show) : null,
  ]
    .filter((part) => part !== null)
    .join("; ");
}

/**
 * Explains the rule in full: its effect, and the line of the configuration that would identify the requester. `isOpen`: whether
 * people can still decide the request.
 */
export function explainRequesterRule(
  route: RequesterPolicy,
  requester: Requester,
  show: NameRenderer,
  isOpen: boolean,
): string {
  const rule = findRequesterRule(route, requester);
  const { verb, noun } = findRouteTerms(route);
  if (rule === "off") return `The requester may ${verb.approve}.`;
  const cause = findCause(route, requester, rule);
  const [others, userIds] = [findCandidates(requester), requesterIds(requester)];
  const lookup = isOpen
    ? `No ${noun.approve} counts until Slack returns the owner of this address. If no active person has this address, ${ruleName(route, show)} applies.`
    : "Slack did not return the owner of this address while the request was open.";
  const isUnknown = rule === "denied" || rule === "allowed";
  return [
    others.length === 0 ? null : `${names(others, show)} may have started it and may not ${verb.approve} it.`,
    userIds.length === 0 ? null : `${names(userIds, show)} started it and may not ${verb.approve} it.`,
    rule === "pending" ? `${show.text(cause.email ?? "")} started it and may not ${verb.approve} it. ${lookup}` : null,
    isUnknown ? `${unknownText(route, cause, show, capitalize)}.` : null,
    describeMissingIdentity(route, requester, show),
    rule === "denied" && isOpen ? `A ${noun.reject} still counts.` : null,
  ]
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
  const rule = findRequesterRule(route, requester);
  const { executedBy, candidates } = findCause(route, requester, rule);
  if (executedBy === null || candidates.length > 0 || (rule !== "allowed" && rule !== "denied")) return null;
  if (identifiesPerson(executedBy))
    return `An admin can identify the requester with this line under ${show.text("identities")}: ${identityLine(executedBy, show)}.`;
  const kind = classifyPrincipal(executedBy);
  if (kinds === "people" || (kind !== "role" && kind !== "federated-user")) return null;
  return `An admin can exclude a person who uses it with this line under ${show.text("identities")}: ${identityLine(toRoleArn(executedBy), show)}.`;
}

const identityLine = (arn: string, show: NameRenderer) => show.text(`U...: ["${arn}"]`);

function unknownText(
  route: RequesterPolicy,
  requester: Requester,
  show: NameRenderer,
  begin = (text: string) => text,
): string {
  const isDenied = findOwnRule(route, requester) === "denied";
  const { noun, approvals } = findRouteTerms(route);
  const counts = isDenied ? show.strong(begin(`no ${noun.approve} counts`)) : begin(`${approvals} count`);
  return `${counts}, because ${describeUnknown(requester, show)} (${ruleName(route, show)})`;
}

function describeUnknown({ executedBy, unread, inactive }: Requester, show: NameRenderer): string {
  if (unread !== undefined) return `its parent execution could not be read: ${show.text(unread)}`;
  if (inactive !== undefined) {
    const accounts = inactive.length === 1 ? "whose account is" : "whose accounts are";
    return `${show.text("identities")} lists ${names(inactive, show)}, ${accounts} deactivated, gone or a bot`;
  }
  const kind = classifyPrincipal(executedBy);
  if (!isPersonal(kind)) return `the requester is ${principalNoun(kind)}, which identifies no one`;
  return kind === "identity-center"
    ? `the requester is ${principalNoun(kind)} that matches no active person in Slack`
    : `the requester is ${principalNoun(kind)} that ${show.text("identities")} does not list`;
}

const ruleName = (route: RequesterPolicy, show: NameRenderer) =>
  show.text(`whenRequesterUnknown: ${route.whenRequesterUnknown}`);
