import { executionPage } from "../../core/console-url.ts";
import { toDamagedDenial } from "../../core/damaged-denial.ts";
import { findRepeatedVote, type VoteInput } from "../../core/evaluate-vote.ts";
import { type LookupFailure, type Person, toFailedLookup } from "../../core/person.ts";
import { type Approvers, findRoute, type Route } from "../../core/policy.ts";
import { findReadRight } from "../../core/read-access.ts";
import type { ApprovalRequest, ReplacingAction, Vote } from "../../core/request.ts";
import { findRequester, type Requester, UNKNOWN_REQUESTER } from "../../core/requester.ts";
import type { Click } from "../ports/click-store.ts";
import type { MessageRow } from "../ports/delivery-store.ts";
import type { DamagedRequest } from "../ports/request-search.ts";
import type { Freshness } from "../ports/slack.ts";
import type { RequestStore } from "../ports/store.ts";
import {
  denied,
  gatherPerson,
  hasWaited,
  laterOrDenied,
  type NotReady,
  type OfPerson,
  type PersonDeps,
  wasAllowed,
} from "./gather-person.ts";
import type { GroupReadLimit } from "./group-read-limit.ts";
import { type VerifyOriginDeps, verifyOrigin } from "./verify-origin.ts";

export interface GatherDeps extends VerifyOriginDeps, PersonDeps {
  requests: RequestStore;
  groupReadLimit: Pick<GroupReadLimit, "acquire">;
  /** Tells whether a team that a payload names is the workspace, or can be one of the same organization. */
  isHomeTeam: (teamId: string) => boolean;
  /** Tells whether the configuration still has the target. Without it, no signal would follow a decision. */
  hasTarget: (request: ApprovalRequest) => boolean;
  /** Begins the read of the execution that a signal needs, while the click is evaluated. It may prove useless. */
  expectSignal?: (request: ApprovalRequest) => void;
  /** Tells whether each approver of the request signals in a session of their own. */
  signsAsPeople: (request: ApprovalRequest) => boolean;
  /** The configured template of the page of an execution. */
  consoleUrl?: string | undefined;
}

/** A click on a button, with the fields that an evaluation needs. */
export type ButtonClick = Pick<Click, "requestId" | "userId" | "teamId" | "origin" | "receivedAt">;

/** A click on a button together with the requested action. */
export type ClickContext = ButtonClick &
  Pick<Click, "verdict" | "authority"> & {
    /** The later action of the person that replaces this one. */
    replacedBy?: ReplacingAction | null;
    /** Earlier evaluations after which the click waited. */
    attempts?: number;
  };

export type GatheredFacts =
  | ({ kind: "ready" } & OfPerson & Pick<VoteInput, "sessionEmail" | "votes"> & { messages: readonly MessageRow[] })
  | NotReady;

/** Gathers the facts that an evaluation needs, from stored state and from Slack, as fresh as the purpose needs. */
export async function gatherFacts(deps: GatherDeps, click: ClickContext, freshness: Freshness): Promise<GatheredFacts> {
  const damaged: DamagedRequest[] = [];
  const request = await deps.requests.byId(click.requestId, (row) => damaged.push(row));
  const subject = request ?? damaged[0];
  if (subject === undefined) return denied({ kind: "no-request" });
  const requester = request === null ? UNKNOWN_REQUESTER : findRequester(request, deps.identities);
  if (!(await mayKnow(deps, { request: subject, requester }, click))) return denied({ kind: "no-request" });
  const messages = await deps.messages.ofRequest(subject.id);
  const origin = await verifyOrigin(deps, click, messages);
  // A replaced click is due again at once, so nothing may postpone it from here on.
  const { replacedBy = null, verdict } = click;
  if (origin === "unresolved" && replacedBy === null)
    return { kind: "later", why: "the post of the clicked message is not resolved yet" };
  if (origin === "foreign") return denied({ kind: "foreign-message" });
  if (!deps.isHomeTeam(click.teamId)) return denied({ kind: "account-status", status: "external" });
  if (request === null) return denied(toDamagedDenial(subject, deps.consoleUrl));
  if (replacedBy !== null && verdict !== "withdraw")
    return denied({ kind: "replaced", verdict, by: replacedBy, action: request.facts.action });
  if (request.state === "open" && !deps.hasTarget(request))
    return denied({ kind: "no-target", target: request.target, page: executionPage(request) });
  const route = findRoute(deps.routes, request.route);
  const votes = await deps.requests.votes(request.id);
  const repeated = findRepeatedVote(request, route, votes, click);
  if (repeated !== null) return denied(repeated);
  const waitMs = route === null ? 0 : await awaitTurn(deps, click, route, freshness);
  if (waitMs > 0) return { kind: "later", waitMs, why: "the person's clicks have read groups too often" };
  // A click that has waited may wait again: it causes no read until its decision is stored.
  const isFirst = typeof freshness === "object" && (click.attempts ?? 0) === 0;
  if (isFirst && mayComplete(deps, click, request, route, votes)) deps.expectSignal?.(request);
  const facts = await gatherPerson(deps, click, request, freshness);
  if (facts.kind !== "ready") return facts;
  const session =
    facts.membership.kind === "member" ? await findSessionEmail(deps, facts.request, facts.person) : NO_ADDRESS;
  // Without an answer, the session would have another name, which the step's Approvers may not list.
  if (session.kind === "unknown")
    return laterOrDenied(
      session,
      { kind: "person-unknown", ...toFailedLookup(session) },
      hasWaited(facts.request, click),
    );
  // Votes belong to one version of the request: they were read after it, and the guard of the change compares it.
  const isSame = facts.request.version === request.version;
  const current = isSame ? votes : await deps.requests.votes(request.id);
  return { ...facts, votes: current, messages, sessionEmail: session.email };
}

