import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { showsSignal } from "../../src/core/approver-decisions.ts";
import type { ApprovalRequest, Vote } from "../../src/core/request.ts";
import { nextSignalMove } from "../../src/core/signal.ts";
import { READ_LAG_MS, type SignalAttempt } from "../../src/core/signal-attempt.ts";
import { BOT, BOT_ID, countNeeded, listSigners, nextSigner, sessionNameFor } from "../../src/core/signers.ts";
import { aFacts, anAttempt, anExecution, aRequest, aStep, aVote, NOW } from "../support/samples.ts";

const decided = (minRequiredApprovals: number, decision: "approve" | "reject" = "approve") =>
  aRequest({ state: "decided", decision, signal: "due", facts: aFacts({ minRequiredApprovals }) });
const votes = ["U0ANN", "U0BEN", "U0CAT"].map((userId, index) => aVote(userId, { at: NOW + index }));
const signal = (signerId: string, state: SignalAttempt["state"], more: Partial<SignalAttempt> = {}) =>
  anAttempt({ signerId, session: `${signerId}@example.com`, state, uncertainUntil: NOW, ...more });
const acceptsAll = () => false;
const next = (request: ApprovalRequest, given: Vote[], attempts: SignalAttempt[]) =>
  nextSigner(request, listSigners("approvers", request, given), attempts, acceptsAll);
const describeNext = (...given: Parameters<typeof next>) => {
  const step = next(...given);
  return step.kind === "done" ? "done" : `${step.signer.id}${step.last ? ", the last" : ""}`;
};

test("a session name is the address of the person if AWS accepts it, otherwise the Slack id", () => {
  const table: [string | null, string][] = [
    ["jane@example.com", "jane@example.com"],
    ["jane+ops=1,x@example.com", "jane+ops=1,x@example.com"],
    ["jané@example.com", "U0JANE"],
    ["jane o'neil@example.com", "U0JANE"],
    [`${"x".repeat(60)}@example.com`, "U0JANE"],
    ["x", "U0JANE"],
    [null, "U0JANE"],
  ];
  for (const [email, session] of table)
    assert.equal(sessionNameFor({ userId: "U0JANE", email, sessionEmail: email }), session, `${email}`);
});

test("an address that two voters have had is used for neither of them", () => {
  const voter = (userId: string, email: string, sessionEmail: string | null = email) => ({
    userId,
    email,
    sessionEmail,
  });
  const ann = voter("U0ANN", "ops@example.com");
  const ben = voter("U0BEN", "Ops@Example.com");
  const cat = voter("U0CAT", "cat@example.com");
  const all = [ann, ben, cat, voter("U0DAN", "dan@example.com", null)];
  assert.deepEqual(
    all.map((each) => sessionNameFor(each, all)),
    ["U0ANN", "U0BEN", "cat@example.com", "U0DAN"],
  );
});

test("a voter without an address shares none", () => {
  const ann = { userId: "U0ANN", email: "ann@example.com", sessionEmail: "ann@example.com" };
  assert.equal(sessionNameFor(ann, [ann, { userId: "U0BEN", email: null, sessionEmail: null }]), "ann@example.com");
});

test("people who voted at the same time sign in the order of their ids", () => {
  const same = ["U0CAT", "U0ANN", "U0BEN"].map((userId) => aVote(userId));
  const ids = (request: ApprovalRequest) => listSigners("approvers", request, same).map(({ id }) => id);
  assert.deepEqual(ids(decided(2)), ["U0ANN", "U0BEN", "U0CAT"]);
  assert.deepEqual(ids(decided(1)), ["U0CAT", "U0BEN", "U0ANN"]);
});

test("only people who voted for the decision sign it", () => {
  const mixed = [...votes, aVote("U0DAN", { verdict: "reject", at: NOW + 9 })];
  const ids = (request: ApprovalRequest) => listSigners("approvers", request, mixed).map(({ id }) => id);
  assert.deepEqual(ids(decided(2)), ["U0ANN", "U0BEN", "U0CAT"]);
  assert.deepEqual(ids(decided(2, "reject")), ["U0DAN"]);
  assert.deepEqual(nextSigner(decided(1), [], [], acceptsAll), { kind: "done" }, "nobody can sign");
});

test("of the people whose signals had no effect, the one who has waited longest is next", () => {
  const tried = [
    signal("U0ANN", "refused", { at: NOW + 3 }),
    signal("U0BEN", "refused", { at: NOW + 1 }),
    signal("U0CAT", "refused", { at: NOW + 2 }),
  ];
  assert.equal(describeNext(decided(2), votes, tried), "U0BEN");
  assert.equal(describeNext(decided(2), votes, [...tried, signal("U0BEN", "refused", { at: NOW + 4 })]), "U0CAT");
  assert.equal(describeNext(decided(2), votes, tried.slice(0, 2)), "U0CAT", "not tried yet");
});

