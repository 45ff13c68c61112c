import assert from "node:assert/strict";
import { test } from "node:test";
import { THREAD_KINDS } from "../../src/app/ports/delivery-store.ts";
import type { NoticeView } from "../../src/app/ports/slack.ts";
import { findRequester } from "../../src/core/requester.ts";
import { noticeMessage } from "../../src/slack/messages/notice-message.ts";
import { aRequest, aRoute, NOW, REQUEST_ID } from "../support/samples.ts";

const view = (kind: (typeof THREAD_KINDS)[number], more: object = {}) =>
  ({
    ...{ kind, request: aRequest({ executionEndedAt: NOW }), votes: [], attempts: [], route: aRoute() },
    ...{ requester: findRequester(aRequest(), {}), ...more },
  }) as unknown as NoticeView;
const visible = (of: NoticeView) => JSON.stringify(noticeMessage(of).blocks);

test("a reply whose thread was deleted names its request, and an open one the command that shows its buttons", () => {
  for (const kind of THREAD_KINDS) {
    const text = visible(view(kind, { isThreadLost: true }));
    assert.match(text, /Prod-DB-Restart in default.*Restart the database\?/, kind);
    assert.match(text, new RegExp(`/approvals show ${REQUEST_ID}`), kind);
    const closed = aRequest({ state: "closed", executionEndedAt: NOW });
    const ended = visible(view(kind, { isThreadLost: true, request: closed }));
    assert.match(ended, /Prod-DB-Restart in default/, kind);
    if (kind !== "not-editable") assert.doesNotMatch(ended, /approvals show/, kind);
  }
  const reminder = visible(view("reminder", { isThreadLost: true }));
  assert.equal(reminder.match(/decide by/g)?.length, 1, "the deadline appears once, in the time zone of the reader");
  const stays = visible(view("reminder", { isThreadClosed: true }));
  assert.match(stays, /Prod-DB-Restart in default/);
  assert.doesNotMatch(stays, /deleted/, "its message takes no replies, and is still there");
  assert.doesNotMatch(visible(view("reminder", { isThreadLost: false })), /Prod-DB-Restart/);
});
