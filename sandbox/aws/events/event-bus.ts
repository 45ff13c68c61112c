import type { AccountRegion } from "../engine/execution-state.ts";

/** An event as EventBridge delivers it to its targets. */
export interface BusEvent {
  version: "0";
  id: string;
  "detail-type": string;
  source: string;
  account: string;
  /** ISO 8601, to the second. */
  time: string;
  region: string;
  resources: string[];
  detail: unknown;
  /** Name of the event's bus; not part of the event itself. */
  bus: string;
}

/** A failure injected through `/_control/` into the next `times` entries. */
export interface EntryFailure {
  times: number;
  code: string;
  message: string;
}

/** The event buses of the stand-in: the events in order, and the listeners. */
export interface EventBus {
  publish(
    event: Omit<BusEvent, "version" | "id" | "account" | "region" | "time">,
    location: AccountRegion,
    at: number,
  ): string;
  list(filter?: { source?: string; bus?: string }): BusEvent[];
  subscribe(listener: (event: BusEvent) => void): () => void;
  failNext(failure: EntryFailure): void;
  /** Returns the failure for the next entry and counts one use of it. */
  takeFailure(): EntryFailure | undefined;
  clear(): void;
}

/** The number of events to keep. Older events are dropped. */
const MAX_EVENTS = 50_000;

export function makeEventBus(newId: () => string): EventBus {
  let events: BusEvent[] = [];
  let failures: EntryFailure[] = [];
  const listeners = new Set<(event: BusEvent) => void>();
  return {
    publish(event, location, at) {
      const time = `${new Date(at).toISOString().slice(0, 19)}Z`;
      const full: BusEvent = {
        version: "0",
        id: newId(),
        ...event,
        account: location.account,
        region: location.region,
        time,
      };
      events.push(full);
      if (events.length > MAX_EVENTS * 1.1) events = events.slice(-MAX_EVENTS); // not on every event
      for (const listener of listeners) listener(full);
      return full.id;
    },
    list: ({ source, bus } = {}) =>
      events.filter((each) => (source ?? each.source) === each.source && (bus ?? each.bus) === each.bus),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    failNext: (failure) => void failures.push({ ...failure }),
    takeFailure() {
      const [failure] = failures;
      if (failure === undefined) return undefined;
      failure.times -= 1;
      if (failure.times <= 0) failures = failures.slice(1);
      return failure;
    },
    clear() {
      events = [];
      failures = [];
    },
  };
}
