import {
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { awsWorld } from "./aws-world.ts";

/** Starts a stand-in with a queue, and calls of its admin. `using` closes it. */
export async function setUp(options: Parameters<typeof awsWorld>[0] = {}) {
  const aws = await awsWorld(options);
  const sqs = aws.sqs();
  const QueueUrl = `${aws.sandbox.url}/111122223333/countersign-waiting`;
  const receive = async (more: Partial<ReceiveMessageCommandInput> = {}) =>
    (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more }))).Messages ?? [];
  const send = (MessageBody: string) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  const bodies = async (more: Partial<ReceiveMessageCommandInput> = {}) =>
    (await receive(more)).map((each) => each.Body);
  /** Returns after the stand-in has answered a call that was sent after all others so far. */
  const settle = async () => void (await sqs.send(new GetQueueUrlCommand({ QueueName: "countersign-waiting" })));
  return { aws, sqs, QueueUrl, receive, send, bodies, settle, [Symbol.asyncDispose]: () => aws[Symbol.asyncDispose]() };
}
