import assert from "node:assert/strict";
import { test } from "node:test";
import type { RequestView } from "../../src/app/ports/slack.ts";
import type { Route } from "../../src/core/policy.ts";
import type { SignalState } from "../../src/core/request.ts";
import { type Requester, UNKNOWN_REQUESTER } from "../../src/core/requester.ts";
import { consoleLink } from "../../src/slack/messages/aws-text.ts";
import { detailsView } from "../../src/slack/messages/details-view.ts";
import { showBlocks } from "../../src/slack/messages/inspect-blocks.ts";
import { requestMessage } from "../../src/slack/messages/request-message.ts";
import { anAttempt } from "../support/samples.ts";
import {
  ASKED,
  actionIds,
  blockText,
  closedBy,
  DECIDED,
  findBlock,
  LINK,
  MINUTE,
  parameter,
  ROUTE,
  token,
  view,
  vote,
} from "./messages-examples.ts";

test("the status line of an open request counts the approvals and names the people who may decide", () => {
  assert.equal(blockText(view(), "state"), "*0 of 1 approvals* · <@U0JANE> or <!subteam^S0DBA>");
  const twice = { ...ROUTE, quorum: 2 };
  const when = token(ASKED + 4 * MINUTE);
  const expected = `*1 of 2 approvals:* <@U0JANE> (${when}) · 1 more needed · <!subteam^S0DBA>`;
  assert.equal(blockText(view({}, [vote()], twice), "state"), expected);
  const alone = { ...ROUTE, quorum: 2, approvers: { users: ["U0JANE"], groups: [] } };
  assert.match(
    blockText(view({}, [vote()], alone), "state"),
    /1 more needed · every approver of the route has approved: ask an admin to add approvers$/,
  );
  const nobody = { ...ROUTE, approvers: { users: [], groups: [] } };
  assert.match(blockText(view({}, [], nobody), "state"), /the route names no approvers\*: ask an admin to add some$/);
});

test("the message counts each person's vote once", () => {
  const twice = { ...ROUTE, quorum: 2 };
  assert.match(blockText(view({}, [vote(), vote()], twice), "state"), /^\*1 of 2 approvals/);
});

test("a request without a route says so, names the next step and has no buttons to decide", () => {
  const none = view({ route: null }, [], null);
  assert.match(
    blockText(none, "state"),
    /cannot be decided in Slack.*No route.*Decide the step in the AWS console\. A changed policy applies only to later requests\.\n<https:[^|]+\|Open in the AWS console>$/,
  );
  assert.match(
    blockText(view({}, [], null), "state"),
    /Route `production databases` is no longer in the configuration\. Decide the step in the AWS console, or ask an admin to restore the route under this name\.\n<https:[^|]+\|Open in the AWS console>$/,
  );
  assert.deepEqual(actionIds(none), ["details"]);
});

test("the status line of a decided request tells the state of the signal", () => {
  const table: [SignalState, string | null, RegExp][] = [
    ["due", null, /\.\nSending to AWS\.$/],
    [
      "due",
      "AccessDenied: no",
      /does not have the decision yet: `AccessDenied: no`\. Countersign will try again\. If this error persists, ask an admin to fix the cause, or decide the step <https:[^|]+\|in the AWS console>\./,
    ],
    ["sending", null, /\.\nSending to AWS\.$/],
    [
      "ambiguous",
      "TimeoutError",
      /No clear reply from AWS \(`TimeoutError`\)\. The signal may still take effect until /,
    ],
    ["accepted", null, /AWS accepted the decision\./],
  ];
  for (const [signal, signalError, expected] of table) {
    const attempts = [anAttempt({ state: "refused", error: signalError })];
    const state = blockText({ ...view({ ...DECIDED, signal, signalNextAt: 1 }, [vote()]), attempts }, "state");
    assert.match(state, expected);
    assert.match(state, /^\*Approved\* by <@U0JANE>/);
  }
});

const lateWarning = (until: string) =>
  `:warning: If the execution then reaches another gate before ${until}, the late signal may decide that gate.`;

