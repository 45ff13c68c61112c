import { type AuditDetails, type AuditEntry, requestContext } from "../../core/audit.ts";
import type { Denial } from "../../core/denial.ts";
import { evaluateVote, type VoteEvaluation, type VoteInput } from "../../core/evaluate-vote.ts";
import type { LookupFailure } from "../../core/person.ts";
import { findRoute, type People, type Route } from "../../core/policy.ts";
import type { ApprovalRequest, Authority, Verdict, Vote } from "../../core/request.ts";
import {
  findRequester,
  type Identities,
  isRequester,
  type Requester,
  UNKNOWN_REQUESTER,
} from "../../core/requester.ts";
import type { Clock, Log } from "../ports/aws.ts";
import type { ClickRow, ClickStore } from "../ports/click-store.ts";
import type { DigestStore, MessageStore } from "../ports/delivery-store.ts";
import type { Directory } from "../ports/slack.ts";
import type { RequestChange, RequestStore } from "../ports/store.ts";

/** A click on a message whose own posting is not settled yet waits this long for it, then is judged as it is. */
const UNRESOLVED_POST_MS = 3 * 60_000;
const UNRESOLVED_POST_RETRY_MS = 1_000;
/** More people do not decide one request in the same moment. */
const MAX_RACES = 20;

/**
 * The `messageTs` of a form to which no message of the request led, but an admin's command. A press of a button always
 * names its message, so this comes only from a form that was sealed so, and only break-glass does without the message.
 */
export const NO_MESSAGE = "";

export interface EvaluateClickDeps {
  requests: RequestStore;
  messages: MessageStore;
  digests: Pick<DigestStore, "at">;
  clicks: ClickStore;
  directory: Directory;
  routes: readonly Route[];
  admins: People;
  identities: Identities;
  /** Whether a team that a payload names is the workspace, or may be one of the same organisation. */
  isHomeTeam: (teamId: string) => boolean;
  /** Whether the configuration still names the target. Where it does not, no signal would follow a decision. */
  hasTarget: (request: ApprovalRequest) => boolean;
  /** Renders a denial for the person who reads it. */
  sentence: (denial: Denial) => string;
  clock: Clock;
  log: Log;
}

export type ClickOutcome =
  | { kind: "counted"; completes: boolean }
  | { kind: "withdrawn" }
  | { kind: "denied"; denial: Denial }
  | { kind: "later"; waitMs?: number; why: string };

/**
 * Judges one recorded click from stored state and fresh membership. The vote, its audit record and the end of the click
 * are written together, so that a click judged twice counts once.
 */
export const makeEvaluateClick =
  (deps: EvaluateClickDeps) =>
  async (click: ClickRow): Promise<ClickOutcome> => {
    const outcome = await evaluate(deps, click);
    if (outcome.kind === "later")
      await deps.clicks.postponed(
        click.id,
        deps.clock.now() + (outcome.waitMs ?? UNRESOLVED_POST_RETRY_MS),
        outcome.why,
      );
    if (outcome.kind === "denied") {
      const { denial } = outcome;
      deps.log.info(
        { event: "click.denied", requestId: click.requestId, userId: click.userId, denial: denial.kind },
        "click denied",
      );
      await deps.clicks.evaluated(click.id, deps.sentence(denial), deniedEntry(deps, click, denial));
    }
    return outcome;
  };

/** A press of a button, as far as judging it needs. */
export type ButtonClick = Pick<ClickRow, "requestId" | "userId" | "teamId" | "channelId" | "messageTs" | "receivedAt">;

/** What is asked for, as far as gathering needs to know it. */
type ClickContext = ButtonClick & Pick<ClickRow, "verdict" | "authority">;

/**
 * Whether a verdict of this person would count now: null, or why not. Nothing is recorded. It spares people a form that
 * leads nowhere; the verdict itself is judged again when it comes.
 */
