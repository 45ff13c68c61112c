import assert from "node:assert/strict";
import { test } from "node:test";
import { type DecidedBefore, type Denial, denialSentence } from "../../src/core/denial.ts";
import { denialLabel } from "../../src/core/denial-label.ts";
import type { Verdict } from "../../src/core/request.ts";
import { UNKNOWN_REQUESTER } from "../../src/core/requester.ts";
import { aRoute } from "../support/samples.ts";
import { PAGE } from "./denials.ts";
import { mention } from "./mention-names.ts";

const NOTHING = "Nothing was decided.";
const AGAIN = "Try again in a minute.";
const UNCHANGED = "Your click changed nothing.";
const ADMIN = "As a Countersign admin, you can break glass from Details.";
const OUTDATED = "Ask an admin to correct the route.";
const IN_AWS = `<${PAGE}|in the AWS console>`;

/** Each part of the text is one sentence or the part of one. */
function testTexts(claim: string, rows: readonly [denial: Denial, ...parts: string[]][]): void {
  test(claim, () => {
    const texts = rows.map(([denial]) => denialSentence(denial, mention));
    assert.deepEqual(
      texts,
      rows.map(([, ...parts]) => parts.join(" ")),
    );
  });
}

const notApprover = (gone: readonly string[], more: { admin?: boolean } = {}): Denial => ({
  kind: "not-approver",
  route: aRoute({ approvers: { users: ["U0JANE"], groups: ["S0DBA", "S0OPS", "S0WEB"] } }),
  gone,
  ...more,
});
const byRoute = (who: string) => `Only ${who} may decide this request (route "databases"). ${NOTHING}`;

testTexts("a person who is not an approver reads who is, and which groups of the route are outdated", [
  [notApprover([]), byRoute("<@U0JANE>, <!subteam^S0DBA>, <!subteam^S0OPS> or <!subteam^S0WEB>")],
  [
    notApprover(["S0DBA"]),
    byRoute("<@U0JANE>, <!subteam^S0OPS> or <!subteam^S0WEB>"),
    `User group "S0DBA" does not exist or is disabled. ${OUTDATED}`,
  ],
  [
    notApprover(["S0DBA", "S0WEB"]),
    byRoute("<@U0JANE> or <!subteam^S0OPS>"),
    `User groups "S0DBA" and "S0WEB" do not exist or are disabled. ${OUTDATED}`,
  ],
  [
    { kind: "not-approver", route: aRoute({ approvers: { users: [], groups: ["S0DBA"] } }), gone: ["S0DBA"] },
    byRoute("members of the route's user groups"),
    `User group "S0DBA" does not exist or is disabled. ${OUTDATED}`,
  ],
]);

const strict = aRoute({ whenRequesterUnknown: "deny" });
const UNKNOWN = 'a principal without a name that "identities" does not list ("whenRequesterUnknown: deny").';

const ALL_GONE = [
  byRoute("<@U0JANE>"),
  `User groups "S0DBA", "S0OPS" and "S0WEB" do not exist or are disabled. ${OUTDATED}`,
];

testTexts("only an admin reads that break-glass would override the denial", [
  [notApprover(["S0DBA", "S0OPS", "S0WEB"], { admin: false }), ...ALL_GONE],
  [notApprover(["S0DBA", "S0OPS", "S0WEB"], { admin: true }), ...ALL_GONE, ADMIN],
  [{ kind: "self-approval" }, `You started this execution. Another person must approve the step. ${NOTHING}`],
  [
    { kind: "self-approval", action: "aws:pause", isCandidate: true, admin: true },
    `You may have started this execution. Another person must resume the step. ${NOTHING} ${ADMIN}`,
  ],
  [
    { kind: "requester-unknown", route: strict, requester: UNKNOWN_REQUESTER, admin: true },
    `Your approval does not count. "No approval counts", because the requester is ${UNKNOWN}`,
    `A rejection still counts. ${NOTHING} ${ADMIN}`,
  ],
  [
    {
      kind: "requester-unknown",
      route: { ...strict, match: { action: "aws:pause" } },
      requester: UNKNOWN_REQUESTER,
    },
    `Your vote to resume does not count. "No vote to resume counts", because the requester is ${UNKNOWN}`,
    `A vote to stop still counts. ${NOTHING}`,
  ],
]);

const error = "ratelimited";

testTexts("a person reads which lookup failed in Slack", [
  [{ kind: "person-unknown", error }, `Slack did not return your account ("ratelimited"). ${NOTHING} ${AGAIN}`],
  [
    { kind: "membership-unknown", error },
    `Slack did not return the approvers' groups ("ratelimited"). ${NOTHING} ${AGAIN}`,
  ],
  [
    { kind: "voter-unread", userId: "U0OMAR", error },
    "Slack did not return the account or the user groups of <@U0OMAR>, who approved earlier",
    `("ratelimited"). ${NOTHING} ${AGAIN}`,
  ],
  [
    { kind: "requester-unread", error },
    `Slack did not return the Slack account of the requester ("ratelimited"). ${NOTHING} ${AGAIN}`,
  ],
]);

