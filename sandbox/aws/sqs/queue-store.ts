import type { SessionTimers } from "../../wire/session-timers.ts";
import type { AccountRegion } from "../engine/execution-state.ts";
import { ACCOUNT } from "../identity/seeded-identities.ts";
import { makeQueue, type Queue, type QueueSettings } from "./queue.ts";
import { parseQueuePolicy } from "./queue-policy.ts";

/** The queue of the seeded rule, and its dead-letter queue. */
export const WAITING_QUEUE = "countersign-waiting";
const DEAD_LETTERS = "countersign-waiting-dead-letters";
const MAX_RECEIVES = 5;

/** The policy in docs/permissions.md. */
const SEEDED_POLICY = parseQueuePolicy({
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "EventsOfTheseRules",
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: `arn:aws:sqs:us-east-1:${ACCOUNT}:${WAITING_QUEUE}`,
      Condition: { ArnLike: { "aws:SourceArn": `arn:aws:events:us-east-1:${ACCOUNT}:rule/countersign-*` } },
    },
  ],
});

/** The queues of the stand-in. Names are unique within an account and Region. */
export interface QueueStore {
  find(location: AccountRegion, name: string): Queue | undefined;
  /** Adds a queue, or replaces the one of this name. */
  add(location: AccountRegion, name: string, settings?: Partial<QueueSettings>): Queue;
  /** The queue of the seeded rule. */
  waiting(): Queue;
  all(): Queue[];
  /** Restores the seeded queues, which are empty. */
  reset(): void;
}

export function makeQueueStore(timers: SessionTimers): QueueStore {
  const queues = new Map<string, Queue>();
  const home = { account: ACCOUNT, region: "us-east-1" };
  const toKey = ({ account, region }: AccountRegion, name: string) => `${account}/${region}/${name}`;
  const keep = (queue: Queue) => {
    queues.set(toKey(queue.location, queue.name), queue);
    return queue;
  };
  const find: QueueStore["find"] = (location, name) => queues.get(toKey(location, name));
  const reset = () => {
    queues.clear();
    const queue = keep(makeQueue({ name: DEAD_LETTERS, location: home, timers }));
    const redrive = { queue, maxReceiveCount: MAX_RECEIVES };
    keep(makeQueue({ name: WAITING_QUEUE, location: home, redrive, policy: SEEDED_POLICY, timers }));
  };
  reset();
  return {
    find,
    add: (location, name, settings = {}) => keep(makeQueue({ name, location, settings, timers })),
    waiting: () => find(home, WAITING_QUEUE) ?? fail(),
    all: () => [...queues.values()],
    reset,
  };
}

function fail(): never {
  throw new Error("The seeded queue is missing.");
}
