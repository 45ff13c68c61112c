import assert from "node:assert/strict";
import { test } from "node:test";
import { type Denial, denialSentence, outcomeText } from "../../src/core/denial.ts";
import { evaluateVote, MAX_REASON_LENGTH, requiresReason, type VoteInput } from "../../src/core/evaluate-vote.ts";
import type { Membership, Person } from "../../src/core/person.ts";
import type { Route } from "../../src/core/policy.ts";
import type { ApprovalRequest, OutcomeKind, Verdict, Vote } from "../../src/core/request.ts";
import { type Requester, UNKNOWN_REQUESTER } from "../../src/core/requester.ts";
import { aFacts, aPerson, aRequest, aRoute, aVote, NOW } from "../support/samples.ts";

const member: Membership = { kind: "member" };
const decidedByJane = { state: "decided", decision: "approve", decidedAt: NOW, signal: "due" } as const;
const closedByJane: Partial<ApprovalRequest> = {
  ...decidedByJane,
  state: "closed",
  closedAt: NOW,
  outcome: { kind: "approved", where: "slack", by: [], detail: null },
};
const jane: Vote[] = [aVote("U0JANE")];

/** The part of the input that a row of the table changes. */
type Given = Partial<VoteInput>;
type Outcome = { denied: Denial["kind"] } | { counts: Verdict; decides: boolean } | "withdrawn";

const counts = (verdict: Verdict): Outcome => ({ counts: verdict, decides: false });
const decides = (verdict: Verdict): Outcome => ({ counts: verdict, decides: true });
const denied = (kind: Denial["kind"]): Outcome => ({ denied: kind });

// The person: an approver with a regular account, unless a row says otherwise.
const withAccount = (more: Partial<Person>): Given => ({ person: aPerson("U0JANE", more) });
const omar: Given = { person: aPerson("U0OMAR") };
const stranger: Given = { membership: { kind: "not-member" } };
const slackUnreachable: Given = { membership: { kind: "unknown", error: "ratelimited" } };
// The policy: one approval, no reason, no self-approval, unless a row says otherwise.
const route = (more: Partial<Route>): Given => ({ route: aRoute(more) });
const informs = route({ decide: "elsewhere" });
const quorum = (people: number): Given => route({ quorum: people });
// Earlier votes and decisions.
const before = (...votes: Vote[]): Given => ({ votes });
const omarApproved = aVote("U0OMAR");
const decidedBefore: Given = { request: aRequest(decidedByJane), votes: jane };
const closedBefore: Given = { request: aRequest(closedByJane), votes: jane };
const elsewhere = (kind: OutcomeKind): Given => ({
  request: aRequest({ state: "closed", closedAt: NOW, outcome: { kind, where: "aws", by: [], detail: null } }),
});
// The requester.
const startedBy = (more: Partial<Requester>): Given => ({ requester: { ...UNKNOWN_REQUESTER, ...more } });
const janeStarted = startedBy({ userIds: ["U0JANE"] });
const startedByJanesAddress = startedBy({ email: "U0JANE@Example.COM" });
const strict = route({ whenRequesterUnknown: "deny" });
// The requested action.
const rejects: Given = { verdict: "reject" };
const withdraws: Given = { verdict: "withdraw" };
const says = (reason: string): Given => ({ reason });
const types = (typed: string): Given => ({ typed });
const RUNBOOK = "Prod-DB-Restart";
// The principal that signs, and the step's Approvers.
const ROLE = "arn:aws:iam::111122223333:role/Approver";
const signedBy = (kind: "bot" | "approvers", ...awsApprovers: string[]): Given => ({
  request: aRequest({ facts: aFacts({ signer: { kind, arn: ROLE }, awsApprovers }) }),
  sessionEmail: "u0jane@example.com",
});
const noAddress: Given = { sessionEmail: null };
const janesSession = "arn:aws:sts::111122223333:assumed-role/Approver/u0jane@example.com";
const breaksGlass: Given = { authority: "break-glass", reason: "The site is down", typed: RUNBOOK };

