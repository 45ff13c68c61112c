import { randomUUID } from "node:crypto";
import type { SessionTimers } from "../../wire/session-timers.ts";
import type { AccountRegion } from "../engine/execution-state.ts";
import type { MessageAttributes } from "./message-digest.ts";
import type { QueuePolicy } from "./queue-policy.ts";

/** Default attributes of a queue, in seconds and bytes. Source: SQS API reference, SetQueueAttributes. */
export const QUEUE_DEFAULTS = {
  VisibilityTimeout: 30,
  DelaySeconds: 0,
  ReceiveMessageWaitTimeSeconds: 0,
  MessageRetentionPeriod: 345_600,
  MaximumMessageSize: 262_144,
};

export type QueueSettings = typeof QUEUE_DEFAULTS;

/** Messages of one queue that are received and not deleted at most. Source: SQS quotas, standard queue. */
export const MAX_IN_FLIGHT = 120_000;

/**
 * A message. Its states:
 * - delayed: sent with a delay. Ends when `visibleAt` comes.
 * - visible: a receive can return it.
 * - in flight: received. Ends with its deletion, or as visible when its visibility timeout has passed.
 * - moved: received as often as the redrive policy permits; the next receive moves it to the dead-letter queue instead.
 * - gone: deleted, or older than the retention period.
 */
export interface QueueMessage {
  id: string;
  body: string;
  attributes: MessageAttributes;
  senderId: string;
  sentAt: number;
  visibleAt: number;
  receiveCount: number;
  firstReceivedAt: number | null;
}

export interface Queue {
  readonly name: string;
  readonly location: AccountRegion;
  readonly settings: QueueSettings;
  readonly createdAt: number;
  /** Where messages go that were received too often. */
  readonly redrive: { queue: Queue; maxReceiveCount: number } | undefined;
  /** Who may use the queue besides its own account. */
  policy: QueuePolicy | undefined;
  send(message: Pick<QueueMessage, "body" | "senderId"> & Partial<QueueMessage>): QueueMessage;
  /** Returns up to `max` visible messages; without one, waits up to `waitMs` of sandbox time for the first. */
  receive(options: { max: number; visibilityMs: number; waitMs: number; abort: AbortSignal }): Promise<QueueMessage[]>;
  /** Deletes the message if `receiveCount` is its latest receive: an older receipt handle deletes nothing. */
  delete(id: string, receiveCount: number): void;
  /** Lists every message that is not gone. */
  messages(): QueueMessage[];
  /** The time of the sandbox's clock. */
  now(): number;
}

/** Makes an empty queue. */
export function makeQueue(options: {
  name: string;
  location: AccountRegion;
  settings?: Partial<QueueSettings>;
  redrive?: Queue["redrive"];
  policy?: QueuePolicy;
  timers: SessionTimers;
}): Queue {
  const { name, location, redrive, timers } = options;
  const settings = { ...QUEUE_DEFAULTS, ...options.settings };
  const stored = new Map<string, QueueMessage>();
  const waiters = new Set<() => void>();
  const notifyAt = (time: number) => void timers.at(time, () => [...waiters].forEach((each) => void each()));

  const messages = () => {
    const oldest = timers.now() - settings.MessageRetentionPeriod * 1000;
    for (const { id, sentAt } of stored.values()) if (sentAt < oldest) stored.delete(id);
    return [...stored.values()];
  };

  const take = (max: number, visibilityMs: number): QueueMessage[] => {
    const now = timers.now();
    const taken: QueueMessage[] = [];
    for (const message of messages()) {
      if (taken.length === max) break;
      if (message.visibleAt > now) continue;
      if (redrive !== undefined && message.receiveCount >= redrive.maxReceiveCount) {
        stored.delete(message.id);
        redrive.queue.send({ ...message, visibleAt: now });
        continue;
      }
      message.receiveCount += 1;
      message.firstReceivedAt ??= now;
      message.visibleAt = now + visibilityMs;
      taken.push({ ...message });
      notifyAt(message.visibleAt);
    }
    return taken;
  };

  return {
    name,
    location,
    settings,
    redrive,
    policy: options.policy,
    createdAt: timers.now(),
    now: timers.now,
    messages,
    send({ attributes = {}, visibleAt = timers.now(), ...given }) {
      const fresh = { id: randomUUID(), sentAt: timers.now(), receiveCount: 0, firstReceivedAt: null };
      const message: QueueMessage = { ...fresh, ...given, attributes, visibleAt };
      stored.set(message.id, message);
      if (visibleAt > timers.now()) notifyAt(visibleAt);
      else for (const each of [...waiters]) each();
      return message;
    },
    async receive({ max, visibilityMs, waitMs, abort }) {
      const found = take(max, visibilityMs);
      if (found.length > 0 || waitMs === 0 || abort.aborted) return found;
      return new Promise((resolve) => {
        const end = (result: QueueMessage[]) => {
          waiters.delete(check);
          cancel();
          abort.removeEventListener("abort", stop);
          resolve(result);
        };
        const check = () => {
          const arrived = take(max, visibilityMs);
          if (arrived.length > 0) end(arrived);
        };
        const stop = () => end([]);
        const cancel = timers.at(timers.now() + waitMs, stop, stop);
        waiters.add(check);
        abort.addEventListener("abort", stop, { once: true });
      });
    },
    delete(id, receiveCount) {
      if (stored.get(id)?.receiveCount === receiveCount) stored.delete(id);
    },
  };
}
