import assert from "node:assert/strict";
import { test } from "node:test";
import {
  approvalStatus,
  countApprovals,
  countPossible,
  type DecisionAuthor,
  findAuthors,
  findComments,
  findDeciders,
  listsDecisions,
  mayBeDecidedBy,
  showsBotSignal,
  showsSignal,
  whoDecided,
} from "../../src/core/approver-decisions.ts";
import { aStep, REQUEST_ID } from "../support/samples.ts";

const ROLE = "arn:aws:iam::111122223333:role/CountersignBot";
const BOT = "arn:aws:sts::111122223333:assumed-role/CountersignBot/countersign";
const OMAR = "arn:aws:iam::111122223333:user/omar";
const shows = (...ApproverDecisions: string[]) => aStep({ outputs: { ApproverDecisions } });
const by = (Approver: string, Comment?: string) => JSON.stringify({ Approver, Decision: "Approve", Comment });
const signed = (id: string, names = "Jane") => `Countersign request ${id}: Approved in Slack by ${names}`;

test("only Approved and Rejected are decisions of AWS on a step", () => {
  const status = (...ApprovalStatus: string[]) => approvalStatus(aStep({ outputs: { ApprovalStatus } }));
  assert.deepEqual([status("Approved"), status("Rejected")], ["Approved", "Rejected"]);
  assert.deepEqual([status("Waiting"), status(""), status(), approvalStatus(aStep())], [null, null, null, null]);
});

const COUNTED: [entry: string, approvals: number][] = [
  ['{"Decision":"Approve"}', 1],
  ['{"Decision": "Approved"}', 1],
  ["{decision:   APPROVED, approver=omar}", 1],
  ["{decision:approve}", 1],
  ['{"First":"Approve","Second":"Approve"}', 1],
  ['{"Decision":"Reject"}', 0],
  ['{"Decision":"Approver"}', 0],
  ['{"Approve":"omar"}', 0],
  ["Approve", 0],
  [JSON.stringify({ Decision: "Reject", Comment: 'Rejected by Jane; reason: I typed "Decision":"Approve"' }), 0],
];

for (const [entry, approvals] of COUNTED)
  test(`the decision ${entry} is ${approvals === 0 ? "no approval" : "one approval"}`, () => {
    assert.equal(countApprovals(shows(entry)), approvals);
    assert.equal(countApprovals(shows(by(OMAR), entry)), 1 + approvals);
  });

test("the comments of other principals are complete, and ours, empty ones and other values are left out", () => {
  const step = shows(
    JSON.stringify({
      Approver: OMAR,
      Comment: "fine; reason: tested",
      approverComments: "really",
      Decision: "Approve",
    }),
    JSON.stringify({ Comment: "", comment: 7, Comments: ["a list"], Note: "no comment" }),
    by(BOT, signed(REQUEST_ID)),
    by(BOT, `BREAK-GLASS: ${signed(REQUEST_ID)}`),
    "Comment: no JSON",
    JSON.stringify({ COMMENT: "last" }),
  );
  assert.deepEqual(findComments(step), ["fine; reason: tested", "really", "last"]);
  assert.deepEqual(findComments(aStep()), []);
});

test("each principal of the decisions is named once, and none that a person typed as a reason", () => {
  const typed = by(BOT, `Approved by Jane; reason: ${ROLE}`);
  assert.deepEqual(findDeciders(shows(by(OMAR), typed, by(OMAR))), [OMAR, BOT]);
  assert.deepEqual(findDeciders(aStep()), []);
});

test("the reason in a comment is cut wherever the comment is, and what follows the comment is read", () => {
  const comment = `${signed("other")}; reason: ${REQUEST_ID} ${OMAR}`;
  const nested = JSON.stringify({ Comment: [comment], Count: 2, Approver: BOT });
  const text = `{approver=${BOT}, comment=${comment}`;
  for (const entry of [nested, text, JSON.stringify([comment, BOT])]) {
    assert.equal(whoDecided(shows(entry), REQUEST_ID, null), "others", entry);
    assert.ok(!findDeciders(shows(entry)).includes(OMAR), entry);
  }
  assert.deepEqual(findDeciders(shows(nested)), [BOT]);
});

