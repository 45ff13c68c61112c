import { AwsError } from "../protocol/aws-error.ts";
import { digestAttributes, digestBody } from "./message-digest.ts";
import { MAX_IN_FLIGHT, type Queue, type QueueMessage } from "./queue.ts";
import { invalidValue } from "./sqs-errors.ts";
import { findQueue, type SqsDeps, type SqsOperation, toReceiptHandle } from "./sqs-operation.ts";

interface Input {
  QueueUrl: string;
  AttributeNames?: string[];
  MessageSystemAttributeNames?: string[];
  MessageAttributeNames?: string[];
  MaxNumberOfMessages?: number;
  VisibilityTimeout?: number;
  WaitTimeSeconds?: number;
}

const MAX_MESSAGES = 10;
const MAX_WAIT_SECONDS = 20;
const MAX_VISIBILITY_SECONDS = 43_200;

/**
 * Receives 1 to 10 messages, the oldest first, and waits for the first one (long polling). A reply without messages has no
 * member `Messages`. The wait ends with the connection of the caller: then no message is taken.
 */
export const receiveMessage: SqsOperation<Input> = async (deps, caller, input, abort) => {
  const queue = findQueue(deps, caller, input.QueueUrl);
  const max = input.MaxNumberOfMessages ?? 1;
  const wait = input.WaitTimeSeconds ?? queue.settings.ReceiveMessageWaitTimeSeconds;
  const visibility = input.VisibilityTimeout ?? queue.settings.VisibilityTimeout;
  if (max < 1 || max > MAX_MESSAGES)
    throw invalidValue(max, "MaxNumberOfMessages", `Must be between 1 and ${MAX_MESSAGES}, if provided.`);
  if (wait < 0 || wait > MAX_WAIT_SECONDS)
    throw invalidValue(wait, "WaitTimeSeconds", `Must be >= 0 and <= ${MAX_WAIT_SECONDS}, if provided.`);
  if (visibility < 0 || visibility > MAX_VISIBILITY_SECONDS)
    throw invalidValue(visibility, "VisibilityTimeout", `Must be >= 0 and <= ${MAX_VISIBILITY_SECONDS}, if provided.`);
  if (countInFlight(queue, queue.now()) >= MAX_IN_FLIGHT)
    throw new AwsError("OverLimit", "Too many messages in flight.", 403);
  const options = { max, visibilityMs: visibility * 1000, waitMs: wait * 1000, abort };
  const found = await queue.receive(options);
  return found.length === 0 ? {} : { Messages: found.map((message) => toMessage(deps, queue, message, input)) };
};

/** Counts the messages that are received and not visible again at `now`. */
export const countInFlight = (queue: Queue, now: number) =>
  queue.messages().filter(({ receiveCount, visibleAt }) => receiveCount > 0 && visibleAt > now).length;

function toMessage(deps: SqsDeps, queue: Queue, message: QueueMessage, input: Input): object {
  const system = toSystemAttributes(message, [
    ...(input.AttributeNames ?? []),
    ...(input.MessageSystemAttributeNames ?? []),
  ]);
  const own = Object.fromEntries(
    Object.entries(message.attributes).filter(([name]) => isRequested(name, input.MessageAttributeNames ?? [])),
  );
  const hasOwn = Object.keys(own).length > 0;
  return {
    MessageId: message.id,
    ReceiptHandle: toReceiptHandle(deps, queue, message),
    MD5OfBody: digestBody(message.body),
    Body: message.body,
    ...(Object.keys(system).length > 0 ? { Attributes: system } : {}),
    ...(hasOwn ? { MD5OfMessageAttributes: digestAttributes(own), MessageAttributes: own } : {}),
  };
}

/** Returns the requested system attributes; every value is a text. */
function toSystemAttributes(message: QueueMessage, names: readonly string[]): Record<string, string> {
  const all = {
    SenderId: message.senderId,
    SentTimestamp: String(Math.round(message.sentAt)),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(Math.round(message.firstReceivedAt ?? 0)),
  };
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes("All") || names.includes(name)));
}

/** A name selects the attribute of this name, `All` and `.*` every one, and `prefix.*` those that begin with the prefix. */
const isRequested = (name: string, requested: readonly string[]) =>
  requested.some(
    (each) =>
      each === "All" || each === ".*" || each === name || (each.endsWith(".*") && name.startsWith(each.slice(0, -2))),
  );