export const makePreview =
  (deps: EvaluateClickDeps) =>
  async (press: ButtonClick, verdict: Verdict, authority: Authority = "approver"): Promise<Denial | null> => {
    const gathered = await gather(deps, { ...press, verdict, authority });
    if (gathered.kind === "denied") return gathered.denial;
    // A message whose own posting is not settled yet may well be ours: the verdict itself waits for that.
    if (gathered.kind === "later") return gathered.denial ?? null;
    const votes = await deps.requests.votes(gathered.request.id);
    const toCome = { reason: "to come", typed: gathered.request.facts.documentName };
    const decision = evaluateVote({ ...gathered, ...toCome, votes, verdict, authority, now: deps.clock.now() });
    return decision.kind === "denied" ? decision.denial : null;
  };

async function evaluate(deps: EvaluateClickDeps, click: ClickRow): Promise<ClickOutcome> {
  const { requests, clock } = deps;
  const denied = (denial: Denial): ClickOutcome => ({ kind: "denied", denial });
  const gathered = await gather(deps, click);
  if (gathered.kind === "denied") return gathered;
  if (gathered.kind === "later") {
    const { kind, waitMs, why } = gathered;
    return { kind, why, ...(waitMs === undefined ? {} : { waitMs }) };
  }
  let { request } = gathered;

  for (let race = 0; race < MAX_RACES; race++) {
    const votes = await requests.votes(request.id);
    const { verdict, authority, reason, typed } = click;
    const decision = evaluateVote({ ...gathered, request, votes, verdict, authority, reason, typed, now: clock.now() });
    if (decision.kind === "denied") return denied(decision.denial);
    const step = { requestId: request.id, expectedVersion: request.version, click: click.id };
    if (await requests.advance({ ...step, ...toChange(deps, click, request, decision) }))
      return decision.kind === "withdrawn" ? { kind: "withdrawn" } : { kind: "counted", completes: decision.completes };
    const again = await requests.byId(click.requestId);
    if (again === null) return denied({ kind: "no-request" });
    request = again;
  }
  return { kind: "later", why: "the request changed each time it was judged" };
}

/** What a decision changes, for one transaction. */
function toChange(
  deps: EvaluateClickDeps,
  click: ClickRow,
  request: ApprovalRequest,
  decision: Exclude<VoteEvaluation, { kind: "denied" }>,
): Pick<RequestChange, "patch" | "vote" | "withdraw" | "audit" | "recipientLookup"> {
  if (decision.kind === "withdrawn") {
    const { requestId, userId } = click;
    const withdrawn = { requestId, kind: "withdrawn", at: deps.clock.now(), actor: userId, detail: {} } as const;
    return { patch: {}, withdraw: userId, audit: [withdrawn] };
  }
  const { vote, completes, patch } = decision;
  const audit = [votedEntry(vote)];
  if (completes) audit.push(decidedEntry(vote, request));
  return {
    patch,
    vote,
    audit,
    ...(vote.authority === "break-glass" ? { recipientLookup: "break-glass" as const } : {}),
  };
}

type GatherResult =
  | ({ kind: "ready" } & Pick<VoteInput, "request" | "route" | "person" | "membership" | "requester">)
  | { kind: "denied"; denial: Denial }
  /** `denial`: what holds for whoever cannot wait. */
  | { kind: "later"; waitMs?: number; why: string; denial?: Denial };

