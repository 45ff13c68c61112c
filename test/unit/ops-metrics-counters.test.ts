import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClickOutcome } from "../../src/app/decide/evaluate-click.ts";
import { makeMetrics } from "../../src/ops/metrics.ts";
import { withDirectReplies } from "../../src/slack/direct-reply.ts";
import { fakeChat, fakeDirectory } from "../support/fake-slack.ts";
import { fakeAutomation } from "../support/fakes.ts";
import { aClick, anExecution, aStep, NOW } from "../support/samples.ts";
import { fakeSlackCall, refusedBySlack } from "../support/slack-call.ts";

const HEALTHY = { isSlackConnected: () => true, heartbeatAge: () => 0 };

/** Returns the counters of one name, each with its labels, as Prometheus reads them. */
async function readCounters(metrics: ReturnType<typeof makeMetrics>, name: string): Promise<Record<string, number>> {
  const text = await metrics.text(null, NOW, HEALTHY);
  const lines = text.split("\n").filter((line) => line.startsWith(`countersign_${name}{`));
  return Object.fromEntries(lines.map((line) => [line.split('"')[1], Number(line.split(" ").at(-1))]));
}

test("lost messages are counted by reason, from zero", async () => {
  const metrics = makeMetrics();
  const read = () => readCounters(metrics, "messages_lost_total");
  assert.deepEqual(await read(), { deleted: 0, "not-editable": 0 });
  metrics.countLost("deleted");
  metrics.countLost("deleted");
  metrics.countLost("not-editable");
  assert.deepEqual(await read(), { deleted: 2, "not-editable": 1 });
});

test("replies to one person are counted by their way or by the failure, from zero", async () => {
  const metrics = makeMetrics();
  const read = () => readCounters(metrics, "replies_total");
  const none = { ephemeral: 0, "direct-message": 0, refused: 0, limited: 0, unavailable: 0, ambiguous: 0 };
  assert.deepEqual(await read(), none);
  const own = fakeChat();
  const failed = [
    { kind: "limited", retryAfterMs: 1 },
    { kind: "unavailable", error: "x" },
    { kind: "ambiguous", error: "x" },
  ] as const;
  const refused = { kind: "refused", code: "user_not_in_channel", error: "user_not_in_channel", advice: "" } as const;
  let answer: () => object = () => ({ ts: "1.1" });
  const call = fakeSlackCall({ "chat.postMessage": () => answer() });
  const chat = metrics.chat(withDirectReplies(own, fakeDirectory(), call));
  const reply = () => chat.postEphemeral("C0DBA", "U0JANE", "Only approvers can decide this.");
  await reply();
  own.nextEphemeral.push(...failed, refused, refused);
  for (const _ of failed) await reply();
  await reply();
  answer = () => {
    throw refusedBySlack("messages_tab_disabled");
  };
  await reply();
  assert.deepEqual(await read(), {
    ephemeral: 1,
    "direct-message": 1,
    refused: 1,
    limited: 1,
    unavailable: 1,
    ambiguous: 1,
  });
});

test("each read that shows a waiting step without an id is counted, from zero", async () => {
  const metrics = makeMetrics();
  const own = fakeAutomation();
  const automation = metrics.automation(own);
  const read = async () => {
    const text = await metrics.text(null, NOW, HEALTHY);
    return Number(/^countersign_steps_without_id_total (\d+)$/m.exec(text)?.[1]);
  };
  const { signal: abort } = new AbortController();
  assert.equal(await read(), 0);
  const execution = anExecution();
  own.shows(execution);
  await automation.read(execution.executionId, abort);
  await automation.read("unknown to AWS", abort);
  assert.equal(await read(), 0);
  own.shows(anExecution({ steps: [aStep({ stepExecutionId: null })] }));
  await automation.read(execution.executionId, abort);
  await automation.read(execution.executionId, abort);
  assert.equal(await read(), 2);
});

test("approvals that stop counting are counted by reason, from zero", async () => {
  const metrics = makeMetrics();
  const read = async () => {
    const counted = Object.entries(await readCounters(metrics, "votes_dropped_total"));
    return { kinds: counted.length, dropped: counted.filter(([, count]) => count > 0) };
  };
  const { kinds, dropped } = await read();
  assert.ok(kinds > 0);
  assert.deepEqual(dropped, []);
  const click = {
    ...aClick("U0JANE"),
    evaluatedAt: null,
    reply: null,
    repliedAt: null,
    lastError: null,
    replacedBy: null,
  };
  const outcomes: ClickOutcome[] = [
    { kind: "counted", completes: false, dropped: ["not-approver", "account-status", "not-approver"] },
    { kind: "counted", completes: true },
    { kind: "denied", denial: { kind: "no-request" } },
  ];
  for (const outcome of outcomes)
    await metrics.clicks(async () => outcome)({ ...click, nextAttemptAt: 0, attempts: 0 });
  assert.deepEqual((await read()).dropped, [
    ["account-status", 1],
    ["not-approver", 2],
  ]);
});
