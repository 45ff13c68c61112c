import type { Denial } from "../../core/denial.ts";
import { findRepeatedVote, type VoteInput } from "../../core/evaluate-vote.ts";
import { type LookupFailure, type Person, toFailedLookup } from "../../core/person.ts";
import { type Approvers, findRoute, type People, type Route } from "../../core/policy.ts";
import { findReadRight } from "../../core/read-access.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import { awaitsOwner, findRequester, type Identities, requesterIds, UNKNOWN_REQUESTER } from "../../core/requester.ts";
import type { Click } from "../ports/click-store.ts";
import type { RateLimitStore } from "../ports/coordination.ts";
import type { Directory, Freshness } from "../ports/slack.ts";
import type { RequestStore } from "../ports/store.ts";
import { type VerifyOriginDeps, verifyOrigin } from "./verify-origin.ts";

export interface GatherDeps extends VerifyOriginDeps {
  requests: RequestStore;
  directory: Directory;
  routes: readonly Route[];
  admins: People;
  identities: Identities;
  /** Looks up the owner of the requester's address and stores it with the request. */
  lookUpRequester: (requestId: string) => Promise<{ kind: "done" } | LookupFailure>;
  rateLimits: Pick<RateLimitStore, "acquireSlot">;
  /** Tells whether a team that a payload names is the workspace, or can be one of the same organization. */
  isHomeTeam: (teamId: string) => boolean;
  /** Tells whether the configuration still has the target. Without it, no signal would follow a decision. */
  hasTarget: (request: ApprovalRequest) => boolean;
  /** Tells whether each approver of the request signals in a session of their own. */
  signsAsPeople: (request: ApprovalRequest) => boolean;
}

/** A click on a button, with the fields that an evaluation needs. */
export type ButtonClick = Pick<Click, "requestId" | "userId" | "teamId" | "origin" | "receivedAt">;

/** A click on a button together with the requested action. */
export type ClickContext = ButtonClick & Pick<Click, "verdict" | "authority">;

export type GatheredFacts =
  | ({ kind: "ready" } & Pick<VoteInput, "request" | "route" | "person" | "membership" | "requester" | "sessionEmail">)
  | NotReady;

export type PersonFacts = Omit<Extract<GatheredFacts, { kind: "ready" }>, "sessionEmail"> | NotReady;

type NotReady =
  /** `permanent`: Slack has no such account for this app, and asking again does not help. */
  | { kind: "denied"; denial: Denial; permanent?: boolean }
  /** The click can wait. `denial` is the answer where it cannot, as for a form. */
  | { kind: "later"; waitMs?: number; why: string; denial?: Denial };

const denied = (denial: Denial): NotReady => ({ kind: "denied", denial });

/** Gathers the facts that an evaluation needs, from stored state and from Slack, as fresh as the purpose needs. */
export async function gatherFacts(deps: GatherDeps, click: ClickContext, freshness: Freshness): Promise<GatheredFacts> {
  const request = await deps.requests.byId(click.requestId);
  if (request === null) return denied({ kind: "no-request" });
  if (!(await mayKnow(deps, request, click))) return denied({ kind: "no-request" });
  const origin = await verifyOrigin(deps, click);
  if (origin === "unresolved") return { kind: "later", why: "the post of the clicked message is not resolved yet" };
  if (origin === "foreign") return denied({ kind: "foreign-message" });
  if (!deps.isHomeTeam(click.teamId)) return denied({ kind: "account-status", status: "external" });
  if (request.state === "open" && !deps.hasTarget(request))
    return denied({ kind: "no-target", target: request.target });
  const route = findRoute(deps.routes, request.route);
  const repeated = findRepeatedVote(request, route, await deps.requests.votes(request.id), click);
  if (repeated !== null) return denied(repeated);
  const waitMs = route === null ? 0 : await awaitTurn(deps, click, route, freshness);
  if (waitMs > 0) return { kind: "later", waitMs, why: "the person's clicks have read groups too often" };
  const facts = await gatherPerson(deps, click, request, freshness);
  if (facts.kind !== "ready") return facts;
  const session =
    facts.membership.kind === "member" ? await findSessionEmail(deps, facts.request, facts.person) : NO_ADDRESS;
  // Without an answer, the session would have another name, which the step's Approvers may not list.
  if (session.kind === "unknown") return laterOrDenied(session, { kind: "person-unknown", ...toFailedLookup(session) });
  return { ...facts, sessionEmail: session.email };
}

