import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { QueueMessage, WaitingQueue } from "../../src/app/ports/waiting-queue.ts";
import { makeRecordEvents } from "../../src/app/watch/record-events.ts";
import { UNCOUNTED } from "../../src/aws/uncounted.ts";
import { makeWaitingQueue } from "../../src/aws/waiting-queue.ts";
import { makeQueueHealth } from "../../src/ops/queue-health.ts";
import { startQueueWorker } from "../../src/workers/receive-events.ts";
import { makeWakeUps } from "../../src/workers/wake-ups.ts";
import { eventually } from "../support/eventually.ts";
import { QUICK, TARGET, testLog } from "../support/fakes.ts";
import { NO_PRIORITY } from "../support/no-priority.ts";
import { aStore } from "../support/stores.ts";
import { awsWorld, gate, KEYS } from "./aws-world.ts";

const never = new AbortController().signal;

/** The shipped adapter, which finds its credentials in the variables of the SDK. */
async function setUp(t: TestContext) {
  const aws = await awsWorld({ assumptions: { startDelayMs: 0, eventDelayMs: 0, eventCopies: 1 } });
  t.after(() => aws[Symbol.asyncDispose]());
  const { bot } = KEYS;
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: bot.accessKeyId, AWS_SECRET_ACCESS_KEY: bot.secretAccessKey });
  const url = `${aws.sandbox.url}/111122223333/countersign-waiting`;
  const queue = makeWaitingQueue({ url, region: "us-east-1", calls: UNCOUNTED });
  t.after(() => queue.close());
  await aws.document("Gate", { mainSteps: [gate("first", ["admin"])] });
  const send = (MessageBody: string) => aws.sqs().send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
  const left = async (): Promise<{ receiveCount: number }[]> =>
    (await aws.control("queues")).queues.find(({ name }: { name: string }) => name === "countersign-waiting").messages;
  return { aws, queue, send, left };
}

async function receiveAll(queue: WaitingQueue, count: number): Promise<QueueMessage[]> {
  const messages: QueueMessage[] = [];
  while (messages.length < count) {
    const received = await queue.receive(never);
    if (received.kind === "failed") assert.fail(received.message);
    messages.push(...received.messages);
  }
  return messages;
}

test("the adapter receives the events of a waiting step, deletes them, and names a missing queue", async (t) => {
  const { aws, queue, send, left } = await setUp(t);
  const executionId = await aws.start("Gate");
  await send("no event");
  const messages = await receiveAll(queue, 6);
  assert.deepEqual(
    messages.map(({ content }) => content.kind),
    [...Array.from({ length: 5 }, () => "execution"), "malformed"],
  );
  for (const { content } of messages.slice(3, 5)) {
    assert.ok(content.kind === "execution");
    const { at, ...rest } = content;
    assert.ok(Math.abs(at - Date.now()) < 60_000);
    assert.deepEqual(rest, {
      kind: "execution",
      account: TARGET.account,
      region: TARGET.region,
      executionId,
      mayWait: true,
    });
  }
  const settings = await queue.readSettings(never);
  assert.ok(settings.kind === "settings" && settings.hasDeadLetters);
  assert.match(settings.policy ?? "", /"Service":"events\.amazonaws\.com"/);
  assert.equal(await queue.remove(messages.map(({ receipt }) => receipt)), null);
  assert.deepEqual(await left(), []);
  assert.equal((await queue.remove(["garbage"]))?.code, "ReceiptHandleIsInvalid");
  const none = makeWaitingQueue({ url: `${aws.sandbox.url}/111122223333/none`, region: "us-east-1", calls: UNCOUNTED });
  t.after(() => none.close());
  const failed = await none.receive(never);
  assert.ok(failed.kind === "failed");
  assert.equal(failed.code, "QueueDoesNotExist");
});

test("an aborted long poll ends at once and takes no message", async (t) => {
  const { aws, queue, left, send } = await setUp(t);
  const stopping = new AbortController();
  const polling = queue.receive(stopping.signal);
  await aws.control("clock");
  stopping.abort();
  assert.equal((await polling).kind, "failed");
  await eventually(
    "the stand-in has seen the end",
    async () => (await aws.control("requests?operation=ReceiveMessage")).requests.length === 1,
  );
  await send("later");
  assert.deepEqual(
    (await left()).map(({ receiveCount }) => receiveCount),
    [0],
  );
});

