import assert from "node:assert/strict";
import { test } from "node:test";
import {
  asksReason,
  type Denial,
  decide,
  denialSentence,
  type Membership,
  outcomeWords,
} from "../../src/core/decision.ts";
import type { ApprovalRequest, OutcomeKind, Verdict, Vote } from "../../src/core/request.ts";
import { aPerson, aRequest, aRoute, aVote, NOW } from "../support/samples.ts";

const member: Membership = { kind: "member" };
const decidedByJane = { state: "decided", decision: "approve", decidedAt: NOW, signal: "due" } as const;
const closedByJane: Partial<ApprovalRequest> = {
  ...decidedByJane,
  state: "closed",
  closedAt: NOW,
  outcome: { kind: "approved", where: "slack", by: [], detail: null },
};

type Row = [
  claim: string,
  given: Partial<Parameters<typeof decide>[0]>,
  expected: { denied: Denial["kind"] } | { counts: Verdict; completes: boolean },
];

const asked = (reason: "none" | "reject" | "always") => aRoute({ reason });
const two = aRoute({ quorum: 2 });
const jane: Vote[] = [aVote("U0JANE")];

const TABLE: Row[] = [
  ["an approver approves", {}, { counts: "approve", completes: true }],
  ["an approver rejects", { verdict: "reject" }, { counts: "reject", completes: true }],
  ["the first of two approves", { route: two }, { counts: "approve", completes: false }],
  [
    "the second of two approves",
    { route: two, votes: jane, person: aPerson("U0OMAR") },
    { counts: "approve", completes: true },
  ],
  ["the first of two rejects", { route: two, verdict: "reject" }, { counts: "reject", completes: true }],
  [
    "who has approved rejects after all",
    { route: two, votes: jane, verdict: "reject" },
    { counts: "reject", completes: true },
  ],
  ["the same person approves again", { route: two, votes: jane }, { denied: "already-voted" }],
  [
    "the same person rejects again",
    { votes: [aVote("U0JANE", { verdict: "reject" })], verdict: "reject" },
    { denied: "already-voted" },
  ],
  ["who has rejected approves", { votes: [aVote("U0JANE", { verdict: "reject" })] }, { denied: "already-voted" }],
  ["somebody else", { membership: { kind: "not-member" } }, { denied: "not-approver" }],
  ["nobody knows who belongs", { membership: { kind: "unknown", error: "x" } }, { denied: "membership-unknown" }],
  ["no route", { route: null }, { denied: "no-route" }],
  ["a guest", { person: aPerson("U0JANE", { standing: "guest" }) }, { denied: "standing" }],
  ["an external person", { person: aPerson("U0JANE", { standing: "external" }) }, { denied: "standing" }],
  ["a deactivated account", { person: aPerson("U0JANE", { standing: "deactivated" }) }, { denied: "standing" }],
  ["a bot", { person: aPerson("U0JANE", { standing: "bot" }) }, { denied: "standing" }],
  ["after the decision", { request: aRequest(decidedByJane), votes: jane }, { denied: "decided" }],
  ["after the end", { request: aRequest(closedByJane), votes: jane }, { denied: "closed" }],
  ["after the end, with no approver", { request: aRequest(closedByJane), route: null }, { denied: "no-route" }],
  ["a rejection without its reason", { route: asked("reject"), verdict: "reject" }, { denied: "reason-missing" }],
  [
    "a reason of white space",
    { route: asked("reject"), verdict: "reject", reason: " \n" },
    { denied: "reason-missing" },
  ],
  [
    "a rejection with its reason",
    { route: asked("reject"), verdict: "reject", reason: "no" },
    { counts: "reject", completes: true },
  ],
  ["an approval where rejections need reasons", { route: asked("reject") }, { counts: "approve", completes: true }],
  ["an approval where all need reasons", { route: asked("always") }, { denied: "reason-missing" }],
];