test("while an attempt may still take effect, the message and show say until when, with a link to decide it now", () => {
  const attempts = [anAttempt({ state: "ambiguous", error: "TimeoutError", uncertainUntil: ASKED + 600_000 })];
  const list = { now: ASKED, workspaceUrl: "https://acme.slack.com/", total: 1, admin: false };
  const of = { ...view({ ...DECIDED, signal: "ambiguous", signalNextAt: 1 }, [vote()]), attempts };
  const until = token(ASKED + 600_000);
  const link = consoleLink(of.request) ?? "";
  const shown = showBlocks([{ ...of, messages: [], history: [], problems: [], execution: null }], list).blocks;
  for (const text of [
    JSON.stringify(requestMessage(of)),
    JSON.stringify(detailsView({ ...of, execution: null })),
    JSON.stringify(shown),
  ])
    assert.equal(
      text.split(
        `may still take effect until ${until}. Countersign reads the step every few seconds, and sends the signal again only after that time and only if the step is still waiting. If you cannot wait, decide in AWS: ${link}. ${lateWarning(until)}`,
      ).length,
      2,
      text,
    );
});

test("while the signal of another request may still take effect, the message says until when, and names no error", () => {
  const until = ASKED + 600_000;
  const error = "Not sent yet: an earlier signal of this execution may take effect until 2027-01-01T00:00:00.000Z";
  const attempts = [anAttempt({ state: "deferred", error, at: ASKED, uncertainUntil: until })];
  const of = view({ ...DECIDED, signal: "due", signalNextAt: 1 }, [vote()]);
  const state = blockText({ ...of, attempts }, "state");
  const link = consoleLink(of.request) ?? "";
  const line = `Not sent to AWS yet: an earlier signal of this execution may still take effect. Countersign checks again at ${token(until)}. If you cannot wait, decide in AWS: ${link}. ${lateWarning(token(until))}`;
  assert.equal(state.split("\n")[1], line);
});

test("a signal without effect is never announced as one that is sent again", () => {
  const of = (decision: "approve" | "reject") =>
    blockText(
      view({ ...DECIDED, decision, signal: "accepted", verification: "no-effect" }, [vote({ verdict: decision })]),
      "state",
    );
  const line = "Countersign does not send another signal, because a second signal could";
  const then = "Decide the step <https:[^|]+\\|in the AWS console>\\.";
  for (const decision of ["approve", "reject"] as const)
    assert.match(of(decision), new RegExp(`${line} ${decision} the next gate\\. ${then}`));
});

test("the note about a hidden value that a text still shows says why it is shown", () => {
  const texts = (...notReplaced: string[]) => JSON.stringify(requestMessage(view({ facts: { notReplaced } })).blocks);
  assert.ok(
    texts("Pin").includes(
      "A text here may contain the hidden value of `Pin`. In texts, Countersign shows values that are short, common words, or parts of visible values.",
    ),
  );
  assert.ok(
    texts("Pin", "Key").includes(
      "Texts here may contain the hidden values of `Pin` and `Key`. In texts, Countersign shows values that are short, common words, or parts of visible values.",
    ),
  );
});

test("a decision that is never sent is not announced as one that will be tried again", () => {
  const attempts = [anAttempt({ state: "deferred", error: "Not sent: no record" })];
  const state = blockText({ ...view({ ...DECIDED, signal: "due", signalNextAt: null }, [vote()]), attempts }, "state");
  assert.match(
    state,
    /AWS does not have the decision: `Not sent: no record`\. Countersign will not send the decision\. Decide the step <https:[^|]+\|in the AWS console>, or ask an admin to do so\./,
  );
  assert.doesNotMatch(state, /again/);
});

test("if AWS asks for more approvals, the message shows its count", () => {
  const state = blockText(view({ ...DECIDED, signal: "accepted", awsApprovals: [1, 2] }, [vote()]), "state");
  assert.match(
    state,
    /AWS has 1 of 2 approvals, and counts each AWS identity once\. Another identity must approve the step <https:[^|]+\|in the AWS console>\./,
  );
});

