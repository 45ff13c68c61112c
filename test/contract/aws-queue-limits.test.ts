import assert from "node:assert/strict";
import { test } from "node:test";
import { ReceiveMessageCommand, SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import type { AwsError } from "../../sandbox/aws/protocol/aws-error.ts";
import { QUEUE_DEFAULTS, type Queue, type QueueMessage } from "../../sandbox/aws/sqs/queue.ts";
import { receiveMessage } from "../../sandbox/aws/sqs/receive-message.ts";
import { setUp } from "./aws-queue-setup.ts";

/** The longest message that the stand-in accepts: see docs/fidelity.md. */
const MAX_BYTES = 262_144;

test("a message of the largest size is sent, and one more byte, also in UTF-8, is rejected", async () => {
  await using queue = await setUp();
  const { send, bodies } = queue;
  await send("x".repeat(MAX_BYTES));
  assert.deepEqual(
    (await bodies()).map((body) => body?.length),
    [MAX_BYTES],
  );
  for (const body of ["x".repeat(MAX_BYTES + 1), `${"x".repeat(MAX_BYTES - 1)}é`])
    await assert.rejects(send(body), {
      Code: "InvalidParameterValue",
      message: `One or more parameters are invalid. Reason: Message must be shorter than ${MAX_BYTES} bytes.`,
    });
});

test("the messages of a batch are together no longer than one message may be", async () => {
  await using queue = await setUp();
  const { sqs, QueueUrl, bodies } = queue;
  const batch = (second: number) =>
    sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [MAX_BYTES / 2, second].map((length, index) => ({ Id: `${index}`, MessageBody: "x".repeat(length) })),
      }),
    );
  await assert.rejects(batch(MAX_BYTES / 2 + 1), {
    name: "BatchRequestTooLong",
    message: "Batch requests cannot be longer than 262144 bytes. You have sent 262145 bytes.",
  });
  assert.deepEqual(await bodies(), [], "no entry was sent");
  assert.equal((await batch(MAX_BYTES / 2)).Successful?.length, 2);
});

test("an address without an account and a name is rejected", async () => {
  await using queue = await setUp();
  const { aws, sqs } = queue;
  for (const path of [
    "",
    "countersign-waiting",
    "11112222333/countersign-waiting",
    "111122223333/countersign-waiting/x",
  ]) {
    const QueueUrl = `${aws.sandbox.url}/${path}`;
    await assert.rejects(sqs.send(new ReceiveMessageCommand({ QueueUrl })), (error: Error) => {
      assert.deepEqual(
        [error.name, error.message],
        ["InvalidAddress", `The address ${QueueUrl} is not valid for this endpoint.`],
      );
      return true;
    });
  }
});

test("with 120,000 messages in flight, a receive is rejected, and one fewer is possible", async () => {
  const account = "111122223333";
  const deps = (inFlight: number) => {
    const queue = { now: () => 0, settings: QUEUE_DEFAULTS, receive: async () => [] } as unknown as Queue;
    const messages = Array.from({ length: inFlight }, () => ({ receiveCount: 1, visibleAt: 1 }) as QueueMessage);
    queue.messages = () => [...messages, { receiveCount: 1, visibleAt: 0 } as QueueMessage];
    return { queues: { find: () => queue }, tokenSecret: "x" } as unknown as Parameters<typeof receiveMessage>[0];
  };
  const receive = async (inFlight: number) =>
    receiveMessage(
      deps(inFlight),
      { account, region: "us-east-1" } as Parameters<typeof receiveMessage>[1],
      { QueueUrl: `https://sqs.us-east-1.amazonaws.com/${account}/countersign-waiting` },
      new AbortController().signal,
    );
  assert.deepEqual(await receive(119_999), {});
  await assert.rejects(receive(120_000), (error: AwsError) => {
    assert.deepEqual([error.code, error.status, error.message], ["OverLimit", 403, "Too many messages in flight."]);
    return true;
  });
});
