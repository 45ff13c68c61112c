import type { AuditContext, AuditContextFor } from "../../core/audit-records.ts";
import type { Denial } from "../../core/denial.ts";
import { type DroppedVote, toDroppedReplies } from "../../core/dropped-vote.ts";
import { evaluateVote, type VoteEvaluation } from "../../core/evaluate-vote.ts";
import type { NameRenderer } from "../../core/name-renderer.ts";
import { findRoute } from "../../core/policy.ts";
import type { ApprovalRequest, Vote } from "../../core/request.ts";
import type { Log } from "../ports/aws.ts";
import type { ClickRow, ClickStore, DueClick } from "../ports/click-store.ts";
import type { Freshness } from "../ports/slack.ts";
import type { RequestChange } from "../ports/store.ts";
import { addBreakGlassHint } from "./break-glass-hint.ts";
import { checkVoters } from "./check-voters.ts";
import { toDecidedEntry, toDeniedEntry, toDroppedEntry, toVotedEntry, toWithdrawnEntry } from "./click-records.ts";
import { confirmationText } from "./confirm-vote.ts";
import { makeDenialMemory } from "./denial-memory.ts";
import { type GatherDeps, type GatheredFacts, gatherFacts } from "./gather-facts.ts";

/** How soon a click is evaluated again that waits for the post of its message. */
const RETRY_MS = 1_000;
/** The most by which the clocks of two replicas differ: one stores a click, another evaluates it. */
const CLOCK_SKEW_MS = 5_000;
/** Attempts to store an evaluation while other people change the same request. */
const MAX_RACES = 20;

export interface EvaluateClickDeps extends GatherDeps {
  clicks: ClickStore;
  /** Returns the number of a click's arrival among the events of this process; undefined if another process received it. */
  arrival?: (clickId: string) => number | undefined;
  auditContext: AuditContextFor;
  /** Called when the decision of a request is stored. */
  onDecided?: (request: ApprovalRequest) => void;
  /** Renders a denial for the person who clicked. */
  sentence: (denial: Denial) => string;
  /** Renders names in other replies. */
  show: NameRenderer;
  log: Log;
}

/**
 * The end of one evaluation. A click is final after all but `later`, which leaves it due for another evaluation.
 *   counted    its vote is stored; `completes` if it decided the request. `dropped`: earlier approvals that no longer count
 *   withdrawn  the person's approval is removed
 *   denied     it changed nothing, and a reply to its author is stored
 *   later      it waits, for Slack or for the post of its message
 */
export type ClickOutcome =
  | { kind: "counted"; completes: boolean; dropped?: readonly Denial["kind"][] }
  | { kind: "withdrawn" }
  | { kind: "denied"; denial: Denial }
  | { kind: "later"; waitMs?: number; why: string };

/**
 * Evaluates one stored click from stored state and fresh membership. The vote, its audit record and the end of the click
 * are stored in one transaction, so a click that is evaluated twice counts once.
 */
export const makeEvaluateClick = (deps: EvaluateClickDeps) => {
  const memory = makeDenialMemory(deps.clock);
  return async (click: DueClick): Promise<ClickOutcome> => {
    const { clicks, clock, log } = deps;
    const { id: clickId, requestId, userId, verdict, authority } = click;
    const fields = { clickId, requestId, userId, verdict, authority };
    const recalled = memory.recall(click);
    const outcome = recalled === null ? await evaluate(deps, click) : denied(recalled);
    if (recalled === null && outcome.kind === "denied") memory.remember(click, outcome.denial);
    switch (outcome.kind) {
      case "counted":
        log.info({ ...fields, event: "click.counted", completes: outcome.completes }, "vote counted");
        if (outcome.dropped !== undefined)
          log.warn({ ...fields, event: "vote.dropped", denials: outcome.dropped }, "earlier approvals no longer count");
        if (outcome.completes) log.info({ event: "request.decided", requestId, decision: verdict }, "request decided");
        break;
      case "withdrawn":
        log.info({ ...fields, event: "click.withdrawn" }, "approval withdrawn");
        break;
      case "denied": {
        const { denial } = outcome;
        const fromMemory = recalled === null ? {} : { fromMemory: true };
        log.info({ ...fields, event: "click.denied", denial: denial.kind, ...fromMemory }, "click denied");
        await clicks.recordEvaluated(clickId, deps.sentence(denial), toDeniedEntry(click, denial, clock.now()));
        break;
      }
      case "later":
        log.debug({ ...fields, event: "click.postponed", why: outcome.why }, "click evaluated again later");
        await clicks.postpone(click, clock.now() + (outcome.waitMs ?? RETRY_MS), outcome.why);
        break;
      default:
        throw new Error(`unexpected outcome ${outcome satisfies never}`);
    }
    return outcome;
  };
};

const denied = (denial: Denial): ClickOutcome => ({ kind: "denied", denial });

