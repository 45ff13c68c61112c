import type { Denial } from "../../core/denial.ts";
import { evaluateVote } from "../../core/evaluate-vote.ts";
import type { Authority, Verdict } from "../../core/request.ts";
import { type ButtonClick, type GatherDeps, gatherFacts } from "./gather-facts.ts";

/**
 * Tells whether a verdict of this person would count now: null, or the reason why not. Records nothing. It saves people
 * from filling in a form that cannot count; the verdict itself is evaluated again when it arrives.
 */
export const makePreviewVerdict =
  (deps: GatherDeps) =>
  async (click: ButtonClick, verdict: Verdict, authority: Authority = "approver"): Promise<Denial | null> => {
    const facts = await gatherFacts(deps, { ...click, verdict, authority }, "preview");
    if (facts.kind === "denied") return facts.denial;
    // A message whose post is not resolved yet can be ours: the verdict itself waits for that.
    if (facts.kind === "later") return facts.denial ?? null;
    const votes = await deps.requests.votes(facts.request.id);
    const asIfFilledIn = { reason: "to come", typed: facts.request.facts.documentName };
    const evaluation = evaluateVote({ ...facts, ...asIfFilledIn, votes, verdict, authority, now: deps.clock.now() });
    return evaluation.kind === "denied" ? evaluation.denial : null;
  };
