import assert from "node:assert/strict";
import { test } from "node:test";
import type { NoticeView } from "../../src/app/ports/slack.ts";
import type { Outcome } from "../../src/core/request.ts";
import { detailsView } from "../../src/slack/messages/details-view.ts";
import { showBlocks } from "../../src/slack/messages/inspect-blocks.ts";
import { noticeMessage } from "../../src/slack/messages/notice-message.ts";
import { requestMessage } from "../../src/slack/messages/request-message.ts";
import { visibleText } from "../support/block-limits.ts";
import { type Changes, closedBy, request, view, vote } from "./messages-examples.ts";

const ended = (changes: Changes): NoticeView => ({
  ...view(closedBy({}, { executionEndedAt: 1, ...changes })),
  kind: "execution-ended",
});
const textOf = (of: NoticeView) => visibleText(noticeMessage(of).blocks);

test("the end of an execution with eight gates shows six, and names the people who decided the others", () => {
  const gate = (index: number) => {
    const outcome: Outcome = { kind: "approved", where: "slack", by: [], detail: null };
    const facts = { gate: index + 1, gates: 8 };
    const votes = [vote({ userId: `U0GATE${index}` }), vote({ userId: "U0REJECT", verdict: "reject" })];
    return { request: request({ decision: "approve", outcome, facts }), votes };
  };
  const gates = Array.from({ length: 8 }, (_, index) => gate(index));
  const text = textOf({ ...ended({ executionStatus: "Success" }), gates });
  for (let index = 0; index < 8; index++) assert.ok(text.includes(`<@U0GATE${index}>`), `gate ${index + 1}`);
  assert.doesNotMatch(text, /U0REJECT|gate 2 of 8/);
  assert.match(text, /gate 3 of 8/);
  const command = "`/approvals show 11111111-2222-3333-4444-555555555555`";
  assert.ok(text.includes(`and 2 earlier gates, decided by <@U0GATE0> and <@U0GATE1>: ${command}`), text);
});

const FAILURES: [execution: string, step: string, title: RegExp][] = [
  ["Failed", "Failed", /Step restart failed\./],
  ["TimedOut", "TimedOut", /Step restart timed out\./],
  ["Cancelled", "Cancelled", /The execution was cancelled at step restart\./],
  ["Failed", "Cancelled", /Step restart was cancelled\./],
];
for (const [executionStatus, status, title] of FAILURES)
  test(`the end of an execution (${executionStatus}) names its step and its status: ${status}`, () => {
    const failedStep = { name: "restart", status, message: "AWS text", details: ["Type: Action"] };
    const text = textOf(ended({ executionStatus, failedStep }));
    assert.match(text, title);
    assert.match(text, /AWS text\nType: Action/);
    if (status !== "Failed") assert.doesNotMatch(text, /Step restart failed/);
  });

test("the end of a child execution mentions the people who started it through its parents, each once", () => {
  const of = ended({ executionStatus: "Success" });
  const rosa = { ...of.requester, userIds: ["U0ROSA"] };
  const requester = { ...of.requester, userIds: [], parents: [rosa, rosa] };
  assert.match(textOf({ ...of, requester }), /started by <@U0ROSA>/);
  assert.doesNotMatch(textOf({ ...of, requester, tellRequester: false }), /U0ROSA/);
});

test("the requester of a parent execution learns which of their executions started the child", () => {
  const of = view(
    closedBy(
      {},
      {
        executionEndedAt: 1,
        executionStatus: "Failed",
        facts: { parents: [{ executionId: "p", documentName: "Nightly", executedBy: null, parameters: [] }] },
      },
    ),
  );
  const child = { ...of, requester: { ...of.requester, parents: [{ ...of.requester, userIds: ["U0ROSA"] }] } };
  assert.match(textOf({ ...child, kind: "requester-decided" }), /^Your execution of `Nightly` started /);
  assert.match(
    textOf({ ...child, kind: "requester-ended" }),
    /\w+, which your execution of Nightly started, has failed/,
  );
  assert.match(textOf({ ...of, kind: "requester-decided" }), /^You started /);
  assert.match(textOf({ ...of, kind: "requester-ended" }), /Your execution of Prod-DB-Failover has failed/);
});

test("the requester's message, and the reply to a message that cannot be edited, have the reasons", () => {
  const reject = vote({ userId: "U0JANE", verdict: "reject", reason: "Wait until the sale has ended." });
  const both = [vote({ userId: "U0OMAR", userName: "Omar", reason: "The backup is fresh." }), reject];
  for (const kind of ["requester-decided", "not-editable"] as const)
    for (const votes of [[reject], both]) {
      const of = { ...view(closedBy({ kind: "rejected" }, { decision: "reject" }), votes), kind };
      const text = textOf(of);
      for (const { reason } of votes) assert.equal(text.split(reason ?? "").length, 2, `${kind}: ${reason}: ${text}`);
    }
});

test("a notice about a closed request links to the execution once", () => {
  for (const kind of ["requester-decided", "not-editable"] as const)
    assert.equal(
      JSON.stringify(noticeMessage({ ...view(closedBy({})), kind }).blocks).match(/execution <http/g)?.length,
      1,
      kind,
    );
});

test("the end mentions a person whose principal decided in AWS, and names another principal", () => {
  const [omar, role] = ["arn:aws:iam::111122223333:user/omar", "arn:aws:iam::111122223333:role/Ops"];
  const outcome: Outcome = { kind: "approved", where: "aws", by: [omar, role], detail: null };
  const gates = [{ request: request({ outcome }), votes: [], awsDeciders: { [omar]: "U0OMAR" } }];
  const text = textOf({ ...ended({ executionStatus: "Success" }), gates });
  assert.match(text, /in AWS by <@U0OMAR> \(`omar`\) and .*Ops/);
  const many = textOf({ ...ended({ executionStatus: "Success" }), gates: Array(8).fill(gates[0]) });
  assert.match(many, /and 2 earlier gates, decided by <@U0OMAR>:/);
});

test("the message, Details, the answer to a command, a later gate and the requester's message name who decided in AWS alike", () => {
  const omar = "arn:aws:iam::111122223333:user/omar";
  const closed = { ...view(closedBy({ where: "aws", by: [omar] })), awsDeciders: { [omar]: "U0OMAR" } };
  const later = { ...view(), earlier: { gates: [{ ...closed, messages: [] }], more: 0 } };
  const shown = { ...closed, messages: [], history: [], problems: [], execution: null };
  const surfaces = [
    requestMessage(closed),
    detailsView({ ...closed, execution: null }),
    requestMessage(later),
    detailsView({ ...later, execution: null }),
    showBlocks([shown], { workspaceUrl: "" }),
    noticeMessage({ ...closed, kind: "requester-decided" }),
    noticeMessage({ ...closed, kind: "not-editable" }),
  ];
  for (const [index, { blocks }] of surfaces.entries())
    assert.match(visibleText(blocks), /in AWS\*? by <@U0OMAR> \(`omar`\)/, `surface ${index}`);
});
