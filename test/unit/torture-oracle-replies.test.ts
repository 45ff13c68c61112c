import assert from "node:assert/strict";
import { test } from "node:test";
import type { Evidence } from "../torture/oracle/evidence.ts";
import { replyViolations } from "../torture/oracle/replies.ts";

const message = (id: string, ts: string, thread_ts?: string) => ({
  ...{ ts, thread_ts },
  metadata: { event_payload: { request_id: id } },
});
const notice = (id: string, kind: string) => ({ id, kind, requestId: "r", channelId: "C0DBA", ts: "9.9" });

/** An execution that has ended, after a reminder and an escalation. */
function evidence(
  change: (channels: Record<string, object[]>, notices: object[]) => void = () => undefined,
  state = "open",
): Evidence {
  const channels = {
    C0DBA: [message("r", "1"), message("n-1", "2", "1"), message("n-2", "3", "1"), message("n-3", "4", "1")],
    C0ONCALL: [message("r", "5"), message("n-4", "6", "5")],
  };
  const notices = [
    notice("n-1", "reminder"),
    notice("n-2", "escalated"),
    notice("n-3", "execution-ended"),
    { ...notice("n-4", "execution-ended"), channelId: "C0ONCALL" },
  ];
  change(channels, notices);
  const requests = [{ id: "r", executionId: "e", executionEndedAt: 1, state }];
  const messages = [{ channelId: "C0ONCALL", requestId: "r", ts: null, claimId: null }];
  return { channels, records: { requests, notices, messages }, deletions: [] } as unknown as Evidence;
}

test("replies that occur once, in the thread of their execution, are no violation", () => {
  assert.deepEqual(replyViolations(evidence()), []);
});

test("a request that closed before its message for the channel on call was posted needs none", () => {
  const withoutMessage: Parameters<typeof evidence>[0] = (channels, notices) => {
    Object.assign(channels, { C0ONCALL: [] });
    notices.pop();
  };
  assert.match(replyViolations(evidence(withoutMessage)).join(), /escalated request r has 0 messages/);
  assert.doesNotMatch(replyViolations(evidence(withoutMessage, "closed")).join(), /escalated request/);
});

test("a reply that is missing, repeated or in another thread is a violation, and so is a missing escalation", () => {
  const table: [Parameters<typeof evidence>[0], RegExp][] = [
    [({ C0DBA }) => C0DBA?.splice(1, 1), /n-1 \(reminder\) exists 0 times/],
    [({ C0DBA }) => C0DBA?.push(message("n-1", "7", "1")), /n-1 \(reminder\) exists 2 times/],
    [({ C0DBA }) => C0DBA?.splice(1, 1, message("n-1", "2", "8")), /n-1 .* in the thread of another execution/],
    [({ C0ONCALL }) => C0ONCALL?.splice(1), /the end of execution e is reported 0 times in C0ONCALL/],
    [(channels) => Object.assign(channels, { C0ONCALL: [] }), /escalated request r has 0 messages/],
    [(_, notices) => notices.splice(2, 1), /the end of execution e is reported 0 times in C0DBA/],
  ];
  for (const [change, expected] of table) {
    const found = replyViolations(evidence(change));
    assert.ok(
      found.some((each) => expected.test(each)),
      `${expected}: ${found.join()}`,
    );
  }
});
