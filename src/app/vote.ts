import type { AuditEntry } from "../core/audit.ts";
import { type Denial, decide, type Membership, type Person } from "../core/decision.ts";
import type { Route } from "../core/policy.ts";
import type { ApprovalRequest, Verdict } from "../core/request.ts";
import type { ClickRow, ClickStore, Clock, Directory, Log, MessageStore, RequestStore } from "./ports.ts";

/** A click on a message whose own posting is not settled yet waits this long for it, then is judged as it is. */
const SETTLING_MS = 3 * 60_000;
const SETTLING_RETRY_MS = 1_000;
/** More people do not decide one request in the same moment. */
const MOST_RACES = 20;

export interface VoteDeps {
  requests: RequestStore;
  messages: MessageStore;
  clicks: ClickStore;
  directory: Directory;
  routes: readonly Route[];
  /** Renders a denial for the person who reads it. */
  sentence: (denial: Denial) => string;
  clock: Clock;
  log: Log;
}

export type VoteOutcome =
  | { kind: "counted"; completes: boolean }
  | { kind: "denied"; denial: Denial }
  | { kind: "later"; waitMs?: number };

/**
 * Judges one recorded click from stored state and fresh membership. The vote, its audit record and the end of the click
 * are written together, so that a click judged twice counts once.
 */
export const makeVote =
  (deps: VoteDeps) =>
  async (click: ClickRow): Promise<VoteOutcome> => {
    const outcome = await judge(deps, click);
    if (outcome.kind === "later")
      await deps.clicks.postponed(click.id, deps.clock.now() + (outcome.waitMs ?? SETTLING_RETRY_MS));
    if (outcome.kind === "denied") {
      const { denial } = outcome;
      deps.log.info({ requestId: click.requestId, userId: click.userId, denial: denial.kind }, "a click was denied");
      await deps.clicks.handled(click.id, deps.sentence(denial), entry(deps, click, { denial: denial.kind }));
    }
    return outcome;
  };

/** A press of a button, as far as judging it needs. */
type Press = Pick<ClickRow, "requestId" | "userId" | "channelId" | "messageTs" | "receivedAt">;

/**
 * Whether a verdict of this person would count now: null, or why not. Nothing is recorded. It spares people a form that
 * leads nowhere; the verdict itself is judged again when it comes.
 */
export const makePreview =
  (deps: VoteDeps) =>
  async (press: Press, verdict: Verdict): Promise<Denial | null> => {
    const gathered = await gather(deps, press);
    if (gathered.kind === "denied") return gathered.denial;
    if (gathered.kind === "later")
      return gathered.waitMs === undefined
        ? { kind: "foreign-message" }
        : { kind: "membership-unknown", error: "Slack asks to wait" };
    const votes = await deps.requests.votes(gathered.request.id);
    const decision = decide({ ...gathered, votes, verdict, reason: "to come", now: deps.clock.now() });
    return decision.kind === "denied" ? decision.denial : null;
  };

async function judge(deps: VoteDeps, click: ClickRow): Promise<VoteOutcome> {
  const { requests, clock } = deps;
  const denied = (denial: Denial): VoteOutcome => ({ kind: "denied", denial });
  const gathered = await gather(deps, click);
  if (gathered.kind === "denied" || gathered.kind === "later") return gathered;
  const { route, person, membership } = gathered;
  let { request } = gathered;

  for (let race = 0; race < MOST_RACES; race++) {
    const votes = await requests.votes(request.id);
    const { verdict, reason } = click;
    const decision = decide({ request, route, votes, person, membership, verdict, reason, now: clock.now() });
    if (decision.kind === "denied") return denied(decision.denial);
    const { vote, completes, patch } = decision;
    const audit = [
      entry(deps, click, { verdict, ...(vote.reason === null ? {} : { reason: vote.reason }), name: vote.userName }),
    ];
    if (completes) audit.push(decidedEntry(deps, click, request));
    const step = { requestId: request.id, expectedVersion: request.version, patch, vote, audit, click: click.id };
    if (await requests.advance(step)) return { kind: "counted", completes };
    const again = await requests.byId(click.requestId);
    if (again === null) return denied({ kind: "no-request" });
    request = again;
  }
  return { kind: "later" };
}

type Gathered =
  | { kind: "ready"; request: ApprovalRequest; route: Route | null; person: Person; membership: Membership }
  | { kind: "denied"; denial: Denial }
  | { kind: "later"; waitMs?: number };

/** What a decision needs to know, from stored state and from Slack as it is now. */
async function gather(deps: VoteDeps, click: Press): Promise<Gathered> {
  const { requests, directory } = deps;
  const request = await requests.byId(click.requestId);
  if (request === null) return { kind: "denied", denial: { kind: "no-request" } };
  const place = await placeOf(deps, click);
  if (place === "unsettled") return { kind: "later" };
  if (place === "foreign") return { kind: "denied", denial: { kind: "foreign-message" } };

  const route = deps.routes.find((each) => each.name === request.route) ?? null;
  const known = await directory.person(click.userId, true);
  if (known.kind === "unknown") return { kind: "denied", denial: { kind: "person-unknown", error: known.error } };
  const { person } = known;
  const membership =
    route === null || person.standing !== "member"
      ? ({ kind: "not-member" } as const)
      : await directory.isAmong(route.approvers, person.id);
  // Slack only asks to wait: the click is on record and can.
  if (membership.kind === "unknown" && membership.retryAfterMs !== undefined && isYoung(deps, click))
    return { kind: "later", waitMs: membership.retryAfterMs };
  return { kind: "ready", request, route, person, membership };
}

/** Whether the click came from a message that is on record for its request. */
async function placeOf(deps: VoteDeps, click: Press): Promise<"ours" | "foreign" | "unsettled"> {
  const messages = (await deps.messages.ofRequest(click.requestId)).filter((row) => row.channelId === click.channelId);
  if (messages.some((row) => row.ts === click.messageTs)) return "ours";
  const settling = messages.some((row) => row.ts === null && row.claim !== null);
  return settling && isYoung(deps, click) ? "unsettled" : "foreign";
}

/** Whether a click may still wait to be judged; later its author is told rather than left waiting. */
function isYoung(deps: VoteDeps, click: Press): boolean {
  return deps.clock.now() - click.receivedAt < SETTLING_MS;
}

function entry(deps: VoteDeps, click: ClickRow, detail: Record<string, unknown>): AuditEntry {
  const kind = "denial" in detail ? "denied" : "voted";
  return { requestId: click.requestId, kind, at: deps.clock.now(), actor: click.userId, detail };
}

function decidedEntry(deps: VoteDeps, click: ClickRow, request: ApprovalRequest): AuditEntry {
  const { target, account, region, executionId, stepExecutionId, route, facts } = request;
  return {
    requestId: request.id,
    kind: "decided",
    at: deps.clock.now(),
    actor: click.userId,
    detail: {
      decision: click.verdict,
      target,
      account,
      region,
      executionId,
      stepExecutionId,
      documentName: facts.documentName,
      stepName: facts.stepName,
      route,
      ...(click.reason === null ? {} : { reason: click.reason }),
    },
  };
}