testTexts("a person who has voted reads what their vote was, and whether it needs others", [
  [
    { kind: "already-voted", verdict: "approve" },
    "You have already approved this request. It still needs approvals from other people.",
  ],
  [{ kind: "already-voted", verdict: "reject" }, "You have already rejected this request."],
  [
    { kind: "replaced", verdict: "approve", by: "reject" },
    "Your approval does not count, because you pressed Reject before Countersign evaluated the approval.",
    "Countersign now evaluates your Reject.",
  ],
  [
    { kind: "replaced", verdict: "reject", by: "break-glass" },
    "Your rejection does not count, because you submitted break-glass before Countersign evaluated the rejection.",
    "Countersign now evaluates break-glass.",
  ],
  [
    { kind: "replaced", verdict: "approve", by: "withdraw", action: "aws:pause" },
    "Your vote to resume does not count, because you pressed Withdraw before Countersign evaluated the vote to resume.",
    "Countersign now evaluates your Withdraw.",
  ],
  [
    { kind: "replaced", verdict: "approve", by: "reject", action: "aws:pause" },
    "Your vote to resume does not count, because you pressed Stop before Countersign evaluated the vote to resume.",
    "Countersign now evaluates your Stop.",
  ],
  [
    { kind: "already-voted", verdict: "approve", action: "aws:pause" },
    "You have already voted to resume this request. It still needs votes to resume from other people.",
  ],
  [{ kind: "already-voted", verdict: "reject", action: "aws:pause" }, "You have already voted to stop this request."],
]);

testTexts("a person reads that Slack cannot decide a step, and where it can be decided", [
  [
    { kind: "information-only", route: "web", page: PAGE },
    'Route "web" posts requests for information only ("decide: elsewhere"), so this request cannot be decided in Slack,',
    `not even by break-glass. ${NOTHING} Decide the step ${IN_AWS}.`,
  ],
  [
    { kind: "cannot-stop", page: PAGE },
    "Countersign cannot stop this execution: when this request opened, AWS did not confirm that Countersign may stop",
    `executions ("ssm:StopAutomationExecution"). ${NOTHING} Stop the execution ${IN_AWS}. To allow Stop on later`,
    "requests, ask an admin to add the permission.",
  ],
]);

const user = (name: string) => `arn:aws:iam::111122223333:user/${name}`;
const cast = (...votes: [string, Verdict][]) => votes.map(([userId, verdict]) => ({ userId, verdict }));

function late(decision: Verdict | null, outcome: DecidedBefore["request"]["outcome"], votes = cast()): Denial {
  return { kind: outcome === null ? "decided" : "closed", request: { decision, outcome, facts: {} }, votes };
}
const ended = { by: [], detail: null };

testTexts("a late click names the people or principals who decided, and none who voted otherwise", [
  [
    late("reject", null, cast(["U0JANE", "approve"], ["U0OMAR", "reject"])),
    `Already rejected by <@U0OMAR>. ${UNCHANGED}`,
  ],
  [
    late("approve", { kind: "approved", where: "slack", ...ended }, cast(["U0JANE", "approve"], ["U0OMAR", "approve"])),
    `Already approved by <@U0JANE> and <@U0OMAR>. ${UNCHANGED}`,
  ],
  [late("approve", null), `Already approved. ${UNCHANGED}`],
  [
    late(null, { kind: "timed-out", where: "aws", ...ended }, cast(["U0JANE", "approve"])),
    `This step is no longer waiting: timed out in AWS. ${UNCHANGED}`,
  ],
  [
    late(null, { ...ended, kind: "rejected", where: "aws", by: [user("rosa"), user("max")] }),
    `This step is no longer waiting: rejected in AWS by "rosa" and "max". ${UNCHANGED}`,
  ],
]);

const LABELS: Record<Denial["kind"], string> = {
  "no-request": "unknown request",
  damaged: "damaged record of the request",
  "wrong-workspace": "another installation's button",
  "foreign-message": "not a message of the request",
  "forged-form": "not a form of Countersign",
  "no-route": "no route",
  "information-only": "the route is for information only",
  "no-target": "target not in the configuration",
  "not-listed": "the step's Approvers do not include the signer",
  "account-status": "a guest, or an external, deactivated or bot account",
  "person-unknown": "Slack did not return the account",
  "not-approver": "not an approver",
  "membership-unknown": "Slack did not return the groups",
  "voter-unread": "Slack did not return an earlier approver",
  "not-admin": "not an admin",
  "self-approval": "self-approval",
  "requester-unknown": "requester unknown",
  "requester-unread": "Slack did not return the requester",
  closed: "already decided",
  decided: "already decided",
  "already-voted": "already voted",
  replaced: "a later click of the same person replaced it",
  "nothing-to-withdraw": "no approval to withdraw",
  "cannot-stop": "Countersign may not stop executions",
  "reason-missing": "reason missing",
  "not-typed": "runbook name not typed",
};

test("a list of events says in a few words why a click did not count", () => {
  for (const [kind, label] of Object.entries(LABELS)) assert.equal(denialLabel(kind as Denial["kind"]), label);
});