test("one required approval is the signal of the person who completed the quorum; others signal only if AWS refuses it", () => {
  assert.equal(describeNext(decided(1), votes, []), "U0CAT, the last");
  assert.equal(describeNext(decided(1), votes, [signal("U0CAT", "refused")]), "U0BEN, the last");
  assert.equal(describeNext(decided(1), votes, [signal("U0CAT", "accepted")]), "done");
});

test("several required approvals are the signals of the approvers in vote order, and no more than AWS requires", () => {
  assert.equal(describeNext(decided(2), votes, []), "U0ANN");
  assert.equal(describeNext(decided(2), votes, [signal("U0ANN", "accepted")]), "U0BEN, the last");
  assert.equal(describeNext(decided(2), votes, [signal("U0ANN", "accepted"), signal("U0BEN", "accepted")]), "done");
  assert.equal(
    describeNext(decided(5), votes, [signal("U0ANN", "accepted"), signal("U0BEN", "accepted")]),
    "U0CAT, the last",
  );
});

test("no other person is next while the signal of one person is uncertain", () => {
  for (const state of ["sending", "ambiguous"] as const) {
    assert.match(describeNext(decided(2), votes, [signal("U0BEN", state)]), /^U0BEN/);
    assert.match(describeNext(decided(2), votes, [signal("U0ANN", "refused"), signal("U0CAT", state)]), /^U0CAT/);
  }
});

test("one rejection is enough, regardless of the required approvals", () => {
  assert.deepEqual([countNeeded(decided(3)), countNeeded(decided(3, "reject"))], [3, 1]);
  const no = [...votes, aVote("U0DAN", { verdict: "reject", at: NOW + 9 })];
  assert.equal(describeNext(decided(3, "reject"), no, []), "U0DAN, the last");
  assert.equal(describeNext(decided(3, "reject"), no, [signal("U0DAN", "accepted")]), "done");
});

test("for any earlier attempts, a person with an accepted signal never signals again, and a person with an uncertain one comes first", () => {
  const states = fc.constantFrom(null, "sending", "ambiguous", "refused", "accepted");
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.tuple(states, states, states), (needed, given) => {
      const signals = given.flatMap((state, i) => (state === null ? [] : [signal(votes[i]?.userId ?? "", state)]));
      const step = next(decided(needed), votes, signals);
      const accepted = signals.filter((each) => each.state === "accepted").length;
      if (step.kind === "done") return assert.ok(accepted >= needed || accepted === votes.length);
      const own = signals.find((each) => each.signerId === step.signer.id);
      assert.notEqual(own?.state, "accepted");
      const uncertain = signals.filter((each) => each.state === "sending" || each.state === "ambiguous");
      if (uncertain.length > 0) assert.ok(uncertain.some((each) => each.signerId === step.signer.id));
    }),
  );
});

const decision = (session: string) =>
  JSON.stringify({ Approver: `arn:aws:sts::111122223333:assumed-role/R/${session}`, Decision: "Approve" });
const shows = (...texts: string[]) => aStep({ outputs: { ApproverDecisions: texts } });

test("AWS shows a signal by its session name, or by one more decision if it names no sessions", () => {
  const ann = { session: "U0ANN@example.com", principal: null, shownBefore: 1 };
  assert.ok(showsSignal(shows(decision("U0ANN@example.com")), ann));
  assert.ok(!showsSignal(shows(decision("xU0ANN@example.com"), decision("other")), ann));
  assert.ok(!showsSignal(shows('{"Who":"a","Decision":"Approve"}'), ann));
  assert.ok(showsSignal(shows('{"Who":"a","Decision":"Approve"}', '{"Who":"b","Decision":"Approve"}'), ann));
  assert.ok(!showsSignal(aStep(), ann));
});

test("the signal of the next person waits until a read shows the previous signal, at most as long as a read can lag", () => {
  const until = NOW + READ_LAG_MS;
  const ann = signal("U0ANN", "accepted", { uncertainUntil: until });
  const signer = { id: "U0BEN", session: "U0BEN@example.com" };
  const principal = "arn:aws:iam::111122223333:role/R";
  const context = { request: decided(2), signer, principal, attempts: [ann] };
  const move = (step: ReturnType<typeof aStep>, now: number) =>
    nextSignalMove(context, anExecution({ steps: [step] }), now);
  const shown = shows(decision("U0ANN@example.com"));
  assert.deepEqual(move(aStep(), NOW + 1), { kind: "catch-up", until });
  assert.deepEqual(move(aStep(), until), { kind: "send", shownBefore: 0 });
  assert.deepEqual(move(shown, NOW + 1), { kind: "send", shownBefore: 1 });
  const user = JSON.stringify({ Approver: "arn:aws:iam::111122223333:user/omar", Decision: "Approve" });
  assert.deepEqual(move(shows(user), until), { kind: "send", shownBefore: 0 }, "not an approval of the role");
  // AWS has all required approvals and still shows the step waiting: the step is about to end.
  const both = shows(decision("U0ANN@example.com"), decision("elsewhere"));
  assert.deepEqual(move(both, NOW + 1), { kind: "catch-up", until });
});