for (const [claim, given, expected] of TABLE) {
  const outcome =
    "denied" in expected ? `is denied: ${expected.denied}` : `counts${expected.completes ? ", and decides" : ""}`;
  test(`${claim} -> ${outcome}`, () => {
    const input = {
      request: aRequest(),
      route: aRoute(),
      votes: [],
      person: aPerson(),
      membership: member,
      verdict: "approve" as const,
      reason: null,
      now: NOW,
      ...given,
    };
    const decision = decide(input);
    if ("denied" in expected) {
      assert.equal(decision.kind, "denied");
      assert.equal(decision.kind === "denied" && decision.denial.kind, expected.denied);
      return;
    }
    assert(decision.kind === "counted");
    assert.equal(decision.vote.verdict, expected.counts);
    assert.equal(decision.vote.userId, input.person.id);
    assert.equal(decision.vote.reason, input.reason);
    assert.equal(decision.completes, expected.completes);
    const { state, signal } = decision.patch;
    assert.deepEqual([state, signal], expected.completes ? ["decided", "due"] : [undefined, undefined]);
    assert.equal(decision.patch.decision, expected.completes ? expected.counts : undefined);
  });
}

test("a quorum counts distinct people only, whatever the votes on record say", () => {
  const votes = [aVote("U0JANE"), aVote("U0JANE"), aVote("U0MIA", { verdict: "reject" })];
  const route = aRoute({ quorum: 3 });
  const person = aPerson("U0OMAR");
  const decision = decide({
    request: aRequest(),
    route,
    votes,
    person,
    membership: member,
    verdict: "approve",
    reason: null,
    now: NOW,
  });
  assert(decision.kind === "counted");
  assert.equal(decision.completes, false);
});

const DENIALS: { [Kind in Denial["kind"]]: Extract<Denial, { kind: Kind }>[] } = {
  "no-request": [{ kind: "no-request" }],
  "foreign-message": [{ kind: "foreign-message" }],
  "no-route": [
    { kind: "no-route", route: null },
    { kind: "no-route", route: "databases" },
  ],
  standing: (["guest", "external", "deactivated", "bot"] as const).map((standing) => ({ kind: "standing", standing })),
  "person-unknown": [{ kind: "person-unknown", error: "ratelimited" }],
  "not-approver": [{ kind: "not-approver", route: aRoute() }],
  "membership-unknown": [{ kind: "membership-unknown", error: "ratelimited" }],
  closed: [{ kind: "closed", request: aRequest(closedByJane), votes: jane }],
  decided: [{ kind: "decided", request: aRequest(decidedByJane), votes: jane }],
  "already-voted": [
    { kind: "already-voted", verdict: "approve" },
    { kind: "already-voted", verdict: "reject" },
  ],
  "reason-missing": [{ kind: "reason-missing", verdict: "reject" }],
};

const mention = {
  user: (id: string) => `<@${id}>`,
  group: (id: string) => `<!subteam^${id}>`,
  text: (text: string) => `"${text}"`,
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
    denialSentence({ kind: "not-approver", route: aRoute() }, mention),
    /<@U0JANE>, <@U0OMAR>, <!subteam\^S0DBA>.*"databases"/,
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
  assert.match(
    denialSentence({ kind: "closed", request: elsewhere, votes: [] }, mention),
    /timed out in AWS by "arn:aws:iam::1:user\/x"/,
  );
});

test("every outcome has words", () => {
  const kinds: OutcomeKind[] = ["approved", "rejected", "timed-out", "cancelled", "failed", "gone", "unknown"];
  assert.equal(new Set(kinds.map(outcomeWords)).size, kinds.length);
});

test("a route asks for reasons as it says", () => {
  const table = (["none", "reject", "always"] as const).map((reason) =>
    (["approve", "reject"] as const).map((verdict) => asksReason(aRoute({ reason }), verdict)),
  );
  assert.deepEqual(table, [
    [false, false],
    [false, true],
    [true, true],
  ]);
});
