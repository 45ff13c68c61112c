import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { showsSignal } from "../../src/core/approver-decisions.ts";
import type { ApprovalRequest, Vote } from "../../src/core/request.ts";
import { nextSignalMove } from "../../src/core/signal.ts";
import { ERROR_REPLY_UNCERTAIN_MS, type SignalAttempt } from "../../src/core/signal-attempt.ts";
import { BOT, BOT_ID, listSigners, nextSigner, sessionNameFor } from "../../src/core/signers.ts";
import { aFacts, anAttempt, anExecution, aRequest, aStep, aVote, NOW } from "../support/samples.ts";

const decided = (minRequiredApprovals: number, decision: "approve" | "reject" = "approve") =>
  aRequest({ state: "decided", decision, signal: "due", facts: aFacts({ minRequiredApprovals }) });
const votes = ["U0ANN", "U0BEN", "U0CAT"].map((userId, index) => aVote(userId, { at: NOW + index }));
const signal = (signerId: string, state: SignalAttempt["state"], more: Partial<SignalAttempt> = {}) =>
  anAttempt({ signerId, session: `${signerId}@example.com`, state, uncertainUntil: NOW, ...more });
const next = (request: ApprovalRequest, given: Vote[], attempts: SignalAttempt[]) =>
  nextSigner(request, listSigners("approvers", request, given), attempts);
const whose = (...given: Parameters<typeof next>) => {
  const turn = next(...given);
  return turn.kind === "done" ? "done" : `${turn.signer.id}${turn.last ? ", the last" : ""}`;
};

test("a session has the person's address where AWS takes it, else their Slack id", () => {
  const table: [string | null, string][] = [
    ["jane@example.com", "jane@example.com"],
    ["jane+ops=1,x@example.com", "jane+ops=1,x@example.com"],
    ["jané@example.com", "U0JANE"],
    ["jane o'neil@example.com", "U0JANE"],
    [`${"x".repeat(60)}@example.com`, "U0JANE"],
    ["x", "U0JANE"],
    [null, "U0JANE"],
  ];
  for (const [email, session] of table) assert.equal(sessionNameFor({ userId: "U0JANE", email }), session, `${email}`);
});

test("an address that changed hands between two votes names neither of the two", () => {
  const ann = { userId: "U0ANN", email: "ops@example.com" };
  const ben = { userId: "U0BEN", email: "Ops@Example.com" };
  const cat = { userId: "U0CAT", email: "cat@example.com" };
  const all = [ann, ben, cat];
  assert.deepEqual(
    all.map((each) => sessionNameFor(each, all)),
    ["U0ANN", "U0BEN", "cat@example.com"],
  );
});

test("one approval is the signal of whoever completed the decision, and of the others only if AWS refuses that", () => {
  assert.equal(whose(decided(1), votes, []), "U0CAT, the last");
  assert.equal(whose(decided(1), votes, [signal("U0CAT", "refused")]), "U0BEN, the last");
  assert.equal(whose(decided(1), votes, [signal("U0CAT", "accepted")]), "done");
});

test("several approvals are the signals of those who approved, in their order, and no more than AWS asks for", () => {
  assert.equal(whose(decided(2), votes, []), "U0ANN");
  assert.equal(whose(decided(2), votes, [signal("U0ANN", "accepted")]), "U0BEN, the last");
  assert.equal(whose(decided(2), votes, [signal("U0ANN", "accepted"), signal("U0BEN", "accepted")]), "done");
  assert.equal(whose(decided(5), votes, [signal("U0ANN", "accepted"), signal("U0BEN", "accepted")]), "U0CAT, the last");
});

test("while one person's signal is not settled, nobody else's is next", () => {
  for (const state of ["sending", "ambiguous"] as const) {
    assert.match(whose(decided(2), votes, [signal("U0BEN", state)]), /^U0BEN/);
    assert.match(whose(decided(2), votes, [signal("U0ANN", "refused"), signal("U0CAT", state)]), /^U0CAT/);
  }
});

test("one rejection is enough, whatever the step asks for", () => {
  const no = [...votes, aVote("U0DAN", { verdict: "reject", at: NOW + 9 })];
  assert.equal(whose(decided(3, "reject"), no, []), "U0DAN, the last");
  assert.equal(whose(decided(3, "reject"), no, [signal("U0DAN", "accepted")]), "done");
});

