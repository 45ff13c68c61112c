import type { Denial } from "../../core/denial.ts";
import { evaluateVote } from "../../core/evaluate-vote.ts";
import type { Authority, Verdict } from "../../core/request.ts";
import { addBreakGlassHint } from "./break-glass-hint.ts";
import { type ButtonClick, type GatherDeps, gatherFacts } from "./gather-facts.ts";

/**
 * Whether a verdict of a person would count now.
 *   allowed    it would count
 *   denied     it would not
 *   unchecked  the check must wait. Nothing is known about the person, who may be external: show them no values
 */
export type VerdictPreview = { kind: "allowed" } | { kind: "denied"; denial: Denial } | { kind: "unchecked" };

/**
 * Tells whether a verdict of this person would count now. Records nothing. It saves people from filling in a form that
 * cannot count; the verdict itself is evaluated again when it arrives.
 */
export const makePreviewVerdict =
  (deps: GatherDeps) =>
  async (click: ButtonClick, verdict: Verdict, authority: Authority = "approver"): Promise<VerdictPreview> => {
    const facts = await gatherFacts(deps, { ...click, verdict, authority }, "preview");
    if (facts.kind !== "ready")
      return facts.denial === undefined ? { kind: "unchecked" } : { kind: "denied", denial: facts.denial };
    const asIfFilledIn = { reason: "to come", typed: facts.request.facts.documentName };
    const evaluation = evaluateVote({ ...facts, ...asIfFilledIn, verdict, authority, now: deps.clock.now() });
    if (evaluation.kind !== "denied") return { kind: "allowed" };
    const by = { userId: click.userId, authority };
    return { kind: "denied", denial: await addBreakGlassHint(deps, evaluation.denial, by, facts.request) };
  };