const TABLE: [claim: string, given: Given[], outcome: Outcome][] = [
  // One approval is enough
  ["an approval by an approver", [], decides("approve")],
  ["a rejection by an approver", [rejects], decides("reject")],
  ["an approval with an optional reason", [says("fine")], decides("approve")],
  ["an approval with white space around its reason", [says("  fine\n")], decides("approve")],
  // AWS's own Approvers
  ["an approval that the bot signs, if AWS lists it", [signedBy("bot", ROLE)], decides("approve")],
  ["an approval that the bot signs, if AWS lists only others", [signedBy("bot", "omar")], denied("not-listed")],
  [
    "a rejection that the bot signs, if AWS lists only others",
    [signedBy("bot", "omar"), rejects],
    denied("not-listed"),
  ],
  ["an approval, if AWS may list the bot", [signedBy("bot", "{{ Approvers }}")], decides("approve")],
  ["an approval by a person whose session AWS lists", [signedBy("approvers", janesSession)], decides("approve")],
  ["an approval by a person whose role AWS lists", [signedBy("approvers", ROLE)], decides("approve")],
  [
    "an approval by another person than AWS lists",
    [signedBy("approvers", janesSession), omar, noAddress],
    denied("not-listed"),
  ],
  [
    "break-glass by another person than AWS lists",
    [signedBy("approvers", janesSession), omar, noAddress, breaksGlass],
    denied("not-listed"),
  ],
  [
    "a withdrawal by another person than AWS lists",
    [signedBy("approvers", janesSession), omar, before(omarApproved), withdraws],
    "withdrawn",
  ],
  // Quorum
  ["the first of two approvals", [quorum(2)], counts("approve")],
  ["the second of two approvals", [quorum(2), before(...jane), omar], decides("approve")],
  ["the second of three approvals", [quorum(3), before(...jane), omar], counts("approve")],
  ["a second approval by the same person", [quorum(2), before(...jane)], denied("already-voted")],
  ["an approval after one vote that is stored twice", [quorum(3), before(...jane, ...jane), omar], counts("approve")],
  ["an approval after the quorum was lowered", [quorum(1), before(omarApproved)], decides("approve")],
  [
    "a repeated approval, if the lowered quorum is already complete,",
    [quorum(2), before(...jane, omarApproved)],
    decides("approve"),
  ],
  [
    "a repeated approval by a person now known as the requester, if the lowered quorum is complete,",
    [quorum(2), before(...jane, omarApproved), janeStarted],
    denied("self-approval"),
  ],
  ["an approval after the quorum was raised", [quorum(3), before(omarApproved)], counts("approve")],
  ["one rejection after an approval", [quorum(3), before(omarApproved), rejects], decides("reject")],
  ["the first of two rejections", [quorum(2), rejects], decides("reject")],
  ["a rejection after an approval by the same person", [quorum(2), before(...jane), rejects], decides("reject")],
  [
    "a second rejection by the same person",
    [before(aVote("U0JANE", rejects as Vote)), rejects],
    denied("already-voted"),
  ],
  [
    "an approval after a rejection by the same person",
    [before(aVote("U0JANE", rejects as Vote))],
    denied("already-voted"),
  ],
  // Withdrawing
  ["an approval before the quorum is complete", [quorum(2), before(...jane), withdraws], "withdrawn"],
  ["the approval of a former approver", [quorum(2), before(...jane), stranger, withdraws], "withdrawn"],
  [
    "an approval, if Slack cannot return the members of the groups,",
    [before(...jane), slackUnreachable, withdraws],
    "withdrawn",
  ],
  ["a withdrawal without an earlier approval", [withdraws], denied("nothing-to-withdraw")],
  ["a withdrawal of another person's approval", [before(omarApproved), withdraws], denied("nothing-to-withdraw")],
  ["a withdrawal after the decision", [decidedBefore, withdraws], denied("decided")],
  ["a withdrawal after the end", [closedBefore, withdraws], denied("closed")],
  [
    "a withdrawal by a deactivated person",
    [before(...jane), withAccount({ accountStatus: "deactivated" }), withdraws],
    denied("account-status"),
  ],
  // Account and membership
  ["an approval by a person who is not an approver", [stranger], denied("not-approver")],
  ["a rejection by a person who is not an approver", [stranger, rejects], denied("not-approver")],
  [
    "an approval, if Slack cannot return the members of the groups and membership is unknown,",
    [slackUnreachable],
    denied("membership-unknown"),
  ],
  ["a rejection, if membership is unknown,", [slackUnreachable, rejects], denied("membership-unknown")],
  ["a vote by a guest", [withAccount({ accountStatus: "guest" })], denied("account-status")],
  ["a vote by an external person", [withAccount({ accountStatus: "external" })], denied("account-status")],
  ["a vote by a deactivated account", [withAccount({ accountStatus: "deactivated" })], denied("account-status")],
  ["a vote by a bot", [withAccount({ accountStatus: "bot" })], denied("account-status")],
  [
    "a rejection by an external person",
    [withAccount({ accountStatus: "external" }), rejects],
    denied("account-status"),
  ],
  // Routes
  ["an approval without a matching route", [{ route: null }], denied("no-route")],
  ["a rejection without a matching route", [{ route: null }, rejects], denied("no-route")],
  ["an approval after the end, if the route was removed,", [closedBefore, { route: null }], denied("no-route")],
  // Too late
  ["an approval after the decision", [decidedBefore, omar], denied("decided")],
  ["a rejection after the decision", [decidedBefore, omar, rejects], denied("decided")],
  ["an approval after the end", [closedBefore, omar], denied("closed")],
  ["an approval after a rejection in the console", [elsewhere("rejected")], denied("closed")],
  ["an approval after the timeout", [elsewhere("timed-out")], denied("closed")],
  ["an approval after the cancellation", [elsewhere("cancelled")], denied("closed")],
  // Requester
  ["an approval by the requester", [janeStarted], denied("self-approval")],
  ["a rejection by the requester", [janeStarted, rejects], decides("reject")],
  [
    "an approval by the requester, if the route allows self-approval,",
    [janeStarted, route({ selfApproval: true })],
    decides("approve"),
  ],
  [
    "an approval by one of several possible requesters",
    [startedBy({ userIds: ["U0OMAR", "U0JANE"] })],
    denied("self-approval"),
  ],
  ["an approval of another person's request", [startedBy({ userIds: ["U0ROSA"] })], decides("approve")],
  [
    "an approval by the owner of the requester's address in other case",
    [startedByJanesAddress],
    denied("self-approval"),
  ],
  [
    "an approval by a person with another address than the requester",
    [startedBy({ email: "rosa@example.com" })],
    decides("approve"),
  ],
  [
    "an approval by a person whose address only ends like the requester's",
    [startedBy({ email: "xu0jane@example.com" })],
    decides("approve"),
  ],
  ["an approval, if the requester is unknown,", [startedBy({})], decides("approve")],
  [
    "an approval, if the requester is unknown and the route is strict,",
    [startedBy({}), strict],
    denied("requester-unknown"),
  ],
  [
    "a rejection, if the requester is unknown and the route is strict,",
    [startedBy({}), strict, rejects],
    decides("reject"),
  ],
  [
    "an approval of another person's request, if the route is strict,",
    [startedBy({ userIds: ["U0ROSA"] }), strict],
    decides("approve"),
  ],
  [
    "an approval, if the requester's address belongs to no member and the route is strict,",
    [startedBy({ email: "x@y.z" }), strict],
    denied("requester-unknown"),
  ],
  [
    "an approval, while the owner of the requester's address is being looked up,",
    [startedBy({ email: "x@y.z", pending: true })],
    denied("requester-unread"),
  ],
  [
    "a rejection, while the owner of the requester's address is being looked up,",
    [startedBy({ email: "x@y.z", pending: true }), rejects],
    decides("reject"),
  ],
  [
    "an approval by the current owner of the requester's address, if another account had it when the request opened,",
    [startedBy({ userIds: ["U0ROSA"], email: "U0JANE@Example.COM" })],
    denied("self-approval"),
  ],
  [
    "an approval by a person who may have started the execution",
    [startedBy({ candidates: ["U0JANE"] })],
    denied("self-approval"),
  ],
  [
    "an approval by another person, if the requester may be a candidate and the route is strict,",
    [startedBy({ candidates: ["U0ROSA"] }), strict],
    denied("requester-unknown"),
  ],
  [
    "an approval by another person, if the requester may be a candidate,",
    [startedBy({ candidates: ["U0ROSA"] })],
    decides("approve"),
  ],
  [
    "an approval by a person with a hidden address, if the route is strict,",
    [startedBy({ email: "x@y.z" }), withAccount({ email: null }), strict],
    denied("requester-unknown"),
  ],
  [
    "an approval by a person with a hidden address",
    [startedBy({ email: "x@y.z" }), withAccount({ email: null })],
    decides("approve"),
  ],
  [
    "the second of two approvals, if it is by the requester,",
    [janeStarted, quorum(2), before(omarApproved)],
    denied("self-approval"),
  ],
  // Reasons
  ["a rejection without a required reason", [route({ reason: "reject" }), rejects], denied("reason-missing")],
  [
    "a rejection with only white space as its reason",
    [route({ reason: "reject" }), rejects, says(" \n")],
    denied("reason-missing"),
  ],
  ["a rejection with a required reason", [route({ reason: "reject" }), rejects, says("no")], decides("reject")],
  ["an approval, if only rejections require a reason,", [route({ reason: "reject" })], decides("approve")],
  ["an approval without a required reason", [route({ reason: "always" })], denied("reason-missing")],
  ["an approval with a required reason", [route({ reason: "always" }), says("tested")], decides("approve")],
  // A route that only informs
  ["an approval on a route that only informs", [informs], denied("information-only")],
  ["a rejection on a route that only informs", [informs, rejects], denied("information-only")],
  ["break-glass on a route that only informs", [informs, breaksGlass], denied("information-only")],
  ["an approval by a stranger on a route that only informs", [informs, stranger], denied("information-only")],
  ["a withdrawal on a route that only informs", [informs, before(...jane), withdraws], "withdrawn"],
  ["an approval after the end on a route that only informs", [informs, closedBefore], denied("closed")],
  // Typed name of the runbook
  ["an approval without the required typed name", [route({ confirm: "typed" })], denied("not-typed")],
  ["an approval with the typed name of the runbook", [route({ confirm: "typed" }), types(RUNBOOK)], decides("approve")],
  [
    "an approval with a space after the typed name",
    [route({ confirm: "typed" }), types(`${RUNBOOK} `)],
    decides("approve"),
  ],
  [
    "an approval with the typed name in other case",
    [route({ confirm: "typed" }), types(` ${RUNBOOK.toUpperCase()}\n`)],
    decides("approve"),
  ],
  ["an approval with a part of the name", [route({ confirm: "typed" }), types("Prod")], denied("not-typed")],
  ["a rejection, if approvals require a typed name,", [route({ confirm: "typed" }), rejects], decides("reject")],
  // Break-glass: `membership` is the membership in the admins
  ["break-glass by an admin with a quorum of three", [quorum(3), breaksGlass], decides("approve")],
  ["a break-glass rejection by an admin", [quorum(3), breaksGlass, rejects], decides("reject")],
  ["break-glass by an admin who is the requester", [janeStarted, breaksGlass], decides("approve")],
  [
    "break-glass, if the requester is unknown and the route is strict,",
    [startedBy({}), strict, breaksGlass],
    decides("approve"),
  ],
  ["break-glass by an admin who has already approved", [quorum(2), before(...jane), breaksGlass], decides("approve")],
  ["break-glass without a reason", [breaksGlass, { reason: " " }], denied("reason-missing")],
  ["break-glass without the typed name", [breaksGlass, { typed: null }], denied("not-typed")],
  ["break-glass with the name of another runbook", [breaksGlass, types("Web-Deploy")], denied("not-typed")],
  ["break-glass by an approver who is not an admin", [breaksGlass, stranger], denied("not-admin")],
  [
    "break-glass, if Slack cannot return the members of the admin groups,",
    [breaksGlass, slackUnreachable],
    denied("membership-unknown"),
  ],
  [
    "break-glass by an external admin",
    [breaksGlass, withAccount({ accountStatus: "external" })],
    denied("account-status"),
  ],
  ["break-glass after the decision", [decidedBefore, breaksGlass], denied("decided")],
  ["break-glass after the end", [closedBefore, breaksGlass], denied("closed")],
  ["break-glass without a matching route", [{ route: null }, breaksGlass], denied("no-route")],
];

