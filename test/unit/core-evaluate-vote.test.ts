import assert from "node:assert/strict";
import { test } from "node:test";
import { type Denial, denialSentence, outcomeText } from "../../src/core/denial.ts";
import { evaluateVote, MAX_REASON_LENGTH, requiresReason, type VoteInput } from "../../src/core/evaluate-vote.ts";
import type { Membership, Person } from "../../src/core/person.ts";
import type { Route } from "../../src/core/policy.ts";
import type { ApprovalRequest, OutcomeKind, Verdict, Vote } from "../../src/core/request.ts";
import { type Requester, UNKNOWN_REQUESTER } from "../../src/core/requester.ts";
import { aPerson, aRequest, aRoute, aVote, NOW } from "../support/samples.ts";

const member: Membership = { kind: "member" };
const decidedByJane = { state: "decided", decision: "approve", decidedAt: NOW, signal: "due" } as const;
const closedByJane: Partial<ApprovalRequest> = {
  ...decidedByJane,
  state: "closed",
  closedAt: NOW,
  outcome: { kind: "approved", where: "slack", by: [], detail: null },
};
const jane: Vote[] = [aVote("U0JANE")];

/** A person, the request, the policy and what happened before, in the words of the table. */
type Given = Partial<VoteInput>;
type Outcome = { denied: Denial["kind"] } | { counts: Verdict; decides: boolean } | "withdrawn";

const counts = (verdict: Verdict): Outcome => ({ counts: verdict, decides: false });
const decides = (verdict: Verdict): Outcome => ({ counts: verdict, decides: true });
const denied = (kind: Denial["kind"]): Outcome => ({ denied: kind });

// The person: an approver of good status unless a row says otherwise.
const who = (more: Partial<Person>): Given => ({ person: aPerson("U0JANE", more) });
const omar: Given = { person: aPerson("U0OMAR") };
const stranger: Given = { membership: { kind: "not-member" } };
const slackAway: Given = { membership: { kind: "unknown", error: "ratelimited" } };
// The policy: one approval, no reason, nobody approves their own, unless a row says otherwise.
const route = (more: Partial<Route>): Given => ({ route: aRoute(more) });
const quorum = (people: number): Given => route({ quorum: people });
// What happened before.
const before = (...votes: Vote[]): Given => ({ votes });
const omarApproved = aVote("U0OMAR");
const decidedBefore: Given = { request: aRequest(decidedByJane), votes: jane };
const closedBefore: Given = { request: aRequest(closedByJane), votes: jane };
const elsewhere = (kind: OutcomeKind): Given => ({
  request: aRequest({ state: "closed", closedAt: NOW, outcome: { kind, where: "aws", by: [], detail: null } }),
});
// Who started it.
const startedBy = (more: Partial<Requester>): Given => ({ requester: { ...UNKNOWN_REQUESTER, ...more } });
const janeStarted = startedBy({ userIds: ["U0JANE"] });
const janesAddress = startedBy({ email: "U0JANE@Example.COM" });
const strict = route({ whenRequesterUnknown: "deny" });
// What is asked for.
const rejects: Given = { verdict: "reject" };
const withdraws: Given = { verdict: "withdraw" };
const says = (reason: string): Given => ({ reason });
const types = (typed: string): Given => ({ typed });
const RUNBOOK = "Prod-DB-Restart";
const breaksGlass: Given = { authority: "break-glass", reason: "The site is down", typed: RUNBOOK };