async function startWorkerOver(t: TestContext, queue: WaitingQueue) {
  const store = await aStore(t, { now: QUICK.now });
  const log = testLog();
  const health = makeQueueHealth(QUICK);
  const wakeUps = makeWakeUps(NO_PRIORITY);
  const woken: string[] = [];
  for (const topic of [`read ${TARGET.key}`, "queue"] as const)
    wakeUps.subscribe([topic], () => void woken.push(topic));
  const findTarget = ({ account, region }: { account: string; region: string }) =>
    account === TARGET.account && region === TARGET.region ? TARGET.key : undefined;
  const record = makeRecordEvents({ executions: store.executions, findTarget, clock: QUICK, log });
  const counted: string[] = [];
  const worker = startQueueWorker({
    queue,
    record,
    health,
    count: ({ results }) => void counted.push(...results),
    wakeUps,
    clock: QUICK,
    random: () => 0,
    log,
  });
  t.after(() => worker.stop());
  const watched = async () => (await store.executions.watched(TARGET.key)).map(({ executionId }) => executionId);
  return { store, log, health, worker, woken, counted, watched };
}

test("the worker stores the reads before it deletes the messages, wakes the readers, and stops in the middle of a long poll", async (t) => {
  const { aws, queue, left, send } = await setUp(t);
  const order: string[] = [];
  const { worker, woken, watched, counted, health } = await startWorkerOver(t, {
    ...queue,
    async remove(receipts) {
      order.push(`delete ${receipts.length > 0 && (await watched()).length > 0}`);
      return queue.remove(receipts);
    },
  });
  const executionId = await aws.start("Gate");
  await eventually("the messages are deleted", async () => counted.length === 5 && (await left()).length === 0);
  assert.deepEqual(await watched(), [executionId]);
  assert.ok(order.includes("delete true") && woken.includes(`read ${TARGET.key}`));
  await send("poison");
  await eventually("the malformed message is counted", () => counted.includes("malformed"));
  assert.equal((await left()).length, 1, "it is left to the dead-letter queue");
  assert.equal(health.report().status, "receiving");
  const began = performance.now();
  await worker.stop();
  assert.ok(performance.now() - began < 5_000, "the long poll of 20 s was aborted");
});

test("if the reads cannot be stored, no message is deleted", async (t) => {
  const { aws, queue, left } = await setUp(t);
  const removed: string[] = [];
  const { store, log } = await startWorkerOver(t, {
    ...queue,
    async remove(receipts) {
      removed.push(...receipts);
      return queue.remove(receipts);
    },
  });
  await store.close();
  await aws.start("Gate");
  await eventually("the failure is logged", () => log.lines.some(({ fields }) => fields.event === "round.failed"));
  assert.deepEqual([removed, (await left()).length], [[], 5]);
});

test("a queue that fails is called more and more rarely, is reported once, and wakes the polls; a success ends that", async (t) => {
  let fails = true;
  const calls: number[] = [];
  const { log, health, woken, worker } = await startWorkerOver(t, {
    async receive(abort) {
      calls.push(QUICK.now());
      if (fails) return { kind: "failed", code: "RequestThrottled", message: "slow down", retry: true };
      await QUICK.sleep(20_000, abort);
      return { kind: "received", messages: [] };
    },
    remove: async () => null,
    readSettings: async () => ({ kind: "settings", hasDeadLetters: false, policy: null }),
  });
  await eventually("several calls", () => calls.length >= 6);
  const pauses = calls.slice(2).map((at, index) => at - (calls[index + 1] ?? 0));
  assert.ok((pauses.at(-1) ?? 0) > 4 * (pauses[0] ?? 0), pauses.join());
  const events = () => log.lines.map(({ fields }) => fields.event).filter((event) => event !== "queue.received");
  assert.deepEqual([events(), health.report().status], [["queue.failed"], "failing"]);
  fails = false;
  await eventually("it works again", () => health.report().status === "receiving");
  assert.deepEqual(events(), ["queue.failed", "queue.recovered"]);
  assert.deepEqual(woken, [], "a short failure wakes no poll");
  await worker.stop();
});
