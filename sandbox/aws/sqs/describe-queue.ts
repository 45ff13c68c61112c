import { AwsError } from "../protocol/aws-error.ts";
import type { Queue } from "./queue.ts";
import { countInFlight } from "./receive-message.ts";
import { queueDoesNotExist } from "./sqs-errors.ts";
import { findQueue, type SqsOperation, toQueueArn } from "./sqs-operation.ts";

/** Returns the URL of a queue of the caller's account and Region, at the host that the caller has reached. */
export const getQueueUrl: SqsOperation<{ QueueName: string; QueueOwnerAWSAccountId?: string }> = (
  { queues },
  caller,
  { QueueName: name, QueueOwnerAWSAccountId: owner = caller.account },
) => {
  const found = owner === caller.account ? queues.find({ account: owner, region: caller.region }, name) : undefined;
  if (found === undefined) throw queueDoesNotExist();
  return { QueueUrl: `${caller.endpoint}/${owner}/${name}` };
};

/** Returns the requested attributes, all as text; a reply without any has no member `Attributes`. */
export const getQueueAttributes: SqsOperation<{ QueueUrl: string; AttributeNames?: string[] }> = (
  deps,
  caller,
  { QueueUrl, AttributeNames: names = [] },
) => {
  const all = toAttributes(findQueue(deps, caller, QueueUrl));
  const unknown = names.find((name) => name !== "All" && !KNOWN.has(name));
  if (unknown !== undefined) throw new AwsError("InvalidAttributeName", `Unknown Attribute ${unknown}.`);
  const requested = Object.entries(all).filter(([name]) => names.includes("All") || names.includes(name));
  return requested.length === 0 ? {} : { Attributes: Object.fromEntries(requested) };
};

/** Every attribute that a queue can have. Source: SQS API reference, GetQueueAttributes. */
const KNOWN: ReadonlySet<string> = new Set([
  ...["Policy", "VisibilityTimeout", "MaximumMessageSize", "MessageRetentionPeriod", "ApproximateNumberOfMessages"],
  ...["ApproximateNumberOfMessagesNotVisible", "CreatedTimestamp", "LastModifiedTimestamp", "QueueArn"],
  ...["ApproximateNumberOfMessagesDelayed", "DelaySeconds", "ReceiveMessageWaitTimeSeconds", "RedrivePolicy"],
  ...["FifoQueue", "ContentBasedDeduplication", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds"],
  ...["DeduplicationScope", "FifoThroughputLimit", "RedriveAllowPolicy", "SqsManagedSseEnabled"],
]);

function toAttributes(queue: Queue): Record<string, string> {
  const now = queue.now();
  const seconds = String(Math.floor(queue.createdAt / 1000));
  const messages = queue.messages();
  const count = (matches: (message: (typeof messages)[number]) => boolean) => String(messages.filter(matches).length);
  return {
    QueueArn: toQueueArn(queue),
    CreatedTimestamp: seconds,
    LastModifiedTimestamp: seconds,
    ...Object.fromEntries(Object.entries(queue.settings).map(([name, value]) => [name, String(value)])),
    SqsManagedSseEnabled: "true",
    ApproximateNumberOfMessages: count(({ visibleAt }) => visibleAt <= now),
    ApproximateNumberOfMessagesNotVisible: String(countInFlight(queue, now)),
    ApproximateNumberOfMessagesDelayed: count(({ receiveCount, visibleAt }) => receiveCount === 0 && visibleAt > now),
    ...(queue.redrive === undefined
      ? {}
      : {
          RedrivePolicy: JSON.stringify({
            deadLetterTargetArn: toQueueArn(queue.redrive.queue),
            maxReceiveCount: queue.redrive.maxReceiveCount,
          }),
        }),
    ...(queue.policy === undefined ? {} : { Policy: JSON.stringify(queue.policy) }),
  };
}
