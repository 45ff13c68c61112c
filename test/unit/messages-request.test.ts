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

test("from top to bottom: what, the author's words, facts, parameters, state, buttons, small print", () => {
  const of = view({ facts: { parameters: [parameter({})] } });
  const ids = requestMessage(of).blocks.map((each) => each.block_id);
  assert.deepEqual(ids, ["what", "words", "facts", "parameters", "state", "decide", "ids"]);
});

test("a message that could not be posted when it should is marked late", () => {
  const ids = (of: RequestView) => requestMessage(of).blocks.map((each) => each.block_id);
  const inTime = view({ facts: { parameters: [] } });
  assert.deepEqual(ids({ ...inTime, postedAt: ASKED + MINUTE }), ["what", "words", "facts", "state", "decide", "ids"]);
  const late = { ...inTime, postedAt: ASKED + 62 * MINUTE };
  assert.equal(ids(late)[1], "late");
  assert.equal(text(late, "late"), `*Posted 1 hour 2 minutes late:* waiting since ${token(ASKED)}.`);
});

test("the header names the step only when the runbook has several gates", () => {
  assert.equal(text(view(), "what"), "Approval needed: Prod-DB-Failover");
  const second = view({ facts: { gate: 2, gates: 3 } });
  assert.equal(text(second, "what"), "Approval needed: Prod-DB-Failover, ApproveFailover (gate 2 of 3)");
});

test("the facts say who, where, when and until when", () => {
  const facts = text(view(), "facts");
  for (const fact of ["`Deployer/run-7`", "production (1111-2222-3333, us-east-1)", token(ASKED)])
    assert.ok(facts.includes(fact), facts);
  assert.ok(facts.endsWith(`*Decide by*\n${token(ASKED + 60 * MINUTE)}`), facts);
});

test("a deadline that AWS did not tell is marked as presumed", () => {
  const facts = text(view({ facts: { timeoutSeconds: null } }), "facts");
  assert.ok(facts.endsWith(`${token(ASKED + 7 * 24 * 60 * MINUTE)} (presumed: AWS's default of 7 days)`), facts);
});

test("the author's words are a quote in which nothing is parsed; without words there is no quote", () => {
  const words = block(view({ facts: { message: "*Now* <!channel> `x`" } }), "words");
  assert.equal(words?.type, "rich_text");
  assert.deepEqual(words.elements[1], {
    type: "rich_text_quote",
    elements: [{ type: "text", text: "*Now* ‹!channel> `x`" }],
  });
  assert.equal(block(view({ facts: { message: null } }), "words"), undefined);
});

test("parameters that differ from the defaults come first, and masked ones are shown as masked", () => {
  const parameters = [
    parameter({ name: "Retries", values: ["3"], isDefault: true }),
    parameter({ name: "DbPassword", values: ["••••••"], masked: true }),
    parameter({ name: "Hosts", values: ["a", "b"] }),
    parameter({ name: "Note", values: [] }),
  ];
  const shown = text(view({ facts: { parameters } }), "parameters").replaceAll(/\s+/g, " ");
  assert.equal(shown, "Parameters DbPassword : •••••• (masked) Hosts : a, b Note : (empty) Retries : 3 (default)");
});

test("two hundred parameters of ten kilobytes are cut to fit, and the message says so", () => {
  const parameters = Array.from({ length: 200 }, (_, i) => parameter({ name: `P${i}`, values: ["x".repeat(10_240)] }));
  const shown = text(view({ facts: { parameters } }), "parameters");
  assert.ok(shown.includes("[cut: 10,240 characters in all]"));
  assert.ok(shown.endsWith("12 of 200 parameters shown; the rest behind Details."), shown.slice(-100));
});

test("an open request tells how many approvals it has and who may decide", () => {
  assert.equal(text(view(), "state"), "*0 of 1 approvals.* <@U0JANE> or <!subteam^S0DBA> may decide.");
  const twice = { ...ROUTE, quorum: 2 };
  const when = token(ASKED + 4 * MINUTE);
  const expected = `*1 of 2 approvals:* <@U0JANE>, ${when}. *1 more is missing.* <!subteam^S0DBA> may decide.`;
  assert.equal(text(view({}, [vote()], twice), "state"), expected);
});

test("the same person's vote counts once in what is shown", () => {
  const twice = { ...ROUTE, quorum: 2 };
  assert.match(text(view({}, [vote(), vote()], twice), "state"), /^\*1 of 2 approvals/);
});

test("a request without a route says so, names the next step and offers no decision", () => {
  const none = view({ route: null }, [], null);
  assert.match(text(none, "state"), /Nobody can decide this in Slack.*No route.*Ask an admin/);
  assert.match(text(view({}, [], null), "state"), /The route `production databases` is no longer in the configuration/);
  assert.deepEqual(actions(none), ["details"]);
});

test("Approve, Reject and Details stand while it is open, Details alone afterwards", () => {
  assert.deepEqual(actions(view()), ["approve", "reject", "details"]);
  assert.deepEqual(actions(view(DECIDED, [vote()])), ["details"]);
  assert.deepEqual(actions(view(closedBy({}))), ["details"]);
});

