import assert from "node:assert/strict";
import { test } from "node:test";
import type { NoticeView } from "../../src/app/ports/slack.ts";
import type { ReminderDetail, ReminderKind } from "../../src/core/reminders.ts";
import { noticeMessage } from "../../src/slack/messages/notice-message.ts";
import { findProblems } from "../support/block-limits.ts";
import { ROUTE, view } from "./messages-examples.ts";

const ESCALATE = { after: 15 * 60_000, channels: ["C0ONCALL"], mention: ["S0ONCALL"] };

function render(kind: ReminderKind, detail: ReminderDetail, route: Partial<typeof ROUTE> = {}, isQuiet = false) {
  const of: NoticeView = { ...view({}, [], { ...ROUTE, escalate: ESCALATE, ...route }), kind, isQuiet };
  return noticeMessage({ ...of, detail: JSON.stringify(detail) });
}
const textOf = (...of: Parameters<typeof render>) => JSON.stringify(render(...of).blocks);
const users = (count: number) => Array.from({ length: count }, (_, index) => `U0MEMBER${100 + index}`);

test("a reminder mentions every group and each of 25 people, the groups first", () => {
  const text = textOf("reminder", { users: users(25), groups: ["S0DBA", "S0SRE"] });
  const mentioned = ["<!subteam^S0DBA>", "<!subteam^S0SRE>", ...users(25).map((id) => `<@${id}>`)].join(", ");
  assert.ok(text.includes(mentioned), text);
});

test("a reminder with more people than Slack's limit mentions the groups and counts the others", () => {
  const rendered = render("last-call", { users: users(400), groups: ["S0DBA"] });
  assert.deepEqual(findProblems(rendered, "message", new Set([...users(400), "S0DBA"])), []);
  const text = JSON.stringify(rendered.blocks);
  assert.match(text, /<!subteam\^S0DBA>, <@U0MEMBER100>/);
  const named = text.match(/<@U0MEMBER/g)?.length ?? 0;
  assert.ok(named >= 150, `${named} people are named`);
  assert.match(text, new RegExp(` and ${400 - named} more`));
});

test("an escalation in quiet hours mentions no approver, and a last call or an escalation by day does", () => {
  const detail: ReminderDetail = { users: ["U0JANE"], groups: ["S0DBA"] };
  const text = textOf("escalated", detail, {}, true);
  assert.doesNotMatch(text, /U0JANE|S0DBA/);
  assert.match(text, /No decision after 15 minutes\. Also posted in <#C0ONCALL>\./);
  assert.match(textOf("last-call", detail), /<!subteam\^S0DBA>, <@U0JANE>/);
  assert.match(textOf("escalated", detail), /<!subteam\^S0DBA>, <@U0JANE>/);
});

test("an escalation in the channel of the request mentions the people on call there, also in quiet hours", () => {
  const escalate = { ...ESCALATE, channels: [] };
  const text = textOf("escalated", { users: ["U0JANE"], groups: [] }, { escalate }, true);
  assert.match(text, /No decision after 15 minutes: <!subteam\^S0ONCALL>/);
  assert.doesNotMatch(text, /U0JANE/);
});

test("an escalation to the channel of the request without people on call ends its sentence", () => {
  const escalate = { ...ESCALATE, channels: [...ROUTE.channels], mention: [] };
  const text = textOf("escalated", { users: [], groups: [] }, { escalate });
  assert.match(text, /"No decision after 15 minutes\."/);
});