const TABLE: [claim: string, given: Given[], outcome: Outcome][] = [
  // One approval is enough
  ["an approver approves", [], decides("approve")],
  ["an approver rejects", [rejects], decides("reject")],
  ["an approver approves with a reason that nobody asked for", [says("fine")], decides("approve")],
  ["a reason has white space around it", [says("  fine\n")], decides("approve")],
  // Quorum
  ["the first of two approves", [quorum(2)], counts("approve")],
  ["the second of two approves", [quorum(2), before(...jane), omar], decides("approve")],
  ["the second of three approves", [quorum(3), before(...jane), omar], counts("approve")],
  ["the same person approves again", [quorum(2), before(...jane)], denied("already-voted")],
  ["one person's votes stand twice on record", [quorum(3), before(...jane, ...jane), omar], counts("approve")],
  ["the quorum was lowered since the first vote", [quorum(1), before(omarApproved)], decides("approve")],
  [
    "the quorum was lowered to what is there, and one of them approves again",
    [quorum(2), before(...jane, omarApproved)],
    decides("approve"),
  ],
  [
    "the quorum was lowered, and who approved started it as is known now",
    [quorum(2), before(...jane, omarApproved), janeStarted],
    denied("self-approval"),
  ],
  ["the quorum was raised since the first vote", [quorum(3), before(omarApproved)], counts("approve")],
  ["one rejection among approvals", [quorum(3), before(omarApproved), rejects], decides("reject")],
  ["the first of two rejects", [quorum(2), rejects], decides("reject")],
  ["who has approved rejects after all", [quorum(2), before(...jane), rejects], decides("reject")],
  ["who has rejected rejects again", [before(aVote("U0JANE", rejects as Vote)), rejects], denied("already-voted")],
  ["who has rejected approves", [before(aVote("U0JANE", rejects as Vote))], denied("already-voted")],
  // Withdrawing
  ["an approval is withdrawn before the quorum is complete", [quorum(2), before(...jane), withdraws], "withdrawn"],
  ["who has left the approvers withdraws", [quorum(2), before(...jane), stranger, withdraws], "withdrawn"],
  ["Slack does not know the groups, and who approved withdraws", [before(...jane), slackAway, withdraws], "withdrawn"],
  ["nothing was approved that could be withdrawn", [withdraws], denied("nothing-to-withdraw")],
  ["somebody else's approval is not withdrawn", [before(omarApproved), withdraws], denied("nothing-to-withdraw")],
  ["an approval is withdrawn after the decision", [decidedBefore, withdraws], denied("decided")],
  ["an approval is withdrawn after the end", [closedBefore, withdraws], denied("closed")],
  [
    "a deactivated person withdraws",
    [before(...jane), who({ accountStatus: "deactivated" }), withdraws],
    denied("account-status"),
  ],
  // Who it is
  ["somebody else approves", [stranger], denied("not-approver")],
  ["somebody else rejects", [stranger, rejects], denied("not-approver")],
  ["nobody knows who belongs to the groups", [slackAway], denied("membership-unknown")],
  ["nobody knows who belongs, and it is a rejection", [slackAway, rejects], denied("membership-unknown")],
  ["a guest", [who({ accountStatus: "guest" })], denied("account-status")],
  ["an external person", [who({ accountStatus: "external" })], denied("account-status")],
  ["a deactivated account", [who({ accountStatus: "deactivated" })], denied("account-status")],
  ["a bot", [who({ accountStatus: "bot" })], denied("account-status")],
  ["an external person who rejects", [who({ accountStatus: "external" }), rejects], denied("account-status")],
  // Routes
  ["no route covers the request", [{ route: null }], denied("no-route")],
  ["no route, and a rejection", [{ route: null }, rejects], denied("no-route")],
  ["the end, and a route that is gone", [closedBefore, { route: null }], denied("no-route")],
  // Too late
  ["somebody decided before", [decidedBefore, omar], denied("decided")],
  ["a rejection after the approval", [decidedBefore, omar, rejects], denied("decided")],
  ["it is over", [closedBefore, omar], denied("closed")],
  ["it was rejected in the console", [elsewhere("rejected")], denied("closed")],
  ["it has timed out", [elsewhere("timed-out")], denied("closed")],
  ["it was cancelled", [elsewhere("cancelled")], denied("closed")],
  // Who started it
  ["who started it approves", [janeStarted], denied("self-approval")],
  ["who started it rejects", [janeStarted, rejects], decides("reject")],
  [
    "who started it approves, and the route allows it",
    [janeStarted, route({ selfApproval: true })],
    decides("approve"),
  ],
  ["one of several who may have started it", [startedBy({ userIds: ["U0OMAR", "U0JANE"] })], denied("self-approval")],
  ["somebody else started it", [startedBy({ userIds: ["U0ROSA"] })], decides("approve")],
  ["the session has the person's address in other case", [janesAddress], denied("self-approval")],
  ["the session has another address", [startedBy({ email: "rosa@example.com" })], decides("approve")],
  ["another address that is longer", [startedBy({ email: "xu0jane@example.com" })], decides("approve")],
  ["nobody knows who started it", [startedBy({})], decides("approve")],
  ["nobody knows, and the route is strict", [startedBy({}), strict], denied("requester-unknown")],
  ["nobody knows, the route is strict, and it is a rejection", [startedBy({}), strict, rejects], decides("reject")],
  [
    "somebody else started it, and the route is strict",
    [startedBy({ userIds: ["U0ROSA"] }), strict],
    decides("approve"),
  ],
  [
    "nobody has the address, and the route is strict",
    [startedBy({ email: "x@y.z", emailIsForeign: true }), strict],
    denied("requester-unknown"),
  ],
  [
    "the person's own address is hidden, and the route is strict",
    [startedBy({ email: "x@y.z" }), who({ email: null }), strict],
    denied("requester-unknown"),
  ],
  ["the person's own address is hidden", [startedBy({ email: "x@y.z" }), who({ email: null })], decides("approve")],
  [
    "who started it approves as the second of two",
    [janeStarted, quorum(2), before(omarApproved)],
    denied("self-approval"),
  ],
  // Reasons
  ["a rejection without its reason", [route({ reason: "reject" }), rejects], denied("reason-missing")],
  ["a reason of white space", [route({ reason: "reject" }), rejects, says(" \n")], denied("reason-missing")],
  ["a rejection with its reason", [route({ reason: "reject" }), rejects, says("no")], decides("reject")],
  ["an approval where rejections need reasons", [route({ reason: "reject" })], decides("approve")],
  ["an approval where all need reasons", [route({ reason: "always" })], denied("reason-missing")],
  ["an approval with its reason", [route({ reason: "always" }), says("tested")], decides("approve")],
  // The runbook's name typed out
  ["an approval that is to be typed is pressed", [route({ confirm: "typed" })], denied("not-typed")],
  ["the runbook's name is typed", [route({ confirm: "typed" }), types(RUNBOOK)], decides("approve")],
  ["it is typed with a space behind it", [route({ confirm: "typed" }), types(`${RUNBOOK} `)], decides("approve")],
  ["it is typed in other case", [route({ confirm: "typed" }), types(RUNBOOK.toLowerCase())], denied("not-typed")],
  ["a part of it is typed", [route({ confirm: "typed" }), types("Prod")], denied("not-typed")],
  ["a rejection need not be typed", [route({ confirm: "typed" }), rejects], decides("reject")],
  // Break-glass: `membership` is that of the admins
  ["an admin breaks glass against a quorum of three", [quorum(3), breaksGlass], decides("approve")],
  ["an admin rejects by break-glass", [quorum(3), breaksGlass, rejects], decides("reject")],
  ["an admin breaks glass on what they started", [janeStarted, breaksGlass], decides("approve")],
  ["nobody knows who started it, the route is strict", [startedBy({}), strict, breaksGlass], decides("approve")],
  ["an admin who has approved already breaks glass", [quorum(2), before(...jane), breaksGlass], decides("approve")],
  ["break-glass without a reason", [breaksGlass, { reason: " " }], denied("reason-missing")],
  ["break-glass without the typed name", [breaksGlass, { typed: null }], denied("not-typed")],
  ["break-glass with another runbook's name", [breaksGlass, types("Web-Deploy")], denied("not-typed")],
  ["an approver who is no admin breaks glass", [breaksGlass, stranger], denied("not-admin")],
  ["Slack does not know the admins", [breaksGlass, slackAway], denied("membership-unknown")],
  ["an external admin breaks glass", [breaksGlass, who({ accountStatus: "external" })], denied("account-status")],
  ["break-glass after the decision", [decidedBefore, breaksGlass], denied("decided")],
  ["break-glass after the end", [closedBefore, breaksGlass], denied("closed")],
  ["break-glass where no route is", [{ route: null }, breaksGlass], denied("no-route")],
];

