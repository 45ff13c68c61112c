import assert from "node:assert/strict";
import { test } from "node:test";
import type { NoticeView } from "../../src/app/ports/slack.ts";
import { noticeMessage } from "../../src/slack/messages/notice-message.ts";
import { visibleText } from "../support/block-limits.ts";
import { type Changes, closedBy, view } from "./messages-examples.ts";

const ended = (changes: Changes): NoticeView => ({
  ...view(closedBy({}, { executionEndedAt: 1, ...changes })),
  kind: "execution-ended",
});
const textOf = (of: NoticeView) => visibleText(noticeMessage(of).blocks);

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
