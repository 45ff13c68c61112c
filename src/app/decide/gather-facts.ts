import type { Denial } from "../../core/denial.ts";
import type { VoteInput } from "../../core/evaluate-vote.ts";
import type { LookupFailure, Person } from "../../core/person.ts";
import { findRoute, type People, type Route } from "../../core/policy.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import {
  findRequester,
  type Identities,
  isRequester,
  type Requester,
  UNKNOWN_REQUESTER,
} from "../../core/requester.ts";
import type { Click } from "../ports/click-store.ts";
import type { Directory, Freshness } from "../ports/slack.ts";
import type { RequestStore } from "../ports/store.ts";
import { type VerifyOriginDeps, verifyOrigin } from "./verify-origin.ts";

export interface GatherDeps extends VerifyOriginDeps {
  requests: RequestStore;
  directory: Directory;
  routes: readonly Route[];
  admins: People;
  identities: Identities;
  /** Tells whether a team that a payload names is the workspace, or can be one of the same organization. */
  isHomeTeam: (teamId: string) => boolean;
  /** Tells whether the configuration still has the target. Without it, no signal would follow a decision. */
  hasTarget: (request: ApprovalRequest) => boolean;
}

/** A click on a button, with the fields that an evaluation needs. */
export type ButtonClick = Pick<Click, "requestId" | "userId" | "teamId" | "origin" | "receivedAt">;

/** A click on a button together with the requested action. */
export type ClickContext = ButtonClick & Pick<Click, "verdict" | "authority">;

export type GatheredFacts =
  | ({ kind: "ready" } & Pick<VoteInput, "request" | "route" | "person" | "membership" | "requester">)
  | { kind: "denied"; denial: Denial }
  /** The click can wait. `denial` is the answer where it cannot, as for a form. */
  | { kind: "later"; waitMs?: number; why: string; denial?: Denial };

const denied = (denial: Denial): GatheredFacts => ({ kind: "denied", denial });

/** Gathers the facts that an evaluation needs, from stored state and from Slack, as fresh as the purpose needs. */
export async function gatherFacts(deps: GatherDeps, click: ClickContext, freshness: Freshness): Promise<GatheredFacts> {
  const request = await deps.requests.byId(click.requestId);
  if (request === null) return denied({ kind: "no-request" });
  const origin = await verifyOrigin(deps, click);
  if (origin === "unresolved") return { kind: "later", why: "the post of the clicked message is not resolved yet" };
  if (origin === "foreign") return denied({ kind: "foreign-message" });
  if (!deps.isHomeTeam(click.teamId)) return denied({ kind: "account-status", status: "external" });
  if (request.state === "open" && !deps.hasTarget(request))
    return denied({ kind: "no-target", target: request.target });
  return gatherPerson(deps, click, request, freshness);
}

/** Gathers the facts about one person and one request. */
export async function gatherPerson(
  deps: Pick<GatherDeps, "directory" | "routes" | "admins" | "identities">,
  click: Pick<ClickContext, "userId" | "verdict" | "authority">,
  request: ApprovalRequest,
  freshness: Freshness,
): Promise<GatheredFacts> {
  const route = findRoute(deps.routes, request.route);
  const lookup = await deps.directory.person(click.userId, freshness);
  if (lookup.kind === "unknown") return laterOrDenied(lookup, { kind: "person-unknown", error: lookup.error });
  const { person } = lookup;
  if (route === null || person.accountStatus !== "member" || click.verdict === "withdraw")
    return { kind: "ready", request, route, person, membership: { kind: "not-member" }, requester: UNKNOWN_REQUESTER };

  const membership =
    click.authority === "break-glass"
      ? await deps.directory.isAmong(deps.admins, person.id, freshness)
      : await deps.directory.isAmong(route.approvers, person.id, freshness, route.channels);
  // Only for the text of the denial.
  if (membership.kind === "not-member" && click.authority === "approver")
    membership.admin = (await deps.directory.isAmong(deps.admins, person.id, "show")).kind === "member";
  if (membership.kind === "unknown") {
    const denial = { kind: "membership-unknown", error: membership.error } as const;
    const outcome = laterOrDenied(membership, denial);
    // A click that cannot wait is evaluated without the membership: a closed request is the better reason to give.
    if (outcome.kind === "later") return outcome;
  }
  const needsRequester = click.verdict === "approve" && click.authority === "approver" && !route.selfApproval;
  const requester =
    needsRequester && membership.kind === "member" ? await findRequesterFor(deps, request, person) : UNKNOWN_REQUESTER;
  if ("error" in requester) return laterOrDenied(requester, { kind: "requester-unread", error: requester.error });
  return { kind: "ready", request, route, person, membership, requester };
}

/** If Slack only asks to wait, the click waits, because it is stored. Otherwise it is denied. */
function laterOrDenied({ error, retryAfterMs: waitMs }: LookupFailure, denial: Denial): GatheredFacts {
  return waitMs === undefined ? denied(denial) : { kind: "later", waitMs, why: `Slack asks to wait: ${error}`, denial };
}

/**
 * Finds who started the execution. An email address that is not the clicking person's own is looked up in Slack: it
 * proves that another person started the execution only if it belongs to a person there.
 */
async function findRequesterFor(
  deps: Pick<GatherDeps, "directory" | "identities">,
  request: ApprovalRequest,
  person: Person,
): Promise<Requester | LookupFailure> {
  const requester = findRequester(request.facts.executedBy, deps.identities);
  const { email } = requester;
  if (email === null || requester.userIds.length > 0 || isRequester(person, requester) === "yes") return requester;
  const found = await deps.directory.byEmail(email);
  switch (found.kind) {
    case "person":
      return { ...requester, userIds: [found.userId] };
    case "nobody":
      return { ...requester, emailIsForeign: true };
    case "unknown":
      return found;
    default:
      throw new Error(`unexpected ${found satisfies never}`);
  }
}