async function evaluate(deps: EvaluateClickDeps, click: DueClick): Promise<ClickOutcome> {
  const { requests, clock } = deps;
  // Whatever allows a click was read after it arrived. A click that waited can share the reads of other clicks.
  const after = deps.arrival?.(click.id);
  const since = Math.min(clock.now(), click.receivedAt + CLOCK_SKEW_MS);
  const freshness = after === undefined ? { since } : { since: Infinity, after };
  const facts = await gatherFacts(deps, click, freshness);
  if (facts.kind !== "ready") return toOutcome(facts);
  let { request, votes } = facts;

  for (let race = 0; race < MAX_RACES; race++) {
    const assessed = await assess(deps, click, { ...facts, request, votes }, freshness);
    if (assessed.kind === "denied") return denied(await addBreakGlassHint(deps, assessed.denial, click, request));
    if (assessed.kind !== "assessed") return assessed;
    const guard = { requestId: request.id, expectedVersion: request.version, click: click.id };
    const { evaluation, counted, dropped } = assessed;
    const context =
      evaluation.kind === "counted" && evaluation.completes
        ? await deps.auditContext(request, withVote(counted, evaluation.vote), facts.messages)
        : null;
    if (await requests.advance({ ...guard, ...toChange(deps, click, request, assessed, context) })) {
      if (evaluation.kind === "withdrawn") return { kind: "withdrawn" };
      if (evaluation.completes) deps.onDecided?.(request);
      const kinds = dropped.map(({ denial }) => denial.kind);
      return { kind: "counted", completes: evaluation.completes, ...(kinds.length > 0 ? { dropped: kinds } : {}) };
    }
    const current = await requests.byId(click.requestId);
    if (current === null) return denied({ kind: "no-request" });
    if (current.version === request.version)
      return { kind: "later", waitMs: 0, why: "a later click replaces this one, or another process evaluated it" };
    request = current;
    votes = await requests.votes(current.id);
  }
  return { kind: "later", why: "the request changed during every evaluation" };
}

interface Assessment {
  kind: "assessed";
  evaluation: Exclude<VoteEvaluation, { kind: "denied" }>;
  /** Earlier votes that still count. */
  counted: readonly Vote[];
  /** Earlier approvals that no longer count. */
  dropped: readonly DroppedVote[];
  /** Approvals that the request still needs. */
  missing: number;
}

/** Evaluates the click with the votes so far. If it completes an approval, the earlier approvers are checked too. */
async function assess(
  deps: EvaluateClickDeps,
  { verdict, authority, reason, typed, userId, attempts }: ClickRow,
  facts: Extract<GatheredFacts, { kind: "ready" }>,
  freshness: Freshness,
): Promise<Assessment | ClickOutcome> {
  const { request, route, votes } = facts;
  const evaluateWith = (counted: readonly Vote[]) =>
    evaluateVote({ ...facts, votes: counted, verdict, authority, reason, typed, now: deps.clock.now() });
  let evaluation = evaluateWith(votes);
  if (evaluation.kind === "denied") return evaluation;
  const completesApproval = evaluation.kind === "counted" && evaluation.completes && verdict === "approve";
  if (!completesApproval) return { kind: "assessed", evaluation, counted: votes, dropped: [], missing: 0 };

  const earlier = votes.filter((vote) => vote.verdict === "approve" && vote.userId !== userId);
  const checked = await checkVoters(deps, request, earlier, { freshness, authority, attempts });
  if (checked.kind !== "checked") return toOutcome(checked);
  const { dropped } = checked;
  const counted = votes.filter((vote) => !dropped.some((each) => each.vote === vote));
  // Without the person's own earlier vote: where the quorum was lowered, a repeated approval counts again after others are dropped.
  evaluation = evaluateWith(counted.filter((vote) => vote.userId !== userId));
  if (evaluation.kind === "denied") return evaluation;
  const isComplete = evaluation.kind === "counted" && evaluation.completes;
  const missing = isComplete ? 0 : Math.max(0, (route?.quorum ?? 0) - (earlier.length - dropped.length) - 1);
  return { kind: "assessed", evaluation, counted, dropped, missing };
}

function toOutcome(facts: Exclude<GatheredFacts, { kind: "ready" }>): ClickOutcome {
  if (facts.kind === "denied") return facts;
  const { kind, waitMs, why } = facts;
  return { kind, why, ...(waitMs === undefined ? {} : { waitMs }) };
}

/** Returns the votes as they are stored with this one: each person has one. */
const withVote = (votes: readonly Vote[], vote: Vote) => [...votes.filter((each) => each.userId !== vote.userId), vote];

/** Returns what an evaluation changes, for one transaction. */
function toChange(
  { clock, show, routes }: EvaluateClickDeps,
  { userId, origin }: ClickRow,
  request: ApprovalRequest,
  { evaluation, counted, dropped, missing }: Assessment,
  context: AuditContext | null,
): Omit<RequestChange, "requestId" | "expectedVersion" | "click"> {
  const now = clock.now();
  const approvals = withVote(counted, evaluation.vote).filter((vote) => vote.verdict === "approve").length;
  const subject = { request, route: findRoute(routes, request.route), approvals };
  const confirmed = origin.kind === "command" ? [{ userId, text: confirmationText(evaluation, subject, show) }] : [];
  if (evaluation.kind === "withdrawn")
    return { patch: {}, removeVotes: [userId], audit: [toWithdrawnEntry(evaluation.vote, now)], replies: confirmed };
  const { vote, patch } = evaluation;
  return {
    patch,
    vote,
    removeVotes: dropped.map((each) => each.vote.userId),
    audit: [
      ...dropped.map((each) => toDroppedEntry(each, now)),
      toVotedEntry(vote),
      ...(context === null ? [] : [toDecidedEntry(vote, request, context)]),
    ],
    replies: [...confirmed, ...toDroppedReplies(dropped, vote, request, missing, show)],
    ...(vote.authority === "break-glass" ? { recipientLookup: "break-glass" as const } : {}),
  };
}
