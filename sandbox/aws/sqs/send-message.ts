import type { Caller } from "../identity/authenticate.ts";
import { AwsError } from "../protocol/aws-error.ts";
import { checkTotalSize, runBatch } from "./batch.ts";
import { digestAttributes, digestBody, type MessageAttributes } from "./message-digest.ts";
import type { Queue } from "./queue.ts";
import { invalidValue, missingParameter } from "./sqs-errors.ts";
import { findQueue, type SqsOperation } from "./sqs-operation.ts";

interface Message {
  MessageBody: string;
  DelaySeconds?: number;
  MessageAttributes?: MessageAttributes;
}

const MAX_DELAY_SECONDS = 900;
const MAX_ATTRIBUTES = 10;
/** Anything but the characters that XML 1.0 permits. Source: SQS API reference, SendMessage. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are what it excludes
const FORBIDDEN = /[^\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const DATA_TYPE = /^(String|Number|Binary)(\.[\w.-]+)?$/;

/** Sends one message. */
export const sendMessage: SqsOperation<Message & { QueueUrl: string }> = (deps, caller, input) =>
  send(findQueue(deps, caller, input.QueueUrl), caller, input);

/** Sends 1 to 10 messages, each with its own result. */
export const sendMessageBatch: SqsOperation<{ QueueUrl: string; Entries: (Message & { Id: string })[] }> = (
  deps,
  caller,
  input,
) => {
  const queue = findQueue(deps, caller, input.QueueUrl);
  const total = input.Entries.reduce((sum, { MessageBody }) => sum + Buffer.byteLength(MessageBody), 0);
  checkTotalSize(total, queue.settings.MaximumMessageSize);
  return runBatch(input.Entries, "SendMessageBatchRequestEntry", (entry) => send(queue, caller, entry));
};

function send(queue: Queue, caller: Caller, message: Message): object {
  const { MessageBody: body, MessageAttributes: attributes = {} } = message;
  const delay = message.DelaySeconds ?? queue.settings.DelaySeconds;
  checkMessage(queue, body, attributes);
  if (delay < 0 || delay > MAX_DELAY_SECONDS)
    throw invalidValue(delay, "DelaySeconds", `DelaySeconds must be >= 0 and <= ${MAX_DELAY_SECONDS}.`);
  const delayed = delay === 0 ? {} : { visibleAt: queue.now() + delay * 1000 };
  const { id } = queue.send({ body, attributes, senderId: caller.principal.id, ...delayed });
  const hasAttributes = Object.keys(attributes).length > 0;
  return {
    MessageId: id,
    MD5OfMessageBody: digestBody(body),
    ...(hasAttributes ? { MD5OfMessageAttributes: digestAttributes(attributes) } : {}),
  };
}

function checkMessage({ settings }: Queue, body: string, attributes: MessageAttributes): void {
  if (body === "") throw missingParameter("MessageBody");
  const max = settings.MaximumMessageSize;
  if (Buffer.byteLength(body) > max) {
    const text = `One or more parameters are invalid. Reason: Message must be shorter than ${max} bytes.`;
    throw new AwsError("InvalidParameterValueException", text);
  }
  if (FORBIDDEN.test(body))
    throw new AwsError(
      "InvalidMessageContents",
      "Invalid characters found. Valid unicode characters are those of XML.",
    );
  const entries = Object.entries(attributes);
  if (entries.length > MAX_ATTRIBUTES) {
    const text = `Number of message attributes [${entries.length}] exceeds the allowed maximum [${MAX_ATTRIBUTES}].`;
    throw new AwsError("InvalidParameterValueException", text);
  }
  for (const [name, { DataType, StringValue, BinaryValue }] of entries) {
    const value = DataType.startsWith("Binary") ? BinaryValue : StringValue;
    if (DATA_TYPE.test(DataType) && value !== undefined && value !== "") continue;
    const text = `The message attribute '${name}' must have a DataType of String, Number or Binary, and a value of this type.`;
    throw new AwsError("InvalidParameterValueException", text);
  }
}
