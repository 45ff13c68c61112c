import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { AwsCalls } from "../app/ports/aws.ts";
import type { QueueMessage, WaitingQueue } from "../app/ports/waiting-queue.ts";
import { readFailure } from "./aws-failures.ts";
import { decodeEvent } from "./decode-event.ts";
import { observeCalls } from "./observe-calls.ts";
import { ownCredentials } from "./own-credentials.ts";
import { makeRequestHandler } from "./request-handler.ts";
import { UNCOUNTED } from "./uncounted.ts";

/** The maxima of ReceiveMessage. Source: SQS API reference. */
const WAIT_SECONDS = 20;
const MAX_MESSAGES = 10;
/** A message that is not deleted within this time, for instance because the process has died, is received again. */
const VISIBILITY_SECONDS = 60;
/** Longer than a long poll. */
const REQUEST_TIMEOUT_MS = 30_000;

/** The usual host of a queue: the SDK derives it from the Region, the FIPS and dual-stack settings, or AWS_ENDPOINT_URL_SQS. */
const USUAL_HOST = /^(?:sqs\.[\w-]+\.|[\w-]+\.queue\.|queue\.)amazonaws\.com(?:\.cn)?$/;

/**
 * Connects to a queue by its URL. `peek` receives a message at most, without waiting, and leaves it visible: only its count of
 * receives grows. It throws the errors of the SDK. `close` ends the connections.
 */
export function makeWaitingQueue(options: {
  url: string;
  region: string;
  calls: AwsCalls;
}): WaitingQueue & { peek(abort: AbortSignal): Promise<unknown>; close(): void } {
  const { url: QueueUrl, region, calls } = options;
  // The worker receives again by itself, after a growing pause.
  const client = connectQueue(QueueUrl, region, 1, calls);
  return {
    async receive(abort) {
      try {
        const command = new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: MAX_MESSAGES,
          WaitTimeSeconds: WAIT_SECONDS,
          VisibilityTimeout: VISIBILITY_SECONDS,
          MessageSystemAttributeNames: ["ApproximateReceiveCount"],
        });
        const { Messages = [] } = await client.send(command, { abortSignal: abort });
        return { kind: "received", messages: Messages.map(toQueueMessage) };
      } catch (error) {
        return readFailure(error);
      }
    },

    peek(abort) {
      const input = { QueueUrl, MaxNumberOfMessages: 1, WaitTimeSeconds: 0, VisibilityTimeout: 0 };
      return client.send(new ReceiveMessageCommand(input), { abortSignal: abort });
    },

    async remove(receipts) {
      if (receipts.length === 0) return null;
      try {
        const Entries = receipts.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
        const { Failed = [] } = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
        const [first] = Failed;
        if (first === undefined) return null;
        return { kind: "failed", code: first.Code ?? "Unknown", message: first.Message ?? "", retry: true };
      } catch (error) {
        return readFailure(error);
      }
    },

    async readSettings(abort) {
      try {
        const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["RedrivePolicy", "Policy"] });
        const { Attributes: { RedrivePolicy, Policy } = {} } = await client.send(command, { abortSignal: abort });
        return { kind: "settings", hasDeadLetters: RedrivePolicy !== undefined, policy: Policy || null };
      } catch (error) {
        return readFailure(error);
      }
    },

    close: () => client.destroy(),
  };
}

/** Makes a client for a queue: its URL may be that of a VPC endpoint, and its Region another one than that of the bot. */
export function connectQueue(url: string, region: string, maxAttempts: number, calls: AwsCalls = UNCOUNTED): SQSClient {
  const { hostname, origin } = new URL(url);
  const client = new SQSClient({
    region,
    maxAttempts,
    requestHandler: makeRequestHandler({ requestTimeout: REQUEST_TIMEOUT_MS }),
    ...ownCredentials(),
    // Any other host is a VPC endpoint or a stand-in.
    ...(USUAL_HOST.test(hostname) ? { useQueueUrlAsEndpoint: false } : { endpoint: origin }),
  });
  client.middlewareStack.use(observeCalls(calls));
  return client;
}

function toQueueMessage({ MessageId, ReceiptHandle, Body, Attributes }: Message): QueueMessage {
  return {
    messageId: MessageId ?? "",
    receipt: ReceiptHandle ?? "",
    receives: Number(Attributes?.ApproximateReceiveCount ?? 1),
    content: decodeEvent(Body ?? ""),
  };
}
