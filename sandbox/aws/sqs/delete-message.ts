import { runBatch } from "./batch.ts";
import { findQueue, parseReceiptHandle, type SqsOperation } from "./sqs-operation.ts";

/**
 * Deletes a received message. A valid receipt handle of an earlier receive, or of a deleted message, succeeds without an
 * effect. Source: SQS API reference, DeleteMessage.
 */
export const deleteMessage: SqsOperation<{ QueueUrl: string; ReceiptHandle: string }> = (deps, caller, input) => {
  const queue = findQueue(deps, caller, input.QueueUrl);
  const { id, receiveCount } = parseReceiptHandle(deps, queue, input.ReceiptHandle);
  queue.delete(id, receiveCount);
  return {};
};

/** Deletes 1 to 10 messages, each with its own result. */
export const deleteMessageBatch: SqsOperation<{
  QueueUrl: string;
  Entries: { Id: string; ReceiptHandle: string }[];
}> = (deps, caller, input) => {
  const queue = findQueue(deps, caller, input.QueueUrl);
  return runBatch(input.Entries, "DeleteMessageBatchRequestEntry", (entry) => {
    const { id, receiveCount } = parseReceiptHandle(deps, queue, entry.ReceiptHandle);
    queue.delete(id, receiveCount);
    return {};
  });
};