const PLAIN: VoteInput = {
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

test("the table has at least sixty rows, each with a unique claim", () => {
  assert.ok(TABLE.length >= 60);
  assert.equal(new Set(TABLE.map(([claim]) => claim)).size, TABLE.length);
});

for (const [claim, given, expected] of TABLE) {
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
    assert.deepEqual([vote.verdict, vote.userId, vote.authority], [expected.counts, input.person.id, input.authority]);
    assert.equal(vote.reason, input.reason?.trim() || null);
    assert.equal(completes, expected.decides);
    assert.deepEqual(
      [patch.state, patch.signal, patch.decision],
      expected.decides ? ["decided", "due", expected.counts] : [undefined, undefined, undefined],
    );
  });
}

test("a reason is truncated at its maximum length, even if a form contains more", () => {
  const decision = evaluateVote({ ...PLAIN, reason: "x".repeat(5_000) });
  assert.equal(decision.kind === "counted" && decision.vote.reason?.length, MAX_REASON_LENGTH);
});

/** Finds the properties in which a route differs from the sample route. */
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
  "not-listed": [{ kind: "not-listed", principal: "arn:aws:iam::111122223333:role/CountersignBot" }],
  "information-only": [{ kind: "information-only", route: "databases" }],
  "no-target": [{ kind: "no-target", target: "default/us-east-1" }],
  "account-status": (["guest", "external", "deactivated", "bot"] as const).map((status) => ({
    kind: "account-status",
    status,
  })),
  "wrong-workspace": [{ kind: "wrong-workspace" }],
  "forged-form": [{ kind: "forged-form" }],
  "not-admin": [{ kind: "not-admin" }],
  "self-approval": [{ kind: "self-approval" }],
  "requester-unknown": [{ kind: "requester-unknown", route: aRoute(), requester: UNKNOWN_REQUESTER }],
  "requester-unread": [{ kind: "requester-unread", error: "ratelimited" }],
  "nothing-to-withdraw": [{ kind: "nothing-to-withdraw" }],
  "not-typed": [{ kind: "not-typed", documentName: RUNBOOK }],
  "person-unknown": [{ kind: "person-unknown", error: "ratelimited" }],
  "not-approver": [
    { kind: "not-approver", route: aRoute(), gone: [] },
    { kind: "not-approver", route: aRoute(), gone: ["S0DBA"] },
  ],
  "membership-unknown": [{ kind: "membership-unknown", error: "ratelimited" }],
  "voter-unread": [{ kind: "voter-unread", userId: "U0OMAR", error: "ratelimited" }],
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
  strong: quoted,
};