test("one line of a closed request tells who decided it after how long, and how the execution ended", () => {
  const approved = closedBy({}, { decision: "approve", decidedAt: ASKED + 4 * MINUTE });
  const line = `*Approved* by <@U0JANE> after 4 minutes · execution ${LINK}`;
  assert.equal(blockText(view(approved, [vote()]), "state"), `${line} has not ended yet`);
  const ended = { ...approved, executionStatus: "Success", executionEndedAt: ASKED + 9 * MINUTE };
  assert.equal(blockText(view(ended, [vote()]), "state"), `${line} has succeeded`);
});

test("a closed request shows its outcome, its reasons, the first line of the question and Details, and nothing else", () => {
  const facts = { parameters: [parameter({})], message: "\nFail over?\nWrites fail for a minute." };
  const notify = { ...ROUTE, notify: { users: ["U0JOE"], groups: [] } };
  const closed = { ...closedBy({}, { decision: "approve" }), facts };
  const ids = (of: RequestView) =>
    requestMessage({ ...of, postedAt: ASKED + 60 * MINUTE }).blocks.map((each) => each.block_id);
  const alone = view(closed, [vote({ reason: "Not *now*" })], notify);
  assert.deepEqual(ids(alone), ["what", "state", "words", "decide"]);
  assert.match(blockText(alone, "state"), /^\*Approved\* by <@U0JANE> after 5 minutes: `Not \*now\*` · execution /);
  assert.equal(blockText(alone, "words"), "production · “Fail over?”");
  const both = view(closed, [vote({ reason: "fine" }), vote({ userId: "U0JOE", reason: "too" })], notify);
  assert.deepEqual(ids(both), ["what", "state", "reasons", "words", "decide"]);
});

test("a reason appears next to the outcome only if the person who decided gave it", () => {
  const rejected = closedBy({ kind: "rejected" }, { decision: "reject" });
  const other = view(rejected, [vote({ reason: "fine" }), vote({ userId: "U0JOE", verdict: "reject" })]);
  assert.match(blockText(other, "state"), /^\*Rejected\* by <@U0JOE> after 5 minutes · execution /);
  assert.equal(blockText(other, "reasons"), "Jane : fine");
  const elsewhere = view(closedBy({ where: "aws" }, { decision: "approve" }), [vote({ reason: "fine" })]);
  assert.equal(blockText(elsewhere, "reasons"), "Jane : fine");
});

test("the reason why the execution failed is shown, except after a rejection, of which AWS only repeats itself", () => {
  const failed = { executionStatus: "Failed", executionEndedAt: ASKED + 9 * MINUTE, executionFailure: "Disk <full>" };
  const state = blockText(view(closedBy({}, failed)), "state");
  assert.match(state, / has failed\nAWS says: `Disk &lt;full&gt;`$/);
  assert.match(blockText(view(closedBy({ kind: "rejected" }, failed)), "state"), /\*Rejected\* .* has failed$/);
  const at = (name: string) => ({ ...failed, failedStep: { name, status: "Failed", message: null, details: [] } });
  const { stepName } = view().request.facts;
  for (const outcome of [{ kind: "rejected" }, { kind: "cancelled", where: "slack" }] as const) {
    assert.match(blockText(view(closedBy(outcome, at(stepName))), "state"), / has failed$/);
    assert.match(blockText(view(closedBy(outcome, at("rollBack"))), "state"), /AWS says: `Disk &lt;full&gt;`$/);
  }
});