const PLAIN: VoteInput = {
  request: aRequest(),
  route: aRoute(),
  votes: [],
  person: aPerson(),
  membership: member,
  requester: UNKNOWN_REQUESTER,
  verdict: "approve",
  authority: "approver",
  reason: null,
  typed: null,
  now: NOW,
};

test("the table is a spec of at least sixty rows, each with a claim of its own", () => {
  assert.ok(TABLE.length >= 60);
  assert.equal(new Set(TABLE.map(([claim]) => claim)).size, TABLE.length);
});

for (const [claim, given, expected] of TABLE) {
  const words =
    expected === "withdrawn"
      ? "is withdrawn"
      : "denied" in expected
        ? `is denied: ${expected.denied}`
        : `counts${expected.decides ? ", and decides" : ""}`;
  test(`${claim} -> ${words}`, () => {
    // Rows may name a route's properties one by one.
    const routes = given.flatMap((each) => (each.route ? [each.route] : []));
    const merged: Partial<Route> = Object.assign({}, ...routes.map(differences));
    const asked: VoteInput = Object.assign({}, PLAIN, ...given);
    if (asked.route !== null) asked.route = aRoute(merged);
    const decision = evaluateVote(asked);
    if (expected === "withdrawn") return assert.equal(decision.kind, "withdrawn");
    if ("denied" in expected) {
      assert.equal(decision.kind === "denied" ? decision.denial.kind : decision.kind, expected.denied);
      return;
    }
    assert(decision.kind === "counted", JSON.stringify(decision));
    const { vote, completes, patch } = decision;
    assert.deepEqual([vote.verdict, vote.userId, vote.authority], [expected.counts, asked.person.id, asked.authority]);
    assert.equal(vote.reason, asked.reason?.trim() || null);
    assert.equal(completes, expected.decides);
    assert.deepEqual(
      [patch.state, patch.signal, patch.decision],
      expected.decides ? ["decided", "due", expected.counts] : [undefined, undefined, undefined],
    );
  });
}

