import assert from "node:assert/strict";
import { test } from "node:test";
import type { RequestView } from "../../src/app/ports/slack.ts";
import { detailsPages } from "../../src/slack/messages/details-view.ts";
import { noticeMessage } from "../../src/slack/messages/notice-message.ts";
import { requestMessage } from "../../src/slack/messages/request-message.ts";
import { visibleText } from "../support/block-limits.ts";
import {
  ASKED,
  actionIds,
  blockText,
  closedBy,
  DECIDED,
  deadlineToken,
  findBlock,
  LINK,
  MINUTE,
  parameter,
  ROUTE,
  token,
  view,
  vote,
} from "./messages-examples.ts";

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
  assert.equal(blockText(late, "late"), `*Posted 1 hour 2 minutes after the step began to wait* (${token(ASKED)}).`);
  for (const more of [{ isEscalation: true }, { isReplacement: true }])
    assert.ok(!ids({ ...late, ...more }).includes("late"), "it is not late: it says why it comes now");
});

test("the header of an open request is a question, and names the gate of a runbook with several gates", () => {
  assert.equal(blockText(view(), "what"), "Approve Prod-DB-Failover?");
  assert.equal(blockText(view({ facts: { gate: 2, gates: 3 } }), "what"), "Approve Prod-DB-Failover? (gate 2 of 3)");
});

test("an open request that no click can decide asks nobody: its header and notification say where it waits and why", () => {
  const signer = { kind: "bot", arn: "arn:aws:iam::111122223333:role/Bot" } as const;
  const cases: [RequestView, RegExp][] = [
    [view({ facts: { message: null } }, [], null), /No route applies, so the step cannot be decided in Slack\.$/],
    [
      view({ facts: { message: null } }, [], { ...ROUTE, decide: "elsewhere" }),
      /For information only\. Decide the step in AWS\.$/,
    ],
    [
      view({ facts: { message: null, signer, awsApprovers: ["omar"] } }),
      /AWS would refuse the decision, so the step cannot/,
    ],
  ];
  for (const [of, why] of cases) {
    assert.equal(blockText(of, "what"), "Waiting in AWS: Prod-DB-Failover");
    assert.deepEqual(actionIds(of), ["details"]);
    assert.doesNotMatch(visibleText(requestMessage(of).blocks), /Approve Prod|of 1 approvals/);
    assert.match(requestMessage(of).text, /^Waiting in AWS: Prod-DB-Failover in production\. Started by/);
    assert.match(requestMessage(of).text, why);
    const reminder = noticeMessage({ ...of, kind: "reminder" });
    assert.match(visibleText(reminder.blocks), /no route applies|for information only|cannot be decided in Slack/);
    assert.doesNotMatch(visibleText(reminder.blocks), /of 1 approvals/);
    const lost = noticeMessage({ ...of, kind: "reminder", isThreadLost: true });
    assert.match(visibleText(lost.blocks), /to see it\./);
  }
});

test("the header of a request that is no longer open states the outcome", () => {
  const second = { gate: 2, gates: 3 };
  assert.equal(
    blockText(view({ ...DECIDED, facts: second }, [vote()]), "what"),
    "Approved in Slack: Prod-DB-Failover (gate 2 of 3)",
  );
  assert.equal(blockText(view({ ...DECIDED, decision: "reject" }), "what"), "Rejected in Slack: Prod-DB-Failover");
  assert.equal(blockText(view({ ...closedBy({}), facts: second }), "what"), "Approved: Prod-DB-Failover (gate 2 of 3)");
});