test("every denial has a unique sentence that states the decision, or that nothing was decided", () => {
  const sentences = Object.values(DENIALS)
    .flat()
    .map((denial) => denialSentence(denial, mention));
  for (const sentence of sentences) {
    assert.match(sentence, /^[A-Z].{20,}\.$/s);
    assert.doesNotMatch(sentence, /undefined|null|\[object/);
  }
  // A click after the decision and a click after the end get the same sentence if the decision was made here.
  assert.equal(new Set(sentences).size, sentences.length - 1);
});

test("the sentence names the people who can decide", () => {
  assert.match(
    denialSentence({ kind: "not-approver", route: aRoute(), gone: [] }, mention),
    /<@U0JANE>, <@U0OMAR> or <!subteam\^S0DBA>.*"databases"/,
  );
});

test("the reply to a late click names the person who decided, or says that AWS did", () => {
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

test("every outcome has a unique text", () => {
  const kinds: OutcomeKind[] = ["approved", "rejected", "timed-out", "cancelled", "failed", "not-found", "unknown"];
  assert.equal(new Set(kinds.map(outcomeText)).size, kinds.length);
});

test("the reason setting of a route defines which verdicts require a reason", () => {
  const table = (["none", "reject", "always"] as const).map((reason) =>
    (["approve", "reject"] as const).map((verdict) => requiresReason(aRoute({ reason }), verdict)),
  );
  assert.deepEqual(table, [
    [false, false],
    [false, true],
    [true, true],
  ]);
});
