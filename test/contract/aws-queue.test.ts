import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import {
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  ReceiptHandleIsInvalid,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { documentedResources } from "../support/iam-deployments.ts";
import { setUp } from "./aws-queue-setup.ts";
import { type AwsWorld, awsWorld, KEYS } from "./aws-world.ts";

test("a message is received in flight, is visible again after its timeout, and is gone once it is deleted", async () => {
  await using queue = await setUp();
  const { aws, sqs, QueueUrl, receive, send, bodies } = queue;
  await send("hello");
  const [first] = await receive({ VisibilityTimeout: 60, MessageSystemAttributeNames: ["All"] });
  assert.equal(first?.Attributes?.ApproximateReceiveCount, "1");
  assert.equal(Number(first?.Attributes?.SentTimestamp) > 0, true);
  assert.deepEqual(await bodies(), []);
  aws.clock.advance(60_000);
  const [second] = await receive({ MessageSystemAttributeNames: ["ApproximateReceiveCount"] });
  assert.deepEqual(second?.Attributes, { ApproximateReceiveCount: "2" });
  assert.notEqual(second?.ReceiptHandle, first?.ReceiptHandle);
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
  aws.clock.advance(30_000);
  const [third] = await receive();
  assert.equal(third?.Body, "hello", "an outdated receipt handle deletes nothing");
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: third?.ReceiptHandle }));
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: third?.ReceiptHandle }));
  aws.clock.advance(60_000);
  assert.deepEqual(await bodies(), []);
});

test("a long poll returns as soon as a message arrives, and without one after its wait", async () => {
  await using queue = await setUp();
  const { aws, send, bodies, settle } = queue;
  const waiting = bodies({ WaitTimeSeconds: 20 });
  await settle();
  await send("arrived");
  assert.deepEqual(await waiting, ["arrived"]);
  const empty = bodies({ WaitTimeSeconds: 20 });
  await settle();
  aws.clock.advance(20_000);
  assert.deepEqual(await empty, []);
});

test("a long poll that its caller aborts takes no message", async () => {
  await using queue = await setUp();
  const { sqs, QueueUrl, send, bodies, settle } = queue;
  const abort = new AbortController();
  const command = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 });
  const aborted = assert.rejects(sqs.send(command, { abortSignal: abort.signal }), { name: "AbortError" });
  await settle();
  abort.abort();
  await aborted;
  await settle();
  await send("one");
  assert.deepEqual(await bodies(), ["one"]);
});

test("a delayed message is not visible before its time", async () => {
  await using queue = await setUp();
  const { aws, sqs, QueueUrl, bodies } = queue;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "later", DelaySeconds: 60 }));
  assert.deepEqual(await bodies(), []);
  aws.clock.advance(60_000);
  assert.deepEqual(await bodies(), ["later"]);
});

test("a message that was received five times moves to the dead-letter queue", async () => {
  await using queue = await setUp();
  const { aws, send, bodies } = queue;
  await send("poison");
  for (let count = 0; count < 5; count++) {
    assert.deepEqual(await bodies({ VisibilityTimeout: 1 }), ["poison"]);
    aws.clock.advance(1_000);
  }
  assert.deepEqual(await bodies(), []);
  const letters = { QueueUrl: `${aws.sandbox.url}/111122223333/countersign-waiting-dead-letters` };
  assert.deepEqual(await bodies(letters), ["poison"]);
});

test("bodies and attributes have the MD5 that the documentation describes", async () => {
  await using queue = await setUp();
  const { sqs, QueueUrl, receive } = queue;
  const MessageAttributes = {
    Hello: { DataType: "String", StringValue: "There" },
    General: { DataType: "String", StringValue: "Kenobi" },
    "Help.Me": { DataType: "String", StringValue: "Me" },
  };
  const sent = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "msg", MessageAttributes }));
  // Both values were recorded from SQS.
  assert.equal(sent.MD5OfMessageBody, "6e2baaf3b97dbeef01c0043275f9a0e7");
  assert.equal(sent.MD5OfMessageAttributes, "4c360f3fdafd970e05fae2f149d997f5");
  const [plain] = await receive({ VisibilityTimeout: 0 });
  assert.deepEqual([plain?.MD5OfMessageAttributes, plain?.MessageAttributes], [undefined, undefined]);
  const [some] = await receive({ MessageAttributeNames: ["Hello", "General"] });
  assert.equal(some?.MD5OfMessageAttributes, "fca026605781cb4126a1e9044df24232");
  assert.equal(some?.MD5OfBody, createHash("md5").update("msg").digest("hex"));
});

