import assert from "node:assert/strict";
import { test } from "node:test";
import type { KnownBlock } from "@slack/types";
import type { RequestView } from "../../src/app/ports/slack.ts";
import type { Parameter, SignalState } from "../../src/core/request.ts";
import { requestMessage } from "../../src/slack/messages/request-message.ts";
import { visibleText } from "../support/block-limits.ts";
import { anAttempt } from "../support/samples.ts";
import { ASKED, closedBy, DECIDED, MINUTE, ROUTE, token, view, vote } from "./messages-examples.ts";

function block(of: RequestView, id: string): KnownBlock | undefined {
  return requestMessage(of).blocks.find((each) => each.block_id === id);
}

const text = (of: RequestView, id: string) => visibleText(block(of, id));

function actions(of: RequestView): string[] {
  const decide = block(of, "decide");
  assert.equal(decide?.type, "actions");
  return decide.elements.map((element) => element.action_id ?? "");
}

function parameter(changes: Partial<Parameter>): Parameter {
  return { name: "Environment", values: ["prod"], masked: false, isDefault: false, ...changes };
}

test("from top to bottom: question, the author's message, target, parameters, status, buttons, small print", () => {
  const of = view({ facts: { parameters: [parameter({})] } });
  const ids = requestMessage(of).blocks.map((each) => each.block_id);
  assert.deepEqual(ids, ["what", "words", "where", "parameters", "state", "decide", "ids"]);
});

test("a message that is posted late says so", () => {
  const ids = (of: RequestView) => requestMessage(of).blocks.map((each) => each.block_id);
  const inTime = view({ facts: { parameters: [] } });
  assert.deepEqual(ids({ ...inTime, postedAt: ASKED + MINUTE }), ["what", "words", "where", "state", "decide", "ids"]);
  const late = { ...inTime, postedAt: ASKED + 62 * MINUTE };
  assert.equal(ids(late)[1], "late");
  assert.equal(text(late, "late"), `*Posted 1 hour 2 minutes late:* waiting since ${token(ASKED)}.`);
});

test("the header of an open request is a question, and names the gate of a runbook with several gates", () => {
  assert.equal(text(view(), "what"), "Approve Prod-DB-Failover?");
  assert.equal(text(view({ facts: { gate: 2, gates: 3 } }), "what"), "Approve Prod-DB-Failover? (gate 2 of 3)");
});

test("the header of a request that is no longer open states the outcome", () => {
  const second = { gate: 2, gates: 3 };
  assert.equal(
    text(view({ ...DECIDED, facts: second }, [vote()]), "what"),
    "Approved in Slack: Prod-DB-Failover (gate 2 of 3)",
  );
  assert.equal(text(view({ ...DECIDED, decision: "reject" }), "what"), "Rejected in Slack: Prod-DB-Failover");
  assert.equal(text(view({ ...closedBy({}), facts: second }), "what"), "Approved: Prod-DB-Failover (gate 2 of 3)");
});