test("a read confirms an uncertain signal of a person by the session, and one of the bot only by the request or its own principal", () => {
  const named = shows(decision("U0ANN@example.com"));
  const move = (attempt: SignalAttempt, step = named) => {
    const { signerId: id, session } = attempt;
    const attempts = [attempt, anAttempt({ attempt: 2, signerId: id, session, state: "deferred" })];
    return nextSignalMove(
      { request: decided(2), signer: { id, session }, attempts },
      anExecution({ steps: [step] }),
      NOW,
    );
  };
  for (const state of ["sending", "ambiguous"] as const) {
    const ann = signal("U0ANN", state, { uncertainUntil: NOW + 1 });
    assert.deepEqual(move(ann), { kind: "confirmed", attempt: ann });
    assert.equal(move(signal("U0BEN", state, { uncertainUntil: NOW + 1 })).kind, "wait");
    const bot = anAttempt({ state, uncertainUntil: NOW + 1 });
    assert.equal(move(bot).kind, "wait");
    assert.equal(move(bot, shows('{"Who":"somebody","Decision":"Approve"}')).kind, "wait");
    const named = { ...bot, principal: "arn:aws:iam::111122223333:role/R" };
    assert.equal(move(named, shows(decision("i-0abc"))).kind, "confirmed");
    const rejecting = { ...decided(2), decision: "reject" as const };
    assert.equal(
      nextSignalMove(
        { request: rejecting, signer: BOT, attempts: [named] },
        anExecution({ steps: [shows(decision("i-0abc"))] }),
        NOW,
      ).kind,
      "wait",
      "a step that waits shows no rejection",
    );
    assert.equal(move({ ...named, shownBefore: 1 }, shows(decision("i-0abc"))).kind, "wait", "it was there before");
    assert.equal(
      move({ ...named, principal: "arn:aws:iam::111122223333:role/Other" }, shows(decision("i-0abc"))).kind,
      "wait",
    );
  }
});

test("a session of another role with the person's name is no signal of ours: the person may have approved in AWS too", () => {
  const elsewhere = shows(decision("U0ANN@example.com"));
  const signer = { id: "U0ANN", session: "U0ANN@example.com" };
  const principal = "arn:aws:iam::1:role/teams/CountersignApprover";
  const move = (state: SignalAttempt["state"], from: string, id = "U0ANN", step = elsewhere) => {
    const ann = signal("U0ANN", state, { uncertainUntil: NOW + 1, principal: from });
    const context = { request: decided(3), signer: { ...signer, id }, attempts: [ann] };
    return nextSignalMove(context, anExecution({ steps: [step] }), NOW).kind;
  };
  const ours = "arn:aws:iam::1:role/R";
  assert.deepEqual([move("ambiguous", principal), move("ambiguous", ours)], ["wait", "confirmed"]);
  assert.deepEqual([move("accepted", principal, "U0BEN"), move("accepted", ours, "U0BEN")], ["catch-up", "send"]);
});

test("without approverRole the bot is the only signer and signals once, regardless of the approvals that AWS requires", () => {
  for (const needed of [1, 2, 5]) {
    const request = decided(needed);
    const signers = listSigners("bot", request, votes);
    const bot = (state: SignalAttempt["state"]) => nextSigner(request, signers, [anAttempt({ state })], acceptsAll);
    const next = { kind: "next", signer: BOT, last: true };
    assert.deepEqual(nextSigner(request, signers, [], acceptsAll), next);
    for (const state of ["deferred", "refused", "sending", "ambiguous"] as const) assert.deepEqual(bot(state), next);
    assert.deepEqual(bot("accepted"), { kind: "done" });
  }
  assert.equal(BOT_ID, "bot", "stored in attempts, and not a Slack user id");
});

test("a deferred attempt keeps its signer first; a skipped attempt moves its signer behind the others", () => {
  assert.equal(describeNext(decided(2), votes, [signal("U0ANN", "deferred")]), "U0ANN");
  assert.equal(describeNext(decided(2), votes, [signal("U0ANN", "skipped")]), "U0BEN");
});
