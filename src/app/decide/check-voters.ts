import type { Denial } from "../../core/denial.ts";
import type { DroppedVote } from "../../core/dropped-vote.ts";
import { evaluateVote } from "../../core/evaluate-vote.ts";
import { toFailedLookup } from "../../core/person.ts";
import type { ApprovalRequest, Authority, Vote } from "../../core/request.ts";
import type { Freshness } from "../ports/slack.ts";
import type { GatherDeps, GatheredFacts } from "./gather-facts.ts";
import { gatherPerson, type PersonDeps, type PersonFacts } from "./gather-person.ts";

/** `denied`: Slack does not tell whether a voter may still decide, so the quorum is not known to be complete. */
export type CheckedVoters =
  | { kind: "checked"; dropped: DroppedVote[] }
  | Extract<GatheredFacts, { kind: "later" | "denied" }>;

/**
 * Checks everyone who approved earlier as if they clicked now, with the same reads as the click that completes the
 * quorum. An approval counts only while its author may decide. Break-glass needs no other approval, so it drops those whose
 * authors or requester Slack does not return: with `approverRole`, each person who approved signs. It waits for a rate limit,
 * and for no outage.
 */
export async function checkVoters(
  deps: PersonDeps & Pick<GatherDeps, "clock">,
  request: ApprovalRequest,
  approvals: readonly Vote[],
  { freshness, authority, attempts }: { freshness: Freshness; authority: Authority; attempts: number },
): Promise<CheckedVoters> {
  const dropped: DroppedVote[] = [];
  const gathered = await Promise.all(
    approvals.map(async (vote) => ({
      vote,
      facts: await gatherPerson(deps, { ...vote, attempts }, request, freshness),
    })),
  );
  for (const { vote, facts } of gathered) {
    const { userId } = vote;
    const dropsUnanswered = facts.kind === "later" && facts.transient === true && authority === "break-glass";
    if (facts.kind === "later" && (!dropsUnanswered || facts.denial === undefined)) return facts;
    const denial = facts.kind === "ready" ? toDenial(deps.clock.now(), facts, vote) : (facts.denial ?? null);
    if (denial === null) continue;
    const isGone = facts.kind === "denied" && facts.permanent === true;
    if ("error" in denial && !isGone && authority !== "break-glass")
      return { kind: "denied", denial: { kind: "voter-unread", userId, ...toFailedLookup(denial) } };
    dropped.push({ vote, denial });
  }
  return { kind: "checked", dropped };
}

/**
 * Returns why the author of the vote may no longer decide, or null. Only the permission matters, not the form. The signal
 * uses the session name that is stored with the vote.
 */
function toDenial(now: number, facts: Extract<PersonFacts, { kind: "ready" }>, vote: Vote): Denial | null {
  const { verdict, authority } = vote;
  const asFilledIn = { reason: "as given", typed: facts.request.facts.documentName };
  const evaluation = evaluateVote({
    ...facts,
    ...asFilledIn,
    sessionEmail: vote.sessionEmail,
    verdict,
    authority,
    votes: [],
    now,
  });
  return evaluation.kind === "denied" ? evaluation.denial : null;
}