test("a button carries the request's id alone, and Approve asks once more, naming step, account and Region", () => {
  const decide = block(view(), "decide");
  assert.equal(decide?.type, "actions");
  for (const element of decide.elements) assert.equal("value" in element && element.value, "r-1");
  const [approve] = decide.elements;
  assert.ok(approve?.type === "button");
  assert.equal(
    approve.confirm?.text.text,
    "Prod-DB-Failover, step ApproveFailover, in production (1111-2222-3333, us-east-1).",
  );
});

test("each state of the signal has its own words", () => {
  const table: [SignalState, string | null, RegExp][] = [
    ["due", null, /AWS is about to be told\.$/],
    [
      "due",
      "AccessDenied: no",
      /does not have the decision yet: `AccessDenied: no`\. Countersign tries again by itself\.$/,
    ],
    ["sending", null, /on its way to AWS\.$/],
    [
      "ambiguous",
      "TimeoutError",
      /no clear answer \(`TimeoutError`\)\. Countersign reads the step again before it sends/,
    ],
    ["accepted", null, /AWS took the decision\./],
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

test("a closed request tells what was decided, by whom, how long after it was asked and how the execution is", () => {
  const approved = closedBy({}, { decision: "approve", decidedAt: ASKED + 4 * MINUTE });
  const expected = "*Approved* by <@U0JANE>, 4 minutes after it was asked.\nThe execution is running.";
  assert.equal(text(view(approved, [vote()]), "state"), expected);
});

test("how the execution ended and why it failed is told", () => {
  const at = ASKED + 9 * MINUTE;
  const ended = closedBy({}, { executionStatus: "Failed", executionEndedAt: at, executionFailure: "Disk <full>" });
  const expected = `The execution has failed, ${token(at)}. AWS says: \`Disk &lt;full&gt;\``;
  assert.ok(text(view(ended), "state").endsWith(expected));
});

test("every outcome has its own label and sentence, also when it was decided elsewhere", () => {
  const by = ["arn:aws:iam::111122223333:user/bob"];
  const table: [Parameters<typeof closedBy>[0], string, string][] = [
    [
      { kind: "approved", where: "aws", by },
      "Approved",
      "*Approved in AWS* by `bob`, not in Slack; noticed 5 minutes after",
    ],
    [{ kind: "rejected", where: "aws" }, "Rejected", "*Rejected in AWS*, not in Slack; noticed 5 minutes after"],
    [
      { kind: "timed-out", where: "aws" },
      "Timed out",
      "*Timed out*: the step's time was over before AWS had a decision",
    ],
    [{ kind: "cancelled", where: "aws" }, "Cancelled", "*Cancelled in AWS* before AWS had a decision"],
    [{ kind: "failed", where: "aws", detail: "why" }, "Failed", "*The step failed in AWS* before AWS had a decision"],
    [{ kind: "not-found", where: "aws" }, "Gone from AWS", "*AWS no longer knows this execution*"],
    [{ kind: "unknown", where: "aws" }, "No longer waiting", "*The step waits no longer*"],
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
  const of = view(rejected, [vote({ verdict: "reject", reason: "Not *now*, <@U0BOSS>" })]);
  assert.match(text(of, "reasons"), /^Jane {2}rejected and gave this reason: Not \*now\*, ‹@U0BOSS>$/);
  assert.equal(block(view(DECIDED, [vote()]), "reasons"), undefined);
});

test("the small print has both ids and the console's link", () => {
  const small = text(view(), "ids");
  assert.ok(small.includes("Request `r-1`") && small.includes("Execution `11111111-2222-3333-4444-555555555555`"));
  assert.ok(small.includes("|Open in the AWS console>"));
});

test("the notification is one sentence that mentions nobody", () => {
  const open = requestMessage(view()).text;
  const place = "Prod-DB-Failover, step ApproveFailover, in production (1111-2222-3333, us-east-1)";
  assert.equal(open, `Approval needed: ${place}, started by Deployer/run-7. 0 of 1 approvals so far.`);
  const closed = view(closedBy({}, { decision: "approve" }), [vote({ userName: "Jane <!here>" })]);
  assert.equal(requestMessage(closed).text, `Approved by Jane &lt;!here&gt;: ${place}, started by Deployer/run-7.`);
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
  assert.match(text(view({}, [], route), "state"), /members of <#C0A> and <#C0B> may decide\./);
});

test("the message tells what the rule on self-approval means for this request", () => {
  const of = (requester: RequestView["requester"], whenRequesterUnknown: "allow" | "deny") =>
    text({ ...view({}, [], { ...ROUTE, selfApproval: false, whenRequesterUnknown }), requester: requester }, "state");
  const jane = { userIds: ["U0JANE"], email: null };
  assert.match(of(jane, "allow"), /<@U0JANE> started it and may not approve it\.(?! If)/);
  const address = { userIds: [], email: "rosa@example.com" };
  assert.match(of(address, "allow"), /`rosa@example\.com` .* If nobody in Slack has that address, nobody is kept from/);
  assert.match(of(address, "deny"), /If nobody in Slack has that address, this route takes \*no approval\*/);
  const nobody = { userIds: [], email: null };
  assert.match(of(nobody, "allow"), /cannot be matched to anybody in Slack, so nobody is kept from approving it/);
  assert.match(of(nobody, "deny"), /cannot be matched to anybody in Slack, and this route then takes \*no approval\*/);
});