test("the header of a request that an admin decided alone says BREAK-GLASS, also after its end", () => {
  const broken = [vote({ authority: "break-glass" })];
  assert.equal(blockText(view(DECIDED, broken), "what"), "BREAK-GLASS, approved in Slack: Prod-DB-Failover");
  const closed = view(closedBy({}, { decision: "approve" }), broken);
  assert.equal(blockText(closed, "what"), "BREAK-GLASS, approved: Prod-DB-Failover");
  assert.match(blockText(closed, "state"), /Break-glass\* by <@U0JANE>\. The route's approval rules did not apply\./);
});

test("one line names the target, the requester and the deadline", () => {
  const deadline = deadlineToken(ASKED + 60 * MINUTE);
  const target = "production (1111-2222-3333, us-east-1)";
  assert.equal(blockText(view(), "where"), `${target} · started by \`Deployer/run-7\` · decide by ${deadline}`);
  assert.doesNotMatch(blockText(view(DECIDED), "where"), /decide by/);
});

test("a deadline that AWS did not return is marked as presumed", () => {
  const line = blockText(view({ facts: { timeoutSeconds: null } }), "where");
  assert.ok(
    line.endsWith(
      `${deadlineToken(ASKED + 7 * 24 * 60 * MINUTE).replace(/\)$/, "")}; AWS returned no time limit: this is AWS's default)`,
    ),
    line,
  );
});

test("the author's message is a quote in which nothing is parsed; without a message there is no quote", () => {
  const words = findBlock(view({ facts: { message: "*Now* <!channel> `x`" } }), "words");
  assert.equal(words?.type, "rich_text");
  assert.deepEqual(words.elements[0], {
    type: "rich_text_quote",
    elements: [{ type: "text", text: "*Now* ‹!channel> `x`" }],
  });
  assert.equal(findBlock(view({ facts: { message: null } }), "words"), undefined);
});

test("a gate without a message quotes the descriptions of its step and runbook, labeled and cut, and Details has them in full", () => {
  const long = "word ".repeat(800).trim();
  const of = view({
    facts: { message: null, descriptions: { step: "Asks *the owners*: https://wiki.example", runbook: long } },
  });
  const text = visibleText(requestMessage(of).blocks);
  assert.match(
    text,
    /The gate has no message\. Description of the step: Asks \*the owners\*:.*https:\/\/wiki\.example.*Description of the runbook: word/s,
  );
  assert.ok(!text.includes(long));
  const whole = visibleText(detailsPages({ ...of, execution: null })).replaceAll(/\s+/g, " ");
  assert.ok(whole.includes(long));
  assert.doesNotMatch(visibleText(requestMessage(view({ facts: { descriptions: { step: "Asks" } } })).blocks), /Asks/);
  const shared = visibleText(requestMessage(of, { withhold: true }).blocks);
  assert.match(shared, /Not shown.*the descriptions/);
  assert.doesNotMatch(shared, /owners/);
  assert.doesNotMatch(requestMessage(of).text, /owners/);
});

test("only parameters that differ from the defaults are shown, masked ones as hidden, and the others are counted", () => {
  const parameters = [
    parameter({ name: "Retries", values: ["3"], isDefault: true }),
    parameter({ name: "DbPassword", values: ["(hidden)"], masked: true, isDefault: null }),
    parameter({ name: "Hosts", values: ["a", "b"] }),
    parameter({ name: "Note", values: [] }),
  ];
  const of = view({ facts: { parameters } });
  const shown = blockText(of, "parameters").replaceAll(/\s+/g, " ");
  assert.equal(shown, "DbPassword (hidden) · Hosts a, b · Note (empty)");
  assert.match(blockText(of, "ids"), / · 1 parameter at its default · /);
  const atDefaults = parameters.map((each) => ({ ...each, isDefault: true }));
  assert.match(blockText(view({ facts: { parameters: atDefaults } }), "ids"), / · 4 parameters at their defaults · /);
  assert.equal(findBlock(view({ facts: { parameters: atDefaults } }), "parameters"), undefined);
});

test("all parameters are shown if the runbook's defaults could not be read, and the message says so", () => {
  const parameters = ["Environment", "Retries"].map((name) => parameter({ name, isDefault: null }));
  const of = view({ facts: { parameters } });
  assert.match(blockText(of, "parameters"), /Environment.*Retries/);
  assert.match(blockText(of, "ids"), / · AWS did not return the runbook's defaults · /);
});

test("a message that leaves out parameters without known defaults does not say that it shows all", () => {
  const parameters = Array.from({ length: 13 }, (_, i) => parameter({ name: `Host${i}`, isDefault: null }));
  const of = view({ facts: { parameters } });
  assert.match(blockText(of, "parameters"), /12 of 13 parameters shown; Details shows the others\./);
  assert.doesNotMatch(blockText(of, "ids"), /all parameters shown/);
});

test("a long value and one of several lines get a block of their own", () => {
  const parameters = [parameter({ name: "Script", values: ["a\nb"] }), parameter({ name: "Size", values: ["9"] })];
  const shown = findBlock(view({ facts: { parameters } }), "parameters");
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
  const shown = blockText(view({ facts: { parameters } }), "parameters");
  assert.ok(shown.includes("[cut: 10,240 characters in all]"));
  assert.ok(shown.endsWith("12 of 200 parameters shown; Details shows the others."), shown.slice(-100));
});

test("the buttons are Approve, Reject and Details while the request is open, and Details alone afterwards", () => {
  assert.deepEqual(actionIds(view()), ["approve", "reject", "details"]);
  assert.deepEqual(actionIds(view(DECIDED, [vote()])), ["details"]);
  assert.deepEqual(actionIds(view(closedBy({}))), ["details"]);
});

test("a button contains the request's id alone", () => {
  const decide = findBlock(view(), "decide");
  assert.equal(decide?.type, "actions");
  for (const element of decide.elements) assert.equal("value" in element && element.value, "r-1");
});

function confirmation(of: RequestView, withhold = false) {
  const decide = requestMessage(of, { withhold }).blocks.find((each) => each.type === "actions");
  const approve = decide?.elements[0];
  assert.ok(approve?.type === "button" && approve.confirm !== undefined);
  return { title: approve.confirm.title?.text, lines: approve.confirm.text.text.split("\n") };
}

const SECRET = parameter({ name: "DbPassword", values: ["(hidden)"], masked: true, isDefault: null });
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

test("a click alone decides, or the typed name, where the route says so: then Slack asks for no confirmation", () => {
  for (const confirm of ["button", "typed"] as const) {
    const decide = findBlock(view({}, [], { ...ROUTE, confirm }), "decide");
    assert.ok(decide?.type === "actions" && !("confirm" in (decide.elements[0] ?? {})), confirm);
  }
});

test("a confirmation starts with the warnings, and cuts them before the step, account and Region", () => {
  const facts = { targetWarning: "MANAGEMENT ACCOUNT", message: "m".repeat(4000) };
  const { lines } = confirmation(view({ facts }));
  assert.deepEqual(
    [lines[0], lines.at(-1)],
    ["MANAGEMENT ACCOUNT", "Step ApproveFailover, production (1111-2222-3333, us-east-1)"],
  );
  const long = confirmation(
    view({ facts: { ...facts, targetWarning: "W".repeat(100) } }, [], { ...ROUTE, warning: "X".repeat(100) }),
  );
  assert.match(long.lines[0] ?? "", /^W{59}…$/);
  assert.ok(long.lines.join("\n").length <= 300);
});

test("a confirmation that is too long loses values and part of the question, never the step, account or Region", () => {
  const many = Array.from({ length: 30 }, (_, i) => parameter({ name: `Name${i}`, values: ["v".repeat(70)] }));
  const { lines } = confirmation(view({ facts: { parameters: many, message: "m".repeat(4000) } }));
  assert.ok(lines.join("\n").length <= 300);
  assert.match(lines[0] ?? "", /^“m+…”$/);
  assert.match(lines[1] ?? "", / · 29 more$/);
  assert.equal(lines[2], "Step ApproveFailover, production (1111-2222-3333, us-east-1)");
});

test("in a channel shared with other organizations, neither values nor the question nor reasons appear, in any state", () => {
  const facts = { message: "Is top-secret ready?", parameters: [parameter({ values: ["top-secret"] }), SECRET] };
  const votes = [vote({ reason: "top-secret is ready" })];
  const failed = { executionFailure: "top-secret failed", executionEndedAt: 1 };
  const ended = view(closedBy({ detail: "top-secret" }, { decision: "approve", ...failed }), votes);
  const closed = { ...ended, request: { ...ended.request, facts: { ...ended.request.facts, ...facts } } };
  for (const each of [view({ facts }, votes), closed]) {
    const message = requestMessage(each, { withhold: true });
    assert.doesNotMatch(JSON.stringify(message), /top-secret/);
    assert.match(
      visibleText(message.blocks),
      /Not shown, because people of other organizations can read this channel: the question, 2 parameters and 1 reason\./,
    );
  }
  assert.deepEqual(confirmation(view({ facts }), true).lines, [
    "Step ApproveFailover, production (1111-2222-3333, us-east-1)",
  ]);
});

test("the small print has the step, the version and a short link to the execution, and no UUID or ARN in full", () => {
  assert.equal(blockText(view(), "ids"), `step ApproveFailover · version 7 · execution ${LINK}`);
  const seen = visibleText(requestMessage(view()).blocks).replaceAll(/<[^|>]*\|/g, "");
  assert.doesNotMatch(seen, /11111111-2222|arn:|r-1/);
});

test("the notification is the question with target, requester and deadline, without mentions", () => {
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