/**
 * Tells whether a person may know of a request whose message they did not press. A request id that they should not have gets
 * the same reply as one that does not exist. Where Slack does not reply, the evaluation denies the click.
 */
async function mayKnow(deps: GatherDeps, request: ApprovalRequest, { origin, userId }: ClickContext): Promise<boolean> {
  if (origin.kind === "message") return true;
  const known = await deps.directory.person(userId);
  const admin = await deps.directory.isAmong(deps.admins, userId, "show");
  const route = findRoute(deps.routes, request.route);
  const among = route && (await deps.directory.isAmong(route.approvers, userId, "show", route.channels));
  if (known.kind === "unknown") return known.permanent !== true;
  if (admin.kind === "unknown" || among?.kind === "unknown") return true;
  const reader = {
    person: known.person,
    admin: admin.kind === "member",
    routes: new Set(route !== null && among?.kind === "member" ? [route.name] : []),
  };
  const requester = findRequester(request, deps.identities);
  const votes = await deps.requests.votes(request.id);
  return findReadRight(reader, { request, requester, votes }, false) !== null;
}

/**
 * The reads of groups that the clicks of one person may cause: ten at once, and then ten a minute. Slack allows some twenty a
 * minute, so that other people have the others. Source: Slack API, rate limits, tier 2.
 */
const READS_OF_ONE_PERSON = { intervalMs: 6_000, burst: 10 };

/** Returns how long the click waits, in milliseconds, before it may read groups. A person whom the policy names reads none. */
async function awaitTurn(
  { admins, rateLimits, clock }: GatherDeps,
  { userId, verdict, authority }: ClickContext,
  { approvers }: Route,
  freshness: Freshness,
): Promise<number> {
  const allowed: Approvers = authority === "break-glass" ? admins : approvers;
  const readsLists = !allowed.users.includes(userId) && (allowed.groups.length > 0 || allowed.channel === "members");
  if (verdict === "withdraw" || !readsLists) return 0;
  const purpose = typeof freshness === "object" ? "clicks" : "forms";
  return rateLimits.acquireSlot(`${purpose}:${userId}`, READS_OF_ONE_PERSON, clock.now());
}

export type PersonDeps = Pick<
  GatherDeps,
  "requests" | "directory" | "routes" | "admins" | "identities" | "lookUpRequester"
>;

/** Gathers the facts about one person and one request, except the name of the person's session. */
export async function gatherPerson(
  deps: PersonDeps,
  click: Pick<ClickContext, "userId" | "verdict" | "authority">,
  request: ApprovalRequest,
  freshness: Freshness,
): Promise<PersonFacts> {
  const route = findRoute(deps.routes, request.route);
  const lookup = await deps.directory.person(click.userId, freshness);
  if (lookup.kind === "unknown") return laterOrDenied(lookup, { kind: "person-unknown", ...toFailedLookup(lookup) });
  const { person } = lookup;
  if (route === null || person.accountStatus !== "member" || click.verdict === "withdraw")
    return {
      kind: "ready",
      request,
      route,
      person,
      membership: { kind: "not-member" },
      requester: UNKNOWN_REQUESTER,
    };

  const membership =
    click.authority === "break-glass"
      ? await deps.directory.isAmong(deps.admins, person.id, freshness)
      : await deps.directory.isAmong(route.approvers, person.id, freshness, route.channels);
  // Only for the text of the denial.
  if (membership.kind === "not-member" && click.authority === "approver")
    membership.admin = (await deps.directory.isAmong(deps.admins, person.id, "show")).kind === "member";
  if (membership.kind === "unknown") {
    const denial = { kind: "membership-unknown", ...toFailedLookup(membership) } as const;
    const outcome = laterOrDenied(membership, denial);
    // A click that cannot wait is evaluated without the membership: a closed request is the better reason to give.
    if (outcome.kind === "later") return outcome;
  }
  const needsRequester = click.verdict === "approve" && click.authority === "approver" && !route.selfApproval;
  if (!needsRequester || membership.kind !== "member")
    return { kind: "ready", request, route, person, membership, requester: UNKNOWN_REQUESTER };
  const current = await awaitRequester(deps, request);
  if (current.kind === "unknown")
    return laterOrDenied(current, { kind: "requester-unread", ...toFailedLookup(current) });
  return { kind: "ready", route, person, membership, ...current.facts };
}

