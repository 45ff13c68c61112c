import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  BREAK_GLASS,
  MAX_APPROVALS,
  MAX_PAYLOAD_VALUE_LENGTH,
  OWN_COMMENT,
  REASON_MARK,
  signalComment,
} from "../../src/core/comment.ts";
import type { Vote } from "../../src/core/request.ts";
import { aRequest, aVote, REQUEST_ID } from "../support/samples.ts";

const decidedAs = (decision: "approve" | "reject") => aRequest({ state: "decided", decision });

/** Any text that a name or a reason may contain, including hostile texts. */
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 700 }),
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc.nat({ max: 600 }).map((length) => "😀".repeat(length)),
  fc.nat({ max: 600 }).map((length) => "\n\u0000".repeat(length)),
  fc.constantFrom("", " ", "\ud83d", "a\udc00b"),
);

const anyVote: fc.Arbitrary<Vote> = fc.record({
  requestId: fc.constant(REQUEST_ID),
  userId: fc.stringMatching(/^[UW][A-Z0-9]{8,12}$/),
  userName: anyText,
  email: fc.option(anyText),
  sessionEmail: fc.constant(null),
  verdict: fc.constantFrom("approve", "reject"),
  authority: fc.constant("approver" as const),
  reason: fc.option(anyText),
  at: fc.nat(),
});

test("for any names and reasons, AWS accepts every value, and the payload identifies each person who decided", () => {
  fc.assert(
    fc.property(
      fc.array(anyVote, { maxLength: 60 }),
      fc.constantFrom("approve" as const, "reject" as const),
      (votes, decision) => {
        const values = signalComment(decidedAs(decision), votes, "T0HOME");
        assert.ok(values.length >= 1 && values.length <= 50);
        for (const value of values) {
          assert.ok(value.length >= 1 && value.length <= MAX_PAYLOAD_VALUE_LENGTH, `${value.length} units: ${value}`);
          assert.ok(value.isWellFormed(), "half of a character");
          assert.doesNotMatch(value, /\p{Cc}/u);
          assert.ok(value.includes(REQUEST_ID), `names the request: ${value}`);
        }
        const decisive = votes.filter((vote) => vote.verdict === decision).slice(0, 49);
        assert.equal(values.length, decisive.length + 1);
        for (const [index, vote] of decisive.entries()) {
          assert.ok(values[index + 1]?.includes(`Slack user ${vote.userId}, workspace T0HOME`), values[index + 1]);
        }
      },
    ),
    { numRuns: 1_000 },
  );
});

test("an ordinary decision becomes a sentence with the complete reason", () => {
  const votes = [
    aVote("U0JANE", { userName: "Jane Ito", email: "jane@example.com", reason: "Checked with the team." }),
  ];
  assert.deepEqual(signalComment(decidedAs("approve"), votes, "T0HOME"), [
    `Countersign request ${REQUEST_ID}: Approved in Slack by Jane Ito`,
    `Approved by Jane Ito <jane@example.com> (Slack user U0JANE, workspace T0HOME); request ${REQUEST_ID}; reason: Checked with the team.`,
  ]);
});

test("the name of a person cannot imitate another person", () => {
  const userName = "Ann Boss <boss@example.com> (Slack user U0BOSS, workspace T0HOME); request x (she/her)";
  const [summary = "", value = ""] = signalComment(decidedAs("approve"), [aVote("U0JANE", { userName })], "T0HOME");
  assert.deepEqual(value.match(/[<(][^<>()]*[>)]/g), ["<u0jane@example.com>", "(Slack user U0JANE, workspace T0HOME)"]);
  assert.doesNotMatch(summary, /[<>();]/);
});

test("separators divide the words of a name, and a person without other characters is named by the Slack id", () => {
  const named = (userId: string, userName: string) => aVote(userId, { userName, email: null });
  const votes = [named("U0OMAR", "Omar(he)Diaz"), named("U0JANE", "(;:<>)")];
  assert.deepEqual(signalComment(decidedAs("approve"), votes, "T0HOME"), [
    `Countersign request ${REQUEST_ID}: Approved in Slack by Omar he Diaz, U0JANE`,
    `Approved by Omar he Diaz (Slack user U0OMAR, workspace T0HOME); request ${REQUEST_ID}`,
    `Approved by U0JANE (Slack user U0JANE, workspace T0HOME); request ${REQUEST_ID}`,
  ]);
});

test("only people whose vote decided are named: an approval before a rejection is not", () => {
  const votes = [aVote("U0OMAR"), aVote("U0JANE", { verdict: "reject", userName: "Jane Ito" })];
  const comment = signalComment(decidedAs("reject"), votes, "T0HOME").join("\n");
  assert.match(comment, /Rejected by Jane Ito/);
  assert.doesNotMatch(comment, /U0OMAR/);
});

test("break-glass is marked in the summary, and in the value of the person who used it", () => {
  const admin = { userName: "Ann Boss", authority: "break-glass", email: null, reason: "It\nis down" } as const;
  const votes = [aVote("U0OMAR", { userName: "Omar Diaz" }), aVote("U0BOSS", admin)];
  assert.deepEqual(signalComment(decidedAs("approve"), votes, "T0HOME"), [
    `BREAK-GLASS: Countersign request ${REQUEST_ID}: Approved in Slack by Omar Diaz, Ann Boss`,
    `Approved by Omar Diaz <u0omar@example.com> (Slack user U0OMAR, workspace T0HOME); request ${REQUEST_ID}`,
    `BREAK-GLASS: Approved by Ann Boss (Slack user U0BOSS, workspace T0HOME); request ${REQUEST_ID}; reason: It is down`,
  ]);
});

test("a long name and a long address are cut, so that the ids and the start of the reason have room", () => {
  const vote = aVote("U0JANE", {
    userName: "n".repeat(300),
    email: `${"e".repeat(300)}@example.com`,
    reason: "r".repeat(300),
    verdict: "reject",
  });
  const [summary, value = ""] = signalComment(decidedAs("reject"), [vote], "T0HOME");
  const name = `${"n".repeat(79)}…`;
  const start = `Rejected by ${name} <${"e".repeat(127)}…> (Slack user U0JANE, workspace T0HOME); request ${REQUEST_ID}`;
  assert.equal(summary, `Countersign request ${REQUEST_ID}: Rejected in Slack by ${name}`);
  assert.equal(value, `${`${start}; reason: `.padEnd(MAX_PAYLOAD_VALUE_LENGTH - 1, "r")}…`);
});

test("of more people than AWS accepts values, the first are identified, and the summary names as many as fit", () => {
  const ids = Array.from({ length: 60 }, (_, index) => `U0${String(index).padStart(2, "0")}`);
  const votes = ids.map((id) => aVote(id, { userName: id }));
  const [summary = "", ...values] = signalComment(decidedAs("approve"), votes, "T0HOME");
  assert.ok(summary.length <= MAX_PAYLOAD_VALUE_LENGTH && summary.includes("by U000, U001, U002"), summary);
  assert.deepEqual(
    values.map((value) => /Slack user (\w+),/.exec(value)?.[1]),
    ids.slice(0, 49),
  );
});

test("the marks by which a search of AWS's records finds decisions stay the same", () => {
  assert.deepEqual([OWN_COMMENT, REASON_MARK, BREAK_GLASS], ["Countersign request", "; reason:", "BREAK-GLASS"]);
  assert.equal(MAX_APPROVALS, 49, "AWS accepts 50 values");
});
