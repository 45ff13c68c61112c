import type { Denial } from "../../core/denial.ts";
import type { VoteInput } from "../../core/evaluate-vote.ts";
import { type LookupFailure, toFailedLookup, UNANSWERED_RETRY_MS } from "../../core/person.ts";
import { findRoute, type People, type Route } from "../../core/policy.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import { awaitsLookup, findRequester, type Identities, UNKNOWN_REQUESTER } from "../../core/requester.ts";
import type { Click } from "../ports/click-store.ts";
import type { Directory, Freshness } from "../ports/slack.ts";
import type { RequestStore } from "../ports/store.ts";

export interface PersonDeps {
  requests: Pick<RequestStore, "byId">;
  directory: Directory;
  routes: readonly Route[];
  admins: People;
  identities: Identities;
  /** Looks up the owner of the requester's address and the listed accounts, and stores them with the request. */
  lookUpRequester: (requestId: string) => Promise<{ kind: "done" } | LookupFailure>;
}

export type OfPerson = Pick<VoteInput, "request" | "route" | "person" | "membership" | "requester">;

export type PersonFacts = ({ kind: "ready" } & OfPerson) | NotReady;

export type NotReady =
  /** `permanent`: Slack has no such account for this app, and asking again does not help. */
  | { kind: "denied"; denial: Denial; permanent?: boolean }
  /** The click can wait. `denial` is the answer where it cannot, as for a form. `transient`: Slack did not answer. */
  | { kind: "later"; waitMs?: number; why: string; denial?: Denial; transient?: boolean };

export const denied = (denial: Denial): NotReady => ({ kind: "denied", denial });

/** Tells whether the person is named as one who may decide, or was in the last known lists. */
export const wasAllowed = (
  { admins, directory }: Pick<PersonDeps, "admins" | "directory">,
  { userId, authority }: Pick<Click, "userId" | "authority">,
  route: Route,
) =>
  authority === "break-glass"
    ? directory.wasAmong(admins, userId)
    : directory.wasAmong(route.approvers, userId, route.channels);

/** Gathers the facts about one person and one request, except the name of the person's session. */
export async function gatherPerson(
  deps: PersonDeps,
  click: Pick<Click, "userId" | "verdict" | "authority"> & { attempts?: number },
  request: ApprovalRequest,
  freshness: Freshness,
): Promise<PersonFacts> {
  const { directory } = deps;
  const route = findRoute(deps.routes, request.route);
  const readMembership = (from: Route) =>
    click.authority === "break-glass"
      ? directory.isAmong(deps.admins, click.userId, freshness)
      : directory.isAmong(from.approvers, click.userId, freshness, from.channels);
  // Only people who are known as approvers cause two reads at once. The reads of groups are few.
  const isKnown = route !== null && wasAllowed(deps, click, route);
  const [lookup, early] = await Promise.all([
    directory.person(click.userId, freshness, isKnown),
    isKnown && click.verdict !== "withdraw" ? readMembership(route) : null,
  ]);
  if (lookup.kind === "unknown")
    return laterOrDenied(lookup, { kind: "person-unknown", ...toFailedLookup(lookup) }, hasWaited(request, click));
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

  const membership = early ?? (await readMembership(route));
  if (membership.kind === "unknown") {
    const denial = { kind: "membership-unknown", ...toFailedLookup(membership) } as const;
    const outcome = laterOrDenied(membership, denial, hasWaited(request, click));
    // A click that cannot wait is evaluated without the membership: a closed request is the better reason to give.
    if (outcome.kind === "later") return outcome;
  }
  // Nobody can decide a request that is not open, so no click waits for its requester.
  const isOpen = request.state === "open";
  const needsRequester = isOpen && click.verdict === "approve" && click.authority === "approver" && !route.selfApproval;
  if (!needsRequester || membership.kind !== "member")
    return { kind: "ready", request, route, person, membership, requester: UNKNOWN_REQUESTER };
  const current = await awaitRequester(deps, request);
  if (current.kind === "unknown")
    return laterOrDenied(current, { kind: "requester-unread", ...toFailedLookup(current) });
  return { kind: "ready", route, person, membership, ...current.facts };
}

/** Returns who started the execution. If the lookup is still pending, makes an attempt now instead of at its next time. */
async function awaitRequester(
  deps: PersonDeps,
  request: ApprovalRequest,
): Promise<{ kind: "found"; facts: Pick<VoteInput, "request" | "requester"> } | LookupFailure> {
  const { identities } = deps;
  const found = (current: ApprovalRequest) =>
    ({ kind: "found", facts: { request: current, requester: findRequester(current, identities) } }) as const;
  if (!awaitsLookup(request, identities)) return found(request);
  const result = await deps.lookUpRequester(request.id);
  const current = (await deps.requests.byId(request.id)) ?? request;
  return result.kind === "unknown" && awaitsLookup(current, identities) ? result : found(current);
}

/** Tells whether the click waits already. It waits for no lookup that gets no reply once nobody can decide the request. */
export const hasWaited = ({ state }: ApprovalRequest, { attempts = 0 }: { attempts?: number }) =>
  state === "open" && attempts > 0;

/**
 * If the lookup says when to try again, the click waits, because it is stored. Otherwise it is denied, unless it waits already
 * and another attempt can succeed.
 */
export function laterOrDenied(failure: LookupFailure, denial: Denial, isWaiting = false): NotReady {
  const { error, retryAfterMs, permanent, transient } = failure;
  const waitMs = retryAfterMs ?? (transient === true && isWaiting ? UNANSWERED_RETRY_MS : undefined);
  if (permanent === true) return { kind: "denied", denial, permanent };
  if (waitMs === undefined) return denied(denial);
  return transient === true
    ? { kind: "later", waitMs, why: `Slack did not answer: ${error}`, denial, transient }
    : { kind: "later", waitMs, why: `Slack asks to wait: ${error}`, denial };
}