/**
 * Tells whether the click may complete the decision, as far as stored state and the last known lists show. A person who is
 * not known as an approver causes no calls.
 */
function mayComplete(
  { admins, directory }: GatherDeps,
  { userId, verdict, authority }: ClickContext,
  request: ApprovalRequest,
  route: Route | null,
  votes: readonly Vote[],
): boolean {
  if (request.state !== "open" || route === null || route.decide === "elsewhere" || verdict === "withdraw")
    return false;
  const others = votes.filter((vote) => vote.verdict === "approve" && vote.userId !== userId);
  if (verdict === "approve" && authority !== "break-glass" && others.length + 1 < route.quorum) return false;
  return wasAllowed({ admins, directory }, { userId, authority }, route);
}

/**
 * Tells whether a person may know of a request whose message they did not press. A request id that they should not have gets
 * the same reply as one that does not exist. Where Slack does not reply, the evaluation denies the click.
 */
async function mayKnow(
  deps: GatherDeps,
  { request, requester }: { request: Pick<ApprovalRequest, "id" | "route">; requester: Requester },
  click: ClickContext,
): Promise<boolean> {
  const { origin, userId } = click;
  if (origin.kind === "message") return true;
  const route = findRoute(deps.routes, request.route);
  const isKnown = route !== null && wasAllowed(deps, click, route);
  const known = await deps.directory.person(userId, "show", isKnown);
  const admin = await deps.directory.isAmong(deps.admins, userId, "show");
  const among = route && (await deps.directory.isAmong(route.approvers, userId, "show", route.channels));
  if (known.kind === "unknown") return known.permanent !== true;
  if (admin.kind === "unknown" || among?.kind === "unknown") return true;
  const reader = {
    person: known.person,
    admin: admin.kind === "member",
    routes: new Set(route !== null && among?.kind === "member" ? [route.name] : []),
  };
  const votes = await deps.requests.votes(request.id);
  return findReadRight(reader, { request, requester, votes }, false) !== null;
}

/**
 * Returns how long the click waits, in milliseconds, before it may read groups. A person whom the policy names reads none, and
 * a click that shares a read does not wait. A form counts as a read even if a cached list is fresh enough for it.
 */
async function awaitTurn(
  { admins, directory, groupReadLimit }: GatherDeps,
  { userId, verdict, authority }: ClickContext,
  { approvers, channels }: Route,
  freshness: Freshness,
): Promise<number> {
  const [allowed, lists]: [Approvers, string[]] = authority === "break-glass" ? [admins, []] : [approvers, channels];
  const readsLists = !allowed.users.includes(userId) && (allowed.groups.length > 0 || allowed.channel === "members");
  if (verdict === "withdraw" || !readsLists) return 0;
  const read = [...allowed.groups, ...(allowed.channel === "members" ? lists : [])];
  if (typeof freshness !== "object") return groupReadLimit.acquire(userId, "forms", read);
  return directory.needsRead(allowed, userId, freshness, lists) ? groupReadLimit.acquire(userId, "clicks", read) : 0;
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
