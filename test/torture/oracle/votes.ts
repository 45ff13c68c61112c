import type { Vote } from "../../../src/core/request.ts";
import type { DatabaseRecords } from "../database.ts";
import { APPROVERS, findRoute, GROUP_MEMBER } from "../runbooks.ts";
import { findClickArrivals } from "./clicks.ts";
import type { Evidence } from "./evidence.ts";

type AuditRow = DatabaseRecords["audit"][number];

/**
 * Checks that no vote counts that its author took back or that was dropped, and no vote of a person who had left the group
 * of approvers before the click, or before the click that completed the decision.
 */
export function voteViolations(evidence: Evidence): string[] {
  return [...withdrawnViolations(evidence), ...formerMemberViolations(evidence)];
}

/** Replays the audit records: the votes at the decision must suffice, and the stored votes must be those that remain. */
function withdrawnViolations({ records, executions }: Evidence): string[] {
  return records.requests.flatMap((request) => {
    const violations: string[] = [];
    const remaining = new Map<string, string>();
    const document = executions.find((each) => each.AutomationExecutionId === request.executionId)?.DocumentName;
    for (const row of records.audit.filter(({ requestId }) => requestId === request.id)) {
      if (row.kind !== "decided") replay(remaining, row);
      else {
        const { decision } = JSON.parse(row.detail);
        const voters = [...remaining].filter(([user, verdict]) => verdict === decision && APPROVERS.includes(user));
        const needed = decision === "reject" ? 1 : findRoute(document).quorum;
        if (voters.length < needed)
          violations.push(
            `request ${request.id} was decided with ${voters.length} of ${needed} votes that still counted`,
          );
      }
    }
    const votes = records.votes.filter(({ requestId }) => requestId === request.id);
    const stored = votes.map(({ userId, verdict }) => `${userId} ${verdict}`).sort();
    const expected = [...remaining].map((vote) => vote.join(" ")).sort();
    if (stored.join() !== expected.join())
      violations.push(`request ${request.id} has the votes [${stored}], and by its records [${expected}]`);
    return violations;
  });
}

/** Applies an audit record to the votes by person. */
function replay(votes: Map<string, string>, { kind, actor, detail }: AuditRow): void {
  if (kind === "voted") votes.set(actor, JSON.parse(detail).verdict);
  if (kind === "withdrawn") votes.delete(actor);
  if (kind === "vote-dropped") votes.delete(JSON.parse(detail).userId);
}

/** The most by which a click may be dispatched before the stand-in recorded its delivery, apart from the time to its acknowledgement. */
const DISPATCH_MS = 1_000;

/**
 * A vote may rest only on a list of the group that was read after its click arrived, and all votes of a completed quorum
 * only on lists that were read after the last click arrived. So a member who had left before, and did not join again
 * before the vote was stored, can have no such vote.
 */
function formerMemberViolations(evidence: Evidence): string[] {
  const { groupChanges, records, skewMs } = evidence;
  const arrivals = findClickArrivals(evidence);
  const wasOutside = (from: number | undefined, until: number) => {
    const left = groupChanges.find(({ users }) => !users.includes(GROUP_MEMBER));
    const joined = groupChanges.find(
      ({ from: at, users }) => left !== undefined && at > left.until && users.includes(GROUP_MEMBER),
    );
    if (left === undefined || from === undefined || !(left.until < from - DISPATCH_MS)) return false;
    return joined === undefined || until + skewMs < joined.from;
  };
  const arrivalOf = ({ requestId, userId, verdict }: Vote) => {
    const counted = records.clicks.filter(
      (click) => click.requestId === requestId && click.userId === userId && click.verdict === verdict,
    );
    // The earliest click that can be the one that counted: each other one got a reply.
    const possible = counted.filter(({ reply }) => reply === null).map(({ key }) => arrivals.get(key) ?? 0);
    return possible.length === 0 ? undefined : Math.min(...possible);
  };
  return records.requests.flatMap((request) => {
    const votes = records.votes.filter((vote) => vote.requestId === request.id);
    return votes
      .filter(
        ({ userId, verdict, authority }) =>
          userId === GROUP_MEMBER && verdict === "approve" && authority === "approver",
      )
      .flatMap((vote) => {
        const last = votes.find((each) => each.at === request.decidedAt && each.verdict === request.decision);
        const alone = wasOutside(arrivalOf(vote), vote.at);
        const together = request.decision === "approve" && last !== undefined && wasOutside(arrivalOf(last), last.at);
        return alone || together
          ? [
              `the vote of ${vote.userId} on request ${request.id} counts, although they had left the group before the click`,
            ]
          : [];
      });
  });
}