test("a step shows a signal by the session that sent it, in any case of letters, or else by one more approval", () => {
  const sent = { session: "Jane@Example.com", principal: ROLE, shownBefore: 1 };
  const session = (name: string, role = "CountersignBot") =>
    by(`arn:aws:sts::111122223333:assumed-role/${role}/${name}`);
  assert.equal(showsSignal(shows(session("omar@example.com"), session("jane@example.COM")), sent), true);
  assert.equal(showsSignal(shows(session("omar@example.com"), session("mia@example.com")), sent), false);
  assert.equal(showsSignal(shows(session("jane@example.com", "Other"), by(OMAR)), sent), false, "another role");
  assert.equal(showsSignal(shows(by(OMAR), session("jane@example.com")), { ...sent, shownBefore: 2 }), true);
  assert.equal(showsSignal(shows(by("omar"), by("jane")), sent), true, "no entry names a principal");
  assert.equal(showsSignal(shows(by("jane")), sent), false);
  assert.equal(showsSignal(shows(by(OMAR), by(OMAR)), sent), false, "approvals of another principal");
  assert.equal(showsSignal(shows(by(OMAR), by("jane")), sent), false, "one of them was there before");
  assert.equal(showsSignal(shows(by(ROLE), by(ROLE)), sent), true, "the role without its session");
  assert.equal(showsSignal(shows(by(ROLE), by(OMAR)), sent), false, "the role's earlier approval");
  const other = "arn:aws:iam::111122223333:role/Other";
  assert.equal(showsSignal(shows(by(other), by(other)), sent), false, "another role");
  assert.equal(showsSignal(shows(by(other), by(other)), { ...sent, principal: null }), true, "the role is not known");
  assert.equal(showsSignal(shows(by(OMAR), by(OMAR)), { ...sent, principal: null }), false);
});

test("a step shows a signal of the bot by the id of its request, or by one more decision of its principal", () => {
  const sent = { requestId: REQUEST_ID, principal: ROLE, shownBefore: 0 };
  const ours = by(BOT, signed(REQUEST_ID));
  assert.equal(showsBotSignal(shows(ours), { ...sent, shownBefore: 1 }), false, "it was there before");
  assert.equal(showsBotSignal(shows(by("jane"), ours), { ...sent, shownBefore: 1 }), true);
  assert.equal(showsBotSignal(shows(ours), { ...sent, principal: null }), true);
  assert.equal(showsBotSignal(shows(by(BOT)), sent), true, "AWS may list no comments");
  assert.equal(showsBotSignal(shows(by(BOT)), { ...sent, shownBefore: 1 }), false, "it was there before");
  assert.equal(showsBotSignal(shows(by(BOT)), { ...sent, principal: null }), false);
  const pending = JSON.stringify({ Approver: BOT, Decision: "Pending" });
  for (const other of [by(OMAR), by(OMAR, `request ${REQUEST_ID}`), by("jane"), by(BOT, signed("other")), pending])
    assert.equal(showsBotSignal(shows(other), sent), false, other);
  assert.equal(showsBotSignal(aStep(), sent), false);
});

test("a key that is an ARN with the word comment is no comment", () => {
  const user = "arn:aws:iam::111122223333:user/comment-bot";
  const step = shows(JSON.stringify({ [user]: "Approve" }));
  assert.deepEqual([findDeciders(step), countApprovals(step), findComments(step)], [[user], 1, []]);
});

test("the approvals before a signal and after it are counted in the same way", () => {
  const before = shows(by(OMAR));
  const jane = { session: "jane@example.com", principal: ROLE };
  const sent = { ...jane, shownBefore: countPossible(before, jane) };
  assert.equal(showsSignal(before, sent), false);
  assert.equal(showsSignal(shows(by(OMAR), by(ROLE)), sent), true);
  assert.equal(showsSignal(shows(by(OMAR), by(OMAR)), sent), false);
});

test("an approval can be by a principal that is not known, but a session is never a user", () => {
  const step = shows(by(OMAR), by(ROLE), by("jane"), JSON.stringify({ Approver: ROLE, Decision: "Reject" }));
  const count = (session: string | null, principal: string | null) => countPossible(step, { session, principal });
  assert.equal(count(null, null), 3);
  assert.equal(count("jane@example.com", null), 2);
  assert.equal(count(null, OMAR), 2);
  assert.equal(count(null, "arn:aws:iam::111122223333:role/Other"), 1);
});