test("the header of a request that an admin decided alone says BREAK-GLASS, also after its end", () => {
  const broken = [vote({ authority: "break-glass" })];
  assert.equal(text(view(DECIDED, broken), "what"), "BREAK-GLASS, approved in Slack: Prod-DB-Failover");
  const closed = view(closedBy({}, { decision: "approve" }), broken);
  assert.equal(text(closed, "what"), "BREAK-GLASS, approved: Prod-DB-Failover");
  assert.match(text(closed, "state"), /Break-glass\* by <@U0JANE>, against the route's rules/);
});

test("one line names the target, the requester and the deadline", () => {
  const deadline = token(ASKED + 60 * MINUTE);
  const target = "production (1111-2222-3333, us-east-1)";
  assert.equal(text(view(), "where"), `${target} · started by \`Deployer/run-7\` · decide by ${deadline}`);
  assert.doesNotMatch(text(view(DECIDED), "where"), /decide by/);
});

test("a deadline that AWS did not return is marked as presumed", () => {
  const line = text(view({ facts: { timeoutSeconds: null } }), "where");
  assert.ok(line.endsWith(`${token(ASKED + 7 * 24 * 60 * MINUTE)} (presumed: AWS's default of 7 days)`), line);
});

test("the author's message is a quote in which nothing is parsed; without a message there is no quote", () => {
  const words = block(view({ facts: { message: "*Now* <!channel> `x`" } }), "words");
  assert.equal(words?.type, "rich_text");
  assert.deepEqual(words.elements[0], {
    type: "rich_text_quote",
    elements: [{ type: "text", text: "*Now* ‹!channel> `x`" }],
  });
  assert.equal(block(view({ facts: { message: null } }), "words"), undefined);
});

test("only parameters that differ from the defaults are shown, masked ones as hidden, and the others are counted", () => {
  const parameters = [
    parameter({ name: "Retries", values: ["3"], isDefault: true }),
    parameter({ name: "DbPassword", values: ["••••••"], masked: true, isDefault: null }),
    parameter({ name: "Hosts", values: ["a", "b"] }),
    parameter({ name: "Note", values: [] }),
  ];
  const of = view({ facts: { parameters } });
  const shown = text(of, "parameters").replaceAll(/\s+/g, " ");
  assert.equal(shown, "DbPassword (hidden) · Hosts a, b · Note (empty)");
  assert.match(text(of, "ids"), / · 1 parameter at its default · /);
  const atDefaults = parameters.map((each) => ({ ...each, isDefault: true }));
  assert.match(text(view({ facts: { parameters: atDefaults } }), "ids"), / · 4 parameters at their defaults · /);
  assert.equal(block(view({ facts: { parameters: atDefaults } }), "parameters"), undefined);
});

test("all parameters are shown if the runbook's defaults could not be read, and the message says so", () => {
  const parameters = ["Environment", "Retries"].map((name) => parameter({ name, isDefault: null }));
  const of = view({ facts: { parameters } });
  assert.match(text(of, "parameters"), /Environment.*Retries/);
  assert.match(text(of, "ids"), / · defaults could not be read: all parameters shown · /);
});

test("a long value and one of several lines get a block of their own", () => {
  const parameters = [parameter({ name: "Script", values: ["a\nb"] }), parameter({ name: "Size", values: ["9"] })];
  const shown = block(view({ facts: { parameters } }), "parameters");
  assert.ok(shown?.type === "rich_text");
  assert.deepEqual(
    shown.elements.map((each) => [each.type, visibleText(each)]),
    [
      ["rich_text_section", "Size   9"],
      ["rich_text_section", "Script"],
      ["rich_text_preformatted", "a\nb"],
    ],
  );
});

test("two hundred parameters of ten kilobytes are cut to fit, and the message says so", () => {
  const parameters = Array.from({ length: 200 }, (_, i) => parameter({ name: `P${i}`, values: ["x".repeat(10_240)] }));
  const shown = text(view({ facts: { parameters } }), "parameters");
  assert.ok(shown.includes("[cut: 10,240 characters in all]"));
  assert.ok(shown.endsWith("12 of 200 parameters shown; Details shows the others."), shown.slice(-100));
});

test("the status line of an open request tells how many approvals it has, and who may decide", () => {
  assert.equal(text(view(), "state"), "*0 of 1 approvals* · <@U0JANE> or <!subteam^S0DBA>");
  const twice = { ...ROUTE, quorum: 2 };
  const when = token(ASKED + 4 * MINUTE);
  const expected = `*1 of 2 approvals:* <@U0JANE> (${when}) · 1 more needed · <!subteam^S0DBA>`;
  assert.equal(text(view({}, [vote()], twice), "state"), expected);
  const alone = { ...ROUTE, quorum: 2, approvers: { users: ["U0JANE"], groups: [] } };
  assert.match(text(view({}, [vote()], alone), "state"), /1 more needed · everyone who may decide has approved$/);
  const nobody = { ...ROUTE, approvers: { users: [], groups: [] } };
  assert.match(text(view({}, [], nobody), "state"), /the route names no approvers\*: ask an admin to add some$/);
});

test("the same person's vote counts once in what is shown", () => {
  const twice = { ...ROUTE, quorum: 2 };
  assert.match(text(view({}, [vote(), vote()], twice), "state"), /^\*1 of 2 approvals/);
});

test("a request without a route says so, names the next step and offers no decision", () => {
  const none = view({ route: null }, [], null);
  assert.match(text(none, "state"), /cannot be decided in Slack.*No route.*Ask an admin/);
  assert.match(text(view({}, [], null), "state"), /Route `production databases` is no longer in the configuration/);
  assert.deepEqual(actions(none), ["details"]);
});

test("the buttons are Approve, Reject and Details while the request is open, and Details alone afterwards", () => {
  assert.deepEqual(actions(view()), ["approve", "reject", "details"]);
  assert.deepEqual(actions(view(DECIDED, [vote()])), ["details"]);
  assert.deepEqual(actions(view(closedBy({}))), ["details"]);
});

test("a button contains the request's id alone", () => {
  const decide = block(view(), "decide");
  assert.equal(decide?.type, "actions");
  for (const element of decide.elements) assert.equal("value" in element && element.value, "r-1");
});

function confirmation(of: RequestView, withhold = false) {
  const decide = requestMessage(of, { withhold }).blocks.find((each) => each.type === "actions");
  const approve = decide?.elements[0];
  assert.ok(approve?.type === "button" && approve.confirm !== undefined);
  return { title: approve.confirm.title?.text, lines: approve.confirm.text.text.split("\n") };
}

const SECRET = parameter({ name: "DbPassword", values: ["••••••"], masked: true, isDefault: null });
const VALUES = [parameter({}), parameter({ name: "Retries", isDefault: true }), SECRET];

test("the confirmation of Approve repeats the question and the changed values, and names step, account and Region", () => {
  const { title, lines } = confirmation(view({ facts: { parameters: VALUES, message: "Fail over?\nNow." } }));
  assert.equal(title, "Approve Prod-DB-Failover in production?");
  assert.deepEqual(lines, [
    "“Fail over?”",
    "Environment prod · DbPassword (hidden)",
    "Step ApproveFailover, production (1111-2222-3333, us-east-1)",
  ]);
});

test("a confirmation that is too long loses values and part of the question, never the step, account or Region", () => {
  const many = Array.from({ length: 30 }, (_, i) => parameter({ name: `Name${i}`, values: ["v".repeat(70)] }));
  const { lines } = confirmation(view({ facts: { parameters: many, message: "m".repeat(4000) } }));
  assert.ok(lines.join("\n").length <= 300);
  assert.match(lines[0] ?? "", /^“m+…”$/);
  assert.match(lines[1] ?? "", / · 29 more$/);
  assert.equal(lines[2], "Step ApproveFailover, production (1111-2222-3333, us-east-1)");
});

test("where people of other organizations read, neither the message nor its confirmation nor its notification shows a value", () => {
  const of = view({ facts: { parameters: [parameter({ values: ["top-secret"] }), SECRET] } });
  const message = requestMessage(of, { withhold: true });
  assert.doesNotMatch(JSON.stringify(message), /top-secret/);
  assert.match(visibleText(message.blocks), /2 parameters not shown: people of other organizations/);
  assert.equal(confirmation(of, true).lines.length, 2);
});

test("the status line of a decided request tells the state of the signal", () => {
  const table: [SignalState, string | null, RegExp][] = [
    ["due", null, /\.\nSending to AWS\.$/],
    [
      "due",
      "AccessDenied: no",
      /does not have the decision yet: `AccessDenied: no`\. Countersign will try again\. If this error persists, ask an admin/,
    ],
    ["sending", null, /\.\nSending to AWS\.$/],
    [
      "ambiguous",
      "TimeoutError",
      /No clear reply from AWS \(`TimeoutError`\)\. Countersign reads the step before it sends/,
    ],
    ["accepted", null, /AWS accepted the decision\./],
  ];
  for (const [signal, signalError, expected] of table) {
    const attempts = [anAttempt({ state: "refused", error: signalError })];
    const state = text({ ...view({ ...DECIDED, signal }, [vote()]), attempts }, "state");
    assert.match(state, expected);
    assert.match(state, /^\*Approved\* by <@U0JANE>/);
  }
});

test("where AWS asks for more approvals, its own count is told", () => {
  const state = text(view({ ...DECIDED, signal: "accepted", awsApprovals: [1, 2] }, [vote()]), "state");
  assert.match(state, /AWS has 1 of 2 approvals\./);
});

const LINK =
  "<https://us-east-1.console.aws.amazon.com/systems-manager/automation/execution/11111111-2222-3333-4444-555555555555?region=us-east-1|11111111>";

test("one line of a closed request tells who decided it after how long, and how the execution ended", () => {
  const approved = closedBy({}, { decision: "approve", decidedAt: ASKED + 4 * MINUTE });
  const line = `*Approved* by <@U0JANE> after 4 minutes · execution ${LINK}`;
  assert.equal(text(view(approved, [vote()]), "state"), `${line} has not ended yet`);
  const ended = { ...approved, executionStatus: "Success", executionEndedAt: ASKED + 9 * MINUTE };
  assert.equal(text(view(ended, [vote()]), "state"), `${line} has succeeded`);
});

test("a closed request shows its outcome, its reasons, the first line of the question and Details, and nothing else", () => {
  const facts = { parameters: [parameter({})], message: "\nFail over?\nWrites fail for a minute." };
  const notify = { ...ROUTE, notify: { users: ["U0JOE"], groups: [] } };
  const closed = { ...closedBy({}, { decision: "approve" }), facts };
  const ids = (of: RequestView) =>
    requestMessage({ ...of, postedAt: ASKED + 60 * MINUTE }).blocks.map((each) => each.block_id);
  const alone = view(closed, [vote({ reason: "Not *now*" })], notify);
  assert.deepEqual(ids(alone), ["what", "state", "words", "decide"]);
  assert.match(text(alone, "state"), /^\*Approved\* by <@U0JANE> after 5 minutes: `Not \*now\*` · execution /);
  assert.equal(text(alone, "words"), "production · “Fail over?”");
  const both = view(closed, [vote({ reason: "fine" }), vote({ userId: "U0JOE", reason: "too" })], notify);
  assert.deepEqual(ids(both), ["what", "state", "reasons", "words", "decide"]);
});

test("a reason appears next to the outcome only if the person who decided gave it", () => {
  const rejected = closedBy({ kind: "rejected" }, { decision: "reject" });
  const other = view(rejected, [vote({ reason: "fine" }), vote({ userId: "U0JOE", verdict: "reject" })]);
  assert.match(text(other, "state"), /^\*Rejected\* by <@U0JOE> after 5 minutes · execution /);
  assert.equal(text(other, "reasons"), "Jane : fine");
  const elsewhere = view(closedBy({ where: "aws" }, { decision: "approve" }), [vote({ reason: "fine" })]);
  assert.equal(text(elsewhere, "reasons"), "Jane : fine");
});

test("the reason why the execution failed is shown, except after a rejection, of which AWS only repeats itself", () => {
  const failed = { executionStatus: "Failed", executionEndedAt: ASKED + 9 * MINUTE, executionFailure: "Disk <full>" };
  const state = text(view(closedBy({}, failed)), "state");
  assert.match(state, / has failed\nAWS says: `Disk &lt;full&gt;`$/);
  assert.match(text(view(closedBy({ kind: "rejected" }, failed)), "state"), /\*Rejected\* .* has failed$/);
});

test("every outcome has its own label and sentence, also when it was decided elsewhere", () => {
  const by = ["arn:aws:iam::111122223333:user/bob"];
  const table: [Parameters<typeof closedBy>[0], string, string][] = [
    [
      { kind: "approved", where: "aws", by },
      "Approved",
      "*Approved in AWS* by `bob`, not in Slack (detected after 5 minutes)",
    ],
    [{ kind: "rejected", where: "aws" }, "Rejected", "*Rejected in AWS*, not in Slack (detected after 5 minutes)"],
    [
      { kind: "timed-out", where: "aws" },
      "Timed out",
      "*Timed out* before AWS had a decision (detected after 5 minutes)",
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
    assert.equal(text(of, "what"), `${label}: Prod-DB-Failover`);
    assert.ok(text(of, "state").startsWith(sentence), text(of, "state"));
  }
});

test("a decision in Slack that came too late is told to have had no effect", () => {
  const late = closedBy({ kind: "timed-out", where: "aws" }, { decision: "approve" });
  assert.match(text(view(late, [vote()]), "state"), /The decision in Slack by <@U0JANE> had no effect\./);
});

test("reasons are quoted as they were written, with their author", () => {
  const rejected = closedBy({ kind: "rejected" }, { decision: "reject", decidedAt: ASKED + 4 * MINUTE });
  const no = vote({ userId: "U0JOE", userName: "Joe", verdict: "reject", reason: "Not *now*, <@U0BOSS>" });
  assert.equal(text(view(DECIDED, [vote({ reason: "*Now*" })]), "reasons"), "Jane : *Now*");
  const both = text(view(rejected, [vote({ reason: "fine" }), no]), "reasons");
  assert.equal(both, "Joe  rejected: Not *now*, ‹@U0BOSS> Jane  approved: fine", "the verdict where both occur");
  assert.equal(block(view(DECIDED, [vote()]), "reasons"), undefined);
});

test("the small print has the step, the version and a short link to the execution, and no UUID or ARN in full", () => {
  assert.equal(text(view(), "ids"), `step ApproveFailover · version 7 · execution ${LINK}`);
  const seen = visibleText(requestMessage(view()).blocks).replaceAll(/<[^|>]*\|/g, "");
  assert.doesNotMatch(seen, /11111111-2222|arn:|r-1/);
});

test("the notification is the question with target, requester and deadline, and mentions nobody", () => {
  const started = "Started by Deployer/run-7, decide by 2026-03-02 11:00 UTC.";
  assert.equal(requestMessage(view()).text, `Prod-DB-Failover in production: Fail over to the standby? ${started}`);
  const silent = view({ facts: { message: null, gate: 1, gates: 2 } });
  assert.equal(requestMessage(silent).text, `Approve Prod-DB-Failover in production (gate 1 of 2)? ${started}`);
  const closed = view(closedBy({}, { decision: "approve" }), [vote({ userName: "Jane <!here>" })]);
  assert.equal(
    requestMessage(closed).text,
    "Approved by Jane &lt;!here&gt;: Prod-DB-Failover in production, started by Deployer/run-7.",
  );
});

test("the same view gives the same message", () => {
  const of = view({ facts: { parameters: [parameter({}), parameter({ name: "Size", isDefault: true })] } }, [vote()]);
  assert.deepEqual(requestMessage(of), requestMessage(structuredClone(of)));
});

test("the members of a channel are those of the route's channels, wherever the message stands", () => {
  const route = {
    ...ROUTE,
    approvers: { users: [], groups: [], channel: "members" as const },
    channels: ["C0A", "C0B"],
  };
  assert.match(text(view({}, [], route), "state"), / · members of <#C0A> and <#C0B>$/);
});

test("the status line tells whom the self-approval rule excludes, or that it excludes everyone or nobody", () => {
  const of = (requester: RequestView["requester"], whenRequesterUnknown: "allow" | "deny") =>
    text({ ...view({}, [], { ...ROUTE, selfApproval: false, whenRequesterUnknown }), requester }, "state");
  const jane = { userIds: ["U0JANE"], email: null };
  assert.match(of(jane, "allow"), / · not <@U0JANE>, who started it$/);
  const address = { userIds: [], email: "rosa@example.com" };
  assert.match(of(address, "allow"), / · not `rosa@example\.com`, who started it$/);
  assert.match(of(address, "deny"), /who started it; \*no approval counts\* if this address is unknown in Slack$/);
  const nobody = { userIds: [], email: null };
  assert.match(of(nobody, "allow"), /requester unknown in Slack, so the self-approval rule cannot be applied$/);
  assert.match(of(nobody, "deny"), /\*no approval counts\*, because the requester is unknown in Slack$/);
});