test("whatever has happened: a person whose signal was taken never signals again, and an unsettled one comes first", () => {
  const states = fc.constantFrom(null, "sending", "ambiguous", "refused", "accepted");
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.tuple(states, states, states), (needed, given) => {
      const signals = given.flatMap((state, i) => (state === null ? [] : [signal(votes[i]?.userId ?? "", state)]));
      const turn = next(decided(needed), votes, signals);
      const taken = signals.filter((each) => each.state === "accepted").length;
      if (turn.kind === "done") return assert.ok(taken >= needed || taken === votes.length);
      const own = signals.find((each) => each.signerId === turn.signer.id);
      assert.notEqual(own?.state, "accepted");
      const unsettled = signals.filter((each) => each.state === "sending" || each.state === "ambiguous");
      if (unsettled.length > 0) assert.ok(unsettled.some((each) => each.signerId === turn.signer.id));
    }),
  );
});

const decision = (session: string) =>
  JSON.stringify({ Approver: `arn:aws:sts::1:assumed-role/R/${session}`, Decision: "Approve" });
const shows = (...texts: string[]) => aStep({ outputs: { ApproverDecisions: texts } });

test("AWS shows a person's signal by the session's name, or by one more decision where it names no sessions", () => {
  const ann = { session: "U0ANN@example.com", shownBefore: 1 };
  assert.ok(showsSignal(shows(decision("U0ANN@example.com")), ann));
  assert.ok(!showsSignal(shows(decision("xU0ANN@example.com"), decision("other")), ann));
  assert.ok(!showsSignal(shows('{"Who":"a","Decision":"Approve"}'), ann));
  assert.ok(showsSignal(shows('{"Who":"a","Decision":"Approve"}', '{"Who":"b","Decision":"Approve"}'), ann));
  assert.ok(!showsSignal(aStep(), ann));
});

test("the next person's signal waits until a reading shows the one before, and no longer than a reading can lag", () => {
  const ann = signal("U0ANN", "accepted");
  const signer = { id: "U0BEN", session: "U0BEN@example.com" };
  const move = (step: ReturnType<typeof aStep>, now: number) =>
    nextSignalMove({ request: decided(2), signer, attempts: [ann] }, anExecution({ steps: [step] }), now);
  const until = NOW + ERROR_REPLY_UNCERTAIN_MS;
  const shown = shows(decision("U0ANN@example.com"));
  assert.deepEqual(move(aStep(), NOW + 1), { kind: "catch-up", until });
  assert.deepEqual(move(aStep(), until), { kind: "send", shownBefore: 0 });
  assert.deepEqual(move(shown, NOW + 1), { kind: "send", shownBefore: 1 });
  // AWS has all that it asks for, and still shows the step waiting: it is about to end.
  const both = shows(decision("U0ANN@example.com"), decision("elsewhere"));
  assert.deepEqual(move(both, NOW + 1), { kind: "catch-up", until });
});

test("an uncertain signal that a reading shows is confirmed, and never the bot's, whose session has no known name", () => {
  const step = shows(decision("U0ANN@example.com"));
  const move = (attempt: SignalAttempt) => {
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
    assert.equal(move(anAttempt({ state, uncertainUntil: NOW + 1 })).kind, "wait");
  }
});

test("without approverRole the bot is the only signer and signals once, however many approvals AWS asks for", () => {
  for (const needed of [1, 2, 5]) {
    const request = decided(needed);
    const signers = listSigners("bot", request, votes);
    const bot = (state: SignalAttempt["state"]) => nextSigner(request, signers, [anAttempt({ state })]);
    const next = { kind: "next", signer: BOT, last: true };
    assert.deepEqual(nextSigner(request, signers, []), next);
    for (const state of ["deferred", "refused", "sending", "ambiguous"] as const) assert.deepEqual(bot(state), next);
    assert.deepEqual(bot("accepted"), { kind: "done" });
  }
  assert.doesNotMatch(BOT_ID, /[A-Z]/, "no Slack user id");
});

test("an attempt that was only deferred does not move its signer behind the others", () => {
  assert.equal(whose(decided(2), votes, [signal("U0ANN", "deferred")]), "U0ANN");
  assert.equal(whose(decided(2), votes, [signal("U0ANN", "skipped")]), "U0BEN");
});