test("an ARN that another person typed as a comment names no principal of a decision", () => {
  const sent = { session: "jane@example.com", principal: ROLE, shownBefore: 0 };
  const session = "arn:aws:sts::111122223333:assumed-role/CountersignBot/jane@example.com";
  assert.equal(showsSignal(shows(by(OMAR, `I am ${session}`)), sent), false);
  assert.equal(showsSignal(shows(by(ROLE), by(OMAR, "I am arn:aws:sts::1:assumed-role/Admin/omar")), sent), true);
  assert.deepEqual(findDeciders(shows(by(OMAR, `As ${ROLE} asked`))), [OMAR]);
  assert.equal(whoDecided(shows(by(OMAR, `As ${ROLE} asked, request ${REQUEST_ID}`)), REQUEST_ID, [ROLE]), "others");
  const rejected = JSON.stringify({ Approver: OMAR, Decision: "Reject", Comment: 'not "Decision: Approve"' });
  assert.equal(countApprovals(shows(rejected)), 0);
});

test("an empty list of decisions is a list", () => {
  assert.deepEqual(
    [listsDecisions(shows()), listsDecisions(shows(by(OMAR))), listsDecisions(aStep())],
    [true, true, false],
  );
});

const AUTHORS: [entry: string, known: DecisionAuthor, unknownPrincipal: DecisionAuthor][] = [
  [by(BOT, signed(REQUEST_ID)), "this-request", "this-request"],
  [by(ROLE, `BREAK-GLASS: ${signed(REQUEST_ID)}`), "this-request", "this-request"],
  [
    by(BOT, `Approved by Jane (Slack user U0JANE, workspace T0HOME); request ${REQUEST_ID}`),
    "this-request",
    "this-request",
  ],
  [signed(REQUEST_ID), "this-request", "this-request"],
  [by(BOT, signed("other")), "another-request", "another-request"],
  [by(BOT, signed("other", `Jane ${REQUEST_ID}`)), "another-request", "another-request"],
  [by(BOT, "Countersign request"), "another-request", "another-request"],
  [by(BOT), "our-principal", "unknown"],
  [by(BOT, "by a tool"), "our-principal", "unknown"],
  [by(OMAR), "other", "unknown"],
  [by(OMAR, signed(REQUEST_ID)), "other", "this-request"],
  [by(OMAR, signed("other")), "other", "another-request"],
  ['{"Decision":"Approve"}', "unknown", "unknown"],
];

for (const [entry, known, unknownPrincipal] of AUTHORS)
  test(`the author of ${entry} is ${known}, and ${unknownPrincipal} if our principal is not known`, () => {
    assert.deepEqual(findAuthors(shows(entry), REQUEST_ID, [OMAR.replace("omar", "mia"), ROLE]), [known]);
    assert.deepEqual(findAuthors(shows(entry), REQUEST_ID, null), [unknownPrincipal]);
  });

test("a step is decided by us if one decision is ours, and by others only if each decision can be read", () => {
  const unreadable = '{"Decision":"Approve"}';
  const table: [entries: string[] | null, who: ReturnType<typeof whoDecided>, mayBeOurs: boolean][] = [
    [null, "unknown", true],
    [[], "unknown", true],
    [[by(BOT, signed(REQUEST_ID))], "us", true],
    [[by(OMAR), by(BOT)], "us", true],
    [[unreadable, by(BOT, signed(REQUEST_ID))], "us", true],
    [[by(OMAR)], "others", false],
    [[by(OMAR), by(BOT, signed("other"))], "others", false],
    [[unreadable], "unknown", false],
    [[by(OMAR), unreadable], "unknown", false],
  ];
  for (const [entries, ...expected] of table) {
    const step = entries === null ? aStep() : shows(...entries);
    const given = [step, REQUEST_ID, [ROLE]] as const;
    assert.deepEqual([whoDecided(...given), mayBeDecidedBy(...given)], expected, JSON.stringify(entries));
  }
  assert.equal(whoDecided(undefined, REQUEST_ID, [ROLE]), "unknown");
  assert.equal(mayBeDecidedBy(undefined, REQUEST_ID, [ROLE]), true);
});
