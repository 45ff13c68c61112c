import assert from "node:assert/strict";
import { test } from "node:test";
import type { NoticeView } from "../../src/app/ports/slack.ts";
import type { Outcome } from "../../src/core/request.ts";
import { noticeMessage } from "../../src/slack/messages/notice-message.ts";
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