/** What a decision needs to know, from stored state and from Slack as it is now. */
async function gather(deps: EvaluateClickDeps, click: ClickContext): Promise<GatherResult> {
  const { requests, directory } = deps;
  const denied = (denial: Denial): GatherResult => ({ kind: "denied", denial });
  // Where Slack only asks to wait, the click is on record and can.
  const unread = ({ error, retryAfterMs: waitMs }: LookupFailure, denial: Denial): GatherResult =>
    waitMs !== undefined && isYoung(deps, click)
      ? { kind: "later", waitMs, why: `Slack asks to wait: ${error}`, denial }
      : denied(denial);
  const request = await requests.byId(click.requestId);
  if (request === null) return denied({ kind: "no-request" });
  const place = await checkMessage(deps, click);
  if (place === "unsettled") return { kind: "later", why: "it is not settled yet whether its message is ours" };
  if (place === "foreign") return denied({ kind: "foreign-message" });
  if (!deps.isHomeTeam(click.teamId)) return denied({ kind: "account-status", status: "external" });

  if (request.state === "open" && !deps.hasTarget(request))
    return denied({ kind: "no-target", target: request.target });

  const route = findRoute(deps.routes, request.route);
  const known = await directory.person(click.userId, true);
  if (known.kind === "unknown") return unread(known, { kind: "person-unknown", error: known.error });
  const { person } = known;
  if (route === null || person.accountStatus !== "member" || click.verdict === "withdraw")
    return { kind: "ready", request, route, person, membership: { kind: "not-member" }, requester: UNKNOWN_REQUESTER };
  const membership =
    click.authority === "break-glass"
      ? await directory.isAmong(deps.admins, person.id)
      : await directory.isAmong(route.approvers, person.id, "decide", route.channels);
  if (membership.kind === "unknown") {
    const { error } = membership;
    const outcome = unread(membership, { kind: "membership-unknown", error });
    // If it does not wait, the request's own state says more, where that settles it.
    if (outcome.kind === "later") return outcome;
  }
  const matters = click.verdict === "approve" && click.authority === "approver" && !route.selfApproval;
  const requester =
    matters && membership.kind === "member" ? await findRequesterFor(deps, request, person) : UNKNOWN_REQUESTER;
  if ("error" in requester) return unread(requester, { kind: "requester-unread", error: requester.error });
  return { kind: "ready", request, route, person, membership, requester: requester };
}

/** Who started it. An address that is not the person's own is looked up: only if it is somebody's does it say anything. */
async function findRequesterFor(
  deps: EvaluateClickDeps,
  request: ApprovalRequest,
  person: VoteInput["person"],
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

/**
 * Whether the click came from a message that is on record for its request, from a digest of a channel of its, or from a
 * form that needs neither.
 */
async function checkMessage(deps: EvaluateClickDeps, click: ClickContext): Promise<"ours" | "foreign" | "unsettled"> {
  if (click.authority === "break-glass" && click.messageTs === NO_MESSAGE) return "ours";
  const messages = (await deps.messages.ofRequest(click.requestId)).filter((row) => row.channelId === click.channelId);
  if (messages.some((row) => row.ts === click.messageTs)) return "ours";
  if (messages.length === 0) return "foreign";
  const digest = await deps.digests.at(click.channelId, click.messageTs);
  if (digest === "digest") return "ours";
  const settling = digest === "unsettled" || messages.some((row) => row.ts === null && row.claim !== null);
  return settling && isYoung(deps, click) ? "unsettled" : "foreign";
}

/** Whether a click may still wait to be judged; later its author is told rather than left waiting. */
function isYoung(deps: EvaluateClickDeps, click: ButtonClick): boolean {
  return deps.clock.now() - click.receivedAt < UNRESOLVED_POST_MS;
}

function deniedEntry(deps: EvaluateClickDeps, click: ClickRow, denial: Denial): AuditEntry {
  const { verdict, authority } = click;
  const detail = { denial: denial.kind, verdict, ...breakGlass(authority) };
  return { requestId: click.requestId, kind: "denied", at: deps.clock.now(), actor: click.userId, detail };
}

function votedEntry(vote: Vote): AuditEntry {
  const { requestId, verdict, userName: name } = vote;
  const detail = { verdict, ...breakGlass(vote.authority), ...reason(vote), name };
  return { requestId, kind: "voted", at: vote.at, actor: vote.userId, detail };
}

function decidedEntry(vote: Vote, request: ApprovalRequest): AuditEntry {
  const detail = {
    decision: vote.verdict,
    ...breakGlass(vote.authority),
    ...requestContext(request),
    ...reason(vote),
  };
  return { requestId: request.id, kind: "decided", at: vote.at, actor: vote.userId, detail };
}

const breakGlass = (authority: Authority): Pick<AuditDetails["voted"], "authority"> =>
  authority === "approver" ? {} : { authority };

const reason = (vote: Vote): Pick<AuditDetails["voted"], "reason"> =>
  vote.reason === null ? {} : { reason: vote.reason };