test("each entry of a batch succeeds or fails alone", async () => {
  await using queue = await setUp();
  const { sqs, QueueUrl, receive, bodies, aws } = queue;
  const entries = ["a", "b"].map((Id) => ({ Id, MessageBody: `body ${Id}` }));
  const sent = await sqs.send(
    new SendMessageBatchCommand({ QueueUrl, Entries: [...entries, { Id: "c", MessageBody: "\u0000" }] }),
  );
  assert.deepEqual(
    [sent.Successful?.map(({ Id }) => Id), sent.Failed?.map(({ Code }) => Code)],
    [["a", "b"], ["InvalidMessageContents"]],
  );
  const [first] = await receive();
  const Entries = [
    { Id: "0", ReceiptHandle: first?.ReceiptHandle },
    { Id: "1", ReceiptHandle: "garbage" },
  ];
  const deleted = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  assert.deepEqual(deleted.Successful, [{ Id: "0" }]);
  assert.deepEqual(
    deleted.Failed?.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault]),
    [["1", "ReceiptHandleIsInvalid", true]],
  );
  aws.clock.advance(30_000);
  assert.deepEqual(await bodies(), ["body b"]);
});

type Call = (queue: { QueueUrl: string }) => ConstructorParameters<typeof ReceiveMessageCommand>[0];
const invalid: [string, Partial<Awaited<ReturnType<Call>>>, RegExp][] = [
  ["eleven messages", { MaxNumberOfMessages: 11 }, /^Value 11 for parameter MaxNumberOfMessages is invalid\. Reason: /],
  ["no message", { MaxNumberOfMessages: 0 }, /^Value 0 for parameter MaxNumberOfMessages is invalid/],
  ["a wait of 21 seconds", { WaitTimeSeconds: 21 }, /^Value 21 for parameter WaitTimeSeconds is invalid/],
  [
    "a timeout of half a day and a second",
    { VisibilityTimeout: 43_201 },
    /^Value 43201 for parameter VisibilityTimeout/,
  ],
];
for (const [mistake, input, message] of invalid) {
  test(`a receive of ${mistake} is rejected`, async () => {
    await using queue = await setUp();
    await assert.rejects(queue.receive(input), {
      name: "InvalidParameterValue",
      Code: "InvalidParameterValue",
      message,
    });
  });
}

test("a wrong batch is rejected as a whole", async () => {
  await using queue = await setUp();
  const { sqs, QueueUrl } = queue;
  const batch = (ids: string[]) =>
    sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: ids.map((Id) => ({ Id, MessageBody: "x" })) }));
  await assert.rejects(batch([]), { name: "EmptyBatchRequest", Code: "AWS.SimpleQueueService.EmptyBatchRequest" });
  await assert.rejects(batch(["a", "a"]), { name: "BatchEntryIdsNotDistinct", message: "Id a repeated." });
  await assert.rejects(batch(["a b"]), { name: "InvalidBatchEntryId" });
  await assert.rejects(batch(Array.from({ length: 11 }, (_, index) => `${index}`)), {
    name: "TooManyEntriesInBatchRequest",
    message: "Maximum number of entries per request are 10. You have sent 11.",
  });
});

test("a queue that does not exist, a foreign receipt handle and a missing member have AWS's codes", async () => {
  await using queue = await setUp();
  const { aws, sqs, QueueUrl, receive, send } = queue;
  const none = { QueueUrl: `${aws.sandbox.url}/111122223333/none` };
  await assert.rejects(sqs.send(new ReceiveMessageCommand(none)), (error) => {
    assert.ok(error instanceof QueueDoesNotExist);
    assert.deepEqual([error.name, error.$metadata.httpStatusCode], ["QueueDoesNotExist", 400]);
    assert.equal((error as { Code?: string }).Code, "AWS.SimpleQueueService.NonExistentQueue");
    return true;
  });
  await assert.rejects(sqs.send(new GetQueueUrlCommand({ QueueName: "none" })), QueueDoesNotExist);
  await send("x");
  const [message] = await receive();
  const letters = `${QueueUrl}-dead-letters`;
  for (const ReceiptHandle of ["garbage", message?.ReceiptHandle ?? ""])
    await assert.rejects(
      sqs.send(new DeleteMessageCommand({ QueueUrl: letters, ReceiptHandle })),
      ReceiptHandleIsInvalid,
    );
  await assert.rejects(sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: undefined })), {
    Code: "MissingParameter",
    message: "The request must contain the parameter ReceiptHandle.",
  });
});