test("a reason is kept as far as it may go, whatever a form carries", () => {
  const decision = evaluateVote({ ...PLAIN, reason: "x".repeat(5_000) });
  assert.equal(decision.kind === "counted" && decision.vote.reason?.length, MAX_REASON_LENGTH);
});

/** In what a route differs from the plainest. */
function differences(each: Route): Partial<Route> {
  const plain = aRoute();
  return Object.fromEntries(
    Object.entries(each).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(plain[key as keyof Route])),
  );
}

const DENIALS: { [Kind in Denial["kind"]]: Extract<Denial, { kind: Kind }>[] } = {
  "no-request": [{ kind: "no-request" }],
  "foreign-message": [{ kind: "foreign-message" }],
  "no-route": [
    { kind: "no-route", route: null },
    { kind: "no-route", route: "databases" },
  ],
  "no-target": [{ kind: "no-target", target: "default/us-east-1" }],
  "account-status": (["guest", "external", "deactivated", "bot"] as const).map((status) => ({
    kind: "account-status",
    status,
  })),
  "wrong-workspace": [{ kind: "wrong-workspace" }],
  "forged-form": [{ kind: "forged-form" }],
  "not-admin": [{ kind: "not-admin" }],
  "self-approval": [{ kind: "self-approval" }],
  "requester-unknown": [{ kind: "requester-unknown", route: aRoute(), executedBy: null }],
  "requester-unread": [{ kind: "requester-unread", error: "ratelimited" }],
  "nothing-to-withdraw": [{ kind: "nothing-to-withdraw" }],
  "not-typed": [{ kind: "not-typed", documentName: RUNBOOK }],
  "person-unknown": [{ kind: "person-unknown", error: "ratelimited" }],
  "not-approver": [
    { kind: "not-approver", route: aRoute(), gone: [] },
    { kind: "not-approver", route: aRoute(), gone: ["S0DBA"] },
  ],
  "membership-unknown": [{ kind: "membership-unknown", error: "ratelimited" }],
  closed: [{ kind: "closed", request: aRequest(closedByJane), votes: jane }],
  decided: [{ kind: "decided", request: aRequest(decidedByJane), votes: jane }],
  "already-voted": [
    { kind: "already-voted", verdict: "approve" },
    { kind: "already-voted", verdict: "reject" },
  ],
  "reason-missing": [{ kind: "reason-missing", verdict: "reject" }],
};

const quoted = (text: string) => `"${text}"`;
const mention = {
  user: (id: string) => `<@${id}>`,
  group: (id: string) => `<!subteam^${id}>`,
  channel: (id: string) => `<#${id}>`,
  text: quoted,
  word: quoted,
};

test("every denial has a sentence of its own that says that nothing was decided, or what was", () => {
  const sentences = Object.values(DENIALS)
    .flat()
    .map((denial) => denialSentence(denial, mention));
  for (const sentence of sentences) {
    assert.match(sentence, /^[A-Z].{20,}\.$/s);
    assert.doesNotMatch(sentence, /undefined|null|\[object/);
  }
  // A click after the decision and one after the end read the same as long as the decision was ours.
  assert.equal(new Set(sentences).size, sentences.length - 1);
});

test("who may decide instead is named by name", () => {
  assert.match(
    denialSentence({ kind: "not-approver", route: aRoute(), gone: [] }, mention),
    /<@U0JANE>, <@U0OMAR> or <!subteam\^S0DBA>.*"databases"/,
  );
});

test("a late click is told who decided, or that AWS did", () => {
  assert.match(
    denialSentence({ kind: "decided", request: aRequest(decidedByJane), votes: jane }, mention),
    /^Already approved by <@U0JANE>\./,
  );
  const elsewhere = aRequest({
    ...closedByJane,
    outcome: { kind: "timed-out", where: "aws", by: ["arn:aws:iam::1:user/x"], detail: null },
  });
  assert.match(denialSentence({ kind: "closed", request: elsewhere, votes: [] }, mention), /timed out in AWS by "x"/);
});

test("every outcome has words", () => {
  const kinds: OutcomeKind[] = ["approved", "rejected", "timed-out", "cancelled", "failed", "not-found", "unknown"];
  assert.equal(new Set(kinds.map(outcomeText)).size, kinds.length);
});

test("a route asks for reasons as it says", () => {
  const table = (["none", "reject", "always"] as const).map((reason) =>
    (["approve", "reject"] as const).map((verdict) => requiresReason(aRoute({ reason }), verdict)),
  );
  assert.deepEqual(table, [
    [false, false],
    [false, true],
    [true, true],
  ]);
});
