import type { Denial } from "../../core/denial.ts";
import { evaluateVote, type VoteEvaluation } from "../../core/evaluate-vote.ts";
import type { ApprovalRequest } from "../../core/request.ts";
import type { Log } from "../ports/aws.ts";
import type { ClickRow, ClickStore } from "../ports/click-store.ts";
import type { RequestChange } from "../ports/store.ts";
import { toDecidedEntry, toDeniedEntry, toVotedEntry, toWithdrawnEntry } from "./click-records.ts";
import { type GatherDeps, gatherFacts } from "./gather-facts.ts";

/** How soon a click is evaluated again that waits for the post of its message. */
const RETRY_MS = 1_000;
/** Attempts to store an evaluation while other people change the same request. */
const MAX_RACES = 20;

export interface EvaluateClickDeps extends GatherDeps {
  clicks: ClickStore;
  /** Renders a denial for the person who clicked. */
  sentence: (denial: Denial) => string;
  log: Log;
}

/**
 * The end of one evaluation. A click is final after all but `later`, which leaves it due for another evaluation.
 *   counted    its vote is stored; `completes` if it decided the request
 *   withdrawn  the person's approval is removed
 *   denied     it changed nothing, and a reply to its author is stored
 *   later      it waits, for Slack or for the post of its message
 */
export type ClickOutcome =
  | { kind: "counted"; completes: boolean }
  | { kind: "withdrawn" }
  | { kind: "denied"; denial: Denial }
  | { kind: "later"; waitMs?: number; why: string };

/**
 * Evaluates one stored click from stored state and fresh membership. The vote, its audit record and the end of the click
 * are stored in one transaction, so a click that is evaluated twice counts once.
 */
export const makeEvaluateClick =
  (deps: EvaluateClickDeps) =>
  async (click: ClickRow): Promise<ClickOutcome> => {
    const { clicks, clock, log } = deps;
    const { id: clickId, requestId, userId, verdict, authority } = click;
    const fields = { clickId, requestId, userId, verdict, authority };
    const outcome = await evaluate(deps, click);
    switch (outcome.kind) {
      case "counted":
        log.info({ ...fields, event: "click.counted", completes: outcome.completes }, "vote counted");
        break;
      case "withdrawn":
        log.info({ ...fields, event: "click.withdrawn" }, "approval withdrawn");
        break;
      case "denied": {
        const { denial } = outcome;
        log.info({ ...fields, event: "click.denied", denial: denial.kind }, "click denied");
        await clicks.recordEvaluated(clickId, deps.sentence(denial), toDeniedEntry(click, denial, clock.now()));
        break;
      }
      case "later":
        log.debug({ ...fields, event: "click.postponed", why: outcome.why }, "click evaluated again later");
        await clicks.postpone(clickId, clock.now() + (outcome.waitMs ?? RETRY_MS), outcome.why);
        break;
      default:
        throw new Error(`unexpected outcome ${outcome satisfies never}`);
    }
    return outcome;
  };

async function evaluate(deps: EvaluateClickDeps, click: ClickRow): Promise<ClickOutcome> {
  const { requests, clock } = deps;
  const denied = (denial: Denial): ClickOutcome => ({ kind: "denied", denial });
  const facts = await gatherFacts(deps, click);
  if (facts.kind === "denied") return facts;
  if (facts.kind === "later") {
    const { kind, waitMs, why } = facts;
    return { kind, why, ...(waitMs === undefined ? {} : { waitMs }) };
  }
  let { request } = facts;

  for (let race = 0; race < MAX_RACES; race++) {
    const votes = await requests.votes(request.id);
    const { verdict, authority, reason, typed } = click;
    const evaluation = evaluateVote({ ...facts, request, votes, verdict, authority, reason, typed, now: clock.now() });
    if (evaluation.kind === "denied") return denied(evaluation.denial);
    const guard = { requestId: request.id, expectedVersion: request.version, click: click.id };
    if (await requests.advance({ ...guard, ...toChange(click, request, evaluation, clock.now()) }))
      return evaluation.kind === "withdrawn"
        ? { kind: "withdrawn" }
        : { kind: "counted", completes: evaluation.completes };
    const current = await requests.byId(click.requestId);
    if (current === null) return denied({ kind: "no-request" });
    request = current;
  }
  return { kind: "later", why: "the request changed during every evaluation" };
}

/** Returns what an evaluation changes, for one transaction. */
function toChange(
  click: ClickRow,
  request: ApprovalRequest,
  evaluation: Exclude<VoteEvaluation, { kind: "denied" }>,
  now: number,
): Pick<RequestChange, "patch" | "vote" | "withdraw" | "audit" | "recipientLookup"> {
  if (evaluation.kind === "withdrawn")
    return { patch: {}, withdraw: click.userId, audit: [toWithdrawnEntry(click, now)] };
  const { vote, completes, patch } = evaluation;
  return {
    patch,
    vote,
    audit: [toVotedEntry(vote), ...(completes ? [toDecidedEntry(vote, request)] : [])],
    ...(vote.authority === "break-glass" ? { recipientLookup: "break-glass" as const } : {}),
  };
}