test("the reply has the protocol of SQS: JSON 1.0, and the code of the Query protocol in a header", async () => {
  await using aws = await awsWorld();
  const reply = (version: string, target: string) =>
    fetch(aws.sandbox.url, {
      method: "POST",
      headers: { "content-type": `application/x-amz-json-${version}`, "x-amz-target": target },
      body: "{}",
    });
  const unsigned = await reply("1.0", "AmazonSQS.ReceiveMessage");
  assert.equal(unsigned.headers.get("content-type"), "application/x-amz-json-1.0");
  assert.match(unsigned.headers.get("x-amzn-query-error") ?? "", /^MissingAuthenticationToken\w*;Sender$/);
  for (const [version, target] of [
    ["1.1", "AmazonSQS.ReceiveMessage"],
    ["1.0", "AmazonSSM.GetAutomationExecution"],
  ] as const)
    assert.match(await (await reply(version, target)).text(), /UnknownOperationException/, target);
});

test("a queue has its URL and its attributes, and only its own account and Region has it", async () => {
  await using queue = await setUp();
  const { aws, sqs, QueueUrl, send } = queue;
  assert.equal((await sqs.send(new GetQueueUrlCommand({ QueueName: "countersign-waiting" }))).QueueUrl, QueueUrl);
  await send("x");
  const ask = (AttributeNames: string[] | undefined) =>
    sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: AttributeNames as ["All"] }));
  const { Attributes = {} } = await ask(["All"]);
  assert.equal(Attributes.QueueArn, "arn:aws:sqs:us-east-1:111122223333:countersign-waiting");
  assert.deepEqual([Attributes.ApproximateNumberOfMessages, Attributes.VisibilityTimeout], ["1", "30"]);
  assert.equal(JSON.parse(Attributes.RedrivePolicy ?? "{}").maxReceiveCount, 5);
  assert.deepEqual(JSON.parse(Attributes.Policy ?? "{}"), documentedResources().queue);
  assert.deepEqual((await ask(["VisibilityTimeout"])).Attributes, { VisibilityTimeout: "30" });
  assert.equal((await ask(undefined)).Attributes, undefined);
  await assert.rejects(ask(["Size"]), { name: "InvalidAttributeName" });
  const receive = new ReceiveMessageCommand({ QueueUrl });
  await assert.rejects(aws.sqs({ region: "eu-west-1" }).send(receive), QueueDoesNotExist);
  await assert.rejects(aws.sqs({ as: KEYS.secondAdmin }).send(receive), { Code: "AccessDenied" });
});

test("the bot may receive and delete, and not send; others need permission", async () => {
  await using queue = await setUp();
  const { aws, QueueUrl } = queue;
  const bot = aws.sqs({ as: KEYS.bot });
  await bot.send(new ReceiveMessageCommand({ QueueUrl }));
  await bot.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  await assert.rejects(bot.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" })), {
    name: "AccessDenied",
    message: /sqs:SendMessage on resource: arn:aws:sqs:us-east-1:111122223333:countersign-waiting/,
  });
  await assert.rejects(aws.sqs({ as: KEYS.jane }).send(new ReceiveMessageCommand({ QueueUrl })), {
    name: "AccessDenied",
  });
});

test("a reset empties the queue and ends every long poll", async () => {
  await using queue = await setUp();
  const { aws, bodies, send } = queue;
  await send("old");
  const [, waiting] = [await bodies(), bodies({ WaitTimeSeconds: 20 })];
  await waitForPoll(aws);
  await aws.control("reset", {});
  assert.deepEqual(await waiting, []);
  aws.clock.advance(60_000);
  assert.deepEqual(await bodies(), []);
});

/** Waits until the stand-in has begun the call that was just sent: a call on another connection is replied to after it. */
async function waitForPoll(aws: AwsWorld): Promise<void> {
  for (let count = 0; count < 3; count++) await aws.control("clock");
}
