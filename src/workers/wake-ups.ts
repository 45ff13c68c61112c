import type { DecisionPriority } from "./decision-priority.ts";

/**
 * What a wake-up is about: a kind of effect, the work of one target (by its key), or a lease that this replica acquired
 * (by its name).
 */
export type Topic =
  | "evaluate"
  | "reply"
  | "deliver"
  | "notify"
  | "resolve-recipients"
  | "look-up-requester"
  | "home"
  /** The queue of events has begun to fail: polls return to their normal interval. */
  | "queue"
  /** The heartbeat of this replica counts again. */
  | "alive"
  | `${"poll" | "read" | "signal"} ${string}`
  | `lease ${string}`;

/** What may be due after a request has changed. */
export const REQUEST_CHANGED: readonly Topic[] = [
  "deliver",
  "notify",
  "resolve-recipients",
  "look-up-requester",
  "reply",
];

/**
 * Tells workers to look at the rows before their next tick. A wake-up is a hint: it carries no data, nothing is lost
 * without it, and many that come together are one look. The rows say what is due.
 */
export interface WakeUps {
  wake(...topics: readonly Topic[]): void;
  /** Calls `onWake` for each wake-up of the topics until the returned function is called. */
  subscribe(topics: readonly Topic[], onWake: () => void): () => void;
  /** The priority of decisions over other work in this process. */
  readonly priority: DecisionPriority;
}

/** Makes the wake-ups of one process. */
export function makeWakeUps(priority: DecisionPriority): WakeUps {
  const subscribers = new Map<Topic, Set<() => void>>();
  return {
    priority,
    wake(...topics) {
      for (const topic of topics) for (const onWake of subscribers.get(topic) ?? []) onWake();
    },
    subscribe(topics, onWake) {
      for (const topic of topics) {
        const found = subscribers.get(topic) ?? new Set();
        subscribers.set(topic, found.add(onWake));
      }
      return () => {
        for (const topic of topics) subscribers.get(topic)?.delete(onWake);
      };
    },
  };
}
