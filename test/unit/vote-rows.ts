import assert from "node:assert/strict";
import { test } from "node:test";
import type { Denial } from "../../src/core/denial.ts";
import { evaluateVote, type VoteInput } from "../../src/core/evaluate-vote.ts";
import type { Membership, Person } from "../../src/core/person.ts";
import type { Route } from "../../src/core/policy.ts";
import type { ApprovalRequest, OutcomeKind, Verdict, Vote } from "../../src/core/request.ts";
import { type Requester, UNKNOWN_REQUESTER } from "../../src/core/requester.ts";
import { aFacts, aPerson, aRequest, aRoute, aVote, NOW } from "../support/samples.ts";

export const member: Membership = { kind: "member" };
export const decidedByJane = { state: "decided", decision: "approve", decidedAt: NOW, signal: "due" } as const;
export const closedByJane: Partial<ApprovalRequest> = {
  ...decidedByJane,
  state: "closed",
  closedAt: NOW,
  outcome: { kind: "approved", where: "slack", by: [], detail: null },
};
export const jane: Vote[] = [aVote("U0JANE")];

/** The part of the input that a row of the table changes. */
export type Given = Partial<VoteInput>;
export type Outcome = { denied: Denial["kind"] } | { counts: Verdict; decides: boolean } | "withdrawn";

export const counts = (verdict: Verdict): Outcome => ({ counts: verdict, decides: false });
export const decides = (verdict: Verdict): Outcome => ({ counts: verdict, decides: true });
export const denied = (kind: Denial["kind"]): Outcome => ({ denied: kind });

// The person: an approver with a regular account, unless a row says otherwise.
export const withAccount = (more: Partial<Person>): Given => ({ person: aPerson("U0JANE", more) });
export const omar: Given = { person: aPerson("U0OMAR") };
export const stranger: Given = { membership: { kind: "not-member" } };
export const slackUnreachable: Given = { membership: { kind: "unknown", error: "ratelimited" } };
// The policy: one approval, no reason, no self-approval, unless a row says otherwise.
export const route = (more: Partial<Route>): Given => ({ route: aRoute(more) });
export const informs = route({ decide: "elsewhere" });
export const quorum = (people: number): Given => route({ quorum: people });
// Earlier votes and decisions.
export const before = (...votes: Vote[]): Given => ({ votes });
export const omarApproved = aVote("U0OMAR");
export const decidedBefore: Given = { request: aRequest(decidedByJane), votes: jane };
export const closedBefore: Given = { request: aRequest(closedByJane), votes: jane };
export const elsewhere = (kind: OutcomeKind): Given => ({
  request: aRequest({ state: "closed", closedAt: NOW, outcome: { kind, where: "aws", by: [], detail: null } }),
});
// The requester.
export const startedBy = (more: Partial<Requester>): Given => ({ requester: { ...UNKNOWN_REQUESTER, ...more } });
export const janeStarted = startedBy({ userIds: ["U0JANE"] });
export const startedByJanesAddress = startedBy({ email: "U0JANE@Example.COM" });
export const strict = route({ whenRequesterUnknown: "deny" });
// The requested action.
export const rejects: Given = { verdict: "reject" };
export const withdraws: Given = { verdict: "withdraw" };
export const says = (reason: string): Given => ({ reason });
export const types = (typed: string): Given => ({ typed });
export const RUNBOOK = "Prod-DB-Restart";
// The principal that signs, and the step's Approvers.
export const ROLE = "arn:aws:iam::111122223333:role/Approver";
export const signedBy = (kind: "bot" | "approvers", ...awsApprovers: string[]): Given => ({
  request: aRequest({ facts: aFacts({ signer: { kind, arn: ROLE }, awsApprovers }) }),
  sessionEmail: "u0jane@example.com",
});
export const noAddress: Given = { sessionEmail: null };
export const janesSession = "arn:aws:sts::111122223333:assumed-role/Approver/u0jane@example.com";
export const breaksGlass: Given = { authority: "break-glass", reason: "The site is down", typed: RUNBOOK };

/** A vote, the changes of the input, and the expected result. */
export type Row = [claim: string, given: Given[], outcome: Outcome];

export const PLAIN: VoteInput = {
  request: aRequest(),
  route: aRoute(),
  votes: [],
  person: aPerson(),
  membership: member,
  requester: UNKNOWN_REQUESTER,
  sessionEmail: null,
  verdict: "approve",
  authority: "approver",
  reason: null,
  typed: null,
  now: NOW,
};

/** Defines a test for each row. */
export function testRows(rows: readonly Row[]): void {
  test("each row has a unique claim", () => {
    assert.equal(new Set(rows.map(([claim]) => claim)).size, rows.length);
  });
  for (const [claim, given, expected] of rows) {
    const result =
      expected === "withdrawn"
        ? "is withdrawn"
        : "denied" in expected
          ? `is denied: ${expected.denied}`
          : `counts${expected.decides ? " and decides" : ""}`;
    test(`${claim} ${result}`, () => {
      // Several entries of a row may each change one property of the route.
      const routes = given.flatMap((each) => (each.route ? [each.route] : []));
      const merged: Partial<Route> = Object.assign({}, ...routes.map(differences));
      const input: VoteInput = Object.assign({}, PLAIN, ...given);
      if (input.route !== null) input.route = aRoute(merged);
      const decision = evaluateVote(input);
      if (expected === "withdrawn") return assert.equal(decision.kind, "withdrawn");
      if ("denied" in expected) {
        assert.equal(decision.kind === "denied" ? decision.denial.kind : decision.kind, expected.denied);
        return;
      }
      assert(decision.kind === "counted", JSON.stringify(decision));
      const { vote, completes, patch } = decision;
      assert.deepEqual(
        [vote.verdict, vote.userId, vote.authority],
        [expected.counts, input.person.id, input.authority],
      );
      assert.equal(vote.reason, input.reason?.trim() || null);
      assert.equal(completes, expected.decides);
      assert.deepEqual(
        [patch.state, patch.signal, patch.decision],
        expected.decides ? ["decided", "due", expected.counts] : [undefined, undefined, undefined],
      );
    });
  }
}

/** Finds the properties in which a route differs from the sample route. */
function differences(each: Route): Partial<Route> {
  const plain = aRoute();
  return Object.fromEntries(
    Object.entries(each).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(plain[key as keyof Route])),
  );
}
