import type { Queue } from "../sqs/queue.ts";

/** Describes a queue with its messages, oldest first. Times are epoch milliseconds of the sandbox's clock. */
export function describeQueue(queue: Queue): object {
  const { name, location, settings } = queue;
  return {
    ...location,
    name,
    settings,
    messages: queue.messages().map(({ id, body, sentAt, visibleAt, receiveCount }) => {
      return { id, body, sentAt, visibleAt, receiveCount };
    }),
  };
}
