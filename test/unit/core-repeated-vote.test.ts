import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluateVote, findRepeatedVote, isTypedName } from "../../src/core/evaluate-vote.ts";
import type { Vote } from "../../src/core/request.ts";
import { UNKNOWN_REQUESTER } from "../../src/core/requester.ts";
import { aFacts, aPerson, aRequest, aRoute, aVote } from "../support/samples.ts";
import { decidedByJane, PLAIN, stranger } from "./vote-rows.ts";

const ASKED = { userId: "U0JANE", verdict: "approve", authority: "approver" } as const;
const JANE = aVote("U0JANE");
const JANE_REJECTED = aVote("U0JANE", { verdict: "reject" });
const [OMAR, OMAR_REJECTED] = [aVote("U0OMAR"), aVote("U0OMAR", { verdict: "reject" })];
const TWO = aRoute({ quorum: 2 });
const facts = aFacts({ action: "aws:pause" });

const ALREADY = { kind: "already-voted", verdict: "approve", action: "aws:pause" };

test("a repeated click is denied from stored votes, and every other click is evaluated", () => {
  const open = aRequest({ facts });
  const repeated = (votes: readonly Vote[], asked: Partial<Parameters<typeof findRepeatedVote>[3]> = {}, route = TWO) =>
    findRepeatedVote(open, route, votes, { ...ASKED, ...asked });
  assert.deepEqual(
    {
      "the same approval": repeated([OMAR, JANE], {}, aRoute({ quorum: 3 })),
      "an approval next to a rejection by another": repeated([JANE, OMAR_REJECTED]),
      "an approval after a rejection": repeated([JANE_REJECTED, OMAR], {}, aRoute()),
      "the same rejection": repeated([JANE_REJECTED, OMAR], { verdict: "reject" }, aRoute()),
      "a rejection after an approval": repeated([JANE], { verdict: "reject" }),
      "an approval where the lowered quorum is complete": repeated([JANE, OMAR]),
      "a person without a vote": repeated([OMAR], {}, aRoute({ quorum: 3 })),
      "a withdrawal": repeated([JANE], { verdict: "withdraw" }),
      "break-glass": repeated([JANE], { authority: "break-glass" }),
      "a request without a route": findRepeatedVote(open, null, [JANE], ASKED),
      "a request whose route only informs since the vote": repeated(
        [JANE],
        {},
        aRoute({ decide: "elsewhere", quorum: 2 }),
      ),
    },
    {
      "the same approval": ALREADY,
      "an approval next to a rejection by another": ALREADY,
      "an approval after a rejection": { ...ALREADY, verdict: "reject" },
      "the same rejection": { ...ALREADY, verdict: "reject" },
      "a rejection after an approval": null,
      "an approval where the lowered quorum is complete": null,
      "a person without a vote": null,
      "a withdrawal": null,
      "break-glass": null,
      "a request without a route": null,
      "a request whose route only informs since the vote": null,
    },
  );
});

test("a repeated click on a decided request is denied with the decision and every vote", () => {
  const decided = aRequest({ ...decidedByJane, facts });
  for (const route of [TWO, aRoute({ decide: "elsewhere" })])
    assert.deepEqual(findRepeatedVote(decided, route, [JANE, OMAR_REJECTED], ASKED), {
      kind: "decided",
      request: { decision: "approve", outcome: null, facts: { action: "aws:pause" } },
      votes: [
        { userId: "U0JANE", verdict: "approve" },
        { userId: "U0OMAR", verdict: "reject" },
      ],
    });
});

const denialOf = (more: Partial<Parameters<typeof evaluateVote>[0]>) => {
  const evaluation = evaluateVote({ ...PLAIN, ...more });
  return evaluation.kind === "denied" ? evaluation.denial : evaluation.kind;
};

test("a withdrawal, break-glass and the click of a person who has not voted are evaluated on a decided request", () => {
  const decided = aRequest({ ...decidedByJane, facts });
  assert.equal(findRepeatedVote(decided, TWO, [JANE], { ...ASKED, userId: "U0OMAR" }), null);
  assert.equal(findRepeatedVote(decided, TWO, [JANE], { ...ASKED, verdict: "withdraw" }), null);
  assert.equal(findRepeatedVote(decided, TWO, [JANE], { ...ASKED, authority: "break-glass" }), null);
});

test("a denial names the principal that AWS would refuse, and that nobody has left the approvers", () => {
  const arn = "arn:aws:iam::111122223333:role/Countersign";
  const signed = aFacts({ signer: { kind: "bot", arn }, awsApprovers: ["arn:aws:iam::111122223333:role/Other"] });
  const unlisted = denialOf({ request: aRequest({ facts: signed }) });
  assert.equal(typeof unlisted === "object" && unlisted.kind === "not-listed" && unlisted.principal, arn);
  const former = denialOf(stranger);
  assert.deepEqual(typeof former === "object" && former.kind === "not-approver" && former.gone, []);
});

test("a person can always resume a pause, and stop it only if AWS confirmed that the signer may", () => {
  const kindOf = (verdict: "approve" | "reject", canStop: boolean | undefined) => {
    const request = aRequest({ facts: { ...facts, ...(canStop === undefined ? {} : { canStop }) } });
    const result = denialOf({ request, verdict });
    return typeof result === "object" ? result.kind : result;
  };
  const table = [true, false, undefined].map((canStop) => [kindOf("approve", canStop), kindOf("reject", canStop)]);
  assert.deepEqual(table, [
    ["counted", "counted"],
    ["counted", "cannot-stop"],
    ["counted", "cannot-stop"],
  ]);
});

test("a vote has the cleaned name of the person, or the Slack id if no character of the name is visible", () => {
  const named = (name: string) => {
    const evaluation = evaluateVote({ ...PLAIN, person: aPerson("U0JANE", { name }) });
    return evaluation.kind === "counted" && evaluation.vote.userName;
  };
  assert.deepEqual([named(" Jane,\u200b Ito "), named("\u200b \n"), named("")], ["Jane Ito", "U0JANE", "U0JANE"]);
});

test("an approval is denied with the reason while the requester's address is being looked up", () => {
  const requester = { ...UNKNOWN_REQUESTER, email: "x@example.com", pending: true };
  assert.deepEqual(denialOf({ requester }), { kind: "requester-unread", error: "the lookup is not done yet" });
});

test("white space around either name does not matter where the runbook's name is typed", () => {
  assert.equal(isTypedName(" prod-db-restart", "Prod-DB-Restart "), true);
  assert.equal(isTypedName("prod-db", "Prod-DB-Restart"), false);
  assert.equal(isTypedName(null, "Prod-DB-Restart"), false);
});
