import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { showsSignal } from "../../src/core/approver-decisions.ts";
import { ERROR_REPLY_UNCERTAIN_MS } from "../../src/core/signal.ts";
import { nextSigner, type PersonSignal, sessionNameFor, waitsForReading } from "../../src/core/signers.ts";
import { aFacts, aRequest, aStep, aVote, NOW, REQUEST_ID } from "../support/samples.ts";

const decided = (minRequiredApprovals: number, decision: "approve" | "reject" = "approve") =>
  aRequest({ state: "decided", decision, signal: "due", facts: aFacts({ minRequiredApprovals }) });
const votes = ["U0ANN", "U0BEN", "U0CAT"].map((userId, index) => aVote(userId, { at: NOW + index }));
const signal = (userId: string, state: PersonSignal["state"], more: Partial<PersonSignal> = {}): PersonSignal => ({
  requestId: REQUEST_ID,
  userId,
  session: `${userId}@example.com`,
  state,
  attempts: 1,
  at: NOW,
  uncertainUntil: NOW,
  shownBefore: 0,
  error: null,
  ...more,
});
const whose = (...given: Parameters<typeof nextSigner>) => {
  const turn = nextSigner(...given);
  return turn.kind === "done" ? "done" : `${turn.signer.userId}${turn.last ? ", the last" : ""}`;
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
      const turn = nextSigner(decided(needed), votes, signals);
      const taken = signals.filter((each) => each.state === "accepted").length;
      if (turn.kind === "done") return assert.ok(taken >= needed || taken === votes.length);
      const own = signals.find((each) => each.userId === turn.signer.userId);
      assert.notEqual(own?.state, "accepted");
      const unsettled = signals.filter((each) => each.state === "sending" || each.state === "ambiguous");
      if (unsettled.length > 0) assert.ok(unsettled.some((each) => each.userId === turn.signer.userId));
    }),
  );
});

const decision = (session: string) =>
  JSON.stringify({ Approver: `arn:aws:sts::1:assumed-role/R/${session}`, Decision: "Approve" });
const shows = (...texts: string[]) => aStep({ outputs: { ApproverDecisions: texts } });

test("AWS shows a person's signal by the session's name, or by one more decision where it names no sessions", () => {
  const ann = signal("U0ANN", "ambiguous", { shownBefore: 1 });
  assert.ok(showsSignal(shows(decision("U0ANN@example.com")), ann));
  assert.ok(!showsSignal(shows(decision("xU0ANN@example.com"), decision("other")), ann));
  assert.ok(!showsSignal(shows('{"Who":"a","Decision":"Approve"}'), ann));
  assert.ok(showsSignal(shows('{"Who":"a","Decision":"Approve"}', '{"Who":"b","Decision":"Approve"}'), ann));
  assert.ok(!showsSignal(aStep(), ann));
});

test("the next person's signal waits until a reading shows the one before, and no longer than a reading can lag", () => {
  const ann = signal("U0ANN", "accepted");
  const shown = shows(decision("U0ANN@example.com"));
  assert.equal(waitsForReading(aStep(), [ann], decided(2), NOW + 1), NOW + ERROR_REPLY_UNCERTAIN_MS);
  assert.equal(waitsForReading(aStep(), [ann], decided(2), NOW + ERROR_REPLY_UNCERTAIN_MS), 0);
  assert.equal(waitsForReading(shown, [ann], decided(2), NOW + 1), 0);
  // AWS has all that it asks for, and still shows the step waiting: it is about to end.
  const both = shows(decision("U0ANN@example.com"), decision("elsewhere"));
  assert.equal(waitsForReading(both, [ann], decided(2), NOW + 1), NOW + ERROR_REPLY_UNCERTAIN_MS);
});
