import assert from "node:assert/strict";
import { test } from "node:test";
import type { QueuedEvent, QueueMessage } from "../../src/app/ports/waiting-queue.ts";
import { makeRecordEvents } from "../../src/app/watch/record-events.ts";
import { TARGET, testClock, testLog } from "../support/fakes.ts";

const event = (more: object = {}): QueuedEvent => ({
  kind: "execution",
  account: TARGET.account,
  region: TARGET.region,
  executionId: "e1",
  at: 0,
  mayWait: true,
  ...more,
});
let sent = 0;
const message = (content: QueuedEvent, receives = 1): QueueMessage => {
  sent++;
  return { messageId: `m${sent}`, receipt: `r${sent}`, receives, content };
};

const UNIDENTIFIED = "555566667777";

function setUp() {
  const clock = testClock();
  const log = testLog();
  const announced: object[][] = [];
  const record = makeRecordEvents({
    executions: { announce: async (events) => void announced.push([...events]) },
    findTarget: ({ account, region }) =>
      account === UNIDENTIFIED ? null : account === TARGET.account && region === TARGET.region ? TARGET.key : undefined,
    clock,
    log,
  });
  return { clock, log, announced, record };
}

test("a batch stores one read for each execution, in one transaction, and all of its messages are done", async () => {
  const { announced, record, clock } = setUp();
  const messages = [
    message(event({ mayWait: false, at: clock.now() - 2_000 })),
    message(event()),
    message(event({ mayWait: false })),
    message(event({ executionId: "e2", mayWait: false })),
  ];
  const found = await record(messages, false);
  assert.deepEqual(announced, [
    [
      { target: TARGET.key, executionId: "e1", mayWait: true },
      { target: TARGET.key, executionId: "e2", mayWait: false },
    ],
  ]);
  assert.deepEqual(
    found.done,
    messages.map(({ receipt }) => receipt),
  );
  assert.deepEqual([[...found.targets], found.ages[0]], [[TARGET.key], 2_000]);
});

test("events about other accounts and Regions, and other events, store nothing and are deleted", async () => {
  const { announced, record } = setUp();
  const messages = [
    message(event({ account: "999900001111" })),
    message(event({ region: "eu-west-1" })),
    message({ kind: "other" }),
  ];
  const found = await record(messages, true);
  assert.deepEqual([announced, found.done.length, found.results], [[], 3, ["foreign", "foreign", "other"]]);
});

test("a message that may be about a target that is not identified yet stays in the queue, for some minutes", async () => {
  const { announced, record } = setUp();
  const unknown = event({ account: UNIDENTIFIED });
  const first = await record([message(unknown), message(event())], false);
  assert.deepEqual([first.results, first.done.length, announced.length], [["unidentified", "recorded"], 1, 1]);
  const last = await record([message(unknown, 5)], false);
  assert.deepEqual(
    [last.results, last.done.length],
    [["foreign"], 1],
    "a target that stays unidentified blocks nothing",
  );
});

for (const hasDeadLetters of [true, false]) {
  test(`a malformed message is ${hasDeadLetters ? "left to the dead-letter queue" : "deleted without a dead-letter queue"}, with one log line each time it is received`, async () => {
    const { log, record } = setUp();
    const bad: QueuedEvent = { kind: "malformed", reason: "the body is not a JSON object" };
    const good = message(event());
    const first = await record([message(bad), good], hasDeadLetters);
    assert.equal(first.done.length, hasDeadLetters ? 1 : 2);
    assert.deepEqual(first.results, ["malformed", "recorded"]);
    const again = await record([message(bad, 2)], hasDeadLetters);
    // A first receipt may have been that of the doctor, or of a process that has ended.
    assert.deepEqual([again.results, again.done.length], [["malformed"], hasDeadLetters ? 0 : 1]);
    assert.deepEqual(
      log.lines.map(({ level, fields }) => [level, fields.event, fields.deleted]),
      Array.from({ length: 2 }, () => ["warn", "queue.malformed", !hasDeadLetters]),
    );
  });
}