test("every outcome has its own label and sentence, including decisions outside Slack", () => {
  const by = ["arn:aws:iam::111122223333:user/bob"];
  const table: [Parameters<typeof closedBy>[0], string, string][] = [
    [
      { kind: "approved", where: "aws", by },
      "Approved",
      "*Approved in AWS* by `bob`, not in Slack (seen by Countersign after 5 minutes)",
    ],
    [
      { kind: "rejected", where: "aws" },
      "Rejected",
      "*Rejected in AWS*, not in Slack (seen by Countersign after 5 minutes)",
    ],
    [
      { kind: "timed-out", where: "aws" },
      "Timed out",
      "*Timed out* before AWS had a decision (seen by Countersign after 5 minutes)",
    ],
    [{ kind: "cancelled", where: "aws" }, "Cancelled", "*Cancelled in AWS* before AWS had a decision"],
    [{ kind: "failed", where: "aws", detail: "why" }, "Failed", "*The step failed in AWS* before AWS had a decision"],
    [
      { kind: "not-found", where: "aws" },
      "Not found in AWS",
      "*AWS no longer has this execution*, so it cannot be decided",
    ],
    [
      { kind: "unknown", where: "aws" },
      "No longer waiting",
      "*No longer waiting*: AWS does not say how the step was decided",
    ],
  ];
  for (const [outcome, label, sentence] of table) {
    const of = view(closedBy(outcome));
    assert.equal(blockText(of, "what"), `${label}: Prod-DB-Failover`);
    assert.ok(blockText(of, "state").startsWith(sentence), blockText(of, "state"));
  }
});

test("a decision in Slack that came too late is reported as without effect", () => {
  const late = closedBy({ kind: "timed-out", where: "aws" }, { decision: "approve" });
  assert.match(blockText(view(late, [vote()]), "state"), /The decision in Slack by <@U0JANE> had no effect\./);
});

test("reasons are quoted as they were written, with their author", () => {
  const rejected = closedBy({ kind: "rejected" }, { decision: "reject", decidedAt: ASKED + 4 * MINUTE });
  const no = vote({ userId: "U0JOE", userName: "Joe", verdict: "reject", reason: "Not *now*, <@U0BOSS>" });
  assert.equal(blockText(view(DECIDED, [vote({ reason: "*Now*" })]), "reasons"), "Jane : *Now*");
  const both = blockText(view(rejected, [vote({ reason: "fine" }), no]), "reasons");
  assert.equal(both, "Joe  rejected: Not *now*, ‹@U0BOSS> Jane  approved: fine", "the verdict where both occur");
  assert.equal(findBlock(view(DECIDED, [vote()]), "reasons"), undefined);
});

test("channel: members names the route's channels, in whatever channel the message appears", () => {
  const route = {
    ...ROUTE,
    approvers: { users: [], groups: [], channel: "members" as const },
    channels: ["C0A", "C0B"],
  };
  assert.match(blockText(view({}, [], route), "state"), / · members of <#C0A> and <#C0B>$/);
});

test("the status line names the person whom the self-approval rule excludes, or its effect if the requester is unknown", () => {
  const of = (more: Partial<Requester>, whenRequesterUnknown: Route["whenRequesterUnknown"]) => {
    const requester = { ...UNKNOWN_REQUESTER, ...more };
    return blockText({ ...view({}, [], { ...ROUTE, selfApproval: false, whenRequesterUnknown }), requester }, "state");
  };
  assert.match(of({ userIds: ["U0JANE"] }, "allow"), / · not <@U0JANE>, who started it$/);
  assert.match(
    of({ email: "rosa@example.com", pending: true }, "allow"),
    / · no approval counts until Slack returns the owner of `rosa@example\.com`, who started it$/,
  );
  const user = { executedBy: "arn:aws:iam::111122223333:user/omar" };
  const line =
    'An admin can identify the requester with this line under `identities`: `U...: ["arn:aws:iam::111122223333:user/omar"]`.';
  const unmatched = "because the requester is an IAM user that `identities` does not list";
  assert.ok(of(user, "allow").endsWith(` · approvals count, ${unmatched} (\`whenRequesterUnknown: allow\`). ${line}`));
  assert.ok(
    of(user, "deny-people").endsWith(
      ` · *no approval counts*, ${unmatched} (\`whenRequesterUnknown: deny-people\`). ${line}`,
    ),
  );
  const role = { executedBy: "arn:aws:sts::111122223333:assumed-role/Deployer/run-7" };
  const noOne = "because the requester is a role, which identifies no one";
  assert.ok(of(role, "deny-people").endsWith(` · approvals count, ${noOne} (\`whenRequesterUnknown: deny-people\`)`));
  assert.ok(of(role, "deny").endsWith(` · *no approval counts*, ${noOne} (\`whenRequesterUnknown: deny\`)`));
});