/**
 * Returns the person's address for the name of their session in AWS, or null. Anyone can take a free address, so it must
 * have been theirs when the request opened: the account has not changed since then, or an earlier vote has the same address.
 */
async function findSessionEmail(
  deps: Pick<GatherDeps, "requests" | "directory" | "signsAsPeople">,
  request: ApprovalRequest,
  person: Person,
): Promise<{ kind: "found"; email: string | null } | LookupFailure> {
  const { id, email, updatedAt } = person;
  if (email === null || !deps.signsAsPeople(request)) return NO_ADDRESS;
  const isUnchanged = updatedAt !== null && updatedAt <= request.openedAt;
  if (!isUnchanged && (await deps.requests.emailAt(id, request.openedAt)) !== email) return NO_ADDRESS;
  const owner = await deps.directory.byEmail(email);
  if (owner.kind === "unknown") return owner;
  return owner.kind === "person" && owner.person.id === id ? { kind: "found", email } : NO_ADDRESS;
}

const NO_ADDRESS = { kind: "found", email: null } as const;

/** Returns who started the execution. If the lookup is still pending, makes an attempt now instead of at its next time. */
async function awaitRequester(
  deps: PersonDeps,
  request: ApprovalRequest,
): Promise<{ kind: "found"; facts: Pick<VoteInput, "request" | "requester"> } | LookupFailure> {
  const identities = await activeIdentities(deps, request);
  if (identities.kind === "unknown") return identities;
  const requester = findRequester(request, identities.identities);
  if (!awaitsOwner(requester)) return { kind: "found", facts: { request, requester } };
  const result = await deps.lookUpRequester(request.id);
  if (result.kind === "unknown") return result;
  const current = (await deps.requests.byId(request.id)) ?? request;
  return {
    kind: "found",
    facts: { request: current, requester: findRequester(current, identities.identities) },
  };
}

/** Leaves out the listed people whose accounts are deactivated, bots or gone: such an account does not say who else did not start it. */
async function activeIdentities(
  { directory, identities }: PersonDeps,
  { facts }: ApprovalRequest,
): Promise<{ kind: "read"; identities: Identities } | LookupFailure> {
  const inactive = new Set<string>();
  for (const userId of requesterIds(findRequester({ facts, addressOwners: {} }, identities))) {
    const found = await directory.person(userId);
    if (found.kind === "unknown" && found.permanent !== true) return found;
    if (found.kind === "unknown") {
      inactive.add(userId);
      continue;
    }
    const { accountStatus } = found.person;
    if (accountStatus === "deactivated" || accountStatus === "bot") inactive.add(userId);
  }
  const active = Object.entries(identities).filter(([userId]) => !inactive.has(userId));
  return { kind: "read", identities: Object.fromEntries(active) };
}

/** If Slack only asks to wait, the click waits, because it is stored. Otherwise it is denied. */
function laterOrDenied({ error, retryAfterMs: waitMs, permanent }: LookupFailure, denial: Denial): NotReady {
  if (permanent === true) return { kind: "denied", denial, permanent };
  return waitMs === undefined ? denied(denial) : { kind: "later", waitMs, why: `Slack asks to wait: ${error}`, denial };
}
